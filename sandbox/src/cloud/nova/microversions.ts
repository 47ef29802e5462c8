import { ApiError, type Call } from '../http/service.ts';
import { badRequest, novaDialect } from './errors.ts';

/** What Nova 33 (2026.1) announces. */
export const novaVersions = { min: 1, max: 103 } as const;

/** Reads `<major>.<minor>`, `latest` or nothing; returns the minor. */
function read(text: string | undefined, range: { readonly min: number; readonly max: number }, major: number): number {
  if (text === undefined) return range.min;
  if (text === 'latest') return range.max;
  const match = /^(\d+)\.(\d+)$/.exec(text);
  if (!match) throw badRequest(`API Version String ${text} is of invalid format. Must be of format MajorNum.MinorNum.`);
  const minor = Number(match[2]);
  if (Number(match[1]) === major && minor >= range.min && minor <= range.max) return minor;
  const words = `Version ${text} is not supported by the API. Minimum is ${major}.${range.min} and maximum is ${major}.${range.max}.`;
  if (major === 2) {
    const headers = { 'openstack-api-version': `compute ${text}`, 'x-openstack-nova-api-version': text };
    throw novaDialect.error(406, words, undefined, headers);
  }
  const error = {
    request_id: '',
    code: 'cinder.microversion-unsupported',
    status: 406,
    title: 'Requested microversion is unsupported',
    detail: words,
    links: [{ rel: 'help', href: 'https://docs.openstack.org/api-guide/compute/microversions.html' }],
  };
  throw new ApiError(406, { errors: [error] }, words);
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/**
 * The minor microversion of a request, from `OpenStack-API-Version: <type> <version>` or Nova's older header.
 * @throws ApiError 406 out of range, 400 when it is not a version.
 */
export function readMicroversion(
  call: Call,
  type: string,
  major: number,
  range: { readonly min: number; readonly max: number },
  legacy?: string,
): number {
  const modern = (first(call.headers['openstack-api-version']) ?? '')
    .split(',')
    .map((part) => part.trim().split(/\s+/))
    .find(([name]) => name === type)?.[1];
  return read(modern ?? (legacy === undefined ? undefined : first(call.headers[legacy])), range, major);
}
