import { readBoolean } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';

/** Keystone's address, as the caller wrote it. */
export const baseUrl = (call: Call): string => `${call.origin}/identity/v3`;

/** A list as Keystone answers it: never in pages. */
export function listed(call: Call, key: string, rows: readonly unknown[]): Answer {
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  return ok({
    [key]: rows,
    links: { self: `${call.origin}/identity${call.path}${query}`, previous: null, next: null },
  });
}

/** What the filters of a list look at: the filters that it has, and what each finds in a row. */
export type Filters<T> = Readonly<Record<string, (row: T) => string | boolean | null | undefined>>;

/** `name__icontains` and its like (keystone:keystone/server/flask/common.py, filter_by_attributes). */
const comparators: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  contains: (value, wanted) => value.includes(wanted),
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
};

/** The rows that a query asks for. What is no filter of the list is of no interest, as it is to Keystone. */
export function filtered<T>(call: Call, rows: readonly T[], filters: Filters<T>): T[] {
  return rows.filter((row) =>
    [...call.query].every(([key, wanted]) => {
      const [name = '', comparator] = key.split('__');
      const value = filters[name]?.(row);
      if (filters[name] === undefined) return true;
      if (comparator !== undefined) return compare(comparator, value, wanted);
      return typeof value === 'boolean' ? value === (readBoolean(wanted) ?? true) : value === wanted;
    }),
  );
}

function compare(comparator: string, value: unknown, wanted: string): boolean {
  const exact = comparators[comparator];
  if (typeof value !== 'string') return exact === undefined && comparators[comparator.slice(1)] === undefined;
  if (exact) return exact(value, wanted);
  const loose = comparator.startsWith('i') ? comparators[comparator.slice(1)] : undefined;
  return loose?.(value.toLowerCase(), wanted.toLowerCase()) ?? true;
}
