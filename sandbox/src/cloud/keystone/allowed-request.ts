import type { Cloud } from '../cloud.ts';
import type { Identity } from './identity.ts';

/** A request as the middleware of a service sees it. */
export interface ServiceRequest {
  /** Catalogue type of the service. */
  readonly service: string;
  readonly method: string;
  /** Below the service's root, as the client wrote it, without the query. */
  readonly path: string;
}

/**
 * Whether the access rules of an application credential, if its token has some, allow a request
 * (keystonemiddleware:keystonemiddleware/auth_token/__init__.py, validate_allowed_request).
 */
export function isAllowed(cloud: Cloud, who: Identity, request: ServiceRequest): boolean {
  const credential = cloud.tables.applicationCredentials.get(who.token?.applicationCredentialId ?? '');
  if (!credential || credential.accessRules.length === 0) return true;
  const { service, method, path } = request;
  // A token may always be looked at.
  if (service === 'identity' && method === 'GET' && path.endsWith('/v3/auth/tokens')) return true;
  return credential.accessRules
    .flatMap((id) => cloud.tables.accessRules.get(id) ?? [])
    .some((rule) => rule.method === method && rule.service === service && pathPattern(rule.path).test(path));
}

/** `*` and `{name}` stand for one part of a path, `**` for any number; all else is a regular expression as it is. */
function pathPattern(path: string): RegExp {
  const pattern = path.replaceAll(/\{[^}]*\}|\*\*|\*/g, (part) => (part === '**' ? '.*' : '[^\\/]+'));
  try {
    return new RegExp(`^${pattern}$`);
  } catch {
    return /^(?!)/;
  }
}
