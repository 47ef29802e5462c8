import { z } from 'zod';
import { findSchemaIssue, type Schema } from '../http/json-schema.ts';
import { readBoolean } from '../http/paging.ts';
import { pythonText } from '../http/python-repr.ts';
import { keystoneDialect } from './errors.ts';

/**
 * Checks a body as Keystone does (keystone:keystone/api/validation/validators.py). @throws ApiError 400 in its words
 */
export function checkBody(schema: Schema, body: unknown): void {
  const issue = findSchemaIssue(schema, body ?? {});
  if (issue === undefined) return;
  const path = issue.path.at(-1);
  const where =
    path === undefined ? '' : `Invalid input for field/attribute ${path}. Value: ${pythonText(issue.value)}. `;
  throw keystoneDialect.error(400, where + issue.message);
}

/** What Keystone takes for true and false (keystone:keystone/api/validation/parameter_types.py). */
export const booleanSchema: Schema = {
  type: ['boolean', 'string', 'null'],
  enum: [
    ...[true, 'True', 'TRUE', 'true', false, 'False', 'FALSE', 'false', ''],
    ...['1', '0', 'y', 'Y', 'n', 'N', 'on', 'ON', 'off', 'OFF', 'yes', 'no'],
  ],
};

/** What {@link booleanSchema} lets pass, as a boolean; nothing at all for null and what is not there. */
export const flag = z
  .union([z.boolean(), z.string()])
  .nullish()
  .transform((value) => (typeof value === 'string' ? (readBoolean(value) ?? false) : (value ?? undefined)));

/** The id of a project, a domain or a role (keystone:keystone/common/validation/parameter_types.py, id_string). */
export const idSchema: Schema = { type: 'string', minLength: 1, maxLength: 64, pattern: '^[a-zA-Z0-9-]+$' };

/** A name that is not only spaces. */
export const nameSchema = (maxLength: number): Schema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: '[\\S]+',
});

/** Text, or nothing. */
export const nullableText: Schema = { type: ['string', 'null'] };

/** The body of a creation: one object under its name. */
export const wrapped = (name: string, schema: Schema): Schema => ({
  type: 'object',
  properties: { [name]: schema },
  additionalProperties: false,
});
