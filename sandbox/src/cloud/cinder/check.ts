import { requireSchema } from '../http/fault.ts';
import type { Formats, Schema } from '../http/json-schema.ts';
import { cinderDialect } from './errors.ts';

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
  name: (value) => {
    if (value === null || value === '') return "An invalid 'name' value was provided. The 'name' can not be None.";
    if (typeof value !== 'string' || value.trim() !== '') return true;
    return "An invalid 'name' value was provided. The 'name' can not be empty.";
  },
  uuid: (value) => typeof value !== 'string' || uuid.test(value),
  name_non_mandatory_remove_white_spaces: shortText('name'),
  description_non_mandatory_remove_white_spaces: shortText('description'),
};

/** Checks a body as Cinder does before it looks at anything else. @throws ApiError 400 in its words */
export const checkBody = (schema: Schema, body: unknown): void => requireSchema(cinderDialect, schema, body, formats);
