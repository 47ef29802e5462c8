import { generateKeyPair, randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { machineGroups, vaultPaths, type ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';

/** The secret at `vaultPaths(id).serviceAccountKeys`: what kubeadm calls sa.key and sa.pub, PEM. */
export const serviceAccountKeysSchema = z.looseObject({ privateKey: z.string(), publicKey: z.string() });
/** The secret at `vaultPaths(id).encryptionKey`: 32 random bytes in base64. */
export const encryptionKeySchema = z.looseObject({ key: z.base64() });
/**
 * The secret at `vaultPaths(id).joinToken(group)`: a bootstrap token (Kubernetes:
 * reference/access-authn-authz/bootstrap-tokens).
 */
const joinTokenSchema = z.looseObject({ token: z.string().regex(/^[a-z0-9]{6}\.[a-z0-9]{16}$/) });

/**
 * Writes every key and token that is not there yet; what is there stays. One call each: 2 + control plane + node
 * groups.
 */
export async function ensureKeyMaterial(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
  spec: ClusterSpec,
): Promise<void> {
  const paths = vaultPaths(id);
  const groups = machineGroups(spec).map(({ group }) => group);
  await Promise.all([
    newServiceAccountKeys().then((keys) => vault.kv.create(paths.serviceAccountKeys, keys, signal)),
    ...(spec.kubernetes.encryptionAtRest
      ? [vault.kv.create(paths.encryptionKey, { key: randomBytes(32).toString('base64') }, signal)]
      : []),
    ...groups.map((group) => vault.kv.create(paths.joinToken(group), { token: newJoinToken() }, signal)),
  ]);
}

/**
 * The join tokens of these groups (`CONTROL_PLANE_GROUP` for the control plane), by group. A machine's token lets it
 * join once the cluster's API holds it as a bootstrap token. Throws VaultError `not-found` when a group has none.
 */
export async function readJoinTokens(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
  groups: readonly string[],
): Promise<Record<string, string>> {
  const paths = vaultPaths(id);
  const read = async (group: string) =>
    [group, (await vault.kv.read(paths.joinToken(group), joinTokenSchema, signal)).token] as const;
  return Object.fromEntries(await Promise.all(groups.map(read)));
}

/** Gives a group another join token than the one that its older machines know. */
export const replaceJoinToken = (vault: VaultClient, signal: AbortSignal, id: string, group: string): Promise<void> =>
  vault.kv.write(vaultPaths(id).joinToken(group), { token: newJoinToken() }, signal);

async function newServiceAccountKeys(): Promise<z.output<typeof serviceAccountKeysSchema>> {
  return await promisify(generateKeyPair)('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function newJoinToken(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const characters = (length: number) =>
    Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return `${characters(6)}.${characters(16)}`;
}
