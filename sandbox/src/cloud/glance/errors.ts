import type { ApiError, Dialect } from '../http/service.ts';
import { webobDetail, webobError } from '../http/webob.ts';

/** Glance's errors are WebOb's (glance:glance/common/wsgi.py). */
export const glanceDialect: Dialect = {
  error: (status, message, _type, headers) => webobError(status, message, headers),
  invalid: (path, _value, reason) => webobError(400, `${path}: ${reason}`),
  unknownPath: ({ allowed }) =>
    allowed.length > 0 ? webobError(405, undefined, { allow: allowed.join(', ') }) : webobError(404),
  unauthorized: (challenge) => webobError(401, undefined, challenge),
  emptyType: 'text/html; charset=UTF-8',
};

export const badRequest = (message: string): ApiError => webobError(400, message);
export const notFound = (id: string): ApiError => webobError(404, `No image found with ID ${id}`);

/** 403 by policy. */
export const forbidden = (action: string): ApiError =>
  webobError(403, `You are not authorized to complete ${action} action.`);

/** 403 and 409 with their reason behind the general words. */
export const refused = (status: 403 | 409, detail: string): ApiError => webobDetail(status, detail);
