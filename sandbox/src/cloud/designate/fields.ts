import { pythonRepr, pythonText } from '../http/python-repr.ts';
import { isRecord } from '../http/service.ts';
import type { Takes } from '../http/takes.ts';
import { invalidObject } from './errors.ts';

/** A value that a field does not take; `kind` is the Python error that Designate names. */
export class FieldError extends Error {
  readonly kind: 'ValueError' | 'TypeError' | 'AttributeError';

  constructor(message: string, kind: FieldError['kind'] = 'ValueError') {
    super(message);
    this.kind = kind;
  }
}

/** Makes the value of a field of what came, or throws a {@link FieldError}. */
export type Field<T> = (value: unknown, name: string) => T;

const typeName = (value: unknown): string =>
  Array.isArray(value) ? 'list' : isRecord(value) ? 'dict' : value === null ? 'NoneType' : typeof value;

/** Whole numbers (oslo.versionedobjects:fields.py, Integer; designate:objects/fields.py, IntegerFields). */
export const integer =
  (maximum: number): Field<number | null> =>
  (value, name) => {
    if (value === null) return null;
    const number = readInteger(value);
    if (number < 0) throw new FieldError(`Value must be >= 0 for field ${name}`);
    if (number > maximum) throw new FieldError(`Value too high for ${name}`);
    return number;
  };

function readInteger(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') {
    if (/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)) return Number(value.replaceAll('_', ''));
    throw new FieldError(`invalid literal for int() with base 10: ${pythonRepr(value)}`);
  }
  throw new FieldError(
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
    'TypeError',
  );
}

const readText = (value: unknown, name: string): string => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return pythonText(value);
  if (value === null) throw new FieldError(`Field \`${name}' cannot be None`);
  throw new FieldError(`A string is required in field ${name}, not a ${typeName(value)}`);
};

/** Text that may be missing. */
export const text =
  (maximum: number): Field<string | null> =>
  (value, name) => {
    if (value === null) return null;
    const read = readText(value, name);
    if (Array.from(read).length > maximum) throw new FieldError(`Value too long for ${name}`);
    return read;
  };

const label = '(?!-)[A-Za-z0-9_-]{1,63}(?<!-)';
const zoneName = new RegExp(`^(?!.{255,})(?:${label}\\.)+$`);
const hostName = new RegExp(`^(?!.{255,})(?:(?:^\\*|${label})\\.)+$`);
const serviceName = new RegExp(`^(?:(?!-)(?:_[A-Za-z0-9_-]{1,63}\\.){2})(?!.{255,})(?:${label}\\.)+$`);

const nameOf =
  (noun: string, pattern: RegExp): Field<string> =>
  (value, name) => {
    const read = readText(value, name);
    if (read.length > 255) throw new FieldError(`Value too long for ${name}`);
    const long = read.split('.').find((part) => part.length > 63);
    if (long !== undefined) throw new FieldError(`Host ${long} is too long`);
    if (!read.endsWith('.')) throw new FieldError(`${noun} ${read} does not end with a dot`);
    if (!pattern.test(read)) throw new FieldError(`${noun} ${read} is invalid`);
    return read;
  };

/** The name of a zone, or of another machine. */
export const domain = nameOf('Domain', zoneName);

/** The name of a record set, which may begin with `*`. */
export const host: Field<string | null> = (value, name) =>
  value === null ? null : nameOf('Host name', hostName)(value, name);

/** The name of a record set of type SRV, such as `_https._tcp.example.org.`. */
export const isServiceName = (name: string): boolean => serviceName.test(name);

/** Whether it is the name of a domain, with its dot. */
export const isDomain = (name: string): boolean => zoneName.test(name);

/** An address of a mailbox. */
export const email: Field<string> = (value, name) => {
  if (value === null) throw new FieldError("'NoneType' object has no attribute 'count'", 'AttributeError');
  const read = readText(value, name);
  if (read.length > 255) throw new FieldError(`Value too long for ${name}`);
  if (read.split('@').length !== 2) throw new FieldError(`${read} is not an email`);
  if (!zoneName.test(`${read.replace('@', '.')}.`)) throw new FieldError(`Email ${read} is invalid`);
  return read;
};

/** One of some words. */
export const oneOf =
  <const T extends readonly string[]>(...words: T): Field<T[number]> =>
  (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new FieldError(`Field value ${pythonText(value)} is invalid`);
    return found;
  };

/** What happens to the fields of a body. */
export interface ObjectShape {
  /** As errors name the object. */
  readonly noun: string;
  /** Fields that can be set. */
  readonly fields: Readonly<Record<string, Field<unknown>>>;
  /** Fields that are shown, and cannot be set to anything else. */
  readonly fixed: readonly string[];
  /** Fields that can be set once. */
  readonly immutable: readonly string[];
}

/** What a body may hold, and what it may not set. */
export const fieldsIn = ({ fields, fixed }: ObjectShape): Takes => [...Object.keys(fields), ...fixed];

/**
 * The fields of a body, read one after the other as Designate does: what has a bad value stops it, what may not be set
 * is told at the end (designate:designate/objects/adapters/base.py, parse_object).
 */
export function readFields(
  shape: ObjectShape,
  body: Readonly<Record<string, unknown>>,
  current: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const bad: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    const field = shape.fields[name];
    const same = JSON.stringify(current[name] ?? null) === JSON.stringify(value);
    if (!field && !shape.fixed.includes(name)) {
      bad.push(name);
      continue;
    }
    const isSet = current[name] !== undefined && current[name] !== null;
    if (shape.immutable.includes(name) ? isSet && !same : !field && !same) {
      bad.push(name);
      break;
    }
    if (!field) continue;
    try {
      values[name] = field(value, name);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const got =
        error.kind === 'ValueError'
          ? 'a ValueError error'
          : error.kind === 'TypeError'
            ? 'a TypeError'
            : 'an AttributeError';
      throw invalidObject(`Provided object is not valid. Got ${got} with message ${error.message}`);
    }
  }
  if (bad.length > 0) {
    throw invalidObject(
      `Provided object does not match schema. Keys ${pythonRepr(bad)} are not valid for ${shape.noun}`,
    );
  }
  return values;
}
