import { z } from 'zod';
import { CLUSTER_ID } from '../names.ts';

/** The cluster that an operation is for. */
export const clusterNameInput = z.string().min(1).max(28).describe('Name of the cluster');

/** Makes an operation fail rather than meet a younger cluster of the same name. */
export const clusterIdInput = z
  .string()
  .regex(CLUSTER_ID, 'is not the id of a cluster, such as atlas-k3f9x2')
  .optional()
  .describe('Id of the cluster; another one with the same name is then left alone');
