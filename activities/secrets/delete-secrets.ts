import { cancellationSignal } from '@temporalio/activity';
import { vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { ActivityDeps } from '../deps.ts';

/** How many secrets and mounts a deletion found and removed. */
export interface RemovedSecrets {
  readonly removed: number;
}

/** One thing of a cluster that is still in Vault. */
export interface RemainingSecret {
  readonly type: 'pki' | 'secret';
  /** The mount, or the path below the key/value mount. */
  readonly name: string;
}

/**
 * Removes everything secret of a cluster from Vault: mounts, and secrets with all their versions. What is not there is
 * no error. Its specification stays until nothing else is left (`kept-clusters.ts`), and so does its credential of the
 * cloud (`cloud-credential.ts`).
 */
export async function removeSecrets(vault: VaultClient, signal: AbortSignal, id: string): Promise<RemovedSecrets> {
  const [mounts, secrets] = await Promise.all([
    findMounts(vault, signal, id).then(async (found) => {
      await Promise.all(found.map((mount) => vault.pki.disable(mount, signal)));
      return found.length;
    }),
    findSecrets(vault, signal, id).then(async (found) => {
      await Promise.all(found.map((secret) => vault.kv.remove(secret, signal)));
      return found.length;
    }),
  ]);
  return { removed: mounts + secrets };
}

/** Everything secret of a cluster that is still in Vault; empty after its deletion. */
export async function remainingSecrets(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
): Promise<RemainingSecret[]> {
  const [mounts, secrets] = await Promise.all([findMounts(vault, signal, id), findSecrets(vault, signal, id)]);
  return [
    ...mounts.map((name) => ({ type: 'pki', name }) as const),
    ...secrets.map((name) => ({ type: 'secret', name }) as const),
  ];
}

/** Activity: {@link removeSecrets}. */
export const deleteSecrets =
  ({ vault }: Pick<ActivityDeps, 'vault'>) =>
  async (input: { id: string }): Promise<RemovedSecrets> =>
    removeSecrets(vault, cancellationSignal(), input.id);

async function findSecrets(vault: VaultClient, signal: AbortSignal, id: string): Promise<string[]> {
  const { root, specification, cloudCredential } = vaultPaths(id);
  return (await vault.kv.listTree(root, signal)).filter((path) => path !== specification && path !== cloudCredential);
}

async function findMounts(vault: VaultClient, signal: AbortSignal, id: string): Promise<string[]> {
  const mounts = Object.values(vaultPaths(id).pki);
  const present = await Promise.all(mounts.map((mount) => vault.pki.exists(mount, signal)));
  return mounts.filter((_, index) => present[index]);
}
