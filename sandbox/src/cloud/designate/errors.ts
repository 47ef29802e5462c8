import { ApiError, isRecord, type Answer, type Asked, type Dialect } from '../http/service.ts';
import { show } from '../store/omit.ts';
import { jsonProblem } from './json-problem.ts';

/** `{"code", "type", "message", "request_id"}` (designate:designate/api/middleware.py). */
class DesignateError extends ApiError {
  override answer = ({ requestId }: Asked): Answer => ({
    status: this.status,
    body: isRecord(this.body) ? { ...this.body, request_id: requestId } : this.body,
    headers: this.headers,
  });
}

/** One thing that is wrong with an object, as Designate lists it. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly validator: string;
  readonly validator_value: unknown;
}

/** A refusal by its type (designate:designate/exceptions.py); several of them carry no message. */
export const designateError = (status: number, type: string, message?: string): ApiError =>
  new DesignateError(status, { code: status, type, ...(message !== undefined && { message }) }, message ?? type);

/** An object that could not be made of a body. */
export const invalidObject = (message?: string): ApiError => designateError(400, 'invalid_object', message);

/** An object that was made and does not hold together. */
export const problems = (found: readonly Problem[]): ApiError =>
  new DesignateError(
    400,
    { code: 400, type: 'invalid_object', errors: { errors: found } },
    found.map(({ message }) => message).join('; '),
  );

/** What went wrong inside Designate, which it does not name. */
const unexpected = (): ApiError => designateError(500, 'unknown');

export const designateDialect: Dialect = {
  error: (status, message, type) =>
    designateError(
      status,
      type ?? (status === 404 ? 'not_found' : status === 400 ? 'bad_request' : 'unknown'),
      status === 500 ? undefined : message,
    ),
  invalid: (path, value, reason) =>
    problems([
      { path: path.split('.'), message: `${show(value)} ${reason}`, validator: 'schema', validator_value: null },
    ]),
  unknownPath: ({ allowed }) =>
    allowed.length > 0
      ? designateError(405, 'method_not_allowed')
      : designateError(404, 'not_found', 'resource not found'),
  readBody(text, contentType) {
    if (!/^application\/json(?:-patch\+json)?(?:;|$)/.test(contentType)) throw unsupported();
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw designateError(400, 'invalid_json', jsonProblem(text));
    }
  },
};

const unsupported = (): ApiError =>
  designateError(415, 'unsupported_content_type', 'Content-type must be application/json');

/** The object that a call brings. @throws ApiError if it brings none */
export function bodyOf(call: { readonly body: unknown; readonly headers: Asked['headers'] }): Record<string, unknown> {
  if (call.headers['content-type'] === undefined) throw unsupported();
  if (call.body === undefined || call.body === null) {
    throw designateError(400, 'empty_request_body', 'Request Body is empty');
  }
  if (!isRecord(call.body)) throw unexpected();
  return call.body;
}
