import { at, isFields, listAt, textAt } from './object.ts';
import { messageNameOf, messageOf, type Message } from './messages.ts';
import type { ResourceType } from './resource-type.ts';

/** A field by which the elements of a list are told apart. */
interface Key {
  readonly name: string;
  /** What an element without the field has. */
  readonly fallback?: unknown;
}

/**
 * How server-side apply sees a value: what it takes as a whole, and what by its parts.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export interface Shape {
  /** The shape of a field of an object. */
  field(name: string): Shape;
  /** Whether a field is one of the type, and not an entry of a map. */
  declares(name: string): boolean;
  /** The shape of a list's elements. */
  readonly items: () => Shape;
  readonly list: 'atomic' | 'set' | readonly Key[];
  /** Whether an object is taken as a whole. */
  readonly atomic: boolean;
}

/** What nothing is known of: objects by their fields, lists as a whole. */
const unknownShape: Shape = {
  field: () => unknownShape,
  declares: () => false,
  items: () => unknownShape,
  list: 'atomic',
  atomic: false,
};

/** The keys of lists that have a default in Kubernetes' API: a port's protocol. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' };
const shapes = new Map<string, Shape>();

function shapeOfMessage(name: string): Shape {
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const message = messageOf(name);
  const shape = message === undefined ? unknownShape : objectShape(message);
  shapes.set(name, shape);
  return shape;
}

function objectShape(message: Message): Shape {
  const field = (name: string): Shape => {
    const found = message.byName.get(name);
    if (found === undefined) return unknownShape;
    const value = () => shapeOfMessage(found.type);
    if (found.form === 'map') {
      return { ...unknownShape, field: value, atomic: found.merge === 'atomic' };
    }
    if (found.form !== 'list') return value();
    const { merge } = found;
    const list = typeof merge === 'string' ? (merge === 'set' ? 'set' : 'atomic') : merge.map(keyOf);
    return { ...unknownShape, items: value, list };
  };
  return { ...unknownShape, field, declares: (name) => message.byName.has(name), atomic: message.atomic };
}

function keyOf(name: string): Key {
  return name in keyDefaults ? { name, fallback: keyDefaults[name] } : { name };
}

function shapeOfSchema(schema: unknown): Shape {
  const properties = at(schema, 'properties');
  const declares = (name: string) => isFields(properties) && name in properties;
  const field = (name: string) =>
    shapeOfSchema(declares(name) ? at(properties, name) : at(schema, 'additionalProperties'));
  const items = () => shapeOfSchema(at(schema, 'items'));
  const type = textAt(schema, 'x-kubernetes-list-type');
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map((key): Key => {
    const name = String(key);
    const fallback = at(schema, 'items', 'properties', name, 'default');
    return fallback === undefined ? { name } : { name, fallback };
  });
  return {
    field,
    declares,
    items,
    list: type === 'set' ? 'set' : type === 'map' ? keys : 'atomic',
    atomic: at(schema, 'x-kubernetes-map-type') === 'atomic',
  };
}

/** The shape of a resource's objects. */
export function shapeOf(type: ResourceType): Shape {
  const shape =
    type.custom === undefined
      ? shapeOfMessage(messageNameOf(type.group, type.version, type.kind))
      : shapeOfSchema(type.custom.schema);
  const metadata = shapeOfMessage('meta.v1.ObjectMeta');
  return {
    ...shape,
    field: (name) => (name === 'metadata' ? metadata : shape.field(name)),
    declares: (name) => name === 'metadata' || shape.declares(name),
  };
}

/** The element's name in a set or keyed list, as `fieldsV1` writes it: `v:"x"`, `k:{"name":"x"}`. */
export function elementOf(list: 'set' | readonly Key[], element: unknown): string {
  if (list === 'set') return `v:${JSON.stringify(element)}`;
  const keys = [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries = keys.flatMap(({ name, fallback }): [string, unknown][] => {
    const value = at(element, name) ?? fallback;
    return value === undefined ? [] : [[name, value]];
  });
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}
