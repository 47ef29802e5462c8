import { requireSchema } from '../http/fault.ts';
import type { Formats, Schema } from '../http/json-schema.ts';
import { isRecord } from '../http/service.ts';
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

const volumeStatuses = [
  ...['creating', 'available', 'deleting', 'error', 'error_deleting', 'error_managing', 'managing', 'attaching'],
  ...['in-use', 'detaching', 'maintenance', 'restoring-backup', 'error_restoring', 'reserved', 'awaiting-transfer'],
  ...['backing-up', 'error_backing-up', 'error_extending', 'downloading', 'uploading', 'retyping', 'extending'],
];
const migrationStatuses = ['migrating', 'error', 'success', 'completing', 'none', 'starting'];

/** One of some words, in any case (cinder:cinder/objects/fields.py). `shown` is how Python shows them. */
const wordOf =
  (what: string, words: readonly string[], shown: string) =>
  (value: unknown): boolean | string =>
    typeof value !== 'string' ||
    value === '' ||
    words.includes(value.toLowerCase()) ||
    `Volume ${what}: ${value} is invalid, valid statuses are: ${shown}.`;
const tuple = (words: readonly string[]): string => `(${words.map((one) => `'${one}'`).join(', ')})`;

/** Cinder's formats (cinder:cinder/api/validation/validators.py). */
const formats: Formats = {
  name: (value) => {
    if (value === null || value === '') return "An invalid 'name' value was provided. The 'name' can not be None.";
    if (typeof value !== 'string' || value.trim() !== '') return true;
    return "An invalid 'name' value was provided. The 'name' can not be empty.";
  },
  validate_volume_reset_body: (value) =>
    (isRecord(value) && ['status', 'attach_status', 'migration_status'].some((name) => Boolean(value[name]))) ||
    "Must specify 'status', 'attach_status' or 'migration_status' for update.",
  volume_status: wordOf('status', volumeStatuses, tuple(volumeStatuses)),
  volume_attach_status: wordOf('attach status', ['attached', 'detached'], "['attached', 'detached']"),
  volume_migration_status: wordOf('migration status', migrationStatuses, tuple(migrationStatuses)),
  uuid: (value) => typeof value !== 'string' || uuid.test(value),
  name_non_mandatory_remove_white_spaces: shortText('name'),
  description_non_mandatory_remove_white_spaces: shortText('description'),
};

/** Checks a body as Cinder does before it looks at anything else. @throws ApiError 400 in its words */
export const checkBody = (schema: Schema, body: unknown): void => requireSchema(cinderDialect, schema, body, formats);
