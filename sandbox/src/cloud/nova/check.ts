import { isIP, isIPv4, isIPv6 } from 'node:net';
import { requireSchema } from '../http/fault.ts';
import { findSchemaIssue, type Formats, type Schema } from '../http/json-schema.ts';
import { pythonText } from '../http/python-repr.ts';
import type { Call } from '../http/service.ts';
import { badRequest, novaDialect } from './errors.ts';

const text =
  (test: (value: string) => boolean) =>
  (value: unknown): boolean =>
    typeof value !== 'string' || test(value);

const nameReason =
  "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.";
const printable = (value: string): boolean => !/^[\p{C}\p{Z}]|[\p{C}\p{Zl}\p{Zp}]|[\p{C}\p{Z}]$/u.test(value);

function isRegex(value: string): boolean {
  if (value === '') return false;
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

/** The forms of a UUID that oslo.utils takes: with or without dashes, in any case. */
const isUuid = (value: string): boolean => /^[0-9a-f]{32}$/i.test(value.replaceAll('-', ''));

/** Nova's formats (nova:nova/api/validation/validators.py). */
const formats: Formats = {
  name: (value) => (typeof value === 'string' && printable(value) ? true : nameReason),
  uuid: text(isUuid),
  regex: text(isRegex),
  base64: text((value) =>
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.replaceAll(/[^A-Za-z0-9+/=]/g, '')),
  ),
  'date-time': text((value) => !Number.isNaN(Date.parse(value))),
  ipv4: text(isIPv4),
  ipv6: text(isIPv6),
  ip: text((value) => isIP(value) > 0),
};

/** Checks a body as Nova does before it looks at anything else. @throws ApiError 400 in its words */
export const checkBody = (schema: Schema, body: unknown): void => requireSchema(novaDialect, schema, body, formats);

/** Checks a query, whose parameters are lists of texts. @throws ApiError 400 in Nova's words */
export function checkQuery(schema: Schema, call: Call): void {
  const names = [...new Set(call.query.keys())];
  const query = Object.fromEntries(names.map((name) => [name, call.query.getAll(name)]));
  const issue = findSchemaIssue(schema, query, formats);
  if (issue === undefined) return;
  const [path] = issue.path;
  if (path === undefined) throw badRequest(issue.message);
  throw badRequest(`Invalid input for query parameters ${path}. Value: ${pythonText(issue.value)}. ${issue.message}`);
}
