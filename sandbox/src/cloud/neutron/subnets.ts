import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { omit } from '../store/omit.ts';
import { defaultPools, fromInteger, overlaps, parseCidr } from './addresses.ts';
import { subnetAttributes } from './attribute-maps.ts';
import { bump, commonFields, newRow } from './base-row.ts';
import { defined } from './defined.ts';
import { segments } from './derived-rows.ts';
import { badRequest, invalidInput, neutronError, neutronNotFound } from './errors.ts';
import { autoDeletedOwners, canUse } from './networks.ts';
import type { Resource } from './resource.ts';
import type { Subnet } from './rows.ts';
import { checkPools, checkSubnet } from './subnet-checks.ts';

const fields = {
  gateway_ip: z.string().nullable(),
  allocation_pools: z.array(z.object({ start: z.string(), end: z.string() })),
  dns_nameservers: z.array(z.string()),
  host_routes: z.array(z.object({ destination: z.string(), nexthop: z.string() })),
  enable_dhcp: z.boolean(),
  service_types: z.array(z.string()),
  segment_id: z.string().nullable(),
};
const updateFields = z.object({ name: z.string(), description: z.string(), ...fields }).partial();
const createFields = z.object({
  ...updateFields.shape,
  ...commonFields,
  network_id: z.string(),
  ip_version: z.number(),
  cidr: z.string().nullish(),
  enable_dhcp: z.boolean(),
  subnetpool_id: z.string().nullish(),
  prefixlen: z.number().optional(),
  use_default_subnetpool: z.boolean(),
  ipv6_address_mode: z.string().nullish(),
  ipv6_ra_mode: z.string().nullish(),
});

/** `/v2.0/subnets` */
export function subnetResource(service: Service, cloud: Cloud): Resource<Subnet> {
  const { networks, subnets, ports } = cloud.tables;
  const visible = (call: Call, row: Subnet): boolean => {
    const network = networks.get(row.network_id);
    return row.project_id === call.who.projectId || (network !== undefined && canUse(call, network));
  };
  const cidrOf = (wanted: z.output<typeof createFields>): string => {
    const pool = wanted.subnetpool_id;
    if (typeof wanted.cidr === 'string' && wanted.prefixlen !== undefined)
      throw badRequest('subnets', 'cidr and prefixlen must not be supplied together');
    if (typeof pool === 'string')
      throw neutronError(404, 'SubnetPoolNotFound', `Subnet pool ${pool} could not be found.`);
    if (wanted.use_default_subnetpool)
      throw badRequest('subnets', `No default subnetpool found for IPv${wanted.ip_version}`);
    if (typeof wanted.cidr !== 'string')
      throw badRequest('subnets', 'a subnetpool must be specified in the absence of a cidr');
    return wanted.cidr;
  };
  const segmentOf = (networkId: string, id: string | null | undefined): string | null => {
    if (id === null || id === undefined) return null;
    const segment = segments(cloud).find((one) => one.id === id);
    if (!segment) throw neutronError(404, 'SegmentNotFound', `Segment ${id} could not be found.`);
    if (segment['network_id'] === networkId) return id;
    throw neutronError(
      400,
      'NetworkIdsDontMatch',
      `The subnet's network id, '${networkId}', doesn't match the network_id of segment '${id}'`,
    );
  };
  return {
    singular: 'subnet',
    plural: 'subnets',
    table: subnets,
    attributes: subnetAttributes,
    uncounted: ['allocation_pools', 'dns_nameservers', 'host_routes', 'service_types'],
    notFound: neutronNotFound.subnet,
    candidates(call) {
      const network = call.query.getAll('network_id');
      return network.length > 0 ? network.flatMap((id) => subnets.by('network', id)) : subnets.all();
    },
    visible,
    allows: (call, target) => (rule) => {
      const owner = networks.get(String(target['network_id']))?.project_id;
      if (rule === 'create_subnet') return owner === call.who.projectId;
      return [target['project_id'], owner].includes(call.who.projectId);
    },
    view(call, row) {
      const network = networks.get(row.network_id);
      const shown = { ...row, 'router:external': network?.['router:external'] ?? false };
      return call.who.isAdmin ? shown : omit(shown, 'segment_id');
    },
    checkOwner: (call, values) => checkNetworkOwner(cloud, call, 'subnet', values),
    create(call, values) {
      const wanted = service.parse(createFields, values);
      const network = networks.get(wanted.network_id);
      if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.network_id);
      const cidr = cidrOf(wanted);
      const version = wanted.ip_version;
      const range = parseCidr(cidr);
      const first = range && range.version === 4 ? range.first + 1n : range?.first;
      const usual = first === undefined ? null : fromInteger(first, range?.version ?? 4);
      const plan = {
        ip_version: version,
        cidr,
        enable_dhcp: wanted.enable_dhcp,
        gateway_ip: wanted.gateway_ip ?? null,
        dns_nameservers: wanted.dns_nameservers ?? [],
        host_routes: wanted.host_routes ?? [],
        ipv6_ra_mode: wanted.ipv6_ra_mode ?? null,
        ipv6_address_mode: wanted.ipv6_address_mode ?? null,
      };
      checkSubnet(plan, wanted.enable_dhcp);
      const text = range?.text ?? cidr;
      const twin = subnets.by('network', network.id).find((other) => overlaps(other.cidr, text));
      if (twin) {
        throw invalidInput(
          `Requested subnet with cidr: ${text} for network: ${network.id} overlaps with another subnet`,
        );
      }
      const gateway = wanted.gateway_ip === undefined ? usual : wanted.gateway_ip;
      const pools = wanted.allocation_pools ?? [];
      const row = subnets.insert({
        ...newRow(wanted),
        revision_number: 0,
        name: wanted.name,
        network_id: network.id,
        ...plan,
        cidr: text,
        gateway_ip: gateway,
        allocation_pools: pools.length > 0 ? checkPools(text, pools, gateway) : defaultPools(text, gateway),
        subnetpool_id: null,
        service_types: wanted.service_types ?? [],
        segment_id: segmentOf(network.id, wanted.segment_id),
      });
      bump(network);
      return row;
    },
    update(_call, row, values) {
      const wanted = updateFields.parse(values);
      segmentOf(row.network_id, wanted.segment_id);
      const plan = { ...row, ...defined(wanted) };
      checkSubnet(plan, plan.enable_dhcp && !row.enable_dhcp);
      const user = ports
        .by('subnet', row.id)
        .find(
          (port) =>
            port.device_owner === 'network:router_interface' &&
            port.fixed_ips.some(({ ip_address }) => ip_address === row.gateway_ip),
        );
      if (plan.gateway_ip !== row.gateway_ip && user) {
        throw neutronError(
          409,
          'GatewayIpInUse',
          `Current gateway ip ${row.gateway_ip ?? 'None'} already in use by port ${user.id}. Unable to update.`,
        );
      }
      checkPools(row.cidr, plan.allocation_pools, plan.gateway_ip);
      subnets.patch(row, defined(wanted));
    },
    remove(_call, row) {
      const users = ports.by('subnet', row.id).filter((port) => !autoDeletedOwners.includes(port.device_owner));
      if (users.length > 0) {
        throw neutronError(
          409,
          'SubnetInUse',
          `Unable to complete operation on subnet ${row.id}: One or more ports have an IP allocation from this subnet.`,
        );
      }
      subnets.delete(row.id);
      const network = networks.get(row.network_id);
      if (network) bump(network);
    },
  };
}

/**
 * On a network that is not shared, only its owner makes ports and subnets
 * (openstack/neutron:neutron/pecan_wsgi/hooks/ownership_validation.py). @throws ApiError
 */
export function checkNetworkOwner(
  cloud: Cloud,
  call: Call,
  singular: string,
  values: Readonly<Record<string, unknown>>,
): void {
  if (call.who.isAdmin) return;
  const id = String(values['network_id']);
  const network = cloud.tables.networks.get(id);
  if (!network || !canUse(call, network)) throw neutronNotFound.network(id);
  if (network.shared || network.project_id === values['project_id']) return;
  throw neutronError(
    403,
    'HTTPForbidden',
    `Tenant ${String(values['project_id'])} not allowed to create ${singular} on this network`,
  );
}
