import { findSchemaIssue, type Formats, type Schema } from './json-schema.ts';
import { pythonText } from './python-repr.ts';
import { ApiError, parseJson, type Dialect } from './service.ts';

/** Names of the statuses (nova:nova/api/openstack/wsgi.py and cinder:cinder/api/openstack/wsgi.py, class Fault). */
const names: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

/** A value as Python's `%s` shows it in an error. */
const show = (value: unknown): string =>
  value === undefined ? 'None' : typeof value === 'string' ? value : JSON.stringify(value);

/** Where Nova and Cinder differ. */
export interface FaultDialectOptions {
  /** Content types of bodies that are read; the empty one stands for none. */
  readonly bodyTypes: readonly string[];
  /** Content type of answers without a body. */
  readonly emptyType: string;
  /** Headers of every error. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Errors as Nova and Cinder send them: `{"<name>": {"code", "message"}}`. */
export function faultDialect({ bodyTypes, emptyType, headers: own = {} }: FaultDialectOptions): Dialect {
  const error: Dialect['error'] = (status, message, _type, headers) =>
    new ApiError(status, { [names[status] ?? 'computeFault']: { code: status, message } }, message, {
      ...own,
      ...headers,
    });
  return {
    error,
    invalid(path, value, reason) {
      const field = path.split('.').at(-1) ?? path;
      return error(400, `Invalid input for field/attribute ${field}. Value: ${show(value)}. ${reason}`);
    },
    emptyType,
    readBody(text, contentType) {
      const type = contentType.split(';')[0]?.trim() ?? '';
      if (!bodyTypes.includes(type)) throw error(415, 'Unsupported Content-Type');
      return parseJson(text, error(400, 'Malformed request body'));
    },
  };
}

/** Checks a body as Nova and Cinder do before they look at anything else. @throws ApiError 400 in their words */
export function requireSchema(dialect: Dialect, schema: Schema, body: unknown, formats: Formats): void {
  const issue = findSchemaIssue(schema, body, formats);
  if (issue === undefined) return;
  const path = issue.path.at(-1);
  if (issue.reason !== undefined) throw dialect.error(400, issue.reason);
  if (path === undefined) throw dialect.error(400, issue.message);
  throw dialect.error(
    400,
    `Invalid input for field/attribute ${path}. Value: ${pythonText(issue.value)}. ${issue.message}`,
  );
}
