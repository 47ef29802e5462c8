import type { RequestOptions } from '../http-types.ts';
import { NotFoundError } from '../errors.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import type { DeleteOptions } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import {
  type Container,
  containerSchema,
  metadataHeaders,
  readStoreInfo,
  type StoreInfo,
} from './object-store-schemas.ts';
import { swiftList } from './object-store-list.ts';
import { StoredObjects } from './object-store-objects.ts';

export interface ContainerFilters {
  prefix?: string | undefined;
  end_marker?: string | undefined;
  reverse?: boolean | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface ContainerOptions extends RequestOptions {
  metadata?: Readonly<Record<string, string>> | undefined;
  /** E.g. `x-container-read` or `x-storage-policy`. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** https://docs.openstack.org/api-ref/object-store/#containers */
export class Containers {
  readonly #service: ServiceClient;

  constructor(service: ServiceClient) {
    this.#service = service;
  }

  list(filters?: ContainerFilters, options?: RequestOptions): Listing<Container> {
    return swiftList(this.#service, '', containerSchema, (container) => container.name, filters, options);
  }

  /** Counts and metadata. @throws NotFoundError */
  async get(name: string, options: RequestOptions = {}): Promise<StoreInfo> {
    const response = await this.#service.request('HEAD', path`/${name}`, options);
    return readStoreInfo(response.headers, 'container');
  }

  /** Creates one; if it is there already, changes its metadata. */
  async create(name: string, options: ContainerOptions = {}): Promise<void> {
    await this.#send('PUT', name, options);
  }

  /** Adds or changes metadata; an empty value removes a key. */
  async update(name: string, options: ContainerOptions): Promise<void> {
    await this.#send('POST', name, options);
  }

  /** Deletes an empty container. @throws ConflictError if it is not empty */
  async delete(name: string, { missingOk = false, ...options }: DeleteOptions = {}): Promise<void> {
    try {
      await this.#service.request('DELETE', path`/${name}`, options);
    } catch (error) {
      if (!missingOk || !(error instanceof NotFoundError)) throw error;
    }
  }

  async #send(
    method: 'PUT' | 'POST',
    name: string,
    { metadata, headers, ...options }: ContainerOptions,
  ): Promise<void> {
    const all = { ...headers, ...metadataHeaders(metadata, 'x-container-meta-') };
    await this.#service.request(method, path`/${name}`, { ...options, headers: all, idempotent: true });
  }
}

/** Swift. https://docs.openstack.org/api-ref/object-store/ */
export class ObjectStoreService {
  readonly service: ServiceClient;
  readonly containers: Containers;
  readonly objects: StoredObjects;

  constructor(service: ServiceClient) {
    this.service = service;
    this.containers = new Containers(service);
    this.objects = new StoredObjects(service);
  }

  /** What the account holds. https://docs.openstack.org/api-ref/object-store/#show-account-metadata */
  async account(options: RequestOptions = {}): Promise<StoreInfo> {
    const response = await this.service.request('HEAD', '', options);
    return readStoreInfo(response.headers, 'account');
  }
}
