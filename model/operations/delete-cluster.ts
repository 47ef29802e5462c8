import { z } from 'zod';
import { leftResourceSchema } from '../failures.ts';
import { clusterPhases } from '../cluster-phase.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare } from './declaration.ts';

/** Input of `deleteCluster`. */
export const deleteClusterSchema = z.strictObject({
  name: clusterNameInput,
  id: clusterIdInput,
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

/** Result of `deleteCluster`. */
export const deleteClusterResultSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1),
  removed: z
    .record(z.string(), z.number())
    .describe('How many resources were removed, by type, for example `{ "server": 6 }`'),
  left: z
    .array(leftResourceSchema)
    .describe(
      'Empty unless the cluster was abandoned, or its credential of the cloud is one that Slipway may not remove',
    ),
  kept: z
    .array(leftResourceSchema)
    .default([])
    .describe('Volumes that Pods had claimed, and their snapshots: kept unless addons.cinder says otherwise'),
});

export type DeleteClusterResult = Readonly<z.output<typeof deleteClusterResultSchema>>;

/** Ends a cluster at any time: what runs is cancelled, what waits is refused. */
export const deleteCluster = declare({
  title: 'Delete a cluster',
  verb: 'delete',
  summary: 'Deletes a cluster and everything that Slipway made for it; works at any time, also during its creation',
  schema: deleteClusterSchema,
  result: deleteClusterResultSchema,
  admittedIn: clusterPhases.filter((phase) => phase !== 'Deleted'),
  phases: { running: 'Deleting', completed: 'Deleted', failed: 'DeleteFailed' },
  conflicts: { same: 'join', other: 'preempt' },
  pausable: false,
  deadlineMinutes: () => 180,
});
