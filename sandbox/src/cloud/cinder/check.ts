import { findSchemaIssue, type Formats, type Schema } from '../http/json-schema.ts';
import { pythonText } from '../http/python-repr.ts';
import { badRequest } from './errors.ts';

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Text of at most 255 characters, or nothing (cinder:cinder/utils.py, check_string_length). */
const shortText =
  (name: string) =>
  (value: unknown): boolean | string => {
    if (value === null || value === '' || typeof value !== 'string') return true;
    const length = Array.from(value.trim()).length;
    return length <= 255 || `Invalid input received: ${name} has ${length} characters, more than 255.`;
  };

/** Cinder's formats (cinder:cinder/api/validation/validators.py). */
const formats: Formats = {
  uuid: (value) => typeof value !== 'string' || uuid.test(value),
  name_non_mandatory_remove_white_spaces: shortText('name'),
  description_non_mandatory_remove_white_spaces: shortText('description'),
};

/** Checks a body as Cinder does before it looks at anything else. @throws ApiError 400 in its words */
export function checkBody(schema: Schema, body: unknown): void {
  const issue = findSchemaIssue(schema, body, formats);
  if (issue === undefined) return;
  const path = issue.path.at(-1);
  if (issue.reason !== undefined) throw badRequest(issue.reason);
  if (path === undefined) throw badRequest(issue.message);
  throw badRequest(`Invalid input for field/attribute ${path}. Value: ${pythonText(issue.value)}. ${issue.message}`);
}
