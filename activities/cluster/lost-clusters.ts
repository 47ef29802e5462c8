import { cancellationSignal } from '@temporalio/activity';
import {
  adopt,
  CONTROL_PLANE_GROUP,
  clusterNameOf,
  type ClusterRecord,
  clusterSpecSchema,
  FailureType,
  GROUP_METADATA,
  newRecord,
  vaultPaths,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { type KeptClusters, readKept } from './kept-clusters.ts';

/** Where to look for what is known of a cluster that has lost its workflow. */
export interface LostClusterSources {
  readonly clouds: Clouds;
  readonly vault: KeptClusters & { readonly kv: Pick<VaultClient['kv'], 'listTree'> };
}

/**
 * The record of a cluster that has lost its workflow: what Vault keeps of it, else what its marks in a cloud tell, if
 * one is given. Undefined when neither is there.
 */
export async function findLost(
  sources: LostClusterSources,
  id: string,
  cloud: string | undefined,
): Promise<ClusterRecord | undefined> {
  const now = new Date().toISOString();
  const kept = await readKept(sources.vault, cancellationSignal(), id);
  if (kept !== undefined) return adopt(kept, now);
  return cloud === undefined ? undefined : fromMarks(sources, id, cloud, now);
}

/**
 * A record that is good for a deletion and nothing else: the groups are known by the machines that are there and by the
 * join tokens in Vault; versions, networks, flavors and what was never made are not known, and the defaults of a
 * specification stand in their place.
 */
async function fromMarks(
  { clouds, vault }: LostClusterSources,
  id: string,
  cloudName: string,
  now: string,
): Promise<ClusterRecord> {
  const cloud = await clouds.get(cloudName);
  const tokens = `${vaultPaths(id).root}/join`;
  const [servers, secrets] = await Promise.all([
    ownResources(cloud, id).servers.list(),
    vault.kv.listTree(tokens, cancellationSignal()),
  ]);
  const groups = new Set([
    ...servers.map(({ metadata }) => metadata[GROUP_METADATA]).filter((group) => group !== undefined),
    ...secrets.map((path) => path.slice(tokens.length + 1)),
  ]);
  groups.delete(CONTROL_PLANE_GROUP);
  const name = clusterNameOf(id);
  const nodeGroups = [...groups].sort().map((group) => ({ name: group, count: 0 }));
  const spec = clusterSpecSchema.parse({ name, cloud: cloudName, nodeGroups });
  const failure = {
    type: FailureType.ClusterLost,
    message:
      `Vault holds no specification of ${id}: its networks, flavors, versions and sizes are not known, ` +
      'and what is shown of them are defaults. It can only be deleted',
  };
  const last = {
    ...{ operation: 'deleteCluster' as const, workflowId: `orphan/${id}`, requestedBy: `orphan/${id}` },
    ...{ startedAt: now, endedAt: now, outcome: 'failed' as const, failure },
  };
  return { ...newRecord(id, spec, now), adoptedAt: now, phase: 'DeleteFailed', history: [last] };
}
