import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import { type DeleteOptions, Resource } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { WaitOptions } from '../wait.ts';

/** https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#zones */
export const zoneSchema = z.looseObject({
  id: z.string(),
  /** With a dot at its end. */
  name: z.string(),
  status: z.string(),
  action: z.string().optional(),
  email: z.string().nullish(),
  ttl: z.number().nullish(),
  type: z.string().optional(),
  description: z.string().nullish(),
  project_id: z.string().optional(),
});
export type Zone = z.output<typeof zoneSchema>;

/** https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#recordsets */
export const recordSetSchema = z.looseObject({
  id: z.string(),
  zone_id: z.string(),
  /** With a dot at its end. */
  name: z.string(),
  type: z.string(),
  records: z.array(z.string()),
  status: z.string(),
  action: z.string().optional(),
  ttl: z.number().nullish(),
  description: z.string().nullish(),
});
export type RecordSet = z.output<typeof recordSetSchema>;

export interface ZoneFilters {
  name?: string | undefined;
  status?: string | undefined;
  type?: string | undefined;
  description?: string | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface ZoneCreate {
  /** With a dot at its end. */
  name: string;
  email?: string | undefined;
  /** Seconds. */
  ttl?: number | undefined;
  description?: string | undefined;
  type?: 'PRIMARY' | 'SECONDARY' | undefined;
  masters?: readonly string[] | undefined;
}

export interface RecordSetFilters extends ZoneFilters {
  data?: string | undefined;
}

export interface RecordSetCreate {
  /** With a dot at its end. */
  name: string;
  type: string;
  records: readonly string[];
  /** Seconds. */
  ttl?: number | undefined;
  description?: string | undefined;
}

const STATES = { target: ['ACTIVE'], pending: ['PENDING'], failure: ['ERROR', 'DELETED'] };

/** https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#zones */
export class Zones extends Resource<Zone, ZoneCreate, Partial<Omit<ZoneCreate, 'name' | 'type'>>, ZoneFilters> {
  constructor(service: ServiceClient) {
    super(service, {
      noun: 'zone',
      path: '/zones',
      many: 'zones',
      schema: zoneSchema,
      updateMethod: 'PATCH',
      state: (zone) => zone.status,
    });
  }

  /** Waits until the name servers serve the zone. @throws ResourceInErrorError */
  waitActive(id: string, options?: WaitOptions<Zone>): Promise<Zone> {
    return this.waitFor(id, STATES, options);
  }
}

/** Record sets of one zone. */
class ZoneRecordSets extends Resource<RecordSet, RecordSetCreate, Partial<RecordSetCreate>, RecordSetFilters> {}

/** https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html#recordsets */
export class RecordSets {
  readonly #service: ServiceClient;

  constructor(service: ServiceClient) {
    this.#service = service;
  }

  /** Of one zone. */
  list(zoneId: string, filters?: RecordSetFilters, options?: RequestOptions): Listing<RecordSet> {
    return this.#of(zoneId).list(filters, options);
  }

  /** Of all zones. */
  listAll(filters?: RecordSetFilters, options: RequestOptions = {}): Listing<RecordSet> {
    return this.#service.list('/recordsets', 'recordsets', recordSetSchema, { ...options, query: filters });
  }

  get(zoneId: string, id: string, options?: RequestOptions): Promise<RecordSet> {
    return this.#of(zoneId).get(id, options);
  }

  create(zoneId: string, values: RecordSetCreate, options?: RequestOptions): Promise<RecordSet> {
    return this.#of(zoneId).create(values, options);
  }

  /** Changes records, TTL or description. */
  update(
    zoneId: string,
    id: string,
    values: Partial<Pick<RecordSetCreate, 'records' | 'ttl' | 'description'>>,
    options?: RequestOptions,
  ): Promise<RecordSet> {
    return this.#of(zoneId).update(id, values, options);
  }

  delete(zoneId: string, id: string, options?: DeleteOptions): Promise<void> {
    return this.#of(zoneId).delete(id, options);
  }

  /** Waits until the name servers serve the record set. @throws ResourceInErrorError */
  waitActive(zoneId: string, id: string, options?: WaitOptions<RecordSet>): Promise<RecordSet> {
    return this.#of(zoneId).waitFor(id, STATES, options);
  }

  /** Waits until the record set is gone. */
  waitGone(zoneId: string, id: string, options?: WaitOptions<RecordSet>): Promise<void> {
    return this.#of(zoneId).waitGone(id, options);
  }

  #of(zoneId: string): ZoneRecordSets {
    return new ZoneRecordSets(this.#service, {
      noun: 'record set',
      path: path`/zones/${zoneId}/recordsets`,
      many: 'recordsets',
      schema: recordSetSchema,
      state: (recordSet) => recordSet.status,
    });
  }
}

/** Designate. https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html */
export class DnsService {
  readonly service: ServiceClient;
  readonly zones: Zones;
  readonly recordSets: RecordSets;

  constructor(service: ServiceClient) {
    this.service = service;
    this.zones = new Zones(service);
    this.recordSets = new RecordSets(service);
  }
}
