import { z } from 'zod';
import { clusterIdSchema } from './cluster-id.ts';
import { clusterPhases } from './cluster-phase.ts';

/** Name of the workflow that makes a cluster's lost workflow anew. */
export const ADOPT_CLUSTER = 'adoptCluster';
/** Name of the workflow that lists what no workflow answers for. It changes nothing; a Schedule may start it. */
export const FIND_ORPHANS = 'findOrphans';

const name = z.string().min(1).max(28);
const cloudName = z.string().min(1).max(40);

/** Input of `adoptCluster`. */
export const adoptClusterSchema = z.strictObject({
  name: name.describe('Name of the cluster'),
  id: clusterIdSchema.optional().describe('Id of the cluster; needed when several of this name are lost'),
  cloud: cloudName.optional().describe('Its cloud; needed only when Vault holds no specification of it'),
});
export type AdoptClusterInput = z.output<typeof adoptClusterSchema>;

/** Result of `adoptCluster`. */
export const adoptClusterResultSchema = z.object({
  name: z.string(),
  id: z.string(),
  cloud: z.string(),
  phase: z
    .enum(clusterPhases)
    .describe('Ready if it was; what ran when the workflow was lost has failed, and can be asked for again'),
});
export type AdoptClusterResult = Readonly<z.output<typeof adoptClusterResultSchema>>;

/** Input of `findOrphans`. */
export const findOrphansSchema = z
  .strictObject({
    clouds: z.array(cloudName).max(1000).optional().describe('Look at these clouds only; all when absent'),
  })
  .prefault({});
export type FindOrphansInput = z.output<typeof findOrphansSchema>;

/** More are not told at once: payloads stay small. */
export const MAX_ORPHANS = 500;

const orphanSchema = z.object({
  id: z.string(),
  name: z.string(),
  cloud: z.string(),
  createdAt: z
    .string()
    .exactOptional()
    .describe('When the cluster was asked for, else when the oldest of its resources was made'),
  resources: z
    .record(z.string(), z.number())
    .readonly()
    .describe('How many there are of each type, for example `{ "server": 6 }`'),
  servers: z.number(),
  vcpus: z.number(),
  ramMiB: z.number(),
  volumesGiB: z.number().describe('Of the volumes on its servers'),
  kept: z.boolean().describe('Whether Vault holds its specification, so that it can be adopted and used'),
  phase: z
    .enum(clusterPhases)
    .exactOptional()
    .describe('Where it was in its life when its workflow was lost; known when it is kept'),
});
/** What is there of a cluster that no running workflow answers for. */
export type Orphan = Readonly<z.output<typeof orphanSchema>>;

/** Result of `findOrphans`. */
export const orphanReportSchema = z.object({
  clouds: z.number().describe('How many clouds were looked at, those with a problem among them'),
  orphans: z.array(orphanSchema).readonly(),
  total: z.number(),
  problems: z
    .array(z.object({ cloud: z.string(), message: z.string() }))
    .readonly()
    .describe('The clouds that could not be looked at'),
});
export type OrphanReport = Readonly<z.output<typeof orphanReportSchema>>;
