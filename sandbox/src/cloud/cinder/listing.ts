import { nextPage, paginate, readBoolean, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest } from './errors.ts';

const maximum = 1000;

/** What lists of volumes and snapshots have in common. */
interface Listed {
  readonly id: string;
  readonly name: string;
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

/** Filters, sorts (newest first) and pages a list. */
export function listRows<T extends Listed>(
  call: Call,
  plural: string,
  rows: readonly T[],
  view: (row: T) => unknown,
  matches: (row: T, query: URLSearchParams) => boolean,
): Answer {
  const { query } = call;
  const metadata = metadataFilter(query.get('metadata'));
  const name = query.get('name') ?? query.get('display_name');
  const contains = query.get('name~');
  const status = query.get('status');
  const found = rows.filter(
    (row) =>
      (name === null || row.name === name) &&
      (contains === null || row.name.includes(contains)) &&
      (status === null || row.status === status) &&
      Object.entries(metadata).every(([key, value]) => row.metadata[key] === value) &&
      matches(row, query),
  );
  const sort = (query.get('sort') ?? '').split(',').filter((part) => part !== '');
  const keys = sort.map((part) => ({ key: part.split(':')[0] ?? part, descending: !part.endsWith(':asc') }));
  const sorted = sortRows(found.reverse(), keys.length > 0 ? keys : [{ key: 'created_at', descending: true }]);
  const limitText = query.get('limit');
  if (limitText !== null && !/^\d+$/.test(limitText)) throw badRequest('limit param must be an integer');
  const limit = Math.min(limitText === null ? maximum : Number(limitText), maximum);
  const offset = Number(query.get('offset') ?? 0);
  const marker = query.get('marker') ?? undefined;
  const slice = paginate(sorted.slice(offset), { limit, marker });
  if (!slice) throw badRequest(`marker [${marker ?? ''}] not found`);
  const last = slice.items.at(-1);
  return ok({
    [plural]: slice.items.map(view),
    ...(last &&
      slice.items.length === limit && {
        [`${plural}_links`]: [
          {
            rel: 'next',
            href: nextPage(call.origin, `/volume/v3/${call.who.projectId}${call.path.slice(3)}`, query, last.id),
          },
        ],
      }),
    ...(readBoolean(query.get('with_count')) === true && { count: found.length }),
  });
}

/** Whether an admin asked for all projects. */
export const everywhere = (call: Call): boolean => {
  const text = call.query.get('all_tenants');
  return text !== null && call.who.isAdmin && readBoolean(text) !== false;
};
