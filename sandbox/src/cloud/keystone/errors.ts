import { ApiError, type Call, type Dialect } from '../http/service.ts';
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
  unknownPath() {
    return keystoneDialect.error(
      404,
      'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
    );
  },
};

/** 401 with the words Keystone uses for every failed log-in. */
export const unauthorized = (): ApiError =>
  keystoneDialect.error(401, 'The request you have made requires authentication.');

/** 403 by policy or by a restricted application credential. */
export const forbidden = (action: string): ApiError =>
  keystoneDialect.error(403, `You are not authorized to perform the requested action: ${action}.`);

/** 404 for a missing project, user, role, domain, application credential or token. */
export const notFound = (type: string, id: string): ApiError =>
  keystoneDialect.error(404, `Could not find ${type}: ${id}.`);

/** 409 for a name that is taken. */
export const duplicate = (type: string, name: string): ApiError =>
  keystoneDialect.error(
    409,
    `Conflict occurred attempting to store ${type} - Duplicate entry found with name ${name}.`,
  );

/** Lets only admins pass. */
export function requireAdmin(call: Call, action: string): void {
  if (!call.who.isAdmin) throw forbidden(action);
}
