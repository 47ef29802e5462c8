import type { RoomDeps } from '../deps.ts';
import { addApiMember } from './add-api-member.ts';
import { deleteFloatingIps } from './delete-floating-ips.ts';
import { deleteLoadBalancers } from './delete-load-balancers.ts';
import { ensureApi } from './ensure-api.ts';
import { removeApiMember } from './remove-api-member.ts';
import { repairApi } from './repair-api.ts';
import { waitForLoadBalancer } from './wait-for-load-balancer.ts';

/** Activities of this room: the way in to a cluster’s API: load balancer, floating IP, members. */
export const apiActivities = (deps: RoomDeps) => ({
  repairApi: repairApi(deps),
  ensureApi: ensureApi(deps),
  waitForLoadBalancer: waitForLoadBalancer(deps),
  addApiMember: addApiMember(deps),
  removeApiMember: removeApiMember(deps),
  deleteLoadBalancers: deleteLoadBalancers(deps),
  deleteFloatingIps: deleteFloatingIps(deps),
});
