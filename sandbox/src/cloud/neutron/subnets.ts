import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { defaultPools, fromInteger, inCidr, overlaps, parseCidr, toInteger } from './addresses.ts';
import { badRequest, invalidInput, neutronError, neutronNotFound } from './errors.ts';
import { autoDeletedOwners, canUse } from './networks.ts';
import { commonAttributes, commonFields, newRow, type Resource } from './resource.ts';
import type { Pool, Subnet } from './rows.ts';

const pool = z.looseObject({ start: z.string(), end: z.string() });
const route = z.looseObject({ destination: z.string(), nexthop: z.string() });
const changeable = {
  gateway_ip: z.string().nullish(),
  allocation_pools: z.array(pool).nullish(),
  dns_nameservers: z.array(z.string()).nullish(),
  host_routes: z.array(route).nullish(),
  enable_dhcp: z.boolean().optional(),
  service_types: z.array(z.string()).optional(),
};
const createFields = z.looseObject({
  ...commonFields,
  ...changeable,
  network_id: z.string(),
  ip_version: z.union([z.literal(4), z.literal(6), z.literal('4'), z.literal('6')]),
  cidr: z.string().optional(),
  ipv6_address_mode: z.string().nullish(),
  ipv6_ra_mode: z.string().nullish(),
});
const updateFields = z.looseObject({ name: z.string().optional(), description: z.string().optional(), ...changeable });

function checkPools(cidr: string, pools: readonly Pool[], gateway: string | null): Pool[] {
  const checked = pools.map(({ start, end }) => {
    if (!ipaddr.isValid(start) || !ipaddr.isValid(end) || toInteger(start) > toInteger(end)) {
      throw neutronError(400, 'InvalidAllocationPool', `The allocation pool ${start}-${end} is not valid.`);
    }
    if (!inCidr(cidr, start) || !inCidr(cidr, end)) {
      throw neutronError(
        400,
        'OutOfBoundsAllocationPool',
        `The allocation pool ${start}-${end} spans beyond the subnet cidr ${cidr}.`,
      );
    }
    if (gateway !== null && inCidr(cidr, gateway)) {
      const value = toInteger(gateway);
      if (value >= toInteger(start) && value <= toInteger(end)) {
        throw neutronError(
          409,
          'GatewayConflictWithAllocationPools',
          `Gateway ip ${gateway} conflicts with allocation pool ${start}-${end}.`,
        );
      }
    }
    return { start, end };
  });
  checked.forEach((one, position) => {
    for (const other of checked.slice(position + 1)) {
      if (toInteger(one.start) <= toInteger(other.end) && toInteger(other.start) <= toInteger(one.end)) {
        throw neutronError(
          409,
          'OverlappingAllocationPools',
          `Found overlapping allocation pools: ${one.start}-${one.end} ${other.start}-${other.end} for subnet ${cidr}.`,
        );
      }
    }
  });
  return checked;
}

/** `/v2.0/subnets` */
export function subnetResource(service: Service, cloud: Cloud): Resource<Subnet> {
  const { networks, subnets, ports } = cloud.tables;
  const visible = (call: Call, row: Subnet): boolean => {
    const network = networks.get(row.network_id);
    return row.project_id === call.who.projectId || (network !== undefined && canUse(call, network));
  };
  return {
    singular: 'subnet',
    plural: 'subnets',
    table: subnets,
    attributes: [
      ...commonAttributes,
      'network_id',
      'ip_version',
      'cidr',
      'gateway_ip',
      'enable_dhcp',
      'ipv6_address_mode',
      'ipv6_ra_mode',
      'subnetpool_id',
      'segment_id',
    ],
    notFound: neutronNotFound.subnet,
    candidates(call) {
      const network = call.query.getAll('network_id');
      return network.length > 0 ? network.flatMap((id) => subnets.by('network', id)) : subnets.all();
    },
    visible,
    create(call, body) {
      const wanted = service.parse(createFields, body);
      const network = networks.get(wanted.network_id);
      if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.network_id);
      if (network.project_id !== call.who.projectId && !call.who.isAdmin) {
        throw neutronError(403, 'PolicyNotAuthorized', '(rule:create_subnet) is disallowed by policy');
      }
      if (wanted.cidr === undefined)
        throw badRequest('subnets', 'a subnetpool must be specified in the absence of a cidr');
      const range = parseCidr(wanted.cidr);
      const version = Number(wanted.ip_version);
      if (!range) throw service.dialect.invalid('subnet.cidr', wanted.cidr, 'is not a valid IP subnet');
      if (range.version !== version) throw invalidInput(`cidr does not match the ip_version ('${version}')`);
      const twin = subnets.by('network', network.id).find(({ cidr }) => overlaps(cidr, range.text));
      if (twin) {
        throw invalidInput(
          `Requested subnet with cidr: ${range.text} for network: ${network.id} overlaps with another subnet`,
        );
      }
      const gateway = wanted.gateway_ip === undefined ? fromInteger(range.first + 1n, version) : wanted.gateway_ip;
      const pools = wanted.allocation_pools;
      return subnets.insert({
        ...newRow(call, {
          ...wanted,
          project_id: wanted.project_id ?? wanted.tenant_id ?? (call.who.isAdmin ? network.project_id : undefined),
        }),
        name: wanted.name,
        network_id: network.id,
        ip_version: version,
        cidr: range.text,
        gateway_ip: gateway,
        allocation_pools: pools ? checkPools(range.text, pools, gateway) : defaultPools(range.text, gateway),
        dns_nameservers: wanted.dns_nameservers ?? [],
        host_routes: wanted.host_routes ?? [],
        enable_dhcp: wanted.enable_dhcp ?? true,
        ipv6_address_mode: wanted.ipv6_address_mode ?? null,
        ipv6_ra_mode: wanted.ipv6_ra_mode ?? null,
        subnetpool_id: null,
        service_types: wanted.service_types ?? [],
        dns_publish_fixed_ip: false,
        segment_id: null,
      });
    },
    update(_call, row, body) {
      const wanted = service.parse(updateFields, body);
      const gateway = wanted.gateway_ip === undefined ? row.gateway_ip : wanted.gateway_ip;
      const pools = wanted.allocation_pools ?? row.allocation_pools;
      const user = ports
        .by('subnet', row.id)
        .find((port) => port.fixed_ips.some(({ ip_address }) => ip_address === row.gateway_ip));
      if (gateway !== row.gateway_ip && user) {
        throw neutronError(
          409,
          'GatewayIpInUse',
          `Current gateway ip ${row.gateway_ip ?? 'None'} already in use by port ${user.id}. Unable to update.`,
        );
      }
      subnets.patch(row, {
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.description !== undefined && { description: wanted.description }),
        gateway_ip: gateway,
        allocation_pools: checkPools(row.cidr, pools, gateway),
        ...(wanted.dns_nameservers && { dns_nameservers: wanted.dns_nameservers }),
        ...(wanted.host_routes && { host_routes: wanted.host_routes }),
        ...(wanted.enable_dhcp !== undefined && { enable_dhcp: wanted.enable_dhcp }),
        ...(wanted.service_types && { service_types: wanted.service_types }),
      });
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
    },
  };
}
