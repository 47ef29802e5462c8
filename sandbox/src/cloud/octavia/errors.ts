import { ApiError, parseJson, type Dialect } from '../http/service.ts';

/** `{"faultcode", "faultstring", "debuginfo"}` (octavia:octavia/common/exceptions.py, through WSME). */
export function fault(status: number, message: string): ApiError {
  const faultcode = status >= 500 ? 'Server' : 'Client';
  return new ApiError(status, { faultcode, faultstring: message, debuginfo: null }, message);
}

const show = (value: unknown): string =>
  value === undefined ? 'None' : typeof value === 'string' ? value : JSON.stringify(value);

export const octaviaDialect: Dialect = {
  error: (status, message) => fault(status, message),
  invalid: (path, value, reason) =>
    fault(
      400,
      `Invalid input for field/attribute ${path.split('.').at(-1) ?? path}. Value: '${show(value)}'. ${reason}`,
    ),
  unknownPath: () => new ApiError(404, { code: 404, title: 'Not Found', description: '' }, 'Not Found'),
  readBody(text, contentType) {
    const type = contentType.split(';')[0]?.trim() ?? '';
    if (type !== '' && type !== 'application/json') throw fault(415, `Unknown mimetype: ${type}`);
    return parseJson(text, fault(400, 'Request is not in valid JSON format'));
  },
};

export const notFound = (label: string, id: string): ApiError => fault(404, `${label} ${id} not found.`);
export const forbidden = (): ApiError => fault(403, 'Policy does not allow this request to be performed.');
export const validation = (detail: string): ApiError => fault(400, `Validation failure: ${detail}`);
export const immutable = (label: string, id: string): ApiError =>
  fault(409, `${label} ${id} is immutable and cannot be updated.`);
export const quotaMet = (label: string): ApiError => fault(403, `Quota has been met for resources: ${label}`);
