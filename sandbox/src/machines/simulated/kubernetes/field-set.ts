import { isFields, type Fields } from './object.ts';
import { elementOf, type Shape } from './shape.ts';

/**
 * A set of fields of an object. A field is the path to it: the elements of `fieldsV1` (`f:spec`, `k:{"name":"x"}`,
 * `v:"x"`), joined.
 */
export type FieldSet = ReadonlySet<string>;

interface Tree {
  [element: string]: Tree;
}

const separator = '\u0000';

/** The path of an element within another one; the object itself is ''. */
export const within = (path: string, element: string) => (path === '' ? element : `${path}${separator}${element}`);

/** The elements of a path. */
export const elementsOf = (path: string) => path.split(separator);

/** The paths that lead to a path, without itself, the nearest first. */
export function parentsOf(path: string): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf(separator); end > 0; end = path.lastIndexOf(separator, end - 1)) {
    found.push(path.slice(0, end));
  }
  return found;
}

/** A path as messages show it: `.spec.template.spec.containers[name="x"].image`. */
export function pathText(path: string): string {
  const parts = elementsOf(path).map((element) => {
    const value = element.slice(2);
    if (element.startsWith('f:')) return `.${value}`;
    if (element.startsWith('v:')) return `[=${value}]`;
    const keys: unknown = JSON.parse(value);
    const entries = Object.entries(isFields(keys) ? keys : {});
    return `[${entries.map(([name, key]) => `${name}=${JSON.stringify(key)}`).join(',')}]`;
  });
  return parts.join('');
}

/** A set in the form of `managedFields[].fieldsV1`. */
export function toFieldsV1(set: FieldSet): Fields {
  const root: Tree = {};
  const nodeAt = (path: string) => elementsOf(path).reduce((node, element) => (node[element] ??= {}), root);
  const sorted = [...set].sort();
  const parents = new Set(sorted.flatMap(parentsOf));
  for (const path of sorted) {
    const node = nodeAt(path);
    if (parents.has(path)) node['.'] = {};
  }
  return root;
}

/** Reads `fieldsV1`. */
export function fromFieldsV1(fields: unknown): FieldSet {
  const set = new Set<string>();
  const walk = (node: unknown, path: string) => {
    if (!isFields(node)) return;
    const names = Object.keys(node);
    if (path !== '' && (names.length === 0 || names.includes('.'))) set.add(path);
    for (const name of names) if (name !== '.') walk(node[name], within(path, name));
  };
  walk(fields, '');
  return set;
}

/** The parts of a value that are fields of their own, by their elements; undefined for what is taken as a whole. */
function partsOf(value: unknown, shape: Shape): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const { list } = shape;
    if (list === 'atomic') return undefined;
    return new Map(value.map((item: unknown) => [elementOf(list, item), item]));
  }
  if (!isFields(value) || shape.atomic) return undefined;
  return new Map(Object.entries(value).map(([name, part]) => [`f:${name}`, part]));
}

/** The shape of a part. */
function shapeOfPart(shape: Shape, element: string): Shape {
  return element.startsWith('f:') ? shape.field(element.slice(2)) : shape.items();
}

/** The fields that a configuration says something about. */
export function fieldsOf(value: unknown, shape: Shape, path = '', set = new Set<string>()): Set<string> {
  const parts = partsOf(value, shape);
  if (parts === undefined || parts.size === 0) {
    if (path !== '') set.add(path);
    return set;
  }
  for (const [element, part] of parts) {
    const place = within(path, element);
    fieldsOf(part, shapeOfPart(shape, element), place, set);
    // An element of a list or a map is there by itself, a field of a type only by what is in it.
    if (!element.startsWith('f:') || !shape.declares(element.slice(2))) set.add(place);
  }
  return set;
}

/** What differs between two objects. */
export interface Difference {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const sizeOf = (value: unknown) =>
  Array.isArray(value) ? value.length : isFields(value) ? Object.keys(value).length : 1;

/** The fields that are new or other in `after`, and those that it has no longer. */
export function differenceOf(before: unknown, after: unknown, shape: Shape): Difference {
  const changed = new Set<string>();
  const removed = new Set<string>();
  const compare = (old: unknown, now: unknown, form: Shape, path: string) => {
    if (old === now) return;
    const oldParts = old === undefined ? new Map<string, unknown>() : partsOf(old, form);
    const nowParts = now === undefined ? new Map<string, unknown>() : partsOf(now, form);
    const whole = oldParts === undefined || nowParts === undefined || (oldParts.size === 0 && nowParts.size === 0);
    if (whole) {
      if (now === undefined) removed.add(path);
      else if (JSON.stringify(old) !== JSON.stringify(now)) changed.add(path);
      return;
    }
    for (const [element, part] of nowParts) {
      compare(oldParts.get(element), part, shapeOfPart(form, element), within(path, element));
    }
    for (const [element, part] of oldParts) {
      if (!nowParts.has(element)) compare(part, undefined, shapeOfPart(form, element), within(path, element));
    }
    if (path === '') return;
    if (old === undefined && sizeOf(now) > 0) changed.add(path);
    if (now === undefined) removed.add(path);
  };
  compare(before, after, shape, '');
  return { changed, removed };
}

/** `live` with what a configuration says in it: objects and keyed lists part by part, everything else as a whole. */
export function mergeInto(live: unknown, config: unknown, shape: Shape): unknown {
  const liveParts = live === undefined ? undefined : partsOf(live, shape);
  const configParts = partsOf(config, shape);
  if (liveParts === undefined || configParts === undefined || Array.isArray(live) !== Array.isArray(config)) {
    return config;
  }
  const merged = new Map(liveParts);
  for (const [element, part] of configParts) {
    merged.set(element, mergeInto(liveParts.get(element), part, shapeOfPart(shape, element)));
  }
  return fromParts(merged, Array.isArray(config));
}

function fromParts(parts: ReadonlyMap<string, unknown>, list: boolean): unknown {
  if (list) return [...parts.values()];
  return Object.fromEntries([...parts].map(([element, part]) => [element.slice(2), part]));
}

/** A value without the fields of a set, each with everything in it. */
export function without(value: unknown, set: FieldSet, shape: Shape, path = ''): unknown {
  const parts = partsOf(value, shape);
  if (parts === undefined) return value;
  const left = [...parts].filter(([element]) => !set.has(within(path, element)));
  const inner = left.map(([element, part]): [string, unknown] => [
    element,
    without(part, set, shapeOfPart(shape, element), within(path, element)),
  ]);
  return fromParts(new Map(inner), Array.isArray(value));
}
