import { z } from 'zod';

/** https://docs.openstack.org/api-ref/object-store/#show-account-details-and-list-containers */
export const containerSchema = z.looseObject({
  name: z.string(),
  /** Number of objects. */
  count: z.number(),
  bytes: z.number(),
  last_modified: z.string().optional(),
});
export type Container = z.output<typeof containerSchema>;

/** An object of a listing. https://docs.openstack.org/api-ref/object-store/#show-container-details-and-list-objects */
export const storedObjectSchema = z.looseObject({
  name: z.string(),
  bytes: z.number(),
  /** MD5 of the content; of the segments' hashes for a large object. */
  hash: z.string(),
  content_type: z.string().optional(),
  last_modified: z.string(),
});
export type StoredObject = z.output<typeof storedObjectSchema>;

/** What a listing with a delimiter shows instead of the objects below it. */
export const subdirSchema = z.looseObject({ subdir: z.string() });
export type Subdir = z.output<typeof subdirSchema>;

/** Swift's report on a bulk deletion, sent with status 200 even when it failed. */
export const bulkDeleteSchema = z.looseObject({
  'Number Deleted': z.number(),
  'Number Not Found': z.number(),
  'Response Status': z.string(),
  Errors: z.array(z.array(z.string())).default([]),
});

/** One segment of a static large object. https://docs.openstack.org/swift/latest/api/large_objects.html */
export interface Segment {
  /** `/<container>/<object>`. */
  path: string;
  etag?: string | undefined;
  size_bytes?: number | undefined;
}

/** A segment as the manifest of a large object names it. */
export const manifestSegmentSchema = z.looseObject({
  /** `/<container>/<object>`. */
  name: z.string(),
  bytes: z.number(),
  hash: z.string(),
});
export type ManifestSegment = z.output<typeof manifestSegmentSchema>;

/** What the headers of an account or a container say. */
export interface StoreInfo {
  objects: number;
  bytes: number;
  /** Only of an account. */
  containers: number | undefined;
  /** Names in lower case, without their prefix. */
  metadata: Record<string, string>;
  /** All response headers. */
  headers: Record<string, string>;
}

/** What the headers of an object say. */
export interface ObjectInfo {
  bytes: number;
  etag: string;
  contentType: string | undefined;
  lastModified: string | undefined;
  largeObject: 'static' | 'dynamic' | undefined;
  /** Names in lower case, without their prefix. */
  metadata: Record<string, string>;
  /** All response headers. */
  headers: Record<string, string>;
}

/** The values of the headers that start with `prefix`, by the rest of their name. */
const metadataOf = (headers: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** Metadata as request headers; an empty value removes the key. */
export const metadataHeaders = (
  metadata: Readonly<Record<string, string>> | undefined,
  prefix: string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [`${prefix}${name.toLowerCase()}`, value]));

export const readStoreInfo = (headers: Record<string, string>, kind: 'account' | 'container'): StoreInfo => ({
  objects: Number(headers[`x-${kind}-object-count`] ?? 0),
  bytes: Number(headers[`x-${kind}-bytes-used`] ?? 0),
  containers: kind === 'account' ? Number(headers['x-account-container-count'] ?? 0) : undefined,
  metadata: metadataOf(headers, `x-${kind}-meta-`),
  headers,
});

export const readObjectInfo = (headers: Record<string, string>): ObjectInfo => ({
  bytes: Number(headers['content-length'] ?? 0),
  etag: (headers['etag'] ?? '').replaceAll('"', ''),
  contentType: headers['content-type'],
  lastModified: headers['last-modified'],
  largeObject: headers['x-static-large-object'] ? 'static' : headers['x-object-manifest'] ? 'dynamic' : undefined,
  metadata: metadataOf(headers, 'x-object-meta-'),
  headers,
});
