import type { ApiError } from '../http/service.ts';
import { novaDialect } from '../nova/errors.ts';

/** Cinder shapes its errors as Nova does. */
export const cinderDialect = novaDialect;

export const badRequest = (message: string): ApiError => cinderDialect.error(400, message);
export const notFound = (message: string): ApiError => cinderDialect.error(404, message);
export const policyForbidden = (rule: string): ApiError =>
  cinderDialect.error(403, `Policy doesn't allow ${rule} to be performed.`);

/** 413 with `Retry-After: 0`, as every quota error of Cinder (cinder:cinder/exception.py, QuotaError). */
export const overQuota = (message: string): ApiError =>
  cinderDialect.error(413, message, undefined, { 'retry-after': '0' });
