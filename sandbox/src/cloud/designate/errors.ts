import { ApiError, isRecord, parseJson, type Answer, type Asked, type Dialect } from '../http/service.ts';
import { show } from '../store/omit.ts';

/** `{"code", "type", "message", "request_id"}` (designate:designate/api/middleware.py). */
class DesignateError extends ApiError {
  override answer = ({ requestId }: Asked): Answer => ({
    status: this.status,
    body: isRecord(this.body) ? { ...this.body, request_id: requestId } : this.body,
    headers: this.headers,
  });
}

export const designateError = (status: number, type: string, message?: string): ApiError =>
  new DesignateError(status, { code: status, type, ...(message !== undefined && { message }) }, message ?? type);

export const designateDialect: Dialect = {
  error: (status, message, type) =>
    designateError(
      status,
      type ?? (status === 404 ? 'not_found' : status === 400 ? 'bad_request' : 'unknown'),
      message,
    ),
  invalid(path, value, reason) {
    const message = `${show(value)} ${reason}`;
    const errors = { errors: [{ path: path.split('.'), message, validator: 'schema', validator_value: null }] };
    return new DesignateError(
      400,
      { code: 400, type: 'invalid_object', message: 'Provided object does not match schema', errors },
      message,
    );
  },
  unknownPath: ({ allowed }) =>
    allowed.length > 0
      ? designateError(405, 'method_not_allowed')
      : designateError(404, 'not_found', 'resource not found'),
  readBody(text, contentType) {
    if (!contentType.startsWith('application/json')) {
      throw designateError(415, 'unsupported_content_type', 'Content-type must be application/json');
    }
    return parseJson(text, designateError(400, 'invalid_json', 'Expecting value: line 1 column 1 (char 0)'));
  },
};
