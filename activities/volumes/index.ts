import type { RoomDeps } from '../deps.ts';
import { deleteVolumes } from './delete-volumes.ts';

/** Activities of this room: volumes that the cluster's Pods have claimed. */
export const volumesActivities = (deps: RoomDeps) => ({
  deleteVolumes: deleteVolumes(deps),
});
