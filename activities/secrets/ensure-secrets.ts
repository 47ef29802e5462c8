import { cancellationSignal } from '@temporalio/activity';
import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { ActivityDeps } from '../deps.ts';
import { caCertHash, ensureAuthorities } from './authorities.ts';
import { ensureKeyMaterial } from './key-material.ts';

/** What of a cluster's secrets is not secret: the hash by which machines know the cluster's authority. */
export interface EnsuredSecrets {
  /** `sha256:<hex>`. */
  readonly caCertHash: string;
}

/**
 * Makes all secrets of a cluster in Vault, or finds them: three certificate authorities, service account keys, the key
 * of encryption at rest, and join tokens. May run twice, also at the same time: both runs end with the same secrets. 15
 * calls and one per node group, at most five of them after one another; one less when it runs again.
 */
export async function makeSecrets(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
  spec: ClusterSpec,
): Promise<EnsuredSecrets> {
  const [certificate] = await Promise.all([
    ensureAuthorities(vault, signal, id),
    ensureKeyMaterial(vault, signal, id, spec),
  ]);
  return { caCertHash: caCertHash(certificate) };
}

/** Activity: {@link makeSecrets}. */
export const ensureSecrets =
  ({ vault }: Pick<ActivityDeps, 'vault'>) =>
  async (input: { id: string; spec: ClusterSpec }): Promise<EnsuredSecrets> =>
    makeSecrets(vault, cancellationSignal(), input.id, input.spec);
