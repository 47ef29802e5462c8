import { readBoolean, sortRows, tagFilters, tagMatcher } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badParameter, fault, forbidden } from './errors.ts';

/** The largest page, and the usual one (octavia: `pagination_max_limit`). */
const LARGEST_PAGE = 1000;
/** Parameters that do not filter. */
const auxiliary = new Set(['limit', 'marker', 'sort', 'sort_key', 'sort_dir', 'fields', 'page_reverse', ...tagFilters]);

/** One thing in a list. */
export interface Listed {
  readonly id: string;
  readonly tags?: readonly string[];
  /** What is shown of it. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** What it can be filtered by besides what is shown. */
  readonly hidden?: Readonly<Record<string, unknown>>;
}

/** MySQL compares text without regard to case. */
function equals(actual: unknown, wanted: string): boolean {
  if (typeof actual === 'boolean') return (readBoolean(wanted) ?? false) === actual;
  if (actual === null || actual === undefined) return false;
  return typeof actual === 'string' || typeof actual === 'number'
    ? String(actual).toLowerCase() === wanted.toLowerCase()
    : false;
}

/** Only the fields that are asked for, by one parameter each. */
export function fieldsOf(call: Call, view: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = call.query.getAll('fields');
  const wanted = ([name]: [string, unknown]): boolean =>
    fields.includes(name) && (name !== 'tenant_id' || fields.includes('project_id'));
  return fields.length === 0 ? { ...view } : Object.fromEntries(Object.entries(view).filter(wanted));
}

function direction(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'asc' && lower !== 'desc') throw badParameter(`Supplied sort direction '${lower}' is not valid.`);
  return lower === 'desc';
}

function sortKeys({ query }: Call) {
  const sort = query.get('sort');
  if (sort)
    return sort.split(',').map((part) => {
      const [key = '', way, ...rest] = part.split(':');
      if (rest.length > 0) throw badParameter(`Supplied sort key '${part}' is not valid.`);
      return { key, descending: way === undefined ? false : direction(way) };
    });
  const ways = query.get('sort_dir')?.split(',') ?? [];
  return (query.get('sort_key') ?? '')
    .split(',')
    .filter((key) => key !== '')
    .map((key, index) => ({ key, descending: direction(ways[index] ?? 'asc') }));
}

function limitOf({ query }: Call): number | undefined {
  const text = query.get('limit') ?? String(LARGEST_PAGE);
  if (text === 'infinite') return undefined;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw badParameter(`Supplied pagination limit '${text}' is not valid.`);
  return Number(text) < 1 ? undefined : Math.min(Number(text), LARGEST_PAGE);
}

/**
 * Links as Octavia makes them: a full page may be the last, and filters are not in them
 * (octavia:octavia/api/common/pagination.py).
 */
function linksOf(call: Call, page: readonly Listed[], limit: number | undefined) {
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return [];
  const base = [`limit=${limit ?? 'None'}`];
  for (const name of ['sort', 'sort_key']) {
    const value = call.query.get(name);
    if (value) base.push(`${name}=${value}`);
  }
  const href = (...more: readonly string[]) =>
    `${call.origin}/load-balancer${call.path}?${[...base, ...more].join('&')}`;
  return [
    ...(call.query.get('marker') ? [{ rel: 'previous', href: href(`marker=${first.id}`, 'page_reverse=True') }] : []),
    ...(limit === undefined || page.length >= limit ? [{ rel: 'next', href: href(`marker=${last.id}`) }] : []),
  ];
}

/**
 * Answers a list: filtered, sorted, in pages.
 * @param filters - the names that can be filtered by; another one is refused
 */
export function listAnswer(call: Call, plural: string, rows: readonly Listed[], filters: readonly string[]): Answer {
  const keys = sortKeys(call);
  const limit = limitOf(call);
  const wanted = [...call.query.entries()].filter(([name]) => !auxiliary.has(name));
  if (wanted.some(([name]) => !filters.includes(name)))
    throw fault(400, 'One or more arguments are either duplicate or invalid');
  const tagged = tagMatcher(call.query);
  const value = ({ shown, hidden }: Listed, name: string): unknown =>
    hidden && name in hidden ? hidden[name] : shown[name];
  const passing = rows.filter(
    (row) => tagged(row.tags ?? []) && wanted.every(([name, text]) => equals(value(row, name), text)),
  );
  for (const { key } of keys) if (!filters.includes(key)) throw fault(400, `Supplied sort key '${key}' is not valid.`);
  const order = [...keys, { key: 'created_at', descending: false }, { key: 'id', descending: false }];
  const sorted = sortRows(
    passing.map((row) => ({ ...row.shown, ...row.hidden, id: row.id, row })),
    order,
  ).map(({ row }) => row);
  const marker = call.query.get('marker');
  let candidates = sorted;
  if (marker !== null) {
    const position = sorted.findIndex(({ id }) => id === marker);
    if (position < 0) throw fault(400, `Supplied pagination marker '${marker}' is not valid.`);
    const backwards = call.query.get('page_reverse') === 'True';
    candidates = backwards ? sorted.slice(0, position) : sorted.slice(position + 1);
  }
  const page = candidates.slice(0, limit);
  return ok({
    [plural]: page.map(({ shown }) => fieldsOf(call, shown)),
    [`${plural}_links`]: linksOf(call, page, limit),
  });
}

/** The rows that a caller may list: an ordinary user's own project, all of an admin's choice. */
export function visibleRows<T>(
  call: Call,
  table: { all(): T[]; by(index: 'project', key: string): T[] },
): readonly T[] {
  const asked = call.query.get('project_id');
  if (asked !== null && asked !== call.who.projectId && !call.who.isAdmin) throw forbidden();
  if (asked === null && call.who.isAdmin) return table.all();
  return table.by('project', asked ?? call.who.projectId);
}
