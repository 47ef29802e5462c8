import { ok, reply, type Answer, type Call } from '../http/service.ts';
import { page, pageType } from './errors.ts';
import { md5, type Objects } from './objects.ts';
import { pythonJson } from './python-json.ts';
import type { StoredObject } from './rows.ts';

/**
 * First and last byte of a `Range`; undefined if it is none, first beyond last if there is no such part (RFC 9110,
 * section 14).
 */
export function rangeOf(header: string, length: number): [first: number, last: number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return [last === '0' ? length : Math.max(0, length - Number(last)), length - 1];
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return [Number(first), last === '' ? length - 1 : Math.min(Number(last), length - 1)];
}

/** The answer that conditions of a request give in place of the object (RFC 9110, section 13.2.2). */
function condition(call: Call, headers: Readonly<Record<string, string>>): Answer | undefined {
  const plain = (headers['etag'] ?? '').replaceAll('"', '');
  const matches = (value: string): boolean =>
    value === '*' || value.split(',').some((one) => one.trim().replaceAll('"', '') === plain);
  const modified = Date.parse(headers['last-modified'] ?? '');
  const since = (name: 'if-modified-since' | 'if-unmodified-since'): number => Date.parse(call.headers[name] ?? '');
  const { 'if-match': match, 'if-none-match': noneMatch } = call.headers;
  const shown = ['etag', 'last-modified', 'x-timestamp', 'x-static-large-object', 'x-manifest-etag'];
  const few = Object.fromEntries(Object.entries(headers).filter(([name]) => shown.includes(name)));
  const failed = reply(412, undefined, { ...few, 'content-type': pageType });
  if (match !== undefined && !matches(match)) return failed;
  if (noneMatch !== undefined && matches(noneMatch)) return reply(304, undefined, headers);
  if (since('if-unmodified-since') < modified) return failed;
  if (since('if-modified-since') >= modified) return reply(304, undefined, headers);
  return undefined;
}

/** GET and HEAD of an object, in part or on conditions. */
export function read(call: Call, objects: Objects, row: StoredObject): Answer {
  const isHead = call.method === 'HEAD';
  if (row.segments !== null && call.query.get('multipart-manifest') === 'get') return readManifest(call, objects, row);
  const isRaw = row.manifest !== null && call.query.get('multipart-manifest') === 'get';
  const headers = { ...objects.headers(row), ...(isRaw && { etag: row.etag }) };
  const instead = condition(call, headers);
  if (instead) return instead;
  if (isHead) return reply(200, undefined, { ...headers, 'content-length': String(objects.summary(row).bytes) });
  const data = isRaw ? objects.stored(row) : objects.content(row);
  const range = rangeOf(call.headers.range ?? '', data.length);
  if (range === undefined) return ok(data, headers);
  const [first, last] = range;
  if (first > last || first >= data.length) {
    return reply(416, Buffer.from(page(416)), { ...headers, 'content-range': `bytes */${data.length}` });
  }
  const part = { ...headers, 'content-range': `bytes ${first}-${last}/${data.length}` };
  return reply(206, data.subarray(first, last + 1), part);
}

/** The manifest of a static large object, as it is stored or as it can be sent again. */
function readManifest(call: Call, objects: Objects, row: StoredObject): Answer {
  const { 'x-manifest-etag': etag = '', ...headers } = objects.headers(row);
  if (call.query.get('format') === 'raw') {
    const raw = (row.segments ?? []).map(({ name, hash, bytes, range }) => ({
      ...{ etag: hash, path: name },
      ...(range !== undefined && { range }),
      size_bytes: bytes,
    }));
    const text = pythonJson(raw);
    return ok(Buffer.from(text), { ...headers, etag: md5(text) });
  }
  const json = { ...headers, etag, 'content-type': 'application/json; charset=utf-8' };
  if (call.method === 'HEAD') return reply(200, undefined, { ...json, 'content-length': String(row.bytes) });
  return ok(objects.stored(row), json);
}
