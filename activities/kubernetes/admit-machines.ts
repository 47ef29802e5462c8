import type { V1Secret } from '@kubernetes/client-node';
import { cancellationSignal } from '@temporalio/activity';
import { vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { readJoinTokens, replaceJoinToken } from '../secrets/key-material.ts';
import { type ClusterApi, requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

/** A token is revoked as soon as its machines are Ready; this is for a worker that dies before. */
const VALID_MS = 2 * 3600_000;

export interface AdmitInput {
  readonly id: string;
  /** The machine groups, each of which joins with a token of its own. */
  readonly groups: readonly string[];
  /**
   * A token that was revoked is replaced: it stands in the user-data of older machines, where their pods may read it.
   * For machines that are asked for after this.
   */
  readonly anew?: boolean;
}

/**
 * Makes the groups' join tokens valid: a bootstrap token each (Kubernetes:
 * reference/access-authn-authz/bootstrap-tokens). Until then the machines, which have the token since they were made,
 * wait. Vault keeps that it was done, for `removeStrandedMachines`.
 */
export const admitMachines =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, groups, anew = false }: AdmitInput): Promise<void> => {
    const signal = cancellationSignal();
    const api = await requireApi(vault, id);
    if (anew) await replaceRevoked(vault, api, id, groups);
    const [tokens] = await Promise.all([
      readJoinTokens(vault, signal, id, groups),
      // Said before it is so: whoever finds no note may be sure that nothing has joined.
      vault.kv.create(vaultPaths(id).machinesAdmitted, {}, signal),
    ]);
    const expiration = new Date(Date.now() + VALID_MS).toISOString();
    await Promise.all(
      Object.entries(tokens).map(async ([group, token]) => {
        const [tokenId = '', secret = ''] = token.split('.');
        const name = secretOf(token);
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

/** Name of the Secret that makes a join token valid. */
export const secretOf = (token: string): string => `bootstrap-token-${token.split('.')[0] ?? ''}`;

async function replaceRevoked(
  vault: VaultClient,
  api: ClusterApi,
  id: string,
  groups: readonly string[],
): Promise<void> {
  const signal = cancellationSignal();
  const tokens = await readJoinTokens(vault, signal, id, groups);
  const isValid = async (group: string, token: string): Promise<boolean> => {
    try {
      await api.core.readNamespacedSecret({ name: secretOf(token), namespace: 'kube-system' }, api.options());
      return true;
    } catch (error) {
      if (statusOf(error) !== 404) throw kubernetesFailure(error, `looking for the join token of ${group} in ${id}`);
      return false;
    }
  };
  await Promise.all(
    Object.entries(tokens).map(async ([group, token]) => {
      if (!(await isValid(group, token))) await replaceJoinToken(vault, signal, id, group);
    }),
  );
}

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
