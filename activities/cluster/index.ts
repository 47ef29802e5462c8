import type { RoomDeps } from '../deps.ts';
import { adoptCluster } from './adopt-cluster.ts';
import { findOrphans } from './find-orphans.ts';
import { keepRecord, forgetCluster } from './kept-clusters.ts';
import { requestOperation } from './request-operation.ts';
import { sweep } from './sweep.ts';

/** Activities of this room: clusters as such: their workflows, records and leftovers. */
export const clusterActivities = (deps: RoomDeps) => ({
  requestOperation: requestOperation(deps),
  adoptCluster: adoptCluster(deps),
  findOrphans: findOrphans(deps),
  keepRecord: keepRecord(deps),
  sweep: sweep(deps),
  forgetCluster: forgetCluster(deps),
});
