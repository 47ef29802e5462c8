import type { TLSSocket } from 'node:tls';
import { ApiError } from './api-error.ts';
import { at, listAt } from './object.ts';
import { resourceOf } from './resource-type.ts';
import type { Store } from './store.ts';

/** Who asks. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const openPaths = new Set(['/version', '/healthz', '/livez', '/readyz']);
const list = (value: string | string[] | undefined) =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/**
 * The user of a connection: CN and O of a client certificate that the cluster's CA has signed, else nobody.
 * Tokens are no way in: service accounts have none here, and bootstrap tokens are for joining machines only.
 * @throws ApiError 401 for a certificate of another CA, and for any bearer token.
 */
export function userOf(socket: TLSSocket, authorization: string | undefined): User {
  if (authorization !== undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  // Without a certificate this is an empty object, whatever the types say.
  const certificate: { subject?: { CN?: string | string[]; O?: string | string[] } } = socket.getPeerCertificate();
  if (certificate.subject === undefined) return anonymous;
  if (!socket.authorized) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  const { CN, O } = certificate.subject;
  return { name: list(CN)[0] ?? '', groups: [...list(O), 'system:authenticated'] };
}

/** Whether a user may do everything: a member of system:masters, or bound to the cluster role cluster-admin. */
function isAdmin(user: User, store: Store): boolean {
  if (user.groups.includes('system:masters')) return true;
  for (const binding of store.values(resourceOf('ClusterRoleBinding'))) {
    if (at(binding, 'roleRef', 'name') !== 'cluster-admin') continue;
    const bound = listAt(binding, 'subjects').some((subject) => {
      const name = at(subject, 'name');
      return at(subject, 'kind') === 'Group' ? user.groups.some((group) => group === name) : user.name === name;
    });
    if (bound) return true;
  }
  return false;
}

/** @throws ApiError 403 when a user may not send this request. */
export function authorize(user: User, store: Store, verb: string, path: string): void {
  if (openPaths.has(path) || path.startsWith('/livez/') || path.startsWith('/readyz/') || isAdmin(user, store)) return;
  throw new ApiError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
}
