import { pythonText } from '../http/python-repr.ts';
import { ApiError, parseJson, type Dialect } from '../http/service.ts';

/** `{"faultcode", "faultstring", "debuginfo"}` (octavia:octavia/common/exceptions.py, through WSME). */
export function fault(status: number, message: string): ApiError {
  const faultcode = status >= 500 ? 'Server' : 'Client';
  return new ApiError(status, { faultcode, faultstring: message, debuginfo: null }, message);
}

export const octaviaDialect: Dialect = {
  error: (status, message) => fault(status, message),
  invalid: (path, value, reason) =>
    fault(
      400,
      `Invalid input for field/attribute ${path.split('.').at(-1) ?? path}. Value: '${pythonText(value)}'. ${reason}`,
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
export const invalidOption = (value: string, option: string): ApiError =>
  fault(400, `${value} is not a valid option for ${option}`);
/** Something else that a request names is not there. */
export const notThere = (label: string, id: string): ApiError => fault(400, `${label} ${id} not found.`);
/** What the provider's driver cannot do. */
export const unsupported = (provider: string, what: string): ApiError =>
  fault(501, `Provider '${provider}' does not support a requested option: ${what}`);
export const noChildren = (): ApiError => fault(400, 'Protocol PROMETHEUS listeners cannot have child objects.');
export const alreadyThere = (): ApiError => fault(409, 'Already an entity with that specified id.');
/** What SQLAlchemy says to an object within the body of an object that is made by itself. */
export const notWithin = (): ApiError => fault(500, "'dict' object has no attribute '_sa_instance_state'");
/** A parent in a path that is not there: found out by Pecan's routing, before WSME is asked. */
export const parentNotFound = (label: string, id: string): ApiError => {
  const description = `${label} ${id} not found.`;
  return new ApiError(404, { code: 404, title: 'Bad Request', description }, description);
};
/** A parameter that Octavia reads before WSME is asked. */
export const badParameter = (description: string): ApiError =>
  new ApiError(400, { code: 400, title: 'Bad Request', description }, description);
