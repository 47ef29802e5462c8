import { z } from 'zod';
import { clusterIdSchema } from './cluster-id.ts';
import { generationsSchema, observedAddonsSchema } from './observed.ts';

/** Result of `createCluster`. */
export const createClusterResultSchema = z.strictObject({
  name: z.string().min(1),
  id: clusterIdSchema,
  apiEndpoint: z.string().min(1).describe('`https://<address>:6443`, the API’s address in the kubeconfig'),
  kubeconfigPath: z.string().min(1).describe('Vault path of the administrator’s kubeconfig'),
  kubernetesVersion: z.string().min(1),
  controlPlanes: z.int(),
  nodes: z.int().describe('Machines of all node groups'),
  generations: z
    .record(z.string(), generationsSchema)
    .optional()
    .describe('Of each machine group, the control plane’s too: what its machines were made of; the newest last'),
  addons: observedAddonsSchema.optional().describe('Those of the specification; absent when there are none'),
  secondsToReady: z.number(),
});

export type CreateClusterResult = Readonly<z.output<typeof createClusterResultSchema>>;
