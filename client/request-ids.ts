import { createHash, randomUUID } from 'node:crypto';
import {
  canonicalJson,
  type ClusterSpecInput,
  clusterSpecSchema,
  isFields,
  type OperationName,
  parseInput,
} from '../model/index.ts';

/**
 * The workflow id of a request to create. The same specification gives the same id, so a request that is repeated, by
 * whomever and by whatever version, meets the first one and gets its result. A `requestId` of the caller's own takes
 * the digest's place.
 */
export function createRequestId(spec: ClusterSpecInput, requestId?: string): string {
  return `createCluster/${spec.name}/${requestId ?? digest(spec)}`;
}

/**
 * The workflow id of a request for another operation: a new one each time, unless the caller has an id of its own,
 * because the same wish may be had again after others.
 */
export const operationRequestId = (operation: OperationName, name: string, requestId: string = randomUUID()): string =>
  `${operation}/${name}/${requestId}`;

/**
 * The workflow id of a request to delete. It names the cluster's id, so a request to delete never meets one for an
 * earlier cluster of that name; abandoning is another request, which must not be taken for one that was sent before.
 */
export function deleteRequestId(name: string, id: string | undefined, abandon: boolean): string {
  return ['deleteCluster', name, ...(id === undefined ? [] : [id]), ...(abandon ? ['abandon'] : [])].join('/');
}

/**
 * Twelve hexadecimal digits that stand for a specification. Neither the order of its fields matters nor whether a
 * default is written out; and what is left to a default stands for itself, so that a release that changes the default
 * makes no other request of it.
 */
function digest(spec: ClusterSpecInput): string {
  return createHash('sha256')
    .update(canonicalJson(withoutDefaults(spec)))
    .digest('hex')
    .slice(0, 12);
}

/** A specification without the fields that say what would be so without them. */
function withoutDefaults(spec: ClusterSpecInput): unknown {
  const meaning = (one: unknown): string | undefined => {
    const parsed = parseInput(clusterSpecSchema, one);
    return parsed.ok ? canonicalJson(parsed.value) : undefined;
  };
  const whole: unknown = structuredClone(spec);
  const wanted = meaning(whole);
  const strip = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(strip);
    if (!isFields(part)) return;
    for (const [name, value] of Object.entries(part)) {
      strip(value);
      Reflect.deleteProperty(part, name);
      if (meaning(whole) !== wanted) Reflect.set(part, name, value);
    }
  };
  strip(whole);
  return whole;
}
