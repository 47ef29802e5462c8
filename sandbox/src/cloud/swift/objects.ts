import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { now } from '../store/time.ts';
import type { Takes } from '../http/takes.ts';
import { plainError, swiftError } from './errors.ts';
import { headersOf, mergeHeaders, metaHeaders, splitPath, timestamp } from './metadata.ts';
import type { Container, Segment, StoredObject } from './rows.ts';

/** Headers of objects that are kept besides their metadata (swift:swift/obj/server.py, allowed_headers). */
const kept = [
  ...['content-encoding', 'content-disposition', 'cache-control', 'content-language', 'expires', 'x-robots-tag'],
];
/** The headers that an object keeps, or reads when it goes. */
export const objectTakes: Takes = ['x-object-meta-*', ...kept, 'content-type', 'x-delete-at', 'x-delete-after'];
/** What only a PUT has: what the object is to be made of. */
export const newObjectTakes: Takes = ['x-object-manifest', 'x-copy-from', 'x-symlink-target'];
const maximumName = 1024;

/** A hash in hexadecimal digits, as an `ETag` has it. */
export const md5 = (data: Buffer | string): string => createHash('md5').update(data).digest('hex');
const blobKey = (id: string): string => `object/${id}`;

/** What an object shows of itself: of a large one, the whole. */
export interface Summary {
  readonly bytes: number;
  /** As the header has it: in quotes for a large object. */
  readonly etag: string;
}

/** Objects of a cloud: small ones, and large ones made of segments. */
export class Objects {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** An object that is there and has not expired. */
  find(account: string, container: string, name: string): StoredObject | undefined {
    const row = this.#cloud.tables.objects.get(`${account}/${container}/${name}`);
    if (row?.deleteAt !== null && row !== undefined && row.deleteAt * 1000 <= Date.now()) {
      this.remove(row);
      return undefined;
    }
    return row;
  }

  /** The objects of a container; expired ones go. */
  inContainer(account: string, container: string): StoredObject[] {
    return this.#cloud.tables.objects
      .by('container', `${account}/${container}`)
      .filter((row) => this.find(account, container, row.name));
  }

  /** Number and bytes of the objects in a container; of large ones, of their manifests. */
  usage({ account, name }: Pick<Container, 'account' | 'name'>): { readonly count: number; readonly bytes: number } {
    const rows = this.inContainer(account, name);
    return { count: rows.length, bytes: rows.reduce((sum, row) => sum + row.bytes, 0) };
  }

  remove(row: StoredObject): void {
    this.#cloud.blobs.delete(blobKey(row.id));
    this.#cloud.tables.objects.delete(row.id);
  }

  /** The bytes that are stored: of a large object, its manifest. */
  stored(row: StoredObject): Buffer {
    return this.#cloud.blobs.get(blobKey(row.id)) ?? Buffer.alloc(0);
  }

  /** All bytes, those of segments put together. @throws ApiError 409 when a segment is not as it was */
  content(row: StoredObject): Buffer {
    if (row.segments !== null) return Buffer.concat(row.segments.map((segment) => this.#bytesOf(row.account, segment)));
    if (row.manifest === null) return this.stored(row);
    return Buffer.concat(this.#dynamicParts(row).map((part) => this.content(part)));
  }

  summary(row: StoredObject): Summary {
    if (row.segments !== null) {
      const bytes = row.segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
      return { bytes, etag: `"${etagOf(row.segments)}"` };
    }
    if (row.manifest === null) return { bytes: row.bytes, etag: row.etag };
    const parts = this.#dynamicParts(row).map((part) => this.summary(part));
    return {
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      etag: `"${md5(parts.map(({ etag }) => etag.replaceAll('"', '')).join(''))}"`,
    };
  }

  /** What a symbolic link leads to, for the parts of large objects; anything else is itself. @throws ApiError 409 */
  target(row: StoredObject, level = 0): StoredObject {
    if (!row.link) return row;
    const next = this.find(row.link.account, row.link.container, row.link.name);
    if (!next || level > 1) throw swiftError(409);
    return this.target(next, level + 1);
  }

  #bytesOf(account: string, { name, hash, range }: Segment): Buffer {
    const slash = name.indexOf('/', 1);
    const found = this.find(account, name.slice(1, slash), name.slice(slash + 1));
    const part = found && this.target(found);
    if (part === undefined || this.summary(part).etag.replaceAll('"', '') !== hash) throw swiftError(409);
    const [first = 0, last = Infinity] = range?.split('-').map(Number) ?? [];
    return this.content(part).subarray(first, last + 1);
  }

  #dynamicParts(row: StoredObject): StoredObject[] {
    const [container, prefix] = splitPath(row.manifest ?? '');
    if (!this.#cloud.tables.containers.get(`${row.account}/${container}`)) throw swiftError(404);
    return this.inContainer(row.account, container)
      .filter(({ name }) => name.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
      .map((part) => this.target(part));
  }

  /** Stores an object over one that may be there. */
  store(
    { id, account, name: container }: Container,
    name: string,
    data: Buffer,
    values: Pick<StoredObject, 'contentType' | 'headers'> & Partial<StoredObject>,
  ): StoredObject {
    const row = this.#cloud.tables.objects.insert({
      ...{ segments: null, manifest: null, deleteAt: null },
      ...values,
      ...{ id: `${id}/${name}`, account, container, name },
      ...{ etag: md5(data), bytes: data.length, modified: now() },
    });
    this.#cloud.blobs.set(blobKey(row.id), data);
    return row;
  }

  checkName(name: string): void {
    const { length } = Buffer.from(name);
    if (length > maximumName) throw plainError(400, `Object name length of ${length} longer than ${maximumName}`);
  }

  /** Refuses what a container's quota has no room for (swift:swift/common/middleware/container_quotas.py). */
  checkQuota(container: Container, more: number): void {
    const { count, bytes } = this.usage(container);
    const limit = (of: string) => Number(container.headers[`x-container-meta-quota-${of}`] ?? Infinity);
    if (bytes + more > limit('bytes') || count + 1 > limit('count')) throw swiftError(413, 'Upload exceeds quota.');
  }

  /** The headers of a request that an object keeps. */
  headersFrom = (call: Call): Record<string, string> =>
    mergeHeaders({}, { ...metaHeaders(call, 'object'), ...headersOf(call, kept) });

  /** What HEAD and GET say of an object. */
  headers(row: StoredObject): Record<string, string> {
    return {
      'content-type': row.contentType,
      etag: this.summary(row).etag,
      'last-modified': httpDate(row.modified),
      'x-timestamp': timestamp(row.modified),
      'accept-ranges': 'bytes',
      ...row.headers,
      ...(row.segments !== null && { 'x-static-large-object': 'True', 'x-manifest-etag': row.etag }),
      ...(row.manifest !== null && { 'x-object-manifest': row.manifest }),
      ...(row.deleteAt !== null && { 'x-delete-at': String(row.deleteAt) }),
    };
  }
}

/** Swift rounds up to whole seconds, so that nothing seems older than it is. */
export const httpDate = (iso: string): string => new Date(Math.ceil(Date.parse(iso) / 1000) * 1000).toUTCString();

const lengthOf = ({ bytes, range }: Segment): number => {
  const [first = 0, last = bytes - 1] = range?.split('-').map(Number) ?? [];
  return last - first + 1;
};

/** MD5 of the segments' hashes (swift:swift/common/middleware/slo.py). */
export const etagOf = (segments: readonly Segment[]): string =>
  md5(segments.map(({ hash, range }) => (range === undefined ? hash : `${hash}:${range};`)).join(''));
