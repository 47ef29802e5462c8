import type { Call } from '../http/service.ts';
import { swiftError } from './errors.ts';

const maximum = 10_000;

/** One line of a listing: something with a name, or a common prefix. */
export type Line<T> = { readonly row: T } | { readonly subdir: string };

/** How Swift orders names: by their UTF-8 bytes. */
export const byName = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Applies prefix, delimiter, marker, end_marker, limit and reverse to rows with names. */
export function listLines<T extends { readonly name: string }>(call: Call, rows: readonly T[]): Line<T>[] {
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const limitText = query.get('limit');
  const limit = limitText === null ? maximum : Number(limitText);
  if (!Number.isInteger(limit) || limit < 0 || limit > maximum) {
    throw swiftError(412, `Maximum limit is ${maximum}`);
  }
  const reverse = query.get('reverse')?.toLowerCase() === 'true';
  const [from, to] = [query.get('marker') ?? '', query.get('end_marker') ?? ''];
  const after = (name: string): boolean => {
    if (from !== '' && (reverse ? byName(name, from) >= 0 : byName(name, from) <= 0)) return false;
    return !(to !== '' && (reverse ? byName(name, to) <= 0 : byName(name, to) >= 0));
  };
  const sorted = rows
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => byName(a.name, b.name) * (reverse ? -1 : 1));
  const lines: Line<T>[] = [];
  const seen = new Set<string>();
  for (const row of sorted) {
    if (lines.length >= limit) break;
    const end = delimiter === '' ? -1 : row.name.indexOf(delimiter, prefix.length);
    if (end < 0) {
      if (after(row.name)) lines.push({ row });
      continue;
    }
    const subdir = row.name.slice(0, end + delimiter.length);
    if (seen.has(subdir) || !after(subdir)) continue;
    seen.add(subdir);
    lines.push({ subdir });
  }
  return lines;
}

/** Whether a listing is wanted as JSON rather than as lines of text. */
export const wantsJson = (call: Call): boolean =>
  call.query.get('format') === 'json' ||
  (call.query.get('format') === null && (call.headers.accept ?? '').includes('application/json'));
