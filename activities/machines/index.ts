import type { RoomDeps } from '../deps.ts';
import { chooseSurplus } from './choose-surplus.ts';
import { deleteServerGroups } from './delete-server-groups.ts';
import { deleteServers, deleteAllServers } from './delete-servers.ts';
import { ensureControlPlane } from './ensure-control-plane.ts';
import { ensureNodes } from './ensure-nodes.ts';
import { ensureServerGroups } from './ensure-server-groups.ts';
import { findMachineNeeds } from './find-machine-needs.ts';
import { lookAtGenerations } from './look-at-generations.ts';
import { lookAtGroup } from './look-at-group.ts';
import { planGroupRollout } from './plan-group-rollout.ts';
import { removeMachines } from './remove-machines.ts';
import { removeStrandedMachines } from './remove-stranded-machines.ts';
import { waitForServers } from './wait-for-servers.ts';

/** Activities of this room: servers and server groups. */
export const machinesActivities = (deps: RoomDeps) => ({
  ensureServerGroups: ensureServerGroups(deps),
  removeStrandedMachines: removeStrandedMachines(deps),
  ensureControlPlane: ensureControlPlane(deps),
  ensureNodes: ensureNodes(deps),
  waitForServers: waitForServers(deps),
  lookAtGroup: lookAtGroup(deps),
  lookAtGenerations: lookAtGenerations(deps),
  findMachineNeeds: findMachineNeeds(deps),
  chooseSurplus: chooseSurplus(deps),
  planGroupRollout: planGroupRollout(deps),
  removeMachines: removeMachines(deps),
  deleteServers: deleteServers(deps),
  deleteAllServers: deleteAllServers(deps),
  deleteServerGroups: deleteServerGroups(deps),
});
