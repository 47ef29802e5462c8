/**
 * Where a cluster is in its life. A failed creation can be resumed (`createCluster` again) or deleted. `UpdateFailed`:
 * the last operation on the living cluster did not end as it was asked for; the cluster serves, and operations are let
 * in as in `Ready`.
 */
export const clusterPhases = [
  'Creating',
  'Ready',
  'CreateFailed',
  'Updating',
  'UpdateFailed',
  'Deleting',
  'DeleteFailed',
  'Deleted',
] as const;
export type ClusterPhase = (typeof clusterPhases)[number];

/** Phases of a cluster that serves and on which nothing works. */
export const LIVING: readonly ClusterPhase[] = ['Ready', 'UpdateFailed'];
