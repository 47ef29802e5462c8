import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import { path } from '../query.ts';
import { type DeleteOptions, ReadableResource, Resource, type ResourceSpec, unwrapped } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { WaitOptions } from '../wait.ts';

const metadata = z.record(z.string(), z.string()).default({});

/** https://docs.openstack.org/api-ref/block-storage/v3/#volumes-volumes */
export const volumeSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  /** GiB. */
  size: z.number(),
  description: z.string().nullish(),
  volume_type: z.string().nullish(),
  availability_zone: z.string().nullish(),
  bootable: z.union([z.string(), z.boolean()]).optional(),
  encrypted: z.boolean().optional(),
  multiattach: z.boolean().optional(),
  snapshot_id: z.string().nullish(),
  source_volid: z.string().nullish(),
  metadata,
  attachments: z
    .array(
      z.looseObject({
        server_id: z.string().nullish(),
        device: z.string().nullish(),
        attachment_id: z.string().nullish(),
      }),
    )
    .default([]),
  created_at: z.string().nullish(),
});
export type Volume = z.output<typeof volumeSchema>;

/** https://docs.openstack.org/api-ref/block-storage/v3/#volume-snapshots-snapshots */
export const snapshotSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  volume_id: z.string(),
  /** GiB. */
  size: z.number(),
  description: z.string().nullish(),
  metadata,
  created_at: z.string().nullish(),
});
export type Snapshot = z.output<typeof snapshotSchema>;

/** https://docs.openstack.org/api-ref/block-storage/v3/#volume-types-types */
export const volumeTypeSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  is_public: z.boolean().optional(),
  extra_specs: z.record(z.string(), z.string()).optional(),
});
export type VolumeType = z.output<typeof volumeTypeSchema>;

const quota = z.looseObject({ limit: z.number(), in_use: z.number(), reserved: z.number() });

/**
 * -1 means no limit; per-type quotas (`volumes_<type>`) are beside these.
 * https://docs.openstack.org/api-ref/block-storage/v3/#show-quota-usage-for-a-project
 */
export const volumeQuotaSchema = z.looseObject({
  volumes: quota,
  snapshots: quota,
  /** GiB. */
  gigabytes: quota,
  per_volume_gigabytes: quota.optional(),
});
export type VolumeQuota = z.output<typeof volumeQuotaSchema>;

/** -1 means no limit. https://docs.openstack.org/api-ref/block-storage/v3/#limits-limits */
export const volumeLimitsSchema = z.looseObject({
  maxTotalVolumes: z.number(),
  maxTotalSnapshots: z.number(),
  /** GiB. */
  maxTotalVolumeGigabytes: z.number(),
  totalVolumesUsed: z.number(),
  totalSnapshotsUsed: z.number(),
  totalGigabytesUsed: z.number(),
});
export type VolumeLimits = z.output<typeof volumeLimitsSchema>;

export interface VolumeFilters {
  name?: string | undefined;
  status?: string | undefined;
  /** A JSON-like map as Cinder wants it: `{'key':'value'}`. */
  metadata?: string | undefined;
  availability_zone?: string | undefined;
  bootable?: boolean | undefined;
  all_tenants?: boolean | undefined;
  project_id?: string | undefined;
  /** From 3.60, e.g. `gt:2026-01-01T00:00:00`. */
  created_at?: string | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface VolumeCreate {
  /** GiB. */
  size?: number | undefined;
  name?: string | undefined;
  description?: string | undefined;
  volume_type?: string | undefined;
  availability_zone?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  imageRef?: string | undefined;
  snapshot_id?: string | undefined;
  source_volid?: string | undefined;
}

export interface SnapshotFilters extends Omit<VolumeFilters, 'availability_zone' | 'bootable'> {
  volume_id?: string | undefined;
}

export interface SnapshotCreate {
  volume_id: string;
  name?: string | undefined;
  description?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
}

type Described = Partial<Pick<VolumeCreate, 'name' | 'description' | 'metadata'>>;

/** What volumes and snapshots have in common: metadata, and states to wait for. */
export class BlockResource<
  T extends { status: string },
  Create extends object,
  Filters extends object,
> extends Resource<T, Create, Described, Filters> {
  /** Adds or changes the given keys, and leaves the others. */
  updateMetadata(
    id: string,
    values: Readonly<Record<string, string>>,
    options: RequestOptions = {},
  ): Promise<Record<string, string>> {
    const call = { ...options, json: { metadata: values }, idempotent: true };
    return this.service.json('POST', `${this.at(id)}/metadata`, unwrapped('metadata', metadata), call);
  }

  async deleteMetadata(id: string, key: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', this.at(id) + path`/metadata/${key}`, options);
  }

  /** Waits until it is `available`. @throws ResourceInErrorError on any state that starts with `error` */
  waitAvailable(id: string, options?: WaitOptions<T>): Promise<T> {
    const failure = ['error', 'error_deleting', 'error_extending', 'error_managing', 'error_restoring', 'deleting'];
    return this.waitFor(id, { target: ['available'], failure }, options);
  }
}

/** https://docs.openstack.org/api-ref/block-storage/v3/#volumes-volumes */
export class Volumes extends BlockResource<Volume, VolumeCreate, VolumeFilters> {
  /** Deletes one. With `cascade` its snapshots go with it. */
  override delete(id: string, options: DeleteOptions & { cascade?: boolean | undefined } = {}): Promise<void> {
    const { cascade, ...rest } = options;
    return this.remove(this.at(id), { ...rest, query: { cascade: cascade === true ? true : undefined } });
  }

  /** Makes it larger. https://docs.openstack.org/api-ref/block-storage/v3/#extend-a-volume-size */
  async extend(id: string, gigabytes: number, options: RequestOptions = {}): Promise<void> {
    const json = { 'os-extend': { new_size: gigabytes } };
    await this.service.request('POST', `${this.at(id)}/action`, { ...options, json });
  }
}

const spec = <T extends { status: string }>(noun: string, one: string, type: z.ZodType<T>): ResourceSpec<T> => ({
  noun,
  path: `/${one}s`,
  listPath: `/${one}s/detail`,
  one,
  many: `${one}s`,
  schema: type,
  state: (value) => value.status,
});

/** Cinder. https://docs.openstack.org/api-ref/block-storage/v3/ */
export class BlockStorageService {
  readonly service: ServiceClient;
  readonly volumes: Volumes;
  readonly snapshots: BlockResource<Snapshot, SnapshotCreate, SnapshotFilters>;
  readonly types: ReadableResource<VolumeType, { is_public?: boolean | 'None'; limit?: number; marker?: string }>;

  constructor(service: ServiceClient) {
    this.service = service;
    this.volumes = new Volumes(service, spec('volume', 'volume', volumeSchema));
    this.snapshots = new BlockResource(service, spec('snapshot', 'snapshot', snapshotSchema));
    this.types = new ReadableResource(service, {
      noun: 'volume type',
      path: '/types',
      one: 'volume_type',
      many: 'volume_types',
      schema: volumeTypeSchema,
    });
  }

  /** Quotas of a project with what is used and reserved; -1 means no limit. */
  quotas(projectId: string, options: RequestOptions = {}): Promise<VolumeQuota> {
    const call = { ...options, query: { usage: true } };
    return this.service.json('GET', path`/os-quota-sets/${projectId}`, unwrapped('quota_set', volumeQuotaSchema), call);
  }

  /** Limits of the project and what it uses of them; -1 means no limit. */
  limits(options: RequestOptions = {}): Promise<VolumeLimits> {
    const type = unwrapped('limits', unwrapped('absolute', volumeLimitsSchema));
    return this.service.json('GET', '/limits', type, options);
  }
}
