import { CLOUD_CONFIG, CLOUD_CONFIG_ANNOTATION } from '../../addons/index.ts';
import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { findCloudCredential, forgetCredential, removeCredential } from '../secrets/cloud-credential.ts';
import { type ClusterApi, requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

const { name, namespace } = CLOUD_CONFIG;

/**
 * Activity: takes a cluster's credential of the cloud from it, when no addon needs it any more. Where it has none, that
 * is one look into Vault.
 */
export const withdrawCloudCredential =
  (deps: { readonly clouds: Clouds; readonly vault: VaultClient }) =>
  async (target: { readonly id: string; readonly spec: ClusterSpec }): Promise<void> => {
    if ((await findCloudCredential(deps.vault, target.id)) === undefined) return;
    await removeSecret(await requireApi(deps.vault, target.id));
    const { left } = await removeCredential(deps, target);
    // What Slipway may not remove stays known: the end of the cluster tells it.
    if (left.length === 0) await forgetCredential(deps.vault, target.id);
  };

/** Removes the Secret, if it is ours. */
async function removeSecret(api: ClusterApi): Promise<void> {
  try {
    const { metadata } = await api.core.readNamespacedSecret({ name, namespace }, api.options());
    if (metadata?.annotations?.[CLOUD_CONFIG_ANNOTATION] === undefined) return;
    await api.core.deleteNamespacedSecret({ name, namespace }, api.options());
  } catch (error) {
    if (statusOf(error) !== 404) throw kubernetesFailure(error, `removing Secret ${namespace}/${name}`);
  }
}
