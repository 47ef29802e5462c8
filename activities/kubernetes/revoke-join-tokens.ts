import { cancellationSignal } from '@temporalio/activity';
import type { VaultClient } from '../../vault/index.ts';
import { readJoinTokens } from '../secrets/key-material.ts';
import { secretOf } from './admit-machines.ts';
import { requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

/** Takes the join tokens out of the cluster: what stands in user-data is worth nothing from then on. */
export const revokeJoinTokens =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, groups }: { id: string; groups: readonly string[] }): Promise<void> => {
    const api = await requireApi(vault, id);
    const tokens = await readJoinTokens(vault, cancellationSignal(), id, groups);
    await Promise.all(
      Object.entries(tokens).map(async ([group, token]) => {
        const name = secretOf(token);
        try {
          await api.core.deleteNamespacedSecret({ name, namespace: 'kube-system' }, api.options());
        } catch (error) {
          if (statusOf(error) !== 404) throw kubernetesFailure(error, `revoking the join token of ${group} in ${id}`);
        }
      }),
    );
  };
