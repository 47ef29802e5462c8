import { ApiError, type Dialect } from '../http/service.ts';
import { show } from '../store/omit.ts';

/** `{"code", "type", "message"}` (designate:designate/api/middleware.py). */
export const designateError = (status: number, type: string, message: string): ApiError =>
  new ApiError(status, { code: status, type, message }, message);

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
    return new ApiError(
      400,
      { code: 400, type: 'invalid_object', message: 'Provided object does not match schema', errors },
      message,
    );
  },
  unknownPath: () => designateError(404, 'not_found', 'Not Found'),
};
