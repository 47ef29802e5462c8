import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { type ApplicationCredential, ForbiddenError, UnauthorizedError } from 'openstack-client-ts';
import { z } from 'zod';
import {
  clusterNames,
  type ClusterSpec,
  FailureType,
  type LeftResource,
  preFlightWords,
  vaultPaths,
} from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { Cloud, Clouds } from '../cloud/clouds.ts';
import { grantable } from '../cloud/grantable-roles.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { call } from '../cloud/session.ts';

/** The secret at `vaultPaths(id).cloudCredential`: an application credential, and whose it is. */
export const cloudCredentialSchema = z.looseObject({
  id: z.string(),
  secret: z.string(),
  userId: z.string(),
  userName: z.string(),
});
type CloudCredential = z.output<typeof cloudCredentialSchema>;

interface Deps {
  readonly clouds: Clouds;
  readonly vault: VaultClient;
}

interface Target {
  readonly id: string;
  readonly spec: ClusterSpec;
}

/** The cluster's credential in Vault; undefined where there is none. */
export const findCloudCredential = (vault: VaultClient, id: string): Promise<CloudCredential | undefined> =>
  vault.kv.find(vaultPaths(id).cloudCredential, cloudCredentialSchema, cancellationSignal());

/**
 * Activity: gives a cluster an application credential of its own, with the least roles. One in Vault with which one can
 * log in stays. Keystone tells a secret once: where it was lost on its way to Vault, what was made is removed, and
 * another one made.
 *
 * @throws ApplicationFailure `OpenStack.Forbidden` when Slipway's own credential may make none
 */
export const ensureCloudCredential =
  ({ clouds, vault }: Deps) =>
  async ({ id, spec }: Target): Promise<void> => {
    const cloud = await clouds.get(spec.cloud);
    const known = await findCloudCredential(vault, id);
    if (known !== undefined && (await letsIn(cloud, known))) return;
    const roles = await rolesToGrant(cloud);
    const { cloudCredentials } = ownResources(cloud, id);
    for (const lost of await cloudCredentials.list()) await cloudCredentials.remove(lost);
    const made = await cloudCredentials.create(roles);
    await vault.kv.write(vaultPaths(id).cloudCredential, await toKeep(cloud, made), cancellationSignal());
  };

async function letsIn(cloud: Cloud, { id, secret }: CloudCredential): Promise<boolean> {
  await using client = cloud.withCredential(id, secret);
  try {
    await client.authenticate(call());
    return true;
  } catch (error) {
    if (error instanceof UnauthorizedError) return false;
    throw error;
  }
}

/** As the pre-flight says it: roles may have been taken since. */
async function rolesToGrant(cloud: Cloud): Promise<readonly string[]> {
  const { who, restricted, roles, own } = await grantable(cloud);
  const wanted = cloud.settings.clusterRoles.join(', ');
  if (restricted) throw refused(preFlightWords('credentialRestricted', { who }));
  if (roles.length === 0) throw refused(preFlightWords('credentialRoles', { wanted, who, roles: own.join(', ') }));
  return roles;
}

const refused = (words: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(words, FailureType.OpenStackForbidden);

async function toKeep({ client }: Cloud, { id, secret = '' }: ApplicationCredential): Promise<CloudCredential> {
  const { user } = await client.authenticate(call());
  return { id, secret, userId: user.id, userName: user.name ?? user.id };
}

/** What became of a cluster's credential. */
interface RemovedCredential {
  readonly removed: number;
  /** What Slipway may not remove, and why. */
  readonly left: readonly LeftResource[];
}

/**
 * Removes what of a cluster's credential Slipway may remove in the cloud. One that another user made, with whom Slipway
 * was in the cloud before, can be removed by that one only; none can while Slipway's own is restricted. Then it is
 * told.
 */
export async function removeCredential({ clouds, vault }: Deps, { id, spec }: Target): Promise<RemovedCredential> {
  const cloud = await clouds.get(spec.cloud);
  const known = await findCloudCredential(vault, id);
  const { cloudCredentials } = ownResources(cloud, id);
  const found = await cloudCredentials.list();
  const left: LeftResource[] = [];
  for (const one of found) {
    try {
      await cloudCredentials.remove(one);
    } catch (error) {
      if (!(error instanceof ForbiddenError)) throw error;
      left.push(leftCredential(id, one.id, `Slipway’s own credential may not remove it: ${error.message}`));
    }
  }
  const removed = found.length - left.length;
  if (known !== undefined) {
    const { user } = await cloud.client.authenticate(call());
    if (known.userId !== user.id && (await letsIn(cloud, known)))
      left.push(leftCredential(id, known.id, `user ${known.userName} made it, and alone may remove it`));
  }
  return { removed, left };
}

const leftCredential = (cluster: string, id: string, reason: string): LeftResource => ({
  ...{ service: 'identity', type: 'application credential', id, name: clusterNames(cluster).cloudCredential },
  reason: `${reason}: openstack application credential delete ${id}`,
});

/** Forgets the secret of a cluster's credential. */
export const forgetCredential = (vault: VaultClient, id: string): Promise<void> =>
  vault.kv.remove(vaultPaths(id).cloudCredential, cancellationSignal());

/** Activity, at the end of a cluster: {@link removeCredential}. `forgetCluster` forgets the secret after it. */
export const removeCloudCredential =
  (deps: Deps) =>
  (target: Target): Promise<RemovedCredential> =>
    removeCredential(deps, target);
