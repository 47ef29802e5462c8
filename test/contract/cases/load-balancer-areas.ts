import type { ContractArea } from '../kit/case.ts';
import { loadBalancerChoices } from './load-balancer-choices.ts';
import { loadBalancerClient } from './load-balancer-client.ts';
import { loadBalancerCreation } from './load-balancer-creation.ts';
import { loadBalancerLife } from './load-balancer-life.ts';
import { loadBalancerListeners } from './load-balancer-listeners.ts';
import { loadBalancerLists } from './load-balancer-lists.ts';
import { loadBalancerMembers } from './load-balancer-members.ts';
import { loadBalancerMonitors } from './load-balancer-monitors.ts';
import { loadBalancerPolicies } from './load-balancer-policies.ts';
import { loadBalancerPools } from './load-balancer-pools.ts';
import { loadBalancerWhole } from './load-balancer-whole.ts';

/** Every area of Octavia. */
export const loadBalancerAreas: readonly ContractArea[] = [
  loadBalancerChoices,
  loadBalancerClient,
  loadBalancerCreation,
  loadBalancerLife,
  loadBalancerListeners,
  loadBalancerLists,
  loadBalancerMembers,
  loadBalancerMonitors,
  loadBalancerPolicies,
  loadBalancerPools,
  loadBalancerWhole,
];
