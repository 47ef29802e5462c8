import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { NotFoundError, UnexpectedResponseError } from '../errors.ts';
import { classify } from '../error-classify.ts';
import type { ReplayableBody, RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { objectPath, path } from '../query.ts';
import type { DeleteOptions } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import { swiftList } from './object-store-list.ts';
import {
  bulkDeleteSchema,
  type ManifestSegment,
  manifestSegmentSchema,
  metadataHeaders,
  type ObjectInfo,
  readObjectInfo,
  type Segment,
  type StoredObject,
  storedObjectSchema,
  type Subdir,
  subdirSchema,
} from './object-store-schemas.ts';

export interface ObjectFilters {
  prefix?: string | undefined;
  end_marker?: string | undefined;
  reverse?: boolean | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface PutOptions extends RequestOptions {
  contentType?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** MD5 the content must have; Swift refuses it otherwise. */
  etag?: string | undefined;
  /** Seconds until Swift deletes the object by itself. */
  deleteAfter?: number | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface UploadOptions extends Omit<PutOptions, 'etag'> {
  /**
   * Bytes of a segment, each held in memory while it is sent; default 64 MiB, at most the cloud's largest object (5
   * GiB).
   */
  segmentBytes?: number | undefined;
  /** Container of the segments, made if it is not there; default: the object's with `_segments`. */
  segmentContainer?: string | undefined;
}

/** Uploads and downloads take as long as the data is large; an hour unless told otherwise. */
const DATA_TIMEOUT_MS = 3_600_000;
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** https://docs.openstack.org/api-ref/object-store/#objects */
export class StoredObjects {
  readonly #service: ServiceClient;

  constructor(service: ServiceClient) {
    this.#service = service;
  }

  list(container: string, filters?: ObjectFilters, options?: RequestOptions): Listing<StoredObject> {
    const nameOf = (object: StoredObject): string => object.name;
    return swiftList(this.#service, path`/${container}`, storedObjectSchema, nameOf, filters, options);
  }

  /** One level of a tree: objects, and the prefixes that go on after `delimiter`. */
  listLevel(
    container: string,
    filters: ObjectFilters & { delimiter: string },
    options?: RequestOptions,
  ): Listing<StoredObject | Subdir> {
    const schema = z.union([storedObjectSchema, subdirSchema]);
    const nameOf = (entry: StoredObject | Subdir): string => String('subdir' in entry ? entry.subdir : entry.name);
    return swiftList(this.#service, path`/${container}`, schema, nameOf, filters, options);
  }

  /** What the headers say, without the content. @throws NotFoundError */
  async head(container: string, name: string, options: RequestOptions = {}): Promise<ObjectInfo> {
    const response = await this.#service.request('HEAD', objectPath(container, name), options);
    return readObjectInfo(response.headers);
  }

  /**
   * The content as a stream, which must be read to its end or destroyed. `range` is that of RFC 9110, e.g.
   * `bytes=0-99`. The time-out is that of the headers, then of each silence within the content; the signal ends the
   * stream too.
   */
  async get(
    container: string,
    name: string,
    options: RequestOptions & { range?: string | undefined } = {},
  ): Promise<{ info: ObjectInfo; stream: Readable }> {
    const { range, ...rest } = options;
    const headers = range === undefined ? undefined : { range };
    const response = await this.#service.request('GET', objectPath(container, name), {
      ...rest,
      headers,
      expect: 'stream',
    });
    if (!response.stream) throw new UnexpectedResponseError({ words: `no content came with ${container}/${name}` });
    return { info: readObjectInfo(response.headers), stream: response.stream };
  }

  /** The content in memory. */
  async getBytes(container: string, name: string, options: RequestOptions = {}): Promise<Buffer> {
    const { stream } = await this.get(container, name, options);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(toBuffer(chunk));
    return Buffer.concat(chunks);
  }

  /** Stores an object of at most the cloud's largest size (5 GiB); `upload` for larger ones. */
  put(
    container: string,
    name: string,
    data: ReplayableBody | Readable,
    options: PutOptions = {},
  ): Promise<{ etag: string }> {
    return this.#write(container, name, data, options);
  }

  /** Replaces the metadata of an object. */
  async setMetadata(
    container: string,
    name: string,
    metadata: Readonly<Record<string, string>>,
    options: RequestOptions = {},
  ): Promise<void> {
    const headers = metadataHeaders(metadata, 'x-object-meta-');
    await this.#service.request('POST', objectPath(container, name), { ...options, headers, idempotent: true });
  }

  /** Deletes one object. Of a large object this deletes the manifest only, see `deleteLarge`. */
  async delete(container: string, name: string, { missingOk = false, ...options }: DeleteOptions = {}): Promise<void> {
    try {
      await this.#service.request('DELETE', objectPath(container, name), options);
    } catch (error) {
      if (!missingOk || !(error instanceof NotFoundError)) throw error;
    }
  }

  /** Makes a static large object of segments that are stored already; Swift checks their sizes and hashes. */
  putStaticManifest(
    container: string,
    name: string,
    segments: readonly Segment[],
    options: PutOptions = {},
  ): Promise<{ etag: string }> {
    return this.#write(container, name, JSON.stringify(segments), options, { 'multipart-manifest': 'put' });
  }

  /** Makes a dynamic large object: whatever is stored below a prefix of a container, in the order of names. */
  putDynamicManifest(
    container: string,
    name: string,
    segments: { container: string; prefix: string },
    options: PutOptions = {},
  ): Promise<{ etag: string }> {
    const manifest = objectPath(segments.container, segments.prefix).slice(1);
    return this.put(container, name, '', {
      ...options,
      headers: { ...options.headers, 'x-object-manifest': manifest },
    });
  }

  /** The segments of a static large object. */
  manifest(container: string, name: string, options: RequestOptions = {}): Promise<ManifestSegment[]> {
    const call = { ...options, query: { 'multipart-manifest': 'get' } };
    return this.#service.json('GET', objectPath(container, name), z.array(manifestSegmentSchema), call);
  }

  /**
   * Stores a stream of any length as a static large object: segment after segment, each sent again if that fails, then
   * the manifest. What was stored before a failure stays below `<name>/<random id>/` in the segment container.
   */
  async upload(
    container: string,
    name: string,
    data: AsyncIterable<Uint8Array | string>,
    options: UploadOptions = {},
  ): Promise<{ etag: string; bytes: number; segments: number }> {
    const { segmentBytes = SEGMENT_BYTES, segmentContainer = `${container}_segments`, ...rest } = options;
    const { signal, timeoutMs } = rest;
    await this.#service.request('PUT', path`/${segmentContainer}`, { signal });
    const folder = `${name}/${randomUUID()}`;
    const segments: Segment[] = [];
    let bytes = 0;
    for await (const segment of inSegments(data, segmentBytes)) {
      const at = `${folder}/${String(segments.length).padStart(8, '0')}`;
      const etag = createHash('md5').update(segment).digest('hex');
      await this.put(segmentContainer, at, segment, { signal, timeoutMs, etag });
      segments.push({ path: `/${segmentContainer}/${at}`, etag, size_bytes: segment.byteLength });
      bytes += segment.byteLength;
    }
    const { etag } =
      segments.length === 0
        ? await this.put(container, name, '', rest)
        : await this.putStaticManifest(container, name, segments, rest);
    return { etag, bytes, segments: segments.length };
  }

  /**
   * Deletes a static large object with its segments. Swift answers 200 even when some could not be deleted: then the
   * error of the first is thrown.
   */
  async deleteLarge(
    container: string,
    name: string,
    { missingOk = false, ...options }: DeleteOptions = {},
  ): Promise<void> {
    const query = { 'multipart-manifest': 'delete' };
    const at = objectPath(container, name);
    const response = await this.#service.request('DELETE', at, { ...options, query });
    if (response.status === 204) return;
    const url = (await this.#service.endpoint(options)) + at;
    const report = this.#service.read(response, bulkDeleteSchema, 'DELETE', url);
    const status = Number.parseInt(report['Response Status'], 10);
    const missing = report['Number Not Found'] > 0 && report['Number Deleted'] === 0 && report.Errors.length === 0;
    if (status < 400 && !missing) return;
    if (missing && missingOk) return;
    const [first] = report.Errors;
    const words = first ? `${first.join(': ')} (${report.Errors.length} objects were not deleted)` : 'no such object';
    const { requestId } = response;
    throw classify(missing ? 404 : status, { words, status: missing ? 404 : status, method: 'DELETE', url, requestId });
  }

  async #write(
    container: string,
    name: string,
    data: ReplayableBody | Readable,
    { contentType, metadata, etag, deleteAfter, headers, ...options }: PutOptions,
    query?: object,
  ): Promise<{ etag: string }> {
    const response = await this.#service.request('PUT', objectPath(container, name), {
      timeoutMs: DATA_TIMEOUT_MS,
      ...options,
      query,
      body: data,
      headers: {
        'content-type': contentType ?? 'application/octet-stream',
        ...(etag === undefined ? {} : { etag }),
        ...(deleteAfter === undefined ? {} : { 'x-delete-after': String(deleteAfter) }),
        ...metadataHeaders(metadata, 'x-object-meta-'),
        ...headers,
      },
    });
    return { etag: (response.headers['etag'] ?? '').replaceAll('"', '') };
  }
}

const toBuffer = (chunk: unknown): Buffer => {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new UnexpectedResponseError({ words: 'the content is neither text nor bytes' });
};

/** Cuts a stream into buffers of `size` bytes; the last may be shorter. */
async function* inSegments(data: AsyncIterable<Uint8Array | string>, size: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of data) {
    let rest = toBuffer(chunk);
    while (held + rest.byteLength >= size) {
      const fitting = size - held;
      yield Buffer.concat([...parts, rest.subarray(0, fitting)]);
      rest = rest.subarray(fitting);
      parts = [];
      held = 0;
    }
    if (rest.byteLength > 0) parts.push(rest);
    held += rest.byteLength;
  }
  if (held > 0) yield Buffer.concat(parts);
}
