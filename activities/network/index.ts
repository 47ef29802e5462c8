import type { RoomDeps } from '../deps.ts';
import { deleteNetwork } from './delete-network.ts';
import { ensureNetwork } from './ensure-network.ts';
import { ensureSecurityGroups } from './ensure-security-groups.ts';

/** Activities of this room: a cluster’s network and its firewall. */
export const networkActivities = (deps: RoomDeps) => ({
  ensureNetwork: ensureNetwork(deps),
  ensureSecurityGroups: ensureSecurityGroups(deps),
  deleteNetwork: deleteNetwork(deps),
});
