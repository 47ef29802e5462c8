import { ApplicationFailure } from '@temporalio/activity';
import type {
  FloatingIp,
  FloatingIpCreate,
  FloatingIpFilters,
  NetworkService,
  Port,
  PortCreate,
  PortFilters,
  Resource,
  Router,
  SecurityGroup,
  SecurityGroupCreate,
  SecurityGroupRule,
  SecurityGroupRuleCreate,
  Subnet,
} from 'openstack-client-ts';
import { FailureType, ownerTag } from '../../model/index.ts';
import {
  hasOwnDescription,
  isServiceFloatingIp,
  isServiceSecurityGroup,
  justMade,
  listed,
  type Own,
  type Row,
} from './ownership.ts';
import { call } from './session.ts';

/** A kind of Neutron's resources of one cluster: their whole description is the mark. */
export class OwnNeutron<
  T extends Row & { readonly description?: string | null | undefined },
  Create extends object,
  Filters extends object,
> {
  protected readonly id: string;
  readonly #resource: Resource<T, Create, object, object>;

  constructor(resource: Resource<T, Create, object, object>, id: string) {
    this.#resource = resource;
    this.id = id;
  }

  /** Those that also have these fields. */
  async list(filters?: Filters): Promise<Own<T>[]> {
    const rows = await listed(this.#resource, { ...filters, description: ownerTag(this.id) });
    return rows.filter((row) => hasOwnDescription(row, this.id));
  }

  async create(values: Create): Promise<Own<T>> {
    return justMade(await this.#resource.create({ ...values, description: ownerTag(this.id) }, call()));
  }

  /** 404 is success. */
  remove({ id }: Own<T>): Promise<void> {
    return this.#resource.delete(id, { ...call(), missingOk: true });
  }
}

/** The cluster's ports that are not Nova's or Octavia's own. */
export class OwnPorts extends OwnNeutron<Port, PortCreate, PortFilters> {
  readonly #ports: NetworkService['ports'];

  constructor({ ports }: NetworkService, id: string) {
    super(ports, id);
    this.#ports = ports;
  }

  /** All of them or none, in one request. */
  async createMany(values: readonly PortCreate[]): Promise<Own<Port>[]> {
    const marked = values.map((one) => ({ ...one, description: ownerTag(this.id) }));
    return (await this.#ports.createMany(marked, call())).map(justMade);
  }
}

/** The cluster's floating IPs. */
export class OwnFloatingIps extends OwnNeutron<FloatingIp, FloatingIpCreate, FloatingIpFilters> {
  readonly #floatingIps: NetworkService['floatingIps'];

  constructor({ floatingIps }: NetworkService, id: string) {
    super(floatingIps, id);
    this.#floatingIps = floatingIps;
  }

  /** With those that the cloud controller manager made for the cluster's Services. */
  async listAll(): Promise<Own<FloatingIp>[]> {
    const rows = await listed(this.#floatingIps);
    return rows.filter((row) => hasOwnDescription(row, this.id) || isServiceFloatingIp(row, this.id));
  }

  /** Puts one on a port, if it is not there. */
  async attach({ id, port_id }: Own<FloatingIp>, port: Own<Port>): Promise<void> {
    if (port_id !== port.id) await this.#floatingIps.update(id, { port_id: port.id }, call());
  }

  /**
   * Puts the user's own floating IP on a port: the one that the specification names, unless something else uses it.
   *
   * @throws ApplicationFailure `OpenStack.Conflict`
   */
  async attachNamed(id: string, address: string, port: Own<Port>): Promise<void> {
    const row = await this.#floatingIps.get(id, call());
    const free = !row.port_id || row.port_id === port.id;
    if (row.floating_ip_address !== address || !free)
      throw ApplicationFailure.nonRetryable(
        `floating IP ${row.floating_ip_address} (${id}) was to become the address of the API, ${address}, ` +
          `but is ${free ? 'another one' : `on port ${row.port_id ?? ''}, which is not the cluster’s`}: nothing was changed`,
        FailureType.OpenStackConflict,
      );
    if (row.port_id !== port.id) await this.#floatingIps.update(id, { port_id: port.id }, call());
  }
}

/** The cluster's security groups. */
export class OwnSecurityGroups extends OwnNeutron<SecurityGroup, SecurityGroupCreate, { readonly name?: string }> {
  readonly #network: Pick<NetworkService, 'securityGroups' | 'securityGroupRules'>;

  constructor(network: NetworkService, id: string) {
    super(network.securityGroups, id);
    this.#network = network;
  }

  /** With those that the cloud controller manager made for the cluster's Services. */
  async listAll(): Promise<Own<SecurityGroup>[]> {
    const rows = await listed(this.#network.securityGroups);
    return rows.filter((row) => hasOwnDescription(row, this.id) || isServiceSecurityGroup(row, this.id));
  }

  /** Adds rules to one group, all or none, in one request. */
  async addRules(
    { id }: Own<SecurityGroup>,
    rules: readonly Omit<SecurityGroupRuleCreate, 'security_group_id'>[],
  ): Promise<void> {
    const ofGroup = rules.map((rule) => ({ ...rule, security_group_id: id }));
    await this.#network.securityGroupRules.createMany(ofGroup, call());
  }

  /** Removes rules of one group, one after the other; those of another group stay. Gone already is well. */
  async removeRules({ id }: Own<SecurityGroup>, rules: readonly SecurityGroupRule[]): Promise<void> {
    for (const rule of rules.filter(({ security_group_id: group }) => group === id))
      await this.#network.securityGroupRules.delete(rule.id, { ...call(), missingOk: true });
  }
}

/** Device owners of a router's ports (neutron-lib: neutron_lib/constants.py). */
const ROUTER_INTERFACES = [
  'network:router_interface',
  'network:ha_router_replicated_interface',
  'network:router_interface_distributed',
];

/** What connects the cluster's subnet with a router: the cluster's own, or the one that the specification names. */
export class OwnRouterInterfaces {
  readonly #network: Pick<NetworkService, 'routers' | 'ports'>;

  constructor(network: NetworkService) {
    this.#network = network;
  }

  /** Ids of the routers that are connected with a subnet, whosesoever they are. */
  async routersOn(subnet: Own<Subnet>): Promise<string[]> {
    const filters = { network_id: subnet.network_id, device_owner: ROUTER_INTERFACES };
    const ports = await listed(this.#network.ports, filters);
    const onSubnet = ports.filter(({ fixed_ips: ips }) => ips.some(({ subnet_id }) => subnet_id === subnet.id));
    return [...new Set(onSubnet.flatMap(({ device_id: router }) => (router === '' ? [] : [router])))];
  }

  /** Neutron refuses to do it twice. */
  async add(router: OwnOrNamed<Router>, subnet: Own<Subnet>): Promise<void> {
    await this.#network.routers.addInterface(router.id, { subnet_id: subnet.id }, call());
  }

  async remove(router: OwnOrNamed<Router>, subnet: Own<Subnet>): Promise<void> {
    await this.#network.routers.removeInterface(router.id, { subnet_id: subnet.id }, call());
  }
}

/** The resource with this id, which the cluster's specification names. */
export const namedBySpec = (id: string): { readonly id: string; readonly namedBySpec: true } => ({
  id,
  namedBySpec: true,
});

/** A resource of the cluster, or the id of one that its specification names for this very use. */
export type OwnOrNamed<T extends Row> = Own<T> | { readonly id: string; readonly namedBySpec: true };
