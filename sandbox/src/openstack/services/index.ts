import type { CloudPlan, ServicePlan } from '../cloud-plan.ts';
import { cinder } from './cinder.ts';
import { designate } from './designate.ts';
import { glance } from './glance.ts';
import { keystone } from './keystone.ts';
import { neutron } from './neutron.ts';
import { nova } from './nova.ts';
import { octavia } from './octavia.ts';
import { placement } from './placement.ts';
import { swift } from './swift.ts';

/** Every service of a cloud. */
export const services: readonly ((plan: CloudPlan) => ServicePlan)[] = [
  keystone,
  neutron,
  nova,
  placement,
  glance,
  cinder,
  octavia,
  designate,
  swift,
];
