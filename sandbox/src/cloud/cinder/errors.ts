import { ApiError, parseJson, type Dialect } from '../http/service.ts';
import { show } from '../store/omit.ts';

const names: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

/** Errors of Cinder: `{"<name>": {"code", "message"}}` (cinder:cinder/api/openstack/wsgi.py, class Fault). */
export const cinderDialect: Dialect = {
  error: (status, message, _type, headers) =>
    new ApiError(status, { [names[status] ?? 'computeFault']: { code: status, message } }, message, headers),
  invalid: (path, value, reason) =>
    cinderDialect.error(
      400,
      `Invalid input for field/attribute ${path.split('.').at(-1) ?? path}. Value: ${show(value)}. ${reason}`,
    ),
  emptyType: 'text/html; charset=UTF-8',
  readBody(text, contentType) {
    const type = contentType.split(';')[0]?.trim() ?? '';
    if (type !== '' && type !== 'application/json') throw cinderDialect.error(415, 'Unsupported Content-Type');
    return parseJson(text, badRequest('Malformed request body'));
  },
};

export const badRequest = (message: string): ApiError => cinderDialect.error(400, message);
export const notFound = (message: string): ApiError => cinderDialect.error(404, message);
export const policyForbidden = (rule: string): ApiError =>
  cinderDialect.error(403, `Policy doesn't allow ${rule} to be performed.`);

/** 413 with the name of the error and `Retry-After: 0` (cinder:cinder/exception.py, class QuotaError). */
export function overQuota(name: string, words: string): ApiError {
  const message = `${name}: ${words}`;
  return new ApiError(413, { overLimit: { code: 413, message, retryAfter: '0' } }, message, { 'retry-after': '0' });
}
