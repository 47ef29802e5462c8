import { pythonText } from '../http/python-repr.ts';
import { isRecord } from '../http/service.ts';
import type { Takes } from '../http/takes.ts';
import { fault } from './errors.ts';

/**
 * Octavia declares its bodies with WSME. A value is first read from JSON, and then checked: what cannot be read is
 * blamed on the whole body, what does not pass the check on its attribute (wsme:wsme/rest/json.py, wsme:wsme/types.py).
 */
export interface Type<T> {
  /** @throws BadValue if the value cannot be read. */
  read(json: unknown): T;
  /** Returns the value as it is kept. @throws BadValue if it is not allowed. */
  check(value: T): T;
  /** What an object may hold. */
  readonly takes?: Takes;
}

/** What is wrong with a value, in WSME's words. */
export class BadValue extends Error {
  /** The value as it is shown, if not as it is. */
  readonly shown: string | undefined;

  constructor(message: string, shown?: string) {
    super(message);
    this.shown = shown;
  }
}

/** Attributes that the type does not have. */
class UnknownAttributes extends Error {
  path: string | undefined = undefined;
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(names.join(', '));
    this.names = names;
  }

  within(name: string): this {
    this.path = this.path === undefined ? name : `${name}.${this.path}`;
    return this;
  }
}

const invalidInput = (field: string, value: unknown, reason: string) =>
  fault(400, `Invalid input for field/attribute ${field}. Value: '${pythonText(value)}'. ${reason}`);

/** The name that Python has for the type of a JSON value. */
const pythonType = (value: unknown): string =>
  value === null
    ? 'NoneType'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'string'
        ? 'str'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value === 'number'
            ? Number.isInteger(value)
              ? 'int'
              : 'float'
            : 'dict';

const attributeReader =
  <T>(type: Type<T>) =>
  (name: string, json: unknown): T | null => {
    if (json === null) return null;
    let value: T;
    try {
      value = type.read(json);
    } catch (error) {
      throw error instanceof UnknownAttributes ? error.within(name) : error;
    }
    try {
      return type.check(value);
    } catch (error) {
      throw error instanceof BadValue ? invalidInput(name, error.shown ?? value, error.message) : error;
    }
  };

/** One attribute of a type. */
export interface Attribute<T> {
  /** Reads and checks its value. */
  readonly read: (name: string, json: unknown) => unknown;
  readonly mandatory: boolean;
  /** Its value if it is not in the body; undefined is WSME's `Unset`. */
  readonly absent: unknown;
  /** What its value may hold, if that is an object. */
  readonly takes: Takes | undefined;
  /** Never there: carries the type of the parsed value. */
  readonly value?: T;
}

/** An attribute that must be there. */
export const must = <T>(type: Type<T>): Attribute<T> => ({
  read: attributeReader(type),
  mandatory: true,
  absent: undefined,
  takes: type.takes,
});
/** An attribute that may be there; `null` is kept apart from absent. */
export const may = <T>(type: Type<T>): Attribute<T | null | undefined> => ({
  read: attributeReader(type),
  mandatory: false,
  absent: undefined,
  takes: type.takes,
});
/** An attribute with a default. */
export const or = <T>(type: Type<T>, absent: T): Attribute<T | null> => ({
  read: attributeReader(type),
  mandatory: false,
  absent,
  takes: type.takes,
});

export type Shape = Readonly<Record<string, Attribute<unknown>>>;
/** What a body of a shape is after reading. */
export type Values<S extends Shape> = { [K in keyof S]: S[K] extends Attribute<infer T> ? T : never };

/** An object with attributes, and what they are. */
export type RecordType<T> = Type<T> & { readonly takes: Takes };

/** An object with attributes, read in their order. */
export function record<S extends Shape>(shape: S): RecordType<Values<S>> {
  const attributes = Object.entries(shape);
  return {
    read(json) {
      if (!isRecord(json)) throw fault(500, `'${pythonType(json)}' object has no attribute 'keys'`);
      const unknown = Object.keys(json).filter((name) => !(name in shape));
      if (unknown.length > 0) throw new UnknownAttributes(unknown);
      const values: Record<string, unknown> = {};
      for (const [name, attribute] of attributes) {
        if (name in json) values[name] = attribute.read(name, json[name]);
        else if (attribute.mandatory) throw invalidInput(name, null, 'Mandatory field missing.');
        else values[name] = attribute.absent;
      }
      return values as Values<S>;
    },
    check: (value) => value,
    takes: attributes.flatMap(([name, { takes = [''] }]) =>
      takes.map((path) => (path === '' || path.startsWith('[') ? name + path : `${name}.${path}`)),
    ),
  };
}

/** Another resource within: what it may hold is said where it stands by itself. */
export const within = <T>(type: Type<T>): Type<T> => ({
  read: (json) => type.read(json),
  check: (value) => type.check(value),
});

/** A list. */
export const list = <T>(item: Type<T>): Type<T[]> => ({
  read(json) {
    if (!Array.isArray(json)) throw new BadValue(`Value not a valid list: ${pythonText(json)}`);
    return json.map((one: unknown) => item.read(one));
  },
  check: (value) => value.map((one) => item.check(one)),
  ...(item.takes && { takes: item.takes.map((path) => `[].${path}`) }),
});

/** The object under its name in a body, read but not yet looked at. */
export interface Body<T> {
  /** Whether there is an object to look at. */
  readonly given: boolean;
  /** The object. @throws ApiError 500 if there is none: Octavia asks nothing for its attribute `first` */
  get(first: string): T;
}

/**
 * Reads the object under its name in a body.
 * @param argument - the name of the body in Octavia's method, which WSME blames
 */
export function readBody<T>(body: unknown, argument: string, name: string, type: Type<T>): Body<T> {
  const root = readWhole(body, argument, record({ [name]: may(type) }));
  const value = root?.[name];
  return {
    given: value !== undefined && value !== null,
    get(first) {
      if (value !== undefined && value !== null) return value;
      const nothing = root !== null && value === undefined ? 'UnsetType' : 'NoneType';
      throw fault(500, `'${nothing}' object has no attribute '${root === null ? name : first}'`);
    },
  };
}

/** A body, read as a type; null is read as null. */
export function readWhole<T>(body: unknown, argument: string, type: Type<T>): T | null {
  if (body === undefined) throw fault(400, `Missing argument: "${argument}"`);
  if (body === null) return null;
  try {
    return type.read(body);
  } catch (error) {
    if (error instanceof BadValue) throw invalidInput(argument, body, error.message);
    if (!(error instanceof UnknownAttributes)) throw error;
    const { names, path } = error.within(argument);
    const noun = names.length > 1 ? 'attributes' : 'attribute';
    throw fault(400, `Unknown ${noun} for argument ${path ?? ''}: ${names.join(', ')}`);
  }
}
