import { readBoolean } from '../http/paging.ts';
import type { Call } from '../http/service.ts';
import { badRequest } from './errors.ts';

/** Kinds of things that are listed. */
export type Listable = 'volume' | 'snapshot' | 'volume_type';

/** Filters that an ordinary user may use (cinder:etc/cinder/resource_filters.json). */
const common: Readonly<Record<Listable, readonly string[]>> = {
  volume: [
    ...['name', 'status', 'metadata', 'bootable', 'migration_status', 'availability_zone', 'group_id', 'size'],
    ...['created_at', 'updated_at', 'consumes_quota'],
  ],
  snapshot: ['name', 'status', 'volume_id', 'metadata', 'availability_zone', 'consumes_quota'],
  volume_type: ['is_public', 'extra_specs'],
};
/** What is in the query of a list, and is no filter. */
const others = ['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir', 'with_count', 'all_tenants'];
const operators = ['gt', 'gte', 'eq', 'neq', 'lt', 'lte'];

/**
 * The filters of a query that count. Those that an ordinary user may not use are refused or, by old microversions,
 * left out (cinder:cinder/api/common.py, process_general_filtering). @throws ApiError 400
 */
export function filtersOf(call: Call, resource: Listable, refusesSince = 31): [name: string, value: string][] {
  const all = [...call.query].filter(([name]) => !others.includes(name));
  if (call.who.isAdmin) return all;
  const [good, bad] = [true, false].map((known) => all.filter(([name]) => common[resource].includes(name) === known));
  if (bad && bad.length > 0 && call.microversion >= refusesSince) {
    throw badRequest(`Invalid filters ${bad.map(([name]) => name).join(',')} are found in query options.`);
  }
  return good ?? [];
}

/** What is found in a row under the name of a filter. */
export type Columns<T> = Readonly<Record<string, (row: T) => unknown>>;

/** Names under which the database has what the API calls otherwise. */
const aliases: Readonly<Record<string, string>> = {
  display_name: 'name',
  display_description: 'description',
  use_quota: 'consumes_quota',
};

/** Whether rows have what a query asks for; without such a column nothing has it. @throws ApiError 400 */
export function matcher<T>(call: Call, resource: Listable, columns: Columns<T>): (row: T) => boolean {
  const tests = filtersOf(call, resource).map(([given, wanted]): ((row: T) => boolean) => {
    const like = given.endsWith('~') && call.microversion >= 34;
    const plain = like ? given.slice(0, -1) : given;
    const column = columns[aliases[plain] ?? plain];
    if (!column) return () => false;
    if (like) return (row) => textOf(column(row)).includes(wanted);
    if (plain === 'metadata') return matchesMetadata(column, dictionaryFilter(wanted));
    if ((plain === 'created_at' || plain === 'updated_at') && call.microversion >= 60)
      return matchesTime(column, plain, wanted);
    return (row) => equals(call, plain, column(row), wanted);
  });
  return (row) => tests.every((test) => test(row));
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function equals(call: Call, name: string, value: unknown, wanted: string): boolean {
  if (typeof value !== 'boolean')
    return value === null || value === undefined ? wanted === 'None' : textOf(value) === wanted;
  if (call.microversion < 2) return value === !(wanted === '' || wanted.toLowerCase() === 'false');
  const flag = readBoolean(wanted);
  if (flag === undefined) throw badRequest(`Invalid input received: '${name} = ${wanted}'`);
  return value === flag;
}

const matchesMetadata =
  <T>(column: (row: T) => unknown, wanted: Readonly<Record<string, string>>) =>
  (row: T): boolean => {
    const metadata = column(row);
    return Object.entries(wanted).every(
      ([key, value]) => typeof metadata === 'object' && metadata !== null && Reflect.get(metadata, key) === value,
    );
  };

/** A filter that is a dictionary, in Python's words or JSON: {'key': 'value'}. */
export function dictionaryFilter(text: string | null): Record<string, string> {
  if (text === null) return {};
  const pairs = [...text.matchAll(/['"]([^'"]+)['"]\s*:\s*u?['"]([^'"]*)['"]/g)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]));
}

/** `gt:2026-01-01T00:00:00Z,lt:…` (cinder:cinder/api/v3/volumes.py, _handle_time_comparison_filters) */
function matchesTime<T>(column: (row: T) => unknown, name: string, text: string): (row: T) => boolean {
  const tests = text.split(',').map((unit) => {
    const [operator = '', ...rest] = unit.split(':');
    if (!operators.includes(operator)) throw badRequest(`Invalid ${operator} operator`);
    const time = rest.join(':');
    const limit = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`);
    if (Number.isNaN(limit)) throw badRequest(time === '' ? `Invalid ${name} value` : `Invalid ${time} value`);
    return { operator, limit };
  });
  return (row) => {
    const found = column(row);
    if (typeof found !== 'string') return false;
    // The database keeps whole seconds.
    const value = Math.floor(Date.parse(found) / 1000) * 1000;
    return tests.every(
      ({ operator, limit }) =>
        ({
          gt: value > limit,
          gte: value >= limit,
          eq: value === limit,
          neq: value !== limit,
          lt: value < limit,
          lte: value <= limit,
        })[operator],
    );
  };
}
