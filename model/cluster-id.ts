import { z } from 'zod';
import { CLUSTER_ID } from './names.ts';

/** The id of a cluster, where it comes in. */
export const clusterIdSchema = z.string().regex(CLUSTER_ID, 'is not the id of a cluster, such as atlas-k3f7x2');

/** Of the input of a workflow that works for an operation: the cluster. */
export const partInputSchema = z.looseObject({ id: clusterIdSchema });
