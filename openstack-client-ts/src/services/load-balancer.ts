import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import { type DeleteOptions, ReadableResource, Resource, type ResourceSpec, unwrapped } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { WaitOptions } from '../wait.ts';
import type * as input from './load-balancer-inputs.ts';
import * as schema from './load-balancer-schemas.ts';
import type { z } from 'zod';

type Filters = input.LoadBalancerCommonFilters;

/** An object of Octavia: it is changed by the service after each request, and immutable meanwhile. */
export class LoadBalancerResource<
  T extends { provisioning_status: string },
  Create extends object,
  Update extends object,
  F extends object = Filters,
> extends Resource<T, Create, Update, F> {
  /** Waits until the service has done what it was asked. @throws ResourceInErrorError on ERROR */
  waitActive(id: string, options?: WaitOptions<T>): Promise<T> {
    const pending = ['PENDING_CREATE', 'PENDING_UPDATE'];
    return this.waitFor(id, { target: ['ACTIVE'], pending, failure: ['ERROR', 'DELETED', 'PENDING_DELETE'] }, options);
  }
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#load-balancers */
export class LoadBalancers extends LoadBalancerResource<
  schema.LoadBalancer,
  input.LoadBalancerCreate,
  input.LoadBalancerUpdate,
  input.LoadBalancerFilters
> {
  /** Deletes one. With `cascade` all its listeners, pools, members, monitors and policies go with it. */
  override delete(id: string, options: DeleteOptions & { cascade?: boolean | undefined } = {}): Promise<void> {
    const { cascade, ...rest } = options;
    return this.remove(this.at(id), { ...rest, query: { cascade: cascade === true ? true : undefined } });
  }

  /** States of the load balancer and of all below it, in one request. */
  statusTree(id: string, options: RequestOptions = {}): Promise<schema.StatusTree> {
    const type = unwrapped('statuses', unwrapped('loadbalancer', schema.statusTreeSchema));
    return this.service.json('GET', `${this.at(id)}/status`, type, options);
  }

  stats(id: string, options: RequestOptions = {}): Promise<schema.LoadBalancerStats> {
    return this.service.json(
      'GET',
      `${this.at(id)}/stats`,
      unwrapped('stats', schema.loadBalancerStatsSchema),
      options,
    );
  }
}

/** Members of one pool. https://docs.openstack.org/api-ref/load-balancer/v2/#members */
export class Members extends LoadBalancerResource<schema.Member, input.MemberCreate, input.MemberUpdate> {
  /**
   * Replaces all members: those not named are removed, unless `additiveOnly`. Members are told apart by address and
   * port. https://docs.openstack.org/api-ref/load-balancer/v2/#batch-update-members
   */
  async setAll(
    members: readonly input.MemberCreate[],
    options: RequestOptions & { additiveOnly?: boolean | undefined } = {},
  ): Promise<void> {
    const { additiveOnly, ...rest } = options;
    const query = { additive_only: additiveOnly };
    await this.service.request('PUT', this.spec.path, { ...rest, query, json: { members } });
  }
}

const spec = <T extends { provisioning_status: string }>(
  noun: string,
  one: string,
  many: string,
  type: z.ZodType<T>,
  at = `/lbaas/${many}`,
): ResourceSpec<T> => ({
  noun,
  path: at,
  one,
  many,
  schema: type,
  state: (value) => value.provisioning_status,
});

/** Octavia. https://docs.openstack.org/api-ref/load-balancer/v2/ */
export class LoadBalancerService {
  readonly service: ServiceClient;
  readonly loadBalancers: LoadBalancers;
  readonly listeners: LoadBalancerResource<schema.Listener, input.ListenerCreate, input.ListenerUpdate>;
  readonly pools: LoadBalancerResource<schema.Pool, input.PoolCreate, input.PoolUpdate>;
  readonly healthMonitors: LoadBalancerResource<
    schema.HealthMonitor,
    input.HealthMonitorCreate,
    input.HealthMonitorUpdate
  >;
  readonly l7Policies: LoadBalancerResource<schema.L7Policy, input.L7PolicyCreate, input.L7PolicyUpdate>;
  readonly flavors: ReadableResource<schema.LoadBalancerFlavor, Filters>;

  constructor(service: ServiceClient) {
    this.service = service;
    const balancers = spec('load balancer', 'loadbalancer', 'loadbalancers', schema.loadBalancerSchema);
    this.loadBalancers = new LoadBalancers(service, balancers);
    this.listeners = new LoadBalancerResource(
      service,
      spec('listener', 'listener', 'listeners', schema.listenerSchema),
    );
    this.pools = new LoadBalancerResource(service, spec('pool', 'pool', 'pools', schema.poolSchema));
    const monitors = spec('health monitor', 'healthmonitor', 'healthmonitors', schema.healthMonitorSchema);
    this.healthMonitors = new LoadBalancerResource(service, monitors);
    const policies = spec('L7 policy', 'l7policy', 'l7policies', schema.l7PolicySchema);
    this.l7Policies = new LoadBalancerResource(service, policies);
    this.flavors = new ReadableResource(service, {
      noun: 'load-balancer flavor',
      path: '/lbaas/flavors',
      one: 'flavor',
      many: 'flavors',
      schema: schema.loadBalancerFlavorSchema,
    });
  }

  /** The members of a pool. */
  members(poolId: string): Members {
    const at = path`/lbaas/pools/${poolId}/members`;
    return new Members(this.service, spec('member', 'member', 'members', schema.memberSchema, at));
  }

  /** The rules of an L7 policy. */
  l7Rules(policyId: string): LoadBalancerResource<schema.L7Rule, input.L7RuleCreate, Partial<input.L7RuleCreate>> {
    const at = path`/lbaas/l7policies/${policyId}/rules`;
    return new LoadBalancerResource(this.service, spec('L7 rule', 'rule', 'rules', schema.l7RuleSchema, at));
  }

  providers(options: RequestOptions = {}): Listing<schema.Provider> {
    return this.service.list('/lbaas/providers', 'providers', schema.providerSchema, options);
  }

  availabilityZones(options: RequestOptions = {}): Listing<schema.LoadBalancerZone> {
    return this.service.list('/lbaas/availabilityzones', 'availability_zones', schema.loadBalancerZoneSchema, options);
  }

  quotas(projectId: string, options: RequestOptions = {}): Promise<schema.LoadBalancerQuota> {
    const type = unwrapped('quota', schema.loadBalancerQuotaSchema);
    return this.service.json('GET', path`/lbaas/quotas/${projectId}`, type, options);
  }
}
