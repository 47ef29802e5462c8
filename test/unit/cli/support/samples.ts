import type { ClusterSnapshot } from '../../../../client/cluster-snapshot.ts';
import {
  type ClusterDescription,
  clusterSpecSchema,
  type CreateClusterResult,
  type EndedOperation,
  type OperationProgress,
  type RunningOperation,
  type StepProgress,
} from '../../../../model/index.ts';

const CREATED_AT = '2026-01-02T03:03:00.000Z';

export const running: RunningOperation = {
  operation: 'createCluster',
  workflowId: 'cluster/atlas/atlas-k3f7x2',
  requestedBy: 'createCluster/atlas/0123456789ab',
  startedAt: '2026-01-02T03:03:05.000Z',
};

export const completed: EndedOperation = { ...running, endedAt: '2026-01-02T03:03:47.000Z', outcome: 'completed' };

export const createResult: CreateClusterResult = {
  name: 'atlas',
  id: 'atlas-k3f7x2',
  apiEndpoint: 'https://127.64.0.3:6443',
  kubeconfigPath: 'clusters/atlas-k3f7x2/kubeconfig',
  kubernetesVersion: '1.36.3',
  controlPlanes: 3,
  nodes: 3,
  secondsToReady: 41.6,
};

export function description(fields: Partial<ClusterDescription> = {}): ClusterDescription {
  return {
    name: 'atlas',
    id: 'atlas-k3f7x2',
    cloud: 'sandbox',
    phase: 'Ready',
    spec: clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' }),
    createdAt: CREATED_AT,
    queued: [],
    history: [],
    ...fields,
  };
}

export const step = (id: string, fields: Partial<StepProgress> = {}): StepProgress => ({
  id,
  title: `Step ${id}`,
  state: 'pending',
  ...fields,
});

export const progress = (percent: number, steps: readonly StepProgress[]): OperationProgress => ({
  operation: 'createCluster',
  percent,
  steps,
});

/** A creation that is under way. */
export function creating(fields: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  return {
    description: description({ phase: 'Creating', running }),
    operation: running,
    uiUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/cluster%2Fatlas%2FcreateCluster%2F1',
    progress: progress(40, [
      step('a', { state: 'done', startedAt: '2026-01-02T03:03:05Z', endedAt: '2026-01-02T03:03:07Z' }),
      step('b', { state: 'running', startedAt: '2026-01-02T03:03:07Z', detail: 'nodes Ready 1/3' }),
      step('c'),
    ]),
    ...fields,
  };
}
