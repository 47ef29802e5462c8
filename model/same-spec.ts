import { isFields } from './fields.ts';

/** JSON in which the order of fields does not matter. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isFields(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/** A specification with the defaults of the day on which it was read. */
export interface ReadSpec {
  /** SHA-256 of its canonical JSON as it was written; absent where it is not known. */
  readonly digest?: string | undefined;
  readonly spec: unknown;
}

/**
 * Whether two specifications are one wish: written alike, or alike with their defaults. The first holds also when a
 * release has changed a default between them.
 */
export function sameSpec(one: ReadSpec, other: ReadSpec): boolean {
  if (one.digest !== undefined && one.digest === other.digest) return true;
  return canonicalJson(one.spec) === canonicalJson(other.spec);
}
