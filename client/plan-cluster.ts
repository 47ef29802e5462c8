import {
  type ClusterSpec,
  type ClusterSpecInput,
  clusterSpecSchema,
  planCluster as plannedResources,
  type PlannedResource,
} from '../model/index.ts';
import { parseRequest } from './parse-request.ts';

/** What `createCluster` would make of a spec. */
export interface ClusterPlan {
  /** The spec with every default. */
  readonly spec: ClusterSpec;
  /** Everything that will be made, in order; names hold a placeholder for the random part of the cluster's id. */
  readonly resources: readonly PlannedResource[];
}

/** Stands for the six random characters of a cluster's id. */
const PLACEHOLDER = 'xxxxxx';

/**
 * Says what `createCluster` would make. Asks nobody and makes nothing.
 *
 * @throws SlipwayError `Slipway.InvalidInput` with every field that is wrong
 */
export function planCluster(input: ClusterSpecInput): ClusterPlan {
  const spec = parseRequest(clusterSpecSchema, input, 'plan a cluster');
  return { spec, resources: plannedResources(spec, `${spec.name}-${PLACEHOLDER}`) };
}
