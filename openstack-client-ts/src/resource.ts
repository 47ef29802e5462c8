import { z } from 'zod';
import { NotFoundError } from './errors.ts';
import type { RequestOptions } from './http-types.ts';
import type { Listing } from './listing.ts';
import { path } from './query.ts';
import type { CallOptions, ServiceClient } from './service-client.ts';
import { GONE, type WaitOptions, type WaitStates, waitForStates } from './wait.ts';

/** What distinguishes one kind of resource from another: names, places, schema. */
export interface ResourceSpec<T> {
  /** What messages call it, e.g. `load balancer`. */
  noun: string;
  /** Path of the collection, e.g. `/servers`. */
  path: string;
  /** Path of the list if it differs, e.g. `/servers/detail`. */
  listPath?: string | undefined;
  /** Key around one resource, e.g. `server`; undefined if the service sends it bare. */
  one?: string | undefined;
  /** Key around a list, e.g. `servers`. */
  many: string;
  schema: z.ZodType<T>;
  /** Verb of an update; default PUT. */
  updateMethod?: 'PUT' | 'PATCH' | undefined;
  /** The state waiters look at. */
  state?: ((value: T) => string) | undefined;
  /** OpenStack's words on why the resource failed. */
  fault?: ((value: T) => string | undefined) | undefined;
}

export interface DeleteOptions extends RequestOptions {
  /** Takes 404 for success: what was to be gone is gone. */
  missingOk?: boolean | undefined;
}

/** The schema of what is under one key of an object. */
export const unwrapped = <T>(key: string, schema: z.ZodType<T>): z.ZodType<T> =>
  z.preprocess((document) => z.looseObject({ [key]: z.unknown() }).safeParse(document).data?.[key], schema);

/** A kind of resource that can be listed, read and waited for. */
export class ReadableResource<T, Filters extends object> {
  protected readonly service: ServiceClient;
  protected readonly spec: ResourceSpec<T>;

  constructor(service: ServiceClient, spec: ResourceSpec<T>) {
    this.service = service;
    this.spec = spec;
  }

  /** Official type of the service that has it, e.g. `load-balancer`. */
  get serviceType(): string {
    return this.service.type;
  }

  /** What messages call one of them, e.g. `load balancer`. */
  get noun(): string {
    return this.spec.noun;
  }

  /** All resources that match; await it, or iterate over it. `limit` is the size of a page, not of the result. */
  list(filters?: Filters, options: RequestOptions = {}): Listing<T> {
    const { listPath, many, schema } = this.spec;
    return this.service.list(listPath ?? this.spec.path, many, schema, { ...options, query: filters });
  }

  /** One resource by id. @throws NotFoundError */
  get(id: string, options: RequestOptions = {}): Promise<T> {
    return this.call('GET', this.at(id), options);
  }

  /**
   * Waits for a state. Gone counts as a failure here; see `waitGone`.
   *
   * @throws ResourceInErrorError, TimeoutError, NotFoundError
   */
  async waitFor(id: string, states: WaitStates, options: WaitOptions<T> = {}): Promise<T> {
    const value = await this.#wait(id, states, options);
    if (value === undefined) throw new NotFoundError({ words: `${this.spec.noun} ${id} is gone` });
    return value;
  }

  /** Waits until the resource answers 404, or is in one of `states` (default: DELETED and SOFT_DELETED). */
  async waitGone(id: string, options: WaitOptions<T> & { states?: readonly string[] } = {}): Promise<void> {
    const { states = ['DELETED', 'SOFT_DELETED'], ...rest } = options;
    await this.#wait(id, { target: [GONE, ...states] }, rest);
  }

  #wait(id: string, states: WaitStates, options: WaitOptions<T>): Promise<T | undefined> {
    const { noun, state = () => 'PRESENT', fault } = this.spec;
    const poll = (signal: AbortSignal): Promise<T> => this.get(id, { signal });
    return waitForStates({ ...options, subject: `${noun} ${id}`, states, poll, state, fault });
  }

  /** The path of one resource. */
  protected at(id: string): string {
    return this.spec.path + path`/${id}`;
  }

  /** A request whose response is one resource. */
  protected async call(method: 'GET' | 'POST' | 'PUT' | 'PATCH', at: string, options: CallOptions): Promise<T> {
    const { one, schema } = this.spec;
    if (one === undefined) return this.service.json(method, at, schema, options);
    return this.service.json(method, at, unwrapped(one, schema), options);
  }

  protected async remove(at: string, { missingOk = false, ...options }: DeleteOptions & CallOptions): Promise<void> {
    try {
      await this.service.request('DELETE', at, options);
    } catch (error) {
      if (!missingOk || !(error instanceof NotFoundError)) throw error;
    }
  }
}

/** A kind of resource that can also be created, changed and deleted. */
export class Resource<T, Create extends object, Update extends object, Filters extends object> extends ReadableResource<
  T,
  Filters
> {
  /** Creates one. Not repeated by this library unless the request surely had no effect. */
  create(values: Create, options: RequestOptions = {}): Promise<T> {
    return this.call('POST', this.spec.path, { ...options, json: this.wrap(values) });
  }

  /** Changes one; only what is given changes. */
  update(id: string, values: Update, options: RequestOptions = {}): Promise<T> {
    const method = this.spec.updateMethod ?? 'PUT';
    return this.call(method, this.at(id), { ...options, json: this.wrap(values), idempotent: true });
  }

  /** Deletes one; most services answer before it is gone, see `waitGone`. */
  delete(id: string, options: DeleteOptions = {}): Promise<void> {
    return this.remove(this.at(id), options);
  }

  protected wrap(values: Create | Update): object {
    return this.spec.one === undefined ? values : { [this.spec.one]: values };
  }
}
