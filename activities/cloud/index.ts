import type { RoomDeps } from '../deps.ts';
import { checkCloud } from './check-cloud.ts';
import { checkCluster } from './check-cluster.ts';
import { surveyCluster } from './survey-cluster.ts';

/** Activities of this room: looking at a cloud before and between changes. */
export const cloudActivities = (deps: RoomDeps) => ({
  checkCloud: checkCloud(deps),
  surveyCluster: surveyCluster(deps),
  checkCluster: checkCluster(deps),
});
