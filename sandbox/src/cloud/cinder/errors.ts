import { ApiError } from '../http/service.ts';
import { faultDialect } from '../http/fault.ts';

/** How Cinder words its errors. */
export const cinderDialect = faultDialect({
  bodyTypes: ['', 'application/json'],
  emptyType: 'text/html; charset=UTF-8',
});

export const badRequest = (message: string): ApiError => cinderDialect.error(400, message);
export const notFound = (message: string): ApiError => cinderDialect.error(404, message);
export const policyForbidden = (rule: string): ApiError =>
  cinderDialect.error(403, `Policy doesn't allow ${rule} to be performed.`);

/** 413 with the name of the error and `Retry-After: 0` (cinder:cinder/exception.py, class QuotaError). */
export function overQuota(name: string, words: string): ApiError {
  const message = `${name}: ${words}`;
  return new ApiError(413, { overLimit: { code: 413, message, retryAfter: '0' } }, message, { 'retry-after': '0' });
}
