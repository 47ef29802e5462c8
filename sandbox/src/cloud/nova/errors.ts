import type { ApiError } from '../http/service.ts';
import { faultDialect } from '../http/fault.ts';

/** How Nova words its errors. */
export const novaDialect = faultDialect({
  bodyTypes: ['', 'text/plain', 'application/json', 'application/vnd.openstack.compute+json'],
  emptyType: 'application/json',
  headers: { 'content-type': 'application/json; charset=UTF-8' },
});

export const badRequest = (message: string): ApiError => novaDialect.error(400, message);
export const forbidden = (message: string): ApiError => novaDialect.error(403, message);
export const notFound = (message: string): ApiError => novaDialect.error(404, message);
export const conflict = (message: string): ApiError => novaDialect.error(409, message);

/** 403 by policy, in oslo.policy's words. */
export const policyForbidden = (rule: string): ApiError => forbidden(`Policy doesn't allow ${rule} to be performed.`);
