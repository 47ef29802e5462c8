import { ApiError, isRecord, parseJson, type Call, type Dialect } from '../http/service.ts';
import { statusTitle } from '../http/webob.ts';
import { show } from '../store/omit.ts';

/** Keystone's errors (keystone:keystone/exception.py). */
export const keystoneDialect: Dialect = {
  error(status, message, _type, headers) {
    return new ApiError(status, { error: { code: status, message, title: statusTitle(status) } }, message, headers);
  },
  invalid(path, value, reason) {
    return keystoneDialect.error(400, `Invalid input for field '${path}': ${show(value)} ${reason}`);
  },
  unknownPath({ allowed }) {
    if (allowed.length > 0) {
      const message = 'The method is not allowed for the requested URL.';
      return new ApiError(405, { message }, message, { allow: allowed.join(', ') });
    }
    const words =
      'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
    const page = `<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>${words}</p>\n`;
    return new ApiError(404, page, words, { 'content-type': 'text/html; charset=utf-8' });
  },
  readBody(text, contentType) {
    if (contentType.split(';')[0]?.trim() !== 'application/json') {
      throw malformed('Expecting to find application/json in Content-Type header.');
    }
    const refusal = malformed('Expecting to find valid JSON in request body.');
    const body = parseJson(text, refusal);
    if (!isRecord(body)) throw refusal;
    return body;
  },
};

/** 400 with the words Keystone adds to what it misses (keystone:keystone/exception.py, class ValidationError). */
export const malformed = (words: string): ApiError =>
  keystoneDialect.error(
    400,
    `${words} The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
  );

/** Where to log in: what a 401 tells. */
export const challenge = (origin: string): Readonly<Record<string, string>> => ({
  'www-authenticate': `Keystone uri="${origin}/identity/v3"`,
});

/** 401 with the words Keystone uses for every failed log-in. */
export const unauthorized = (origin: string): ApiError =>
  keystoneDialect.error(401, 'The request you have made requires authentication.', undefined, challenge(origin));

/** 403 by policy or by a restricted application credential. */
export const forbidden = (action: string): ApiError =>
  keystoneDialect.error(403, `You are not authorized to perform the requested action: ${action}.`);

/** 404 for a missing project, user, role, domain, application credential or token. */
export const notFound = (type: string, id: string): ApiError =>
  keystoneDialect.error(404, `Could not find ${type}: ${id}.`);

/** 409 for a name that is taken. */
export const duplicate = (type: string, details: string): ApiError =>
  keystoneDialect.error(409, `Conflict occurred attempting to store ${type} - ${details}.`);

/**
 * 501 for what the sandbox has not: the words of Keystone's own for that (keystone:keystone/exception.py,
 * NotImplemented).
 */
export const unserved = (): ApiError =>
  keystoneDialect.error(501, 'The action you have requested has not been implemented.');

/** Lets only admins pass. */
export function requireAdmin(call: Call, action: string): void {
  if (!call.who.isAdmin) throw forbidden(action);
}
