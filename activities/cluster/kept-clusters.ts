import { cancellationSignal } from '@temporalio/activity';
import {
  CLUSTER_ID,
  clusterNameOf,
  type ClusterRecord,
  CLUSTERS_PATH,
  isAhead,
  keptClusterSchema,
  toKeep,
  vaultPaths,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';

/** Vault, as far as it is needed for the records that are kept in it. */
export interface KeptClusters {
  readonly kv: Pick<VaultClient['kv'], 'find' | 'list' | 'write' | 'remove'>;
}

/** What is kept of a cluster; undefined when nothing is. */
export async function readKept(
  { kv }: KeptClusters,
  signal: AbortSignal,
  id: string,
): Promise<ClusterRecord | undefined> {
  return (await kv.find(vaultPaths(id).specification, keptClusterSchema, signal))?.record;
}

/** The ids of all clusters that have anything in Vault, or of those with one name. One call. */
export async function keptIds({ kv }: KeptClusters, signal: AbortSignal, name?: string): Promise<string[]> {
  const folders = (await kv.list(CLUSTERS_PATH, signal)).map((folder) => folder.replace(/\/$/, ''));
  return folders.filter((id) => CLUSTER_ID.test(id) && (name === undefined || clusterNameOf(id) === name));
}

/**
 * Activity: keeps what a cluster's workflow knows, before an operation and after it. When more is kept than that, it is
 * left as it is and returned.
 */
export const keepRecord =
  ({ vault }: { vault: KeptClusters }) =>
  async ({ record }: { record: ClusterRecord }): Promise<{ ahead?: ClusterRecord }> => {
    const signal = cancellationSignal();
    const kept = await readKept(vault, signal, record.id);
    if (kept !== undefined && isAhead(kept, record)) return { ahead: kept };
    await vault.kv.write(vaultPaths(record.id).specification, { record: toKeep(record) }, signal);
    return {};
  };

/**
 * Activity: the last step of a deletion, which forgets what was kept until here, the specification last. Until then a
 * cluster can be found, adopted and deleted again.
 */
export const forgetCluster =
  ({ vault }: { vault: KeptClusters }) =>
  async ({ id }: { id: string }): Promise<void> => {
    const { cloudCredential, specification } = vaultPaths(id);
    await vault.kv.remove(cloudCredential, cancellationSignal());
    await vault.kv.remove(specification, cancellationSignal());
  };
