import { ApiError, parseJson, type Dialect } from '../http/service.ts';

const names: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  500: 'computeFault',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

const bodyTypes = ['', 'text/plain', 'application/json', 'application/vnd.openstack.compute+json'];

const show = (value: unknown): string =>
  value === undefined ? 'None' : typeof value === 'string' ? value : JSON.stringify(value);

/** Errors of Nova and Cinder: `{"<name>": {"code", "message"}}` (nova:nova/api/openstack/wsgi.py, class Fault). */
export const novaDialect: Dialect = {
  error: (status, message, _type, headers) =>
    new ApiError(status, { [names[status] ?? 'computeFault']: { code: status, message } }, message, {
      'content-type': 'application/json; charset=UTF-8',
      ...headers,
    }),
  invalid: (path, value, reason) =>
    novaDialect.error(
      400,
      `Invalid input for field/attribute ${path.split('.').at(-1) ?? path}. Value: ${show(value)}. ${reason}`,
    ),
  emptyType: 'application/json',
  readBody(text, contentType) {
    const type = contentType.split(';')[0]?.trim() ?? '';
    if (!bodyTypes.includes(type)) throw novaDialect.error(415, 'Unsupported Content-Type');
    return parseJson(text, badRequest('Malformed request body'));
  },
};

export const badRequest = (message: string): ApiError => novaDialect.error(400, message);
export const forbidden = (message: string): ApiError => novaDialect.error(403, message);
export const notFound = (message: string): ApiError => novaDialect.error(404, message);
export const conflict = (message: string): ApiError => novaDialect.error(409, message);

/** 403 by policy, in oslo.policy's words. */
export const policyForbidden = (rule: string): ApiError => forbidden(`Policy doesn't allow ${rule} to be performed.`);
