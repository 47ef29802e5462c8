import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';
import type { LeftResource, OperationFailure } from './failures.ts';

/** Input of `deleteCluster`. */
export const deleteClusterSchema = z.strictObject({
  name: z.string().min(1).max(28).describe('Name of the cluster'),
  abandon: z
    .boolean()
    .default(false)
    .describe(
      'Forget the cluster even if something of it cannot be removed; what is left is printed and yours to remove',
    ),
});

/** Every operation: its name (the workflow type), the schema of its one JSON input, and what it is. */
export const operations = {
  createCluster: { schema: clusterSpecSchema, title: 'Create a cluster' },
  deleteCluster: { schema: deleteClusterSchema, title: 'Delete a cluster' },
} as const;

export type OperationName = keyof typeof operations;
export type OperationInput<N extends OperationName> = z.output<(typeof operations)[N]['schema']>;

/** Result of `createCluster`. */
export interface CreateClusterResult {
  readonly name: string;
  readonly id: string;
  /** `https://<address>:6443`, the API's address in the kubeconfig. */
  readonly apiEndpoint: string;
  /** Vault path of the administrator's kubeconfig. */
  readonly kubeconfigPath: string;
  readonly kubernetesVersion: string;
  readonly controlPlanes: number;
  readonly nodes: number;
  readonly secondsToReady: number;
}

/** Result of `deleteCluster`. `left` is empty unless the cluster was abandoned. */
export interface DeleteClusterResult {
  readonly name: string;
  readonly id: string;
  /** How many resources were removed, by type, for example `{ "server": 6 }`. */
  readonly removed: Readonly<Record<string, number>>;
  readonly left: readonly LeftResource[];
}

export interface OperationResults {
  createCluster: CreateClusterResult;
  deleteCluster: DeleteClusterResult;
}

/** What a caller's run asks of the cluster's workflow, as the argument of the Update `run`. */
export interface OperationRequest {
  readonly operation: OperationName;
  readonly input: OperationInput<OperationName>;
  /** Workflow id and run id of the caller, to whom the end is signalled. */
  readonly requestedBy: string;
  readonly requestRunId: string;
}

/** The cluster's answer to a request: admitted, or already ended because the same caller asked for the same before. */
export interface OperationAdmission {
  readonly clusterId: string;
  readonly ended?: OperationEnded;
}

/** What the cluster's workflow signals to the caller when its operation ended. */
export interface OperationEnded {
  readonly requestRunId: string;
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly result?: OperationResults[OperationName];
  readonly failure?: OperationFailure;
}
