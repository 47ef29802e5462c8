import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import { ReadableResource, Resource, unwrapped } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { FlavorFilters, KeyPairCreate, ServerGroupCreate } from './compute-inputs.ts';
import {
  type AvailabilityZone,
  availabilityZoneSchema,
  type ComputeLimits,
  computeLimitsSchema,
  type ComputeQuota,
  computeQuotaSchema,
  type Flavor,
  flavorSchema,
  type KeyPair,
  keyPairSchema,
  type ServerGroup,
  serverGroupSchema,
} from './compute-schemas.ts';
import { Servers } from './compute-servers.ts';

/** Nova answers at most this many server groups, and gives no link to the rest. */
const SERVER_GROUP_PAGE = 500;

/** Key pairs; their id is their name. https://docs.openstack.org/api-ref/compute/#keypairs-keypairs */
export class KeyPairs extends Resource<KeyPair, KeyPairCreate, never, { user_id?: string; limit?: number }> {
  constructor(service: ServiceClient) {
    // Each key pair is wrapped in the list too.
    const schema = unwrapped('keypair', keyPairSchema);
    super(service, { noun: 'key pair', path: '/os-keypairs', many: 'keypairs', schema });
  }

  protected override wrap(keypair: object): object {
    return { keypair };
  }
}

/** Server groups. https://docs.openstack.org/api-ref/compute/#server-groups-os-server-groups */
export class ServerGroups extends Resource<ServerGroup, ServerGroupCreate, never, { all_projects?: boolean }> {
  constructor(service: ServiceClient) {
    super(service, {
      noun: 'server group',
      path: '/os-server-groups',
      one: 'server_group',
      many: 'server_groups',
      schema: serverGroupSchema,
    });
  }

  override list(filters: { all_projects?: boolean } = {}, options: RequestOptions = {}): Listing<ServerGroup> {
    const schema = z.looseObject({ server_groups: z.array(serverGroupSchema) });
    return this.service.listing('/os-server-groups', async (offset = '0') => {
      const query = { ...filters, limit: SERVER_GROUP_PAGE, offset };
      const { server_groups: items } = await this.service.json('GET', '/os-server-groups', schema, {
        ...options,
        query,
      });
      return { items, next: items.length < SERVER_GROUP_PAGE ? undefined : String(Number(offset) + items.length) };
    });
  }
}

/** Nova. https://docs.openstack.org/api-ref/compute/ */
export class ComputeService {
  readonly service: ServiceClient;
  readonly servers: Servers;
  readonly serverGroups: ServerGroups;
  readonly flavors: ReadableResource<Flavor, FlavorFilters>;
  readonly keyPairs: KeyPairs;

  constructor(service: ServiceClient) {
    this.service = service;
    this.servers = new Servers(service);
    this.serverGroups = new ServerGroups(service);
    this.flavors = new ReadableResource(service, {
      noun: 'flavor',
      path: '/flavors',
      listPath: '/flavors/detail',
      one: 'flavor',
      many: 'flavors',
      schema: flavorSchema,
    });
    this.keyPairs = new KeyPairs(service);
  }

  availabilityZones(options: RequestOptions = {}): Promise<AvailabilityZone[]> {
    const schema = unwrapped('availabilityZoneInfo', z.array(availabilityZoneSchema));
    return this.service.json('GET', '/os-availability-zone', schema, options);
  }

  /** Limits of the project and what it uses of them; -1 means no limit. */
  limits(options: RequestOptions = {}): Promise<ComputeLimits> {
    const schema = unwrapped('limits', unwrapped('absolute', computeLimitsSchema));
    return this.service.json('GET', '/limits', schema, options);
  }

  /** Quotas of a project with what is used and reserved; -1 means no limit. */
  quotas(projectId: string, options: RequestOptions = {}): Promise<ComputeQuota> {
    const schema = unwrapped('quota_set', computeQuotaSchema);
    return this.service.json('GET', path`/os-quota-sets/${projectId}/detail`, schema, options);
  }
}
