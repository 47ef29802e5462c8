/** Which part of a list is wanted. */
export interface Page {
  readonly limit: number | undefined;
  readonly marker: string | undefined;
}

/** The wanted part, and whether something follows. */
export interface Slice<T> {
  readonly items: T[];
  readonly more: boolean;
}

/**
 * The rows after the marker, at most `limit` of them.
 * @returns undefined when the marker is not in the list: each service has its own words for that.
 */
export function paginate<T extends { readonly id: string }>(rows: readonly T[], page: Page): Slice<T> | undefined {
  let start = 0;
  if (page.marker !== undefined) {
    const position = rows.findIndex((row) => row.id === page.marker);
    if (position < 0) return undefined;
    start = position + 1;
  }
  const end = page.limit === undefined ? rows.length : Math.min(rows.length, start + page.limit);
  return { items: rows.slice(start, end), more: end < rows.length };
}

type Comparable = string | number | boolean;

const comparable = (value: unknown): Comparable =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : '';

/** Sorted by several keys, each ascending or descending; rows that are equal keep their order. */
export function sortRows<T>(
  rows: readonly T[],
  keys: readonly { readonly key: string; readonly descending: boolean }[],
): T[] {
  if (keys.length === 0) return [...rows];
  const field = (row: T, key: string): Comparable =>
    typeof row === 'object' && row !== null ? comparable(Reflect.get(row, key)) : '';
  return [...rows].sort((a, b) => {
    for (const { key, descending } of keys) {
      const x = field(a, key);
      const y = field(b, key);
      if (x !== y) return x < y === descending ? 1 : -1;
    }
    return 0;
  });
}

/** The same query with another marker: the address of the next page. */
export function nextPage(origin: string, path: string, query: URLSearchParams, marker: string): string {
  const next = new URLSearchParams(query);
  next.set('marker', marker);
  return `${origin}${path}?${next.toString()}`;
}

/** `a=1`, `a=true`, `a=yes` as OpenStack's `bool_from_string` reads them; undefined for anything else. */
export function readBoolean(text: string | null | undefined): boolean | undefined {
  const lower = text?.toLowerCase();
  if (lower === undefined) return undefined;
  if (['1', 't', 'true', 'on', 'y', 'yes'].includes(lower)) return true;
  if (['0', 'f', 'false', 'off', 'n', 'no'].includes(lower)) return false;
  return undefined;
}

/**
 * Which volume types or flavors an administrator wants by `is_public`: public ones if nothing is said, all for `none`.
 *
 * @param refuse makes the service's error 400
 */
export function wantedVisibility(text: string | null, refuse: (message: string) => Error): boolean | undefined {
  if (text === null) return true;
  if (text.toLowerCase() === 'none') return undefined;
  const wanted = readBoolean(text);
  if (wanted === undefined) throw refuse(`Invalid is_public filter [${text}]`);
  return wanted;
}

/** The four tag filters that Nova, Neutron and Octavia share; each value is a comma-separated list. */
export function tagMatcher(query: URLSearchParams): (tags: readonly string[]) => boolean {
  const list = (name: string): string[] | undefined =>
    query.has(name) ? query.getAll(name).flatMap((value) => value.split(',')) : undefined;
  const all = list('tags');
  const any = list('tags-any');
  const notAll = list('not-tags');
  const notAny = list('not-tags-any');
  return (tags) => {
    if (all && !all.every((tag) => tags.includes(tag))) return false;
    if (any && !any.some((tag) => tags.includes(tag))) return false;
    if (notAll?.every((tag) => tags.includes(tag))) return false;
    return !notAny?.some((tag) => tags.includes(tag));
  };
}

/** The names of the tag filters. */
export const tagFilters: readonly string[] = ['tags', 'tags-any', 'not-tags', 'not-tags-any'];
