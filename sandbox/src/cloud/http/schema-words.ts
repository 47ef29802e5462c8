import type { SchemaIssue } from './json-schema.ts';
import { pythonPretty } from './python-pprint.ts';

const indented = (value: unknown): string => pythonPretty(value, 72).replaceAll('\n', '\n    ');
const indices = (path: readonly (string | number)[]): string =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : `['${part}']`)).join('');

/** An issue as Python prints the whole exception (python-jsonschema/jsonschema:jsonschema/exceptions.py, `__str__`). */
export function schemaWords({ message, keyword, schema, schemaPath, path, value }: SchemaIssue): string {
  const place = indices(schemaPath);
  return `${message}\n\nFailed validating '${keyword}' in schema${place}:\n    ${indented(schema)}\n\nOn instance${indices(path)}:\n    ${indented(value)}`;
}
