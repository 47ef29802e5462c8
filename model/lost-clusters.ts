import { z } from 'zod';
import type { ClusterPhase } from './cluster-phase.ts';
import { CLUSTER_ID } from './names.ts';

/** Name of the workflow that makes a cluster's lost workflow anew. */
export const ADOPT_CLUSTER = 'adoptCluster';
/** Name of the workflow that lists what no workflow answers for. It changes nothing; a Schedule may start it. */
export const FIND_ORPHANS = 'findOrphans';

const name = z.string().min(1).max(28);
const cloudName = z.string().min(1).max(40);

/** Input of `adoptCluster`. */
export const adoptClusterSchema = z.strictObject({
  name: name.describe('Name of the cluster'),
  id: z
    .string()
    .regex(CLUSTER_ID, 'is not the id of a cluster, such as atlas-k3f9x2')
    .optional()
    .describe('Id of the cluster; needed when several of this name are lost'),
  cloud: cloudName.optional().describe('Its cloud; needed only when Vault holds no specification of it'),
});
export type AdoptClusterInput = z.output<typeof adoptClusterSchema>;

/** Result of `adoptCluster`. */
export interface AdoptClusterResult {
  readonly name: string;
  readonly id: string;
  readonly cloud: string;
  /** `Ready` if it was; what ran when the workflow was lost has failed, and can be asked for again. */
  readonly phase: ClusterPhase;
}

/** Input of `findOrphans`. */
export const findOrphansSchema = z
  .strictObject({
    clouds: z.array(cloudName).max(1000).optional().describe('Look at these clouds only; all when absent'),
  })
  .prefault({});
export type FindOrphansInput = z.output<typeof findOrphansSchema>;

/** More are not told at once: payloads stay small. */
export const MAX_ORPHANS = 500;

/** What is there of a cluster that no running workflow answers for. */
export interface Orphan {
  readonly id: string;
  readonly name: string;
  readonly cloud: string;
  /** When the cluster was asked for, else when the oldest of its resources was made. */
  readonly createdAt?: string;
  /** How many there are of each type, for example `{ "server": 6 }`. */
  readonly resources: Readonly<Record<string, number>>;
  readonly servers: number;
  readonly vcpus: number;
  readonly ramMiB: number;
  /** Of the volumes on its servers. */
  readonly volumesGiB: number;
  /** Whether Vault holds its specification, so that it can be adopted and used. */
  readonly kept: boolean;
  /** Where it was in its life when its workflow was lost; known when it is kept. */
  readonly phase?: ClusterPhase;
}

/** Result of `findOrphans`. */
export interface OrphanReport {
  /** How many clouds were looked at, those with a problem among them. */
  readonly clouds: number;
  readonly orphans: readonly Orphan[];
  readonly total: number;
  /** The clouds that could not be looked at. */
  readonly problems: readonly { readonly cloud: string; readonly message: string }[];
}
