import {
  type ClusterDescription,
  type ClusterRecord,
  lastOperation,
  type RunningOperation,
} from '../../model/index.ts';

/** What everybody may know of a cluster: its record without requests, and what runs. */
export function describeCluster(record: ClusterRecord, running: RunningOperation | undefined): ClusterDescription {
  const { id, spec, observed, phase, createdAt, created, history, queue } = record;
  const last = lastOperation(record);
  return {
    name: spec.name,
    id,
    cloud: spec.cloud,
    phase,
    spec,
    ...(observed ? { observed } : {}),
    createdAt,
    ...(created ? { apiEndpoint: created.apiEndpoint, kubeconfigPath: created.kubeconfigPath } : {}),
    ...(running ? { running } : {}),
    queued: queue.map(({ operation, callers }) => ({ operation, requestedBy: callers[0]?.workflowId ?? '' })),
    ...(last ? { last } : {}),
    history,
  };
}
