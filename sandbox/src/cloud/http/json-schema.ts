import { isDeepStrictEqual } from 'node:util';
import { pythonRepr } from './python-repr.ts';

type TypeName = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

/** A JSON Schema, as far as OpenStack's services use it. The order of its keywords is the order of the checks. */
export interface Schema {
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** What is wrong with a value, in the words of python-jsonschema. */
export interface SchemaIssue {
  /** Where in the value. */
  readonly path: readonly (string | number)[];
  /** Where in the schema. */
  readonly schemaPath: readonly (string | number)[];
  readonly message: string;
  /** The value there. */
  readonly value: unknown;
  /** What it does not fulfil, and in which schema. */
  readonly keyword: string;
  readonly schema: Schema;
  /** Words of a format's own, which stand for the whole message. */
  readonly reason?: string | undefined;
}

/** Whether a value has a format; a text says in the service's own words why not. */
type Format = (value: unknown) => boolean | string;
export type Formats = Readonly<Record<string, Format>>;

/**
 * The first thing that is wrong with a value, in the order of the schema's keywords: what `Validator.validate` of
 * python-jsonschema raises (python-jsonschema/jsonschema:jsonschema/validators.py, jsonschema/_keywords.py).
 */
export function findSchemaIssue(schema: Schema, value: unknown, formats: Formats = {}): SchemaIssue | undefined {
  return issuesOf(schema, value, formats)[0];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isType: Readonly<Record<TypeName, (value: unknown) => boolean>> = {
  array: (value) => Array.isArray(value),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  null: (value) => value === null || value === undefined,
  number: (value) => typeof value === 'number',
  object: isObject,
  string: (value) => typeof value === 'string',
};

const hasType = (value: unknown, types: TypeName | readonly TypeName[]): boolean =>
  (typeof types === 'string' ? [types] : types).some((type) => isType[type](value));

/** Python counts code points. */
const lengthOf = (text: string): number => Array.from(text).length;

type Check = (schema: Schema, value: unknown, formats: Formats) => readonly Partial<SchemaIssue>[];

const message = (words: string): Partial<SchemaIssue>[] => [{ message: words }];
const shown = pythonRepr;
const at = (
  issues: readonly SchemaIssue[],
  part: string | number,
  schemaParts: readonly (string | number)[],
): SchemaIssue[] =>
  issues.map((issue) => ({ ...issue, path: [part, ...issue.path], schemaPath: [...schemaParts, ...issue.schemaPath] }));
const quoted = (names: readonly string[]): string => names.map(shown).join(', ');

function alternatives(schemas: readonly Schema[], value: unknown, formats: Formats): Partial<SchemaIssue>[] {
  return schemas.some((schema) => issuesOf(schema, value, formats).length === 0)
    ? []
    : message(`${shown(value)} is not valid under any of the given schemas`);
}

/** Nova and Cinder look at numbers in texts too. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

/** One check for each keyword. Of values that another keyword refuses, a check says nothing. */
const checks: Readonly<Record<string, Check>> = {
  type: ({ type: types = [] }, value) =>
    hasType(value, types) ? [] : message(`${shown(value)} is not of type ${quoted([types].flat())}`),
  enum: ({ enum: allowed = [] }, value) =>
    allowed.some((one) => isDeepStrictEqual(one, value))
      ? []
      : message(`${shown(value)} is not one of ${shown(allowed)}`),
  properties: ({ properties = {} }, value, formats) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, inner]) =>
          Object.hasOwn(value, name) ? at(issuesOf(inner, value[name], formats), name, ['properties', name]) : [],
        )
      : [],
  patternProperties: ({ patternProperties: patterns = {} }, value, formats) =>
    isObject(value)
      ? Object.entries(patterns).flatMap(([pattern, inner]) =>
          Object.entries(value).flatMap(([name, item]) =>
            new RegExp(pattern).test(name)
              ? at(issuesOf(inner, item, formats), name, ['patternProperties', pattern])
              : [],
          ),
        )
      : [],
  additionalProperties: (
    { additionalProperties: allowed = true, properties = {}, patternProperties = {} },
    value,
    formats,
  ) => {
    if (!isObject(value) || allowed === true) return [];
    const patterns = Object.keys(patternProperties);
    const extras = Object.keys(value)
      .filter((name) => !Object.hasOwn(properties, name))
      .filter((name) => !patterns.some((pattern) => new RegExp(pattern).test(name)))
      .sort();
    if (extras.length === 0) return [];
    if (allowed !== false) {
      return extras.flatMap((name) => at(issuesOf(allowed, value[name], formats), name, ['additionalProperties']));
    }
    const one = extras.length === 1;
    return message(
      patterns.length > 0
        ? `${quoted(extras)} ${one ? 'does' : 'do'} not match any of the regexes: ${quoted(patterns.sort())}`
        : `Additional properties are not allowed (${quoted(extras)} ${one ? 'was' : 'were'} unexpected)`,
    );
  },
  required: ({ required: names = [] }, value) =>
    isObject(value)
      ? names
          .filter((name) => !Object.hasOwn(value, name))
          .map((name) => ({ message: `${shown(name)} is a required property` }))
      : [],
  minProperties: ({ minProperties: least = 0 }, value) =>
    isObject(value) && Object.keys(value).length < least
      ? message(`${shown(value)} ${least === 1 ? 'should be non-empty' : 'does not have enough properties'}`)
      : [],
  maxProperties: ({ maxProperties: most = Infinity }, value) =>
    isObject(value) && Object.keys(value).length > most ? message(`${shown(value)} has too many properties`) : [],
  items: ({ items: inner = {} }, value, formats) =>
    Array.isArray(value) ? value.flatMap((item, index) => at(issuesOf(inner, item, formats), index, ['items'])) : [],
  prefixItems: ({ prefixItems: inner = [] }, value, formats) =>
    Array.isArray(value)
      ? inner.flatMap((one, index) =>
          index < value.length ? at(issuesOf(one, value[index], formats), index, ['prefixItems', index]) : [],
        )
      : [],
  minItems: ({ minItems: least = 0 }, value) =>
    Array.isArray(value) && value.length < least
      ? message(`${shown(value)} ${least === 1 ? 'should be non-empty' : 'is too short'}`)
      : [],
  maxItems: ({ maxItems: most = Infinity }, value) =>
    Array.isArray(value) && value.length > most
      ? message(`${shown(value)} ${most === 0 ? 'is expected to be empty' : 'is too long'}`)
      : [],
  uniqueItems: ({ uniqueItems: unique = false }, value) =>
    unique &&
    Array.isArray(value) &&
    value.some((one, index) => value.slice(0, index).some((before) => isDeepStrictEqual(before, one)))
      ? message(`${shown(value)} has non-unique elements`)
      : [],
  pattern: ({ pattern = '' }, value) =>
    typeof value === 'string' && !new RegExp(pattern).test(value)
      ? message(`${shown(value)} does not match ${shown(pattern)}`)
      : [],
  format: ({ format = '' }, value, formats) => {
    const verdict = formats[format]?.(value) ?? true;
    if (verdict === true) return [];
    return [{ message: `${shown(value)} is not a ${shown(format)}`, reason: verdict === false ? undefined : verdict }];
  },
  minLength: ({ minLength: least = 0 }, value) =>
    typeof value === 'string' && lengthOf(value) < least
      ? message(`${shown(value)} ${least === 1 ? 'should be non-empty' : 'is too short'}`)
      : [],
  maxLength: ({ maxLength: most = Infinity }, value) =>
    typeof value === 'string' && lengthOf(value) > most
      ? message(`${shown(value)} ${most === 0 ? 'is expected to be empty' : 'is too long'}`)
      : [],
  minimum: ({ minimum: least = -Infinity }, value) => {
    const number = numberOf(value);
    return number !== undefined && number < least
      ? message(`${shown(number)} is less than the minimum of ${least}`)
      : [];
  },
  maximum: ({ maximum: most = Infinity }, value) => {
    const number = numberOf(value);
    return number !== undefined && number > most
      ? message(`${shown(number)} is greater than the maximum of ${most}`)
      : [];
  },
  allOf: ({ allOf: schemas = [] }, value, formats) =>
    schemas.flatMap((inner, index) =>
      issuesOf(inner, value, formats).map((issue) => ({ ...issue, schemaPath: ['allOf', index, ...issue.schemaPath] })),
    ),
  anyOf: ({ anyOf: schemas = [] }, value, formats) => alternatives(schemas, value, formats),
  oneOf: ({ oneOf: schemas = [] }, value, formats) => {
    const fitting = schemas.filter((inner) => issuesOf(inner, value, formats).length === 0);
    const [first, ...more] = fitting;
    return first !== undefined && more.length > 0
      ? message(`${shown(value)} is valid under each of ${[...more, first].map(shown).join(', ')}`)
      : alternatives(schemas, value, formats);
  },
};

function issuesOf(schema: Schema, value: unknown, formats: Formats): SchemaIssue[] {
  return Object.keys(schema).flatMap((keyword) =>
    [...(checks[keyword]?.(schema, value, formats) ?? [])].map((found) => ({
      path: [],
      schemaPath: [],
      message: '',
      value,
      keyword,
      schema,
      ...found,
    })),
  );
}
