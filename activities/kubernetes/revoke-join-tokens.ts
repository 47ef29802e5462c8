import { cancellationSignal } from '@temporalio/activity';
import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { readJoinTokens } from '../vault/key-material.ts';
import { joiningGroups } from './admit-machines.ts';
import { requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

/** Takes the join tokens out of the cluster: what stands in user-data is worth nothing from then on. */
export const revokeJoinTokens =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<void> => {
    const api = await requireApi(vault, id);
    const tokens = await readJoinTokens(vault, cancellationSignal(), id, joiningGroups(spec));
    await Promise.all(
      Object.entries(tokens).map(async ([group, token]) => {
        const name = `bootstrap-token-${token.split('.')[0] ?? ''}`;
        try {
          await api.core.deleteNamespacedSecret({ name, namespace: 'kube-system' }, api.options());
        } catch (error) {
          if (statusOf(error) !== 404) throw kubernetesFailure(error, `revoking the join token of ${group} in ${id}`);
        }
      }),
    );
  };
