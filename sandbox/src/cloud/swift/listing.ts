import { noContent, ok, type Answer, type Call } from '../http/service.ts';
import { swiftError } from './errors.ts';

const maximum = 10_000;

/** One line of a listing: something with a name, or a common prefix. */
export type Line<T> = { readonly row: T } | { readonly subdir: string };

/** How Swift orders names: by their UTF-8 bytes. */
const byName = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const isTrue = (text: string | null): boolean =>
  ['true', '1', 'yes', 'on', 't', 'y'].includes(text?.toLowerCase() ?? '');

/** Applies prefix, delimiter, marker, end_marker, limit, reverse and path to rows with names. */
export function listLines<T extends { readonly name: string }>(call: Call, rows: readonly T[]): Line<T>[] {
  const { query } = call;
  const path = query.get('path');
  const prefix = path === null ? (query.get('prefix') ?? '') : path === '' ? '' : `${path.replace(/\/$/, '')}/`;
  const delimiter = path === null ? (query.get('delimiter') ?? '') : '/';
  const limitText = query.get('limit') ?? '';
  const limit = /^\d+$/.test(limitText) ? Number(limitText) : maximum;
  if (limit > maximum) throw swiftError(412, `Maximum limit is ${maximum}`);
  const reverse = isTrue(query.get('reverse'));
  const [from, to] = [query.get('marker') ?? '', query.get('end_marker') ?? ''];
  const after = (name: string): boolean => {
    if (from !== '' && (reverse ? byName(name, from) >= 0 : byName(name, from) <= 0)) return false;
    return !(to !== '' && (reverse ? byName(name, to) <= 0 : byName(name, to) >= 0));
  };
  const sorted = rows
    .filter(({ name }) => name.startsWith(prefix) && after(name))
    .sort((a, b) => byName(a.name, b.name) * (reverse ? -1 : 1));
  const lines: Line<T>[] = [];
  const seen = new Set<string>();
  for (const row of sorted) {
    if (lines.length >= limit) break;
    const end = delimiter === '' ? -1 : row.name.indexOf(delimiter, prefix.length);
    if (end < 0) {
      if (path === null || row.name !== prefix) lines.push({ row });
      continue;
    }
    const subdir = row.name.slice(0, end + delimiter.length);
    if (path !== null || seen.has(subdir) || subdir === from) continue;
    seen.add(subdir);
    lines.push({ subdir });
  }
  return lines;
}

const types = ['text/plain', 'application/json', 'application/xml', 'text/xml'] as const;
/** What a listing can be. */
export type ListingType = (typeof types)[number];
const byFormat: Readonly<Record<string, ListingType>> = { json: 'application/json', xml: 'application/xml' };

/** What a call wants a listing to be (swift:swift/common/middleware/listing_formats.py). @throws ApiError 406 */
export function listingType(call: Call): ListingType {
  const format = call.query.get('format');
  if (format !== null && format !== '') return byFormat[format.toLowerCase()] ?? 'text/plain';
  return acceptedType(call, types);
}

/** The first of some types that a call accepts, by its own preference. @throws ApiError 406 */
export function acceptedType<const T extends string>(call: Call, offered: readonly T[]): T {
  const accept = call.headers.accept ?? '*/*';
  const wanted = accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
      return { type, quality: Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1) };
    })
    .sort((one, other) => other.quality - one.quality);
  for (const { type } of wanted) {
    const found = offered.find((one) => one === type || type === '*/*' || type === `${one.split('/')[0] ?? ''}/*`);
    if (found !== undefined) return found;
  }
  throw swiftError(406);
}

/** Text within XML. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** How a listing is written. */
export interface ListingForm<T> {
  /** The element of the whole, and the name in it. */
  readonly whole: readonly [element: string, name: string];
  /** The element of one row. */
  readonly element: string;
  /** Between elements, in XML. */
  readonly gap: '' | '\n';
  /** What a row shows, in the order in which XML has it. */
  readonly view: (row: T) => Readonly<Record<string, string | number>>;
}

/** A listing as the call wants it. */
export function listAnswer<T extends { readonly name: string }>(
  call: Call,
  lines: readonly Line<T>[],
  form: ListingForm<T>,
  headers: Readonly<Record<string, string>>,
): Answer {
  const type = listingType(call);
  const all = { ...headers, 'content-type': `${type}; charset=utf-8` };
  if (type === 'application/json') {
    const body = lines.map((line) => ('row' in line ? form.view(line.row) : { subdir: line.subdir }));
    return ok(Buffer.from(JSON.stringify(body)), all);
  }
  if (type !== 'text/plain') return ok(Buffer.from(toXml(lines, form)), all);
  if (lines.length === 0) return noContent(all);
  return ok(lines.map((line) => `${'row' in line ? line.row.name : line.subdir}\n`).join(''), all);
}

function toXml<T>(lines: readonly Line<T>[], { whole: [whole, name], element, gap, view }: ListingForm<T>): string {
  const items = lines.map((line) => {
    if ('subdir' in line) {
      const text = escapeXml(line.subdir);
      return `<subdir name="${text}"><name>${text}</name></subdir>`;
    }
    const fields = Object.entries(view(line.row)).map(
      ([field, value]) => `<${field}>${escapeXml(String(value))}</${field}>`,
    );
    return `<${element}>${fields.join('')}</${element}>`;
  });
  const inside = items.map((item) => item + gap).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${whole} name="${escapeXml(name)}">${gap}${inside}</${whole}>`;
}
