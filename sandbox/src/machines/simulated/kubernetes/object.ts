import { z } from 'zod';

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

const metadataSchema = z.looseObject({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  generation: z.number().optional(),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  finalizers: z.array(z.string()).nullish(),
  ownerReferences: z
    .array(
      z.looseObject({
        apiVersion: z.string().optional(),
        uid: z.string(),
        kind: z.string(),
        name: z.string(),
        controller: z.boolean().optional(),
        blockOwnerDeletion: z.boolean().optional(),
      }),
    )
    .nullish(),
});

/** What a client sends: everything in `metadata` is optional. */
export const draftSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: metadataSchema.default({}),
});

/** An object as a client sends it. */
export type Draft = z.infer<typeof draftSchema>;

/** A reference to an owner, as far as garbage collection and controllers read it. */
export interface OwnerReference {
  readonly apiVersion?: string | undefined;
  readonly uid: string;
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

/** `metadata` of a stored object. */
interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string | undefined;
  readonly generation?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly [field: string]: unknown;
}

/** A stored Kubernetes object. Never changed in place: a write stores a new one. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Whether a value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of field names; undefined where the path leads nowhere. */
export function at(value: unknown, ...path: string[]): unknown {
  let current: unknown = value;
  for (const name of path) {
    if (!isFields(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** The JSON object at a path, or an empty one. */
export function fieldsAt(value: unknown, ...path: string[]): Fields {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
}

/** The string at a path; a number is written out, anything else is empty. */
export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}

/** The number at a path, or `fallback`. */
export function numberAt(value: unknown, fallback: number, ...path: string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : fallback;
}

/** The list at a path, or an empty one. */
export function listAt(value: unknown, ...path: string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The string values of the JSON object at a path. */
export function textMapAt(value: unknown, ...path: string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsAt(value, ...path));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Whether two JSON values are the same, in whatever order their fields stand; an undefined field is none. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (!isFields(left) || !isFields(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(left[name], right[name]));
}

/** Now, as Kubernetes writes time: whole seconds, UTC. */
export function timestamp(date = new Date()): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

const serialised = new WeakMap<KubeObject, string>();

/** The JSON of an object, made once: lists and all watchers of an object share it. */
export function toJson(object: KubeObject): string {
  const known = serialised.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  serialised.set(object, text);
  return text;
}
