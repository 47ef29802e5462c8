import { z } from 'zod';
import { clusterIdSchema } from '../cluster-id.ts';

/** The cluster that an operation is for. */
export const clusterNameInput = z.string().min(1).max(28).describe('Name of the cluster');

/** Makes an operation fail rather than meet a younger cluster of the same name. */
export const clusterIdInput = clusterIdSchema
  .optional()
  .describe('Id of the cluster; another one with the same name is then left alone');
