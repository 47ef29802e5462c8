import type { Call } from '../http/service.ts';
import { badRequest, cinderDialect } from './errors.ts';

/** What Cinder 28 (2026.1) announces. */
export const cinderVersions = { min: 0, max: 71 } as const;

/**
 * The minor microversion of a request, from `OpenStack-API-Version: volume 3.<minor>`
 * (cinder:cinder/api/openstack/wsgi.py, class Request).
 * @throws ApiError 406 out of range, 400 when it is not a version
 */
export function readMicroversion(call: Call, range: { readonly min: number; readonly max: number }): number {
  const header = call.headers['openstack-api-version'];
  if (typeof header !== 'string') return range.min;
  const text = header
    .split(',')
    .map((part) => part.trim().split(/\s+/))
    .find(([type]) => type === 'volume')?.[1];
  if (text === undefined) {
    throw badRequest(
      'The server could not comply with the request since it is either malformed or otherwise incorrect.',
    );
  }
  if (text === 'latest') return range.max;
  const match = /^(\d+)\.(\d+)$/.exec(text);
  if (!match) throw badRequest(`API Version String ${text} is of invalid format. Must be of format MajorNum.MinorNum.`);
  const minor = Number(match[2]);
  if (match[1] === '3' && minor >= range.min && minor <= range.max) return minor;
  throw cinderDialect.error(
    406,
    `Version ${text} is not supported by the API. Minimum is 3.${range.min} and maximum is 3.${range.max}.`,
    undefined,
    { 'openstack-api-version': `volume ${text}` },
  );
}
