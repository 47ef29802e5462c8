import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';
import type { LeftResource, OperationFailure } from './failures.ts';
import { CLUSTER_ID } from './names.ts';

/** Input of `deleteCluster`. */
export const deleteClusterSchema = z.strictObject({
  name: z.string().min(1).max(28).describe('Name of the cluster'),
  id: z
    .string()
    .regex(CLUSTER_ID, 'is not the id of a cluster, such as atlas-k3f9x2')
    .optional()
    .describe('Id of the cluster; another one with the same name is then left alone'),
  cloud: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('With an id: the cloud of a cluster of which neither Temporal nor Vault knows anything'),
  abandon: z
    .boolean()
    .default(false)
    .describe(
      'Forget the cluster even if something of it cannot be removed; what is left is printed and yours to remove',
    ),
});

/** Every operation: its name (the workflow type), the schema of its one JSON input, what it is, and the phase of its cluster. */
export const operations = {
  createCluster: {
    schema: clusterSpecSchema,
    title: 'Create a cluster',
    phases: { running: 'Creating', completed: 'Ready', failed: 'CreateFailed' },
  },
  deleteCluster: {
    schema: deleteClusterSchema,
    title: 'Delete a cluster',
    phases: { running: 'Deleting', completed: 'Deleted', failed: 'DeleteFailed' },
  },
} as const;

/** Whether an operation that completes ends its cluster. Such a one is let in at any time, and stops what runs. */
export const endsCluster = (name: OperationName): boolean => operations[name].phases.completed === 'Deleted';

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
  /** Workflow id of the caller, to whom the end is signalled. */
  readonly requestedBy: string;
  /** The same for every try of one request, also after a reset of its caller. */
  readonly requestId: string;
  /** The caller asks again because it has heard nothing for long: it wants the answer, not the operation once more. */
  readonly reminder?: boolean;
}

/** The cluster's answer to a request: admitted, or already ended because the same caller asked for the same before. */
export interface OperationAdmission {
  readonly clusterId: string;
  /** Of the workflow that admitted it. */
  readonly workflowId: string;
  readonly ended?: OperationEnded;
}

/** What the cluster's workflow signals to the caller when its operation ended. */
export interface OperationEnded {
  readonly requestId: string;
  readonly outcome: OperationOutcome;
  readonly result?: OperationResults[OperationName];
  readonly failure?: OperationFailure;
}

export type OperationOutcome = 'completed' | 'failed' | 'cancelled';
