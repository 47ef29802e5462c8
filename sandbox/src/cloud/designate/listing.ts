import { ok, type Answer, type Call } from '../http/service.ts';
import { designateError } from './errors.ts';

const maximum = 1000;
const usual = 20;
const paging = new Set(['limit', 'marker', 'sort_key', 'sort_dir', 'all_projects', 'all_tenants']);

/** What of a list can be asked for. */
export interface ListOptions<T> {
  readonly plural: string;
  readonly filters: readonly string[];
  readonly sortKeys: readonly string[];
  readonly view: (row: T) => Readonly<Record<string, unknown>>;
  /** What a filter looks at, if it is not the field of its name. */
  readonly values?: (row: T, filter: string) => readonly unknown[] | undefined;
  /**
   * Designate counts no recordsets when a page has none (designate:storage/sqlalchemy/base.py,
   * _find_recordsets_with_records).
   */
  readonly emptyPageIsEmptyList?: boolean;
}

/** As MySQL compares: in capitals or not is the same; `*` stands for anything, and nothing fits NULL. */
function matches(actual: unknown, wanted: string): boolean {
  if (typeof actual !== 'string' && typeof actual !== 'number') return false;
  const [value, pattern] = [String(actual).toLowerCase(), wanted.toLowerCase().replaceAll('*', '%')];
  if (!pattern.includes('%')) return value === pattern;
  const parts = pattern.split('%').map((part) => part.replace(/[.+?^${}()|[\]\\*]/g, '\\$&').replaceAll('_', '.'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value);
}

/** As Python's `urllib.parse.urlencode` writes a query. */
const encoded = (query: URLSearchParams): string => query.toString().replaceAll('*', '%2A').replaceAll('%7E', '~');

function readLimit(given: string | null): number {
  if (given === null || given === '') return usual;
  if (given.toLowerCase() === 'max') return maximum;
  const limit = /^\s*[+-]?\d+\s*$/.test(given) ? Number(given) : 0;
  if (limit <= 0) throw designateError(400, 'invalid_limit', `limit should be an integer between 1 and ${maximum}`);
  return limit;
}

function readFilters(query: URLSearchParams, known: readonly string[]): [name: string, value: string][] {
  const names = [...new Set(query.keys())].filter((name) => !paging.has(name));
  const twice = names.filter((name) => query.getAll(name).length > 1);
  if (twice.length > 0) throw designateError(400, 'bad_request', `Duplicate filters ${twice.join(', ')}`);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw designateError(400, 'bad_request', `Invalid filters ${unknown.join(', ')}`);
  return names.map((name) => [name, query.get(name) ?? '']);
}

function comparison(query: URLSearchParams, keys: readonly string[], mayUseProject: boolean) {
  const [key, direction] = [query.get('sort_key') ?? '', query.get('sort_dir') ?? ''];
  if (direction !== '' && direction !== 'asc' && direction !== 'desc') {
    throw designateError(400, 'invalid_sort_dir', "Unknown sort direction, must be 'desc' or 'asc'");
  }
  if (key !== '' && !keys.includes(key)) {
    const known = keys.map((one) => `'${one}'`).join(', ');
    throw designateError(400, 'invalid_sort_key', `sort key must be one of [${known}]`);
  }
  // Designate offers it and cannot do it.
  if (key === 'records') throw designateError(400, 'invalid_sort_key', 'Sort key supplied is invalid: None');
  const sign = direction === 'desc' ? -1 : 1;
  const field = key === 'tenant_id' ? (mayUseProject ? 'project_id' : '') : key;
  const of = (row: Readonly<Record<string, unknown>>): string | number => {
    const value = row[field];
    return typeof value === 'number' ? value : typeof value === 'string' ? value.toLowerCase() : '';
  };
  return (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): number =>
    of(one) === of(other) ? 0 : (of(one) < of(other) ? -1 : 1) * sign;
}

/** A list, filtered, sorted and in pages (designate:designate/utils.py, get_paging_params). Rows come oldest first. */
export function listRows<T extends { readonly id: string }>(
  call: Call,
  rows: readonly T[],
  { plural, filters, sortKeys, view, values, emptyPageIsEmptyList = false }: ListOptions<T>,
): Answer {
  const { query } = call;
  const limit = readLimit(query.get('limit'));
  const compare = comparison(query, sortKeys, allProjects(call));
  const wanted = readFilters(query, filters);
  const shown = rows
    .map((row) => ({ row, view: view(row) }))
    .filter(({ row, view: fields }) =>
      wanted.every(([name, value]) => (values?.(row, name) ?? [fields[name]]).some((one) => matches(one, value))),
    )
    .map(({ view: fields }) => fields);
  if (query.get('sort_dir') === 'desc') shown.reverse();
  shown.sort(compare);
  const start = startOf(shown, query.get('marker'));
  const page = shown.slice(start, start + Math.min(limit, maximum));
  const linked = new URLSearchParams([...query].filter(([name]) => !name.startsWith('all_')));
  const link = (params: URLSearchParams) =>
    `${call.origin}/dns${call.path}${params.size > 0 ? `?${encoded(params)}` : ''}`;
  const self = link(linked);
  const last = page.at(-1)?.['id'];
  if (typeof last === 'string') linked.set('marker', last);
  return ok({
    [plural]: page,
    // Designate has no look at what follows: a page that is full has a next one.
    links: { self, ...(page.length === limit && { next: link(linked) }) },
    metadata: { total_count: page.length === 0 && emptyPageIsEmptyList ? 0 : shown.length },
  });
}

function startOf(rows: readonly Readonly<Record<string, unknown>>[], marker: string | null): number {
  if (marker === null) return 0;
  if (!isUuid(marker)) throw designateError(400, 'invalid_marker');
  const position = rows.findIndex(({ id }) => id === marker);
  if (position < 0) throw designateError(400, 'marker_not_found', 'Marker None could not be found');
  return position + 1;
}

/** Whether it is an id as oslo.utils reads them (oslo.utils:oslo_utils/uuidutils.py, is_uuid_like). */
const isUuid = (id: string): boolean => /^[0-9a-f]{32}$/i.test(id.replaceAll('-', ''));

/** Refuses ids in a path that are none (designate:designate/utils.py, validate_uuid). */
export function checkIds(call: Call, ...names: readonly string[]): void {
  for (const name of names) {
    const id = call.params[name] ?? '';
    if (!isUuid(id)) throw designateError(400, 'invalid_uuid', `Invalid UUID ${name}_id: ${id}`);
  }
}

const isTrue = (value: unknown): boolean =>
  typeof value === 'string' && ['1', 't', 'true', 'on', 'y', 'yes'].includes(value.toLowerCase());

/** Whether a call asks for all projects; only administrators may (designate:designate/api/middleware.py). */
export const asksForAllProjects = ({ headers, query }: Call): boolean =>
  isTrue(query.get('all_tenants') ?? query.get('all_projects') ?? headers['x-auth-all-projects']);

/** Whether a call is about all projects. */
export const allProjects = (call: Call): boolean => call.who.isAdmin && asksForAllProjects(call);
