import { lacking } from './capabilities.ts';
import type { VaultClient, VaultTokenInfo } from './client.ts';

/**
 * What a worker always needs, on one path of each kind in docs/reference/vault-policy.hcl. The payload codec's keys are
 * not among it: not every worker has the codec switched on.
 */
const WORKER_NEEDS: Readonly<Record<string, readonly string[]>> = {
  'slipway/data/clusters/a/b': ['create', 'update', 'read'],
  'slipway/metadata/clusters/a/b': ['list', 'delete'],
  'slipway/data/clouds/a': ['read'],
  'slipway/metadata/clouds/': ['list'],
  'sys/mounts/slipway-a-kubernetes': ['create', 'update', 'read', 'delete'],
  'slipway-a-kubernetes/issue/b': ['create', 'update', 'read'],
};

/** What a worker's token lacks, as `"read" on slipway/data/clouds/a`; empty when it has all. */
export async function lackingForWorker(vault: VaultClient, signal?: AbortSignal): Promise<string[]> {
  const has = await vault.capabilities(Object.keys(WORKER_NEEDS), signal);
  return Object.entries(WORKER_NEEDS).flatMap(([path, needs]) => {
    const missing = lacking(needs, has[path] ?? []);
    return missing.length === 0 ? [] : [`${missing.map((one) => `"${one}"`).join(', ')} on ${path}`];
  });
}

/** Who a token is, how long it lives, and whether that can be prolonged. */
export function describeToken(token: VaultTokenInfo): string {
  return `${token.displayName || 'token'}, policies ${token.policies.join(', ') || 'none'}, ${life(token)}`;
}

function life({ ttlSeconds, renewable, createdAt, maxTtlSeconds }: VaultTokenInfo): string {
  if (ttlSeconds === undefined) return 'does not expire';
  const expires = `expires in ${duration(ttlSeconds)}`;
  if (!renewable) return `${expires}, cannot be renewed`;
  if (maxTtlSeconds === undefined) return `${expires}, can be renewed`;
  return `${expires}, can be renewed until ${new Date((createdAt + maxTtlSeconds) * 1000).toISOString()}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.round(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
