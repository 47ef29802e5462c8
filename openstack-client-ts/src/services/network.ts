import { z } from 'zod';
import type { RequestOptions } from '../http-types.ts';
import type { Listing } from '../listing.ts';
import { path } from '../query.ts';
import { type DeleteOptions, ReadableResource, Resource, type ResourceSpec, unwrapped } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type * as input from './network-inputs.ts';
import * as schema from './network-schemas.ts';

const tagsSchema = unwrapped('tags', z.array(z.string()));

/** A kind of Neutron resource with tags. */
export class TaggedResource<T, Create extends object, Update extends object, Filters extends object> extends Resource<
  T,
  Create,
  Update,
  Filters
> {
  /** Replaces all tags. https://docs.openstack.org/api-ref/network/v2/#standard-attributes-tag-extension */
  setTags(id: string, tags: readonly string[], options: RequestOptions = {}): Promise<string[]> {
    return this.service.json('PUT', `${this.at(id)}/tags`, tagsSchema, { ...options, json: { tags } });
  }

  /** Adds one tag, without a slash: Neutron takes that for the end of the tag. */
  async addTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('PUT', this.at(id) + path`/tags/${tag}`, options);
  }

  /** Removes one tag, without a slash. */
  async deleteTag(id: string, tag: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', this.at(id) + path`/tags/${tag}`, options);
  }
}

/** A kind of Neutron resource with tags that is created in bulk if wanted. */
export class NetworkResource<
  T,
  Create extends object,
  Update extends object,
  Filters extends object,
> extends TaggedResource<T, Create, Update, Filters> {
  /** Creates several in one request: all or none. */
  createMany(values: readonly Create[], options: RequestOptions = {}): Promise<T[]> {
    return createSeveral(this.service, this.spec, values, options);
  }
}

/** Rules of security groups: without tags, and they can not be changed, only made and deleted. */
export class SecurityGroupRules extends ReadableResource<schema.SecurityGroupRule, input.SecurityGroupRuleFilters> {
  /** Creates one. Not repeated by this library unless the request surely had no effect. */
  create(values: input.SecurityGroupRuleCreate, options: RequestOptions = {}): Promise<schema.SecurityGroupRule> {
    return this.call('POST', this.spec.path, { ...options, json: { security_group_rule: values } });
  }

  /** Creates several rules of one group in one request: all or none. */
  createMany(
    values: readonly input.SecurityGroupRuleCreate[],
    options: RequestOptions = {},
  ): Promise<schema.SecurityGroupRule[]> {
    return createSeveral(this.service, this.spec, values, options);
  }

  delete(id: string, options: DeleteOptions = {}): Promise<void> {
    return this.remove(this.at(id), options);
  }
}

function createSeveral<T>(
  service: ServiceClient,
  { path: at, many, schema: type }: ResourceSpec<T>,
  values: readonly object[],
  options: RequestOptions,
): Promise<T[]> {
  return service.json('POST', at, unwrapped(many, z.array(type)), { ...options, json: { [many]: values } });
}

/** Routers. https://docs.openstack.org/api-ref/network/v2/#routers-routers */
export class Routers extends TaggedResource<
  schema.Router,
  input.RouterCreate,
  input.RouterCreate,
  input.CommonFilters
> {
  /** Not repeated after a lost answer: the second time, Neutron says that the subnet is connected already. */
  addInterface(id: string, to: input.RouterInterfaceOf, options: RequestOptions = {}): Promise<schema.RouterInterface> {
    return this.#change(id, 'add_router_interface', to, options);
  }

  removeInterface(
    id: string,
    of: input.RouterInterfaceOf,
    options: RequestOptions = {},
  ): Promise<schema.RouterInterface> {
    return this.#change(id, 'remove_router_interface', of, options);
  }

  #change(id: string, verb: string, json: object, options: RequestOptions): Promise<schema.RouterInterface> {
    const call = { ...options, json, idempotent: false };
    return this.service.json('PUT', `${this.at(id)}/${verb}`, schema.routerInterfaceSchema, call);
  }
}

const spec = <T extends object>(noun: string, one: string, type: z.ZodType<T>): ResourceSpec<T> => ({
  noun,
  path: `/${one}s`.replaceAll('_', '-'),
  one,
  many: `${one}s`,
  schema: type,
  state: (value) => ('status' in value && typeof value.status === 'string' ? value.status : 'PRESENT'),
});

/** Neutron. https://docs.openstack.org/api-ref/network/v2/ */
export class NetworkService {
  readonly service: ServiceClient;
  readonly networks: NetworkResource<
    schema.Network,
    input.NetworkCreate,
    Partial<input.NetworkCreate>,
    input.NetworkFilters
  >;
  readonly subnets: NetworkResource<schema.Subnet, input.SubnetCreate, input.SubnetUpdate, input.SubnetFilters>;
  readonly routers: Routers;
  readonly ports: NetworkResource<schema.Port, input.PortCreate, input.PortUpdate, input.PortFilters>;
  readonly securityGroups: NetworkResource<
    schema.SecurityGroup,
    input.SecurityGroupCreate,
    Partial<input.SecurityGroupCreate>,
    input.CommonFilters
  >;
  readonly securityGroupRules: SecurityGroupRules;
  readonly floatingIps: TaggedResource<
    schema.FloatingIp,
    input.FloatingIpCreate,
    input.FloatingIpUpdate,
    input.FloatingIpFilters
  >;

  constructor(service: ServiceClient) {
    this.service = service;
    this.networks = new NetworkResource(service, spec('network', 'network', schema.networkSchema));
    this.subnets = new NetworkResource(service, spec('subnet', 'subnet', schema.subnetSchema));
    this.routers = new Routers(service, spec('router', 'router', schema.routerSchema));
    this.ports = new NetworkResource(service, spec('port', 'port', schema.portSchema));
    const groups = spec('security group', 'security_group', schema.securityGroupSchema);
    this.securityGroups = new NetworkResource(service, groups);
    const rules = spec('security group rule', 'security_group_rule', schema.securityGroupRuleSchema);
    this.securityGroupRules = new SecurityGroupRules(service, rules);
    this.floatingIps = new TaggedResource(service, spec('floating IP', 'floatingip', schema.floatingIpSchema));
  }

  /** Quotas of a project with what is used; -1 means no limit. */
  quotas(projectId: string, options: RequestOptions = {}): Promise<schema.NetworkQuota> {
    const type = unwrapped('quota', schema.networkQuotaSchema);
    return this.service.json('GET', path`/quotas/${projectId}/details`, type, options);
  }

  /** What this Neutron can do beyond its core. */
  extensions(options: RequestOptions = {}): Listing<schema.Extension> {
    return this.service.list('/extensions', 'extensions', schema.extensionSchema, options);
  }
}
