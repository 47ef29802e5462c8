import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { parseCidr, toInteger } from './addresses.ts';
import type { Network, Pool, Subnet } from './rows.ts';

/** A row that is not stored but follows from others; some have no id of their own, and are listed by another's. */
export interface DerivedRow {
  readonly id: string;
  readonly hasNoId?: boolean;
  readonly [attribute: string]: unknown;
}

const uuidOf = (cloud: Cloud, name: string): string =>
  cloud.stableId(name).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/**
 * Every network has one segment, or those it was made with, which the plugin `segments` keeps
 * (openstack/neutron:neutron/services/segments/db.py).
 */
export function segments(cloud: Cloud): DerivedRow[] {
  return cloud.tables.networks.all().flatMap((network) =>
    (network.segments ?? [network]).map((one, index) => ({
      id: uuidOf(cloud, `segment${index === 0 ? '' : ` ${index}`} of ${network.id}`),
      network_id: network.id,
      name: null,
      description: null,
      physical_network: one['provider:physical_network'],
      network_type: one['provider:network_type'],
      segmentation_id: one['provider:segmentation_id'],
      hosts: [],
      segment_index: index,
      tags: [],
      created_at: network.created_at,
      updated_at: network.created_at,
      revision_number: 0,
    })),
  );
}

/**
 * The subnets from which floating IPs may come, as everybody's own (openstack/neutron:neutron/db/l3_fip_pools_db.py).
 */
export function pools(cloud: Cloud, { who }: Call): DerivedRow[] {
  const { networks, subnets } = cloud.tables;
  const isPool = ({ network_id: id, ip_version: version }: Subnet): boolean =>
    version === 4 && networks.get(id)?.['router:external'] === true;
  return subnets
    .all()
    .filter(isPool)
    .map((subnet) => ({
      ...{ id: subnet.id, hasNoId: true },
      subnet_id: subnet.id,
      subnet_name: subnet.name,
      network_id: subnet.network_id,
      cidr: subnet.cidr,
      project_id: who.projectId,
      tenant_id: who.projectId,
    }));
}

/** The rules that a new security group has (openstack/neutron: the migration `security_group_default_rules`). */
export function defaultRules(cloud: Cloud): DerivedRow[] {
  return ['egress', 'ingress'].flatMap((direction) =>
    ['IPv4', 'IPv6'].map((ethertype) => ({
      id: uuidOf(cloud, `default rule ${direction} ${ethertype}`),
      description: `Legacy default SG rule for ${direction} traffic`,
      ...{ direction, ethertype },
      remote_group_id: direction === 'ingress' ? 'PARENT' : null,
      ...{ remote_address_group_id: null, protocol: null, port_range_min: null, port_range_max: null },
      remote_ip_prefix: null,
      used_in_default_sg: true,
      used_in_non_default_sg: direction === 'egress',
    })),
  );
}

/**
 * The kinds of QoS rules of the driver that is loaded
 * (openstack/neutron:neutron/services/qos/drivers/openvswitch/driver.py).
 */
export function ruleTypes(): DerivedRow[] {
  const types = ['bandwidth_limit', 'packet_rate_limit', 'dscp_marking', 'minimum_bandwidth', 'minimum_packet_rate'];
  return types.map((type) => ({ id: type, hasNoId: true, type }));
}

interface AddressUse {
  readonly total_ips: number;
  readonly used_ips: number;
  readonly ip_availability_details: Readonly<Record<string, number>>;
}

const sizeOf = ({ start, end }: Pool): number => Number(toInteger(end) - toInteger(start)) + 1;
const isIn = (address: string, { start, end }: Pool): boolean =>
  toInteger(start) <= toInteger(address) && toInteger(address) <= toInteger(end);

/** How many addresses a subnet has, and how many are taken: of its pools, or of the whole range without one. */
function useOf(cloud: Cloud, subnet: Subnet): AddressUse {
  const range = parseCidr(subnet.cidr);
  const size = range ? Number(range.last - range.first) + 1 : 0;
  const taken = cloud.tables.ports
    .by('subnet', subnet.id)
    .flatMap(({ fixed_ips }) => fixed_ips.filter(({ subnet_id }) => subnet_id === subnet.id));
  const inPools = subnet.allocation_pools.reduce((sum, pool) => sum + sizeOf(pool), 0);
  return {
    used_ips: taken.length,
    total_ips: subnet.allocation_pools.length > 0 ? inPools : size,
    ip_availability_details: {
      // Neither the network's own address nor that of the broadcast.
      total_ips_in_subnet: subnet.ip_version === 4 ? size - 2 : size,
      total_ips_in_allocation_pool: inPools,
      used_ips_in_subnet: taken.length,
      used_ips_in_allocation_pool: taken.filter(({ ip_address }) =>
        subnet.allocation_pools.some((pool) => isIn(ip_address, pool)),
      ).length,
    },
  };
}

function useOfNetwork(cloud: Cloud, network: Network, subnets: readonly Subnet[]): DerivedRow {
  const shown = subnets.map((subnet) => ({
    subnet_id: subnet.id,
    ip_version: subnet.ip_version,
    cidr: subnet.cidr,
    subnet_name: subnet.name,
    ...useOf(cloud, subnet),
  }));
  const sum = (of: (use: AddressUse) => number): number => shown.reduce((total, use) => total + of(use), 0);
  const names = ['total_ips_in_subnet', 'total_ips_in_allocation_pool', 'used_ips_in_subnet'];
  return {
    ...{ id: network.id, hasNoId: true },
    network_id: network.id,
    network_name: network.name,
    project_id: network.project_id,
    tenant_id: network.project_id,
    subnet_ip_availability: shown,
    used_ips: sum((use) => use.used_ips),
    total_ips: sum((use) => use.total_ips),
    ip_availability_details: Object.fromEntries(
      [...names, 'used_ips_in_allocation_pool'].map((name) => [
        name,
        sum((use) => use.ip_availability_details[name] ?? 0),
      ]),
    ),
  };
}

/**
 * How many addresses each network has and has given away (openstack/neutron:neutron/db/network_ip_availability_db.py).
 */
export function addressUse(cloud: Cloud, { query }: Call): DerivedRow[] {
  const versions = query.getAll('ip_version');
  return cloud.tables.networks.all().flatMap((network) => {
    const all = cloud.tables.subnets.by('network', network.id);
    if (versions.length === 0) return useOfNetwork(cloud, network, all);
    const wanted = all.filter(({ ip_version }) => versions.includes(String(ip_version)));
    return wanted.length > 0 ? { ...useOfNetwork(cloud, network, wanted), ip_version: wanted[0]?.ip_version } : [];
  });
}
