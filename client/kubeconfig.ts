import { z } from 'zod';
import { type ClusterDescription, FailureType } from '../model/index.ts';
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
  { name, kubeconfigPath, phase }: ClusterDescription,
  signal?: AbortSignal,
): Promise<string> {
  if (vault === undefined) {
    throw new SlipwayError(
      ClientFailureType.NoVault,
      `The kubeconfig of cluster "${name}" is in Vault, and this client knows no Vault: set VAULT_ADDR and VAULT_TOKEN`,
    );
  }
  if (kubeconfigPath === undefined) {
    throw new SlipwayError(
      FailureType.NotAdmitted,
      `The cluster "${name}" has no kubeconfig yet (phase ${phase}): wait until it is Ready, "slipway watch ${name}"`,
    );
  }
  const secret = await vault.kv.find(kubeconfigPath, kubeconfigSecret, signal).catch((error: unknown) => {
    throw error instanceof VaultError ? toVaultFailure(error) : error;
  });
  if (secret !== undefined) return secret.kubeconfig;
  throw new SlipwayError(
    FailureType.VaultNotFound,
    `Vault holds no kubeconfig for cluster "${name}" at ${kubeconfigPath}: somebody removed it`,
  );
}
