import { sortRows, tagFilters, tagMatcher } from '../http/paging.ts';
import { pythonRepr, pythonText } from '../http/python-repr.ts';
import type { Call } from '../http/service.ts';
import type { AttributeMap } from './attributes.ts';
import { badRequest, neutronError } from './errors.ts';
import type { Resource } from './resource.ts';

const reserved = new Set(['limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir', 'fields']);

/** What can be in a list. */
interface Listed {
  readonly id: string;
  readonly tags?: unknown;
}

/** What has lists: a resource, or what an extension only shows. */
type Listable<T extends Listed> = Pick<Resource<never>, 'plural' | 'attributes' | 'notFound'> & {
  readonly table: { get(id: string): T | undefined };
  candidates(call: Call): T[];
  visible(call: Call, row: T): boolean;
  filter?(row: T, name: string, values: readonly string[]): boolean | undefined;
};

/** The answer to a list: filtered, sorted, in pages (openstack/neutron:neutron/api/api_common.py). @throws ApiError */
export function listRows<T extends Listed>(
  call: Call,
  resource: Listable<T>,
  view: (row: T) => Record<string, unknown>,
): Record<string, unknown> {
  const matches = filters(call, resource, view);
  const keys = sortKeys(call.query, resource.attributes);
  const page = pageOf(call.query);
  // What is equal is in the order of ids.
  const sorted = sortRows(
    resource.candidates(call).filter((row) => resource.visible(call, row) && matches(row)),
    [...keys, { key: 'id', descending: false }],
  );
  const items = slice(sorted, page, resource);
  const links = linksOf(call, items, page);
  return {
    [resource.plural]: items.map((row) => selectFields(call, view(row))),
    ...(links.length > 0 && { [`${resource.plural}_links`]: links }),
  };
}

/** The fields that are asked for by `fields`; all of them if none are. */
export function selectFields(call: Call, view: Record<string, unknown>): Record<string, unknown> {
  if (!call.query.has('fields')) return view;
  const fields = call.query.getAll('fields');
  return Object.fromEntries(Object.entries(view).filter(([key]) => fields.includes(key)));
}

function filters<T extends Listed>(
  call: Call,
  resource: Listable<T>,
  view: (row: T) => Record<string, unknown>,
): (row: T) => boolean {
  const names = [...new Set(call.query.keys())].filter((name) => !reserved.has(name));
  const unknown = names.filter((name) => resource.attributes[name]?.filter !== true);
  if (unknown.length > 0)
    throw neutronError(400, 'HTTPBadRequest', `${pythonRepr(unknown)} is invalid attribute for filtering`);
  const wanted = names
    .filter((name) => !tagFilters.includes(name))
    .map((name) => {
      const values = call.query.getAll(name);
      const { convert } = resource.attributes[name] ?? {};
      return { name, values, converted: convert ? values.map(convert) : values };
    });
  const tagged = tagMatcher(call.query);
  return (row) => {
    if (!tagged(Array.isArray(row.tags) ? row.tags.map(pythonText) : [])) return false;
    return wanted.every(({ name, values, converted }) => {
      const answer = resource.filter?.(row, name, values);
      if (answer !== undefined) return answer;
      const actual = view(row)[name] ?? Reflect.get(row, name);
      return converted.some((value) => equals(actual, value));
    });
  };
}

/** Compares as MySQL does: text without regard to case. */
function equals(actual: unknown, wanted: unknown): boolean {
  if (actual === null || actual === undefined) return wanted === null;
  if (typeof actual === 'string' || typeof wanted === 'string')
    return pythonText(actual).toLowerCase() === pythonText(wanted).toLowerCase();
  return actual === wanted;
}

function sortKeys(query: URLSearchParams, attributes: AttributeMap) {
  const keys = query.getAll('sort_key').filter((key) => key !== '');
  const directions = query.getAll('sort_dir').filter((direction) => direction !== '');
  const refuse = (message: string) => neutronError(400, 'HTTPBadRequest', message);
  if (keys.length !== directions.length) throw refuse('The number of sort_keys and sort_dirs must be same');
  const absent = keys.filter((key) => attributes[key]?.sort !== true);
  if (absent.length > 0) throw refuse(`${pythonRepr(absent)} is invalid attribute for sort_keys`);
  const wrong = directions.filter((direction) => direction !== 'asc' && direction !== 'desc');
  if (wrong.length > 0)
    throw refuse(`${pythonRepr(wrong)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`);
  return keys.map((key, place) => ({ key, descending: directions[place] === 'desc' }));
}

interface Page {
  /** 0: no pages. */
  readonly limit: number;
  readonly marker: string | undefined;
  readonly reverse: boolean;
}

function pageOf(query: URLSearchParams): Page {
  const text = query.get('limit') ?? '0';
  const limit = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : -1;
  if (limit < 0) {
    const shown = /^\s*[+-]?\d+\s*$/.test(text) ? String(limit) : text;
    throw badRequest('limit', `Limit must be an integer 0 or greater and not '${shown === '-1' ? text : shown}'`);
  }
  const reverse = query.get('page_reverse')?.toLowerCase() === 'true';
  // Without a limit there are no pages, and no marker.
  return { limit, marker: limit === 0 ? undefined : (query.get('marker') ?? undefined), reverse };
}

function slice<T extends Listed>(rows: readonly T[], page: Page, resource: Listable<T>): T[] {
  const { limit, marker, reverse } = page;
  if (limit === 0) return [...rows];
  if (marker !== undefined && !resource.table.get(marker)) throw resource.notFound(marker);
  const place = marker === undefined ? undefined : rows.findIndex(({ id }) => id === marker);
  if (reverse) {
    const end = place ?? rows.length;
    return rows.slice(Math.max(0, end - limit), end);
  }
  return rows.slice((place ?? -1) + 1, (place ?? -1) + 1 + limit);
}

function linksOf(call: Call, items: readonly Listed[], { limit, reverse }: Page): object[] {
  if (limit === 0) return [];
  const full = items.length >= limit;
  const link = (rel: string, marker: string | undefined): object => {
    const query = new URLSearchParams(call.query);
    for (const name of ['marker', 'page_reverse']) query.delete(name);
    if (marker !== undefined) query.set('marker', marker);
    if (rel === 'previous') query.set('page_reverse', 'True');
    return { rel, href: `${call.origin}/networking${call.path}?${query.toString()}` };
  };
  return [
    ...(full || reverse ? [link('next', items.at(-1)?.id)] : []),
    ...(full || !reverse ? [link('previous', items[0]?.id)] : []),
  ];
}
