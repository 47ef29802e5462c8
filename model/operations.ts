import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';
import type { LeftResource } from './failures.ts';

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
