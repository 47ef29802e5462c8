import type { V1Secret } from '@kubernetes/client-node';
import { cancellationSignal } from '@temporalio/activity';
import { type ClusterSpec, CONTROL_PLANE_GROUP, vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { readJoinTokens } from '../vault/key-material.ts';
import { requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

/** A token is revoked as soon as its machines are Ready; this is for a worker that dies before. */
const VALID_MS = 2 * 3600_000;

/** The machine groups that join with a token of their own. */
export const joiningGroups = (spec: ClusterSpec): string[] => [
  CONTROL_PLANE_GROUP,
  ...spec.nodeGroups.map(({ name }) => name),
];

/**
 * Makes the groups' join tokens valid: a bootstrap token each (Kubernetes: reference/access-authn-authz/bootstrap-tokens). Until then the machines, which have the
 * token since they were made, wait. Vault keeps that it was done, for `removeStrandedMachines`.
 */
export const admitMachines =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<void> => {
    const signal = cancellationSignal();
    const api = await requireApi(vault, id);
    const [tokens] = await Promise.all([
      readJoinTokens(vault, signal, id, joiningGroups(spec)),
      // Said before it is so: whoever finds no note may be sure that nothing has joined.
      vault.kv.create(vaultPaths(id).machinesAdmitted, {}, signal),
    ]);
    const expiration = new Date(Date.now() + VALID_MS).toISOString();
    await Promise.all(
      Object.entries(tokens).map(async ([group, token]) => {
        const [tokenId = '', secret = ''] = token.split('.');
        const name = `bootstrap-token-${tokenId}`;
        const body: V1Secret = {
          metadata: { name, namespace: 'kube-system' },
          type: 'bootstrap.kubernetes.io/token',
          stringData: {
            description: `Slipway: machines of ${group}`,
            'token-id': tokenId,
            'token-secret': secret,
            expiration,
            'usage-bootstrap-authentication': 'true',
            'usage-bootstrap-signing': 'true',
            'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
          },
        };
        try {
          await api.core.createNamespacedSecret({ namespace: 'kube-system', body }, api.options());
        } catch (error) {
          if (statusOf(error) !== 409) throw kubernetesFailure(error, `making the join token of ${group} in ${id}`);
          await replace(api, name, body, group);
        }
      }),
    );
  };

/** An earlier try made it; its expiration is renewed. */
async function replace(
  api: Awaited<ReturnType<typeof requireApi>>,
  name: string,
  body: V1Secret,
  group: string,
): Promise<void> {
  try {
    await api.core.replaceNamespacedSecret({ name, namespace: 'kube-system', body }, api.options());
  } catch (error) {
    throw kubernetesFailure(error, `renewing the join token of ${group}`);
  }
}
