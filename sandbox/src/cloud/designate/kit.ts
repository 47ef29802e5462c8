import { nextPage, paginate, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { designateError } from './errors.ts';

const reserved = new Set(['limit', 'marker', 'sort_key', 'sort_dir']);
const maximum = 1000;

function matches(actual: unknown, wanted: string): boolean {
  const text = typeof actual === 'string' || typeof actual === 'number' ? String(actual) : '';
  if (!wanted.includes('*')) return text === wanted;
  const pattern = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`).test(text);
}

/** Filters by attributes (`*` is a wildcard), sorts and pages. */
export function listRows<T extends { readonly id: string }>(
  call: Call,
  plural: string,
  rows: readonly T[],
  view: (row: T) => Record<string, unknown>,
  known: readonly string[],
): Answer {
  const { query } = call;
  const filters = [...query.entries()].filter(([name]) => !reserved.has(name));
  const unknown = filters.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw designateError(400, 'bad_request', `Invalid filters ${unknown.join(', ')}`);
  const shown = rows
    .map((row) => ({ ...view(row), id: row.id }))
    .filter((row) =>
      filters.every(([name, value]) => {
        if (name !== 'data') return matches(Reflect.get(row, name), value);
        const records: unknown = Reflect.get(row, 'records');
        return Array.isArray(records) && records.some((record) => matches(record, value));
      }),
    );
  const key = query.get('sort_key');
  const sorted = sortRows(
    shown,
    key === null ? [] : [{ key, descending: query.get('sort_dir')?.toLowerCase() === 'desc' }],
  );
  const limitText = query.get('limit');
  const limit = Math.min(
    limitText === null || limitText === 'max' ? (limitText === null ? 20 : maximum) : Number(limitText),
    maximum,
  );
  if (!Number.isInteger(limit) || limit < 1)
    throw designateError(400, 'invalid_limit', `'limit' has to be a positive integer or 'max'`);
  const marker = query.get('marker') ?? undefined;
  const slice = paginate(sorted, { limit, marker });
  if (!slice) throw designateError(400, 'marker_not_found', `Marker ${marker ?? ''} could not be found`);
  const last = slice.items.at(-1);
  const self = `${call.origin}/dns${call.path}${query.size > 0 ? `?${query.toString()}` : ''}`;
  return ok({
    [plural]: slice.items,
    links: { self, ...(slice.more && last && { next: nextPage(call.origin, `/dns${call.path}`, query, last.id) }) },
    metadata: { total_count: sorted.length },
  });
}

/** Whether an admin asks with `X-Auth-All-Projects: true`. */
export const allProjects = (call: Call): boolean =>
  call.who.isAdmin && String(call.headers['x-auth-all-projects']).toLowerCase() === 'true';
