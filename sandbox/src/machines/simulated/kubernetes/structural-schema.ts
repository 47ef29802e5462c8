import { at, fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from './object.ts';

/** What of an object breaks its schema: the path, as Kubernetes writes it, what is wrong, and the cause's reason. */
export interface Violation {
  readonly field: string;
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueNotSupported' | 'FieldValueTypeInvalid';
  readonly message: string;
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const own = new Set(['apiVersion', 'kind', 'metadata']);
const isEmbedded = (schema: unknown) => at(schema, 'x-kubernetes-embedded-resource') === true;
const preserves = (schema: unknown) => at(schema, 'x-kubernetes-preserve-unknown-fields') === true;
const additional = (schema: unknown) => {
  const value = at(schema, 'additionalProperties');
  return value === false || value === undefined ? undefined : value;
};

/** The schema of a field, if it is one; `{}` where any is allowed. */
function fieldSchema(schema: unknown, name: string): unknown {
  return at(schema, 'properties', name) ?? additional(schema);
}

/**
 * An object without the fields that its schema does not have, and their paths.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
export function prune(
  schema: unknown,
  value: unknown,
): { readonly value: unknown; readonly pruned: readonly string[] } {
  const pruned: string[] = [];
  const walk = (part: unknown, form: unknown, path: string, resource: boolean): unknown => {
    if (Array.isArray(part)) {
      const items = at(form, 'items');
      return part.map((item: unknown, index) => walk(item, items, `${path}[${index}]`, isEmbedded(items)));
    }
    if (!isFields(part)) return part;
    const entries = Object.entries(part).flatMap(([name, item]): [string, unknown][] => {
      if (resource && own.has(name)) return [[name, item]];
      const inner = fieldSchema(form, name);
      if (inner !== undefined) return [[name, walk(item, inner, join(path, name), isEmbedded(inner))]];
      if (preserves(form) || form === true) return [[name, item]];
      pruned.push(join(path, name));
      return [];
    });
    return Object.fromEntries(entries);
  };
  return { value: walk(value, schema, '', true), pruned };
}

/** An object with the defaults of its schema. A `null` is replaced where the schema does not allow one. */
export function applyDefaults(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => applyDefaults(at(schema, 'items'), item));
  if (!isFields(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = fieldSchema(schema, name);
    const missing = item === null && at(inner, 'nullable') !== true && at(inner, 'default') !== undefined;
    if (!missing) result[name] = applyDefaults(inner, item);
  }
  for (const [name, inner] of Object.entries(fieldsAt(schema, 'properties'))) {
    const fallback = at(inner, 'default');
    if (fallback !== undefined && !(name in result)) result[name] = applyDefaults(inner, structuredClone(fallback));
  }
  return result;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function fits(type: string, value: unknown): boolean {
  const actual = typeOf(value);
  return actual === type || (type === 'number' && actual === 'integer');
}

const quoted = (value: unknown) => JSON.stringify(value);

/** The formats that are looked at; others are not, as with the API server. */
const formats: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/u,
  date: /^\d{4}-\d\d-\d\d$/u,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/iu,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/u,
};

/** A Go regular expression as JavaScript reads it; undefined when it cannot. */
function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u');
  } catch {
    return undefined;
  }
}

class Validator {
  readonly found: Violation[] = [];

  invalid(field: string, value: unknown, message: string): void {
    this.found.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${quoted(value)}: ${message}` });
  }

  validate(schema: unknown, value: unknown, path: string): void {
    if (value === null && at(schema, 'nullable') === true) return;
    const type = textAt(schema, 'type');
    const either = at(schema, 'x-kubernetes-int-or-string') === true;
    if (either ? !['integer', 'string'].includes(typeOf(value)) : type !== '' && !fits(type, value)) {
      const wanted = either ? 'integer,string' : type;
      const said = `Invalid value: ${quoted(typeOf(value))}: ${path} in body must be of type ${wanted}: ${quoted(typeOf(value))}`;
      this.found.push({ field: path, reason: 'FieldValueTypeInvalid', message: said });
      return;
    }
    const choices = listAt(schema, 'enum');
    if (choices.length > 0 && !choices.some((choice) => quoted(choice) === quoted(value))) {
      const supported = choices.map(quoted).join(', ');
      const message = `Unsupported value: ${quoted(value)}: supported values: ${supported}`;
      this.found.push({ field: path, reason: 'FieldValueNotSupported', message });
    }
    if (typeof value === 'string') this.#text(schema, value, path);
    if (typeof value === 'number') this.#number(schema, value, path);
    if (Array.isArray(value)) this.#list(schema, value, path);
    else if (isFields(value)) this.#object(schema, value, path);
    this.#combined(schema, value, path);
  }

  #text(schema: unknown, value: string, path: string): void {
    const pattern = at(schema, 'pattern');
    if (typeof pattern === 'string' && patternOf(pattern)?.test(value) === false) {
      this.invalid(path, value, `${path} in body should match '${pattern}'`);
    }
    const format = formats[textAt(schema, 'format')];
    if (format?.test(value) === false) {
      this.invalid(path, value, `${path} in body must be of type ${textAt(schema, 'format')}: ${quoted(value)}`);
    }
    // Kubernetes counts characters, JavaScript units of UTF-16.
    const { length } = Array.from(value);
    if (length < numberAt(schema, 0, 'minLength')) {
      this.invalid(path, value, `${path} in body should be at least ${textAt(schema, 'minLength')} chars long`);
    }
    if (length > numberAt(schema, Infinity, 'maxLength')) {
      this.found.push({
        field: path,
        reason: 'FieldValueInvalid',
        message: `Too long: may not be more than ${textAt(schema, 'maxLength')} bytes`,
      });
    }
  }

  #number(schema: unknown, value: number, path: string): void {
    const minimum = numberAt(schema, -Infinity, 'minimum');
    const maximum = numberAt(schema, Infinity, 'maximum');
    const above = at(schema, 'exclusiveMinimum') === true;
    const below = at(schema, 'exclusiveMaximum') === true;
    if (value < minimum || (above && value === minimum)) {
      const than = above ? 'greater than' : 'greater than or equal to';
      this.invalid(path, value, `${path} in body should be ${than} ${minimum}`);
    }
    if (value > maximum || (below && value === maximum)) {
      const than = below ? 'less than' : 'less than or equal to';
      this.invalid(path, value, `${path} in body should be ${than} ${maximum}`);
    }
    const step = numberAt(schema, 0, 'multipleOf');
    if (step !== 0 && value % step !== 0) this.invalid(path, value, `${path} in body should be a multiple of ${step}`);
  }

  #list(schema: unknown, value: readonly unknown[], path: string): void {
    if (value.length < numberAt(schema, 0, 'minItems')) {
      this.invalid(path, value.length, `${path} in body should have at least ${textAt(schema, 'minItems')} items`);
    }
    if (value.length > numberAt(schema, Infinity, 'maxItems')) {
      this.invalid(path, value.length, `${path} in body should have at most ${textAt(schema, 'maxItems')} items`);
    }
    for (const [index, item] of value.entries()) this.validate(at(schema, 'items'), item, `${path}[${index}]`);
  }

  #object(schema: unknown, value: Fields, path: string): void {
    for (const name of listAt(schema, 'required')) {
      if (typeof name === 'string' && !(name in value)) {
        this.found.push({ field: join(path, name), reason: 'FieldValueRequired', message: 'Required value' });
      }
    }
    const { length } = Object.keys(value);
    if (length < numberAt(schema, 0, 'minProperties')) {
      this.invalid(path, length, `${path} in body should have at least ${textAt(schema, 'minProperties')} properties`);
    }
    if (length > numberAt(schema, Infinity, 'maxProperties')) {
      this.invalid(path, length, `${path} in body should have at most ${textAt(schema, 'maxProperties')} properties`);
    }
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      const inner = fieldSchema(schema, name);
      const isResource = path === '' || isEmbedded(schema);
      if (inner !== undefined && !(isResource && own.has(name))) this.validate(inner, item, join(path, name));
    }
  }

  #combined(schema: unknown, value: unknown, path: string): void {
    const matches = (candidate: unknown) => {
      const inner = new Validator();
      inner.validate(candidate, value, path);
      return inner.found.length === 0;
    };
    for (const part of listAt(schema, 'allOf')) this.validate(part, value, path);
    const any = listAt(schema, 'anyOf');
    if (any.length > 0 && !any.some(matches))
      this.invalid(path, value, `${path} in body must validate at least one schema (anyOf)`);
    const one = listAt(schema, 'oneOf');
    if (one.length > 0 && one.filter(matches).length !== 1) {
      this.invalid(path, value, `${path} in body must validate one and only one schema (oneOf)`);
    }
    const not = at(schema, 'not');
    if (not !== undefined && matches(not))
      this.invalid(path, value, `${path} in body must not validate the schema (not)`);
  }
}

/**
 * What of an object breaks the structural schema of its custom resource. Rules in CEL (`x-kubernetes-validations`) are
 * not looked at.
 */
export function violationsOf(schema: unknown, value: unknown): readonly Violation[] {
  const validator = new Validator();
  validator.validate(schema, value, '');
  return validator.found;
}
