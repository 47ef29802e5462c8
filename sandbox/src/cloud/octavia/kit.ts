import { nextPage, paginate, readBoolean, sortRows, tagFilters, tagMatcher } from '../http/paging.ts';
import { isRecord, ok, type Answer, type Call } from '../http/service.ts';
import type { Table } from '../store/table.ts';
import { fault, forbidden, notFound } from './errors.ts';
import type { OctaviaRow } from './rows.ts';

const reserved = new Set(['limit', 'marker', 'sort', 'sort_key', 'sort_dir', 'fields', 'page_reverse', ...tagFilters]);

/** The parts of a table that lists need. */
export type Listed<T extends OctaviaRow> = Pick<Table<T, 'project'>, 'get' | 'all' | 'by'>;

function equals(actual: unknown, wanted: string): boolean {
  if (typeof actual === 'boolean') return readBoolean(wanted) === actual;
  if (actual === null || actual === undefined) return wanted === '' || wanted === 'null';
  if (Array.isArray(actual)) return actual.some((item) => (isRecord(item) ? item['id'] === wanted : item === wanted));
  return typeof actual === 'string' || typeof actual === 'number' ? String(actual) === wanted : false;
}

function fieldsOf(call: Call, view: Record<string, unknown>): Record<string, unknown> {
  const fields = call.query.getAll('fields').flatMap((value) => value.split(','));
  return fields.length === 0 ? view : Object.fromEntries(Object.entries(view).filter(([key]) => fields.includes(key)));
}

/** Answers a list: own rows (all for an admin), filtered by any shown attribute and by tags, sorted, in pages. */
export function listRows<T extends OctaviaRow>(
  call: Call,
  plural: string,
  rows: readonly T[],
  view: (row: T) => Record<string, unknown>,
): Answer {
  const filters = [...new Set(call.query.keys())].filter((name) => !reserved.has(name));
  const owner = call.query.get('project_id') ?? call.query.get('tenant_id');
  if (owner !== null && owner !== call.who.projectId && !call.who.isAdmin) throw forbidden();
  const tagged = tagMatcher(call.query);
  const shown = rows
    .filter((row) => (call.who.isAdmin || row.project_id === call.who.projectId) && tagged(row.tags))
    .map((row) => ({ ...view(row), id: row.id }))
    .filter((row) =>
      filters.every((name) => call.query.getAll(name).some((value) => equals(Reflect.get(row, name), value))),
    );
  const sort = (call.query.get('sort') ?? '').split(',').filter((part) => part !== '');
  const keys = sort.map((part) => ({ key: part.split(':')[0] ?? part, descending: part.endsWith(':desc') }));
  const limitText = call.query.get('limit');
  const limit = limitText === null ? undefined : Number(limitText);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
    throw fault(400, `Supplied pagination limit '${limitText ?? ''}' is not valid.`);
  }
  const marker = call.query.get('marker') ?? undefined;
  const slice = paginate(sortRows(shown, keys), { marker, limit: limit === 0 ? undefined : limit });
  if (!slice) throw fault(400, `Supplied pagination marker '${marker ?? ''}' is not valid.`);
  const last = slice.items.at(-1);
  return ok({
    [plural]: slice.items.map((row) => fieldsOf(call, row)),
    ...(slice.more &&
      last && {
        [`${plural}_links`]: [
          { rel: 'next', href: nextPage(call.origin, `/load-balancer${call.path}`, call.query, last.id) },
        ],
      }),
  });
}

/** The row a path names, if the caller may see it. */
export function findRow<T extends OctaviaRow>(call: Call, table: Listed<T>, label: string, param = 'id'): T {
  const id = call.params[param] ?? '';
  const row = table.get(id);
  if (!row) throw notFound(label, id);
  if (row.project_id !== call.who.projectId && !call.who.isAdmin) throw forbidden();
  return row;
}

/** The object below its name in a request body; WSME refuses a body without it. */
export function inner(call: Call, name: string): unknown {
  const value = isRecord(call.body) ? call.body[name] : undefined;
  if (!isRecord(value))
    throw fault(400, `Invalid input for field/attribute ${name}. Value: 'None'. Mandatory field missing.`);
  return value;
}
