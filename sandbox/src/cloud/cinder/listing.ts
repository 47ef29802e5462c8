import { nextPage, paginate, readBoolean, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest, notFound } from './errors.ts';

const maximum = 1000;

/** What lists of volumes and snapshots have in common. */
interface Listed {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly projectId: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created_at: string;
}

function metadataFilter(text: string | null): Record<string, string> {
  if (text === null) return {};
  // Clients send a Python dict or JSON: {'key': 'value'}.
  const pairs = [...text.matchAll(/['"]([^'"]+)['"]\s*:\s*u?['"]([^'"]*)['"]/g)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]));
}

const sortKeys = ['id', 'name', 'status', 'size', 'created_at', 'updated_at', 'availability_zone', 'bootable', 'host'];

function sorting(query: URLSearchParams): { key: string; descending: boolean }[] {
  const parts = (query.get('sort') ?? '').split(',').filter((part) => part !== '');
  if (parts.length === 0) return [{ key: 'created_at', descending: true }];
  return parts.map((part) => {
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

/** Filters, sorts (newest first) and pages a list. */
export function listRows<T extends Listed>(
  call: Call,
  noun: 'Volume' | 'Snapshot',
  rows: readonly T[],
  view: (row: T) => unknown,
  matches: (row: T, query: URLSearchParams) => boolean,
): Answer {
  const { query } = call;
  const plural = `${noun.toLowerCase()}s`;
  const metadata = metadataFilter(query.get('metadata'));
  const name = query.get('name') ?? query.get('display_name');
  const contains = query.get('name~');
  const status = query.get('status');
  const found = rows.filter(
    (row) =>
      (name === null || row.name === name) &&
      (contains === null || row.name?.includes(contains) === true) &&
      (status === null || row.status === status) &&
      Object.entries(metadata).every(([key, value]) => row.metadata[key] === value) &&
      matches(row, query),
  );
  const limit = wholeNumber(query, 'limit', maximum, [
    'limit param must be an integer',
    'limit param must be positive',
  ]);
  const offset = wholeNumber(query, 'offset', 0, ['offset must be an integer', 'offset must be >= 0']);
  const sorted = sortRows(found.reverse(), sorting(query));
  const marker = query.get('marker') ?? undefined;
  const slice = paginate(sorted.slice(offset), { limit: Math.min(limit, maximum), marker });
  if (!slice) throw notFound(`${noun} ${marker ?? ''} could not be found.`);
  const last = slice.items.at(-1);
  return ok({
    [plural]: slice.items.map(view),
    ...(last &&
      slice.items.length === limit && {
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
