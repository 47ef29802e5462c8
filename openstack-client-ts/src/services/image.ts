import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { ReplayableBody, RequestOptions } from '../http-types.ts';
import { path } from '../query.ts';
import { Resource } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { WaitOptions } from '../wait.ts';

/**
 * An image; properties of its own (`kube_version`, `os_distro`) are beside the others.
 * https://docs.openstack.org/api-ref/image/v2/
 */
export const imageSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  visibility: z.string().optional(),
  owner: z.string().nullish(),
  /** GiB. */
  min_disk: z.number().optional(),
  /** MiB. */
  min_ram: z.number().optional(),
  /** Bytes. */
  size: z.number().nullish(),
  virtual_size: z.number().nullish(),
  checksum: z.string().nullish(),
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
  disk_format: z.string().nullish(),
  container_format: z.string().nullish(),
  tags: z.array(z.string()).default([]),
  protected: z.boolean().optional(),
  os_hidden: z.boolean().optional(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
});
export type Image = z.output<typeof imageSchema>;

/**
 * Any property can be a filter, e.g. `kube_version: 'v1.36.3'`.
 * https://docs.openstack.org/api-ref/image/v2/#list-images
 */
export interface ImageFilters {
  name?: string | undefined;
  status?: string | undefined;
  visibility?: 'public' | 'private' | 'community' | 'shared' | 'all' | undefined;
  owner?: string | undefined;
  tag?: string | readonly string[] | undefined;
  os_hidden?: boolean | undefined;
  member_status?: string | undefined;
  created_at?: string | undefined;
  updated_at?: string | undefined;
  /** E.g. `created_at:desc`. */
  sort?: string | undefined;
  sort_key?: string | undefined;
  sort_dir?: string | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
  [property: string]: string | number | boolean | readonly string[] | undefined;
}

/** Properties of one's own are given beside the others; their values are strings. */
export interface ImageCreate {
  name: string;
  disk_format?: string | undefined;
  container_format?: string | undefined;
  visibility?: 'public' | 'private' | 'community' | 'shared' | undefined;
  min_disk?: number | undefined;
  min_ram?: number | undefined;
  protected?: boolean | undefined;
  os_hidden?: boolean | undefined;
  tags?: readonly string[] | undefined;
  id?: string | undefined;
  [property: string]: unknown;
}

/** One change of RFC 6902, as far as Glance takes it. */
export interface ImagePatch {
  op: 'add' | 'replace' | 'remove';
  /** `/` and the property's name. */
  path: string;
  value?: unknown;
}

/** Uploads and downloads take as long as the data is large; an hour unless told otherwise. */
const DATA_TIMEOUT_MS = 3_600_000;

export class Images extends Resource<Image, ImageCreate, never, ImageFilters> {
  constructor(service: ServiceClient) {
    super(service, {
      noun: 'image',
      path: '/images',
      many: 'images',
      schema: imageSchema,
      state: (image) => image.status,
    });
  }

  /** Changes properties. https://docs.openstack.org/api-ref/image/v2/#update-image */
  patch(id: string, changes: readonly ImagePatch[], options: RequestOptions = {}): Promise<Image> {
    const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
    return this.call('PATCH', this.at(id), { ...options, headers, json: changes });
  }

  /**
   * Sends the image's data. Text, bytes and a function that opens a stream can be sent again after a failure or a token
   * that expired; a bare stream can not.
   */
  async upload(id: string, data: ReplayableBody | Readable, options: RequestOptions = {}): Promise<void> {
    await this.service.request('PUT', path`/images/${id}/file`, {
      timeoutMs: DATA_TIMEOUT_MS,
      ...options,
      body: data,
      headers: { 'content-type': 'application/octet-stream' },
    });
  }

  async addTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('PUT', path`/images/${id}/tags/${tag}`, options);
  }

  async deleteTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', path`/images/${id}/tags/${tag}`, options);
  }

  /** Waits until the image can be used. @throws ResourceInErrorError if it was killed or deleted */
  waitActive(id: string, options?: WaitOptions<Image>): Promise<Image> {
    return this.waitFor(id, { target: ['active'], failure: ['killed', 'deleted', 'pending_delete'] }, options);
  }
}

/** Glance. https://docs.openstack.org/api-ref/image/v2/ */
export class ImageService {
  readonly service: ServiceClient;
  readonly images: Images;

  constructor(service: ServiceClient) {
    this.service = service;
    this.images = new Images(service);
  }
}
