import { createHash } from 'node:crypto';
import type { ClusterSpec } from '../model/index.ts';

/**
 * The workflow id of a request to create. The same spec gives the same id, so a request that is repeated, by whomever, meets the
 * first one and gets its result. A `requestId` of the caller's own takes the digest's place.
 */
export function createRequestId(spec: ClusterSpec, requestId?: string): string {
  return `createCluster/${spec.name}/${requestId ?? specDigest(spec)}`;
}

/**
 * The workflow id of a request to delete. It names the cluster's id, so a request to delete never meets one for an earlier cluster of
 * that name; abandoning is another request, which must not be taken for one that was sent before.
 */
export function deleteRequestId(name: string, id: string | undefined, abandon: boolean): string {
  return ['deleteCluster', name, ...(id === undefined ? [] : [id]), ...(abandon ? ['abandon'] : [])].join('/');
}

/** Twelve hexadecimal digits that stand for a spec with all its defaults; the order of its fields does not matter. */
export function specDigest(spec: ClusterSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex').slice(0, 12);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
