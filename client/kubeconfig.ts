import { z } from 'zod';
import { type ClusterDescription, FailureType, vaultPaths } from '../model/index.ts';
import { type KvStore, VaultError } from '../vault/index.ts';
import { ClientFailureType, SlipwayError } from './slipway-error.ts';
import { toVaultFailure } from './vault-failure.ts';

/** What the client needs of Vault: reading secrets of Slipway's key/value mount. A `VaultClient` has it. */
export interface SecretReader {
  readonly kv: Pick<KvStore, 'find'>;
}

const kubeconfigSecret = z.looseObject({ kubeconfig: z.string().min(1) });

/** Reads the administrator's kubeconfig of a cluster from Vault. */
export async function readKubeconfig(
  vault: SecretReader | undefined,
  { name, id, kubeconfigPath, phase }: ClusterDescription,
  signal?: AbortSignal,
): Promise<string> {
  if (vault === undefined) {
    throw new SlipwayError(
      ClientFailureType.NoVault,
      `The kubeconfig of cluster "${name}" is in Vault, and this client knows no Vault: set VAULT_ADDR and VAULT_TOKEN`,
    );
  }
  // It is in Vault before the cluster is Ready, so that a person can install a network plugin that nodes wait for.
  const path = kubeconfigPath ?? vaultPaths(id).kubeconfig;
  const secret = await vault.kv.find(path, kubeconfigSecret, signal).catch((error: unknown) => {
    throw error instanceof VaultError ? toVaultFailure(error) : error;
  });
  if (secret !== undefined) return secret.kubeconfig;
  throw new SlipwayError(
    FailureType.VaultNotFound,
    kubeconfigPath === undefined
      ? `The cluster "${name}" has no kubeconfig yet (phase ${phase}): "slipway watch ${name}" shows how far it is`
      : `Vault holds no kubeconfig for cluster "${name}" at ${path}: somebody removed it`,
  );
}
