import type { Network, Port, Subnet } from 'openstack-client-ts';
import { cidrsOverlap, type ClusterSpec, ownerTag, parseCidr, parseIpv4 } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { ownResources } from '../own-resources.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import { sumOverMachines } from './groups.ts';
import { orMissing, type Report } from './report.ts';

/** The user's own network and subnet, as they were found. */
export interface OwnNetwork {
  readonly network: Network;
  readonly subnet: Subnet;
  /** Whether Nova, which is told a network only, could put a machine on another IPv4 subnet of it. */
  readonly severalSubnets: boolean;
  /** All ports on the network. Undefined where it is another project's: that one's ports are not shown. */
  readonly ports: readonly Port[] | undefined;
}

/**
 * Whether machines and the API's load balancer can be on the user's own network. Undefined where there is none, or not
 * this one.
 */
export async function checkOwnNetwork(
  cloud: Cloud,
  spec: ClusterSpec,
  clusterId: string | undefined,
  report: Report,
): Promise<OwnNetwork | undefined> {
  const { networkId, subnetId } = spec.network;
  if (networkId === undefined || subnetId === undefined) return undefined;
  const { client } = cloud;
  const [network, subnet, subnets, { project }] = await Promise.all([
    orMissing(client.network.networks.get(networkId, call())),
    orMissing(client.network.subnets.get(subnetId, call())),
    listed(client.network.subnets, { network_id: networkId, ip_version: 4 }),
    client.authenticate(call()),
  ]);
  if (network === undefined) report('network', { network: networkId });
  else judgeNetwork(network, report);
  if (subnet === undefined) report('subnet', { subnet: subnetId });
  else judgeSubnet(subnet, spec, report);
  if (network === undefined || subnet === undefined) return undefined;
  const ports =
    network.project_id === project?.id
      ? await listed(client.network.ports, { network_id: networkId, fields: PORT_FIELDS })
      : undefined;
  if (ports) await checkAddresses(cloud, spec, subnet, ports, clusterId, report);
  return { network, subnet, severalSubnets: subnets.length > 1, ports };
}

/** What is read of a port: there may be thousands. */
const PORT_FIELDS = [
  ...['id', 'name', 'network_id', 'fixed_ips', 'device_id', 'device_owner', 'description', 'allowed_address_pairs'],
];

function judgeNetwork({ id: network, ...of }: Network, report: Report): void {
  if (of.admin_state_up === false) report('networkDown', { network });
  if (of['router:external'] === true && of.shared !== true) report('networkExternal', { network });
  if (of.port_security_enabled === false) report('networkPortSecurity', { network });
}

function judgeSubnet({ id: subnet, cidr, ...of }: Subnet, { network, kubernetes }: ClusterSpec, report: Report): void {
  const { networkId = '' } = network;
  if (of.network_id !== networkId) report('subnetElsewhere', { subnet, network: networkId });
  if (of.ip_version !== 4) {
    report('subnetVersion', { subnet, version: of.ip_version });
    return;
  }
  if (of.enable_dhcp === false) report('subnetDhcp', { subnet });
  const leadsOut = Boolean(of.gateway_ip) || of.host_routes.some(({ destination }) => destination === '0.0.0.0/0');
  if (!leadsOut) report('subnetGateway', { subnet });
  for (const range of ['podCidr', 'serviceCidr'] as const) {
    const other = kubernetes[range];
    if (overlap(cidr, other)) report('subnetOverlap', { subnet, cidr, range, other });
  }
}

/** Whether two IPv4 ranges share an address. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && cidrsOverlap(a, b);
}

/** The VIP, and what at least one of Octavia's amphorae or health monitors has beside it. */
const ADDRESSES_OF_API = 2;

async function checkAddresses(
  { client }: Cloud,
  spec: ClusterSpec,
  { id: subnet, allocation_pools: pools }: Subnet,
  ports: readonly Port[],
  clusterId: string | undefined,
  report: Report,
): Promise<void> {
  const bounds = pools.map(({ start, end }) => [parseIpv4(start) ?? 0, parseIpv4(end) ?? -1] as const);
  const all = bounds.reduce((sum, [start, end]) => sum + end - start + 1, 0);
  const addresses = (port: Port): number =>
    port.fixed_ips.filter(({ subnet_id: on, ip_address: text }) => {
      const address = parseIpv4(text) ?? -1;
      return on === subnet && bounds.some(([start, end]) => start <= address && address <= end);
    }).length;
  const taken = (some: readonly Port[]): number => some.reduce((sum, port) => sum + addresses(port), 0);
  const free = all - taken(ports);
  const needed = sumOverMachines(spec, () => 1) + ADDRESSES_OF_API;
  if (free >= needed) return;
  const made = clusterId === undefined ? [] : await madeBefore(client, clusterId, ports);
  const need = needed - taken(made);
  if (free < need) report('subnetAddresses', { subnet, free: Math.max(0, free), need });
}

/** The ports that an earlier try of the same creation made, had made by Nova, or by Octavia for its VIP. */
async function madeBefore(client: Cloud['client'], clusterId: string, ports: readonly Port[]): Promise<Port[]> {
  const servers = await ownResources({ client }, clusterId).servers.list();
  const machines = new Set(servers.map(({ id }) => id));
  const marked = new Set(ports.filter(({ description }) => description === ownerTag(clusterId)));
  const vips = new Set([...marked].flatMap(({ fixed_ips: ips }) => ips.map(({ ip_address: address }) => address)));
  return ports.filter(
    (port) =>
      marked.has(port) ||
      machines.has(port.device_id) ||
      port.allowed_address_pairs.some(({ ip_address: address }) => vips.has(address)),
  );
}
