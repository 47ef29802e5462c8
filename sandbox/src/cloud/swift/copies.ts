import { created, type Answer, type Call } from '../http/service.ts';
import { plainError, swiftError } from './errors.ts';
import { deleteAt, mergeHeaders, splitPath } from './metadata.ts';
import { httpDate, type Objects } from './objects.ts';
import type { Container, StoredObject } from './rows.ts';

const isTrue = (value: unknown): boolean => typeof value === 'string' && value.toLowerCase() === 'true';

/** The two names that a header of a copy holds. @throws ApiError 412 */
export function placeIn(call: Call, header: 'Destination' | 'X-Copy-From'): [container: string, name: string] {
  const value = call.headers[header.toLowerCase()];
  if (typeof value !== 'string') throw swiftError(412, `${header} header required`);
  const place = splitPath(value);
  if (place[0] === '' || place[1] === '') {
    throw swiftError(412, `${header} header must be of the form <container name>/<object name>`);
  }
  return place;
}

/** Copies an object within an account (swift:swift/common/middleware/copy.py). */
export function copy(
  call: Call,
  objects: Objects,
  source: StoredObject | undefined,
  to: Container,
  name: string,
): Answer {
  if (Buffer.isBuffer(call.body) && call.body.length > 0) {
    throw plainError(400, 'Copy requests require a zero byte body');
  }
  if (!source) throw swiftError(404);
  objects.checkName(name);
  const data = objects.content(source);
  objects.checkQuota(to, data.length);
  const old = isTrue(call.headers['x-fresh-metadata']) ? {} : source.headers;
  const given = call.headers['content-type'] ?? '';
  const row = objects.store(to, name, data, {
    contentType: given === '' ? source.contentType : given,
    headers: mergeHeaders(old, objects.headersFrom(call)),
    deleteAt: deleteAt(call),
  });
  const metadata = Object.entries(row.headers).filter(([header]) => header.startsWith('x-object-meta-'));
  return created(undefined, {
    etag: row.etag,
    'last-modified': httpDate(row.modified),
    'x-copied-from': `${encodeURIComponent(source.container)}/${encodeURI(source.name)}`,
    'x-copied-from-account': source.account,
    'x-copied-from-last-modified': httpDate(source.modified),
    ...Object.fromEntries(metadata),
  });
}
