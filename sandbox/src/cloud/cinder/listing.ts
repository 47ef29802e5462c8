import { nextPage, paginate, readBoolean, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest, notFound } from './errors.ts';
import { matcher, type Columns } from './filters.ts';

const maximum = 1000;

const sortKeys = ['id', 'name', 'status', 'size', 'created_at', 'updated_at', 'availability_zone', 'bootable', 'host'];

function sorting(query: URLSearchParams): { key: string; descending: boolean }[] {
  if (query.has('sort') && (query.has('sort_key') || query.has('sort_dir'))) {
    throw badRequest(
      "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
    );
  }
  const single = `${query.get('sort_key') ?? 'created_at'}:${query.get('sort_dir') ?? 'desc'}`;
  const parts = (query.get('sort') ?? '').split(',').filter((part) => part !== '');
  return (parts.length > 0 ? parts : [single]).map((part) => {
    const [key = '', direction = 'desc'] = part.trim().split(':');
    if (!sortKeys.includes(key)) throw badRequest('Invalid input received: Invalid sort key');
    if (direction !== 'asc' && direction !== 'desc') {
      throw badRequest("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.");
    }
    return { key, descending: direction === 'desc' };
  });
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  fallback: number,
  [notWhole, negative]: readonly [string, string],
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^-?\d+$/.test(text)) throw badRequest(notWhole);
  if (Number(text) < 0) throw badRequest(negative);
  return Number(text);
}

/** The wanted page of rows that come newest last, and how large it may be. @throws ApiError 400, 404 for its marker */
export function pageOf<T extends { readonly id: string }>(
  call: Call,
  noun: string,
  rows: readonly T[],
): { readonly items: T[]; readonly limit: number } {
  const { query } = call;
  const limit = wholeNumber(query, 'limit', maximum, [
    'limit param must be an integer',
    'limit param must be positive',
  ]);
  const offset = wholeNumber(query, 'offset', 0, ['offset must be an integer', 'offset must be >= 0']);
  const sorted = sortRows([...rows].reverse(), sorting(query));
  const marker = query.get('marker') ?? undefined;
  const slice = paginate(sorted.slice(offset), { limit: Math.min(limit, maximum), marker });
  if (!slice) throw notFound(`${noun} ${marker ?? ''} could not be found.`);
  return { items: slice.items, limit };
}

/** Filters, sorts (newest first) and pages a list. */
export function listRows<T extends { readonly id: string }>(
  call: Call,
  noun: 'Volume' | 'Snapshot',
  rows: readonly T[],
  view: (row: T) => unknown,
  columns: Columns<T>,
): Answer {
  const { query } = call;
  const plural = `${noun.toLowerCase()}s`;
  const found = rows.filter(matcher(call, noun === 'Volume' ? 'volume' : 'snapshot', columns));
  const { items, limit } = pageOf(call, noun, found);
  const last = items.at(-1);
  return ok({
    [plural]: items.map(view),
    ...(last &&
      items.length === limit && {
        [`${plural}_links`]: [
          {
            rel: 'next',
            href: nextPage(call.origin, `/volume${call.path}`, query, last.id),
          },
        ],
      }),
    ...(call.microversion >= 45 && readBoolean(query.get('with_count')) === true && { count: found.length }),
  });
}

/** Whether an admin asked for all projects. */
export const everywhere = (call: Call): boolean => {
  const text = call.query.get('all_tenants');
  return text !== null && call.who.isAdmin && readBoolean(text) !== false;
};
