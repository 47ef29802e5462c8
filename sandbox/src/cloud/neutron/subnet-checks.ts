import ipaddr from 'ipaddr.js';
import { inCidr, parseCidr, poolBounds, toInteger } from './addresses.ts';
import { invalidInput, neutronError } from './errors.ts';
import type { Pool } from './rows.ts';

/** What is checked of a subnet that is to be made or changed. */
export interface SubnetPlan {
  readonly ip_version: number;
  readonly cidr: string;
  readonly enable_dhcp: boolean;
  readonly gateway_ip: string | null;
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
}

const versionOf = (address: string): number => (address.includes(':') ? 6 : 4);

function matchVersion(version: number, value: string, name: string): void {
  if (versionOf(value) !== version) throw invalidInput(`${name} '${value}' does not match the ip_version '${version}'`);
}

/**
 * Refuses what cannot be a subnet (openstack/neutron:neutron/db/db_base_plugin_v2.py:_validate_subnet). @throws
 * ApiError
 * @param startsDhcp - whether DHCP is on, and was not before
 */
export function checkSubnet(plan: SubnetPlan, startsDhcp: boolean): void {
  const { ip_version: version, cidr, gateway_ip: gateway } = plan;
  matchVersion(version, cidr, 'cidr');
  const range = parseCidr(cidr);
  if (!range) throw invalidInput(`${cidr} is not in a CIDR format`);
  if (startsDhcp) checkDhcp(range);
  if (gateway !== null) {
    matchVersion(version, gateway, 'gateway_ip');
    const value = toInteger(gateway);
    if (version === 4 && inCidr(cidr, gateway) && (value === range.first || value === range.last))
      throw invalidInput('Gateway is not valid on subnet');
  }
  for (const server of plan.dns_nameservers) matchVersion(version, server, 'dns_nameserver');
  for (const { destination, nexthop } of plan.host_routes) {
    matchVersion(version, nexthop, 'nexthop');
    matchVersion(version, destination, 'destination');
  }
  checkModes(plan, range.prefix);
}

function checkDhcp(range: NonNullable<ReturnType<typeof parseCidr>>): void {
  if (range.prefix > (range.version === 4 ? 30 : 126))
    throw invalidInput('Subnet has a prefix length that is incompatible with DHCP service enabled');
  const kind = ipaddr.parse(range.text.split('/')[0] ?? '').range();
  if (kind === 'multicast') throw invalidInput('Multicast IP subnet is not supported if enable_dhcp is True');
  if (kind === 'loopback') throw invalidInput('Loopback IP subnet is not supported if enable_dhcp is True');
  if (range.version === 4 && range.first === 0n)
    throw invalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.");
}

function checkModes(
  { ip_version, cidr, enable_dhcp, ipv6_ra_mode, ipv6_address_mode }: SubnetPlan,
  prefix: number,
): void {
  if (ip_version === 4) {
    if (ipv6_ra_mode !== null) throw invalidInput('ipv6_ra_mode is not valid when ip_version is 4');
    if (ipv6_address_mode !== null) throw invalidInput('ipv6_address_mode is not valid when ip_version is 4');
    return;
  }
  if ((ipv6_ra_mode !== null || ipv6_address_mode !== null) && !enable_dhcp)
    throw invalidInput('ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False');
  if (ipv6_ra_mode !== null && ipv6_address_mode !== null && ipv6_ra_mode !== ipv6_address_mode) {
    throw invalidInput(
      `ipv6_ra_mode set to '${ipv6_ra_mode}' with ipv6_address_mode set to '${ipv6_address_mode}' is not valid. If both attributes are set, they must be the same value`,
    );
  }
  if (isAutomatic({ ipv6_ra_mode, ipv6_address_mode }) && prefix !== 64) {
    throw invalidInput(
      `Invalid CIDR ${cidr} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    );
  }
}

/** Whether addresses of a subnet are made of MAC addresses. */
export const isAutomatic = (subnet: Pick<SubnetPlan, 'ipv6_ra_mode' | 'ipv6_address_mode'>): boolean =>
  [subnet.ipv6_address_mode, subnet.ipv6_ra_mode].some((mode) => mode === 'slaac' || mode === 'dhcpv6-stateless');

/**
 * Refuses pools that are not ones of a subnet (openstack/neutron:neutron/db/ipam_backend_mixin.py). @throws ApiError
 */
export function checkPools(cidr: string, pools: readonly Pool[], gateway: string | null): Pool[] {
  const version = versionOf(cidr);
  const bounds = poolBounds(cidr);
  const ranges = pools.map(({ start, end }) => {
    if (versionOf(start) !== versionOf(end) || toInteger(start) > toInteger(end)) {
      const pool = `{'start': '${start}', 'end': '${end}'}`;
      throw neutronError(400, 'InvalidAllocationPool', `The allocation pool ${pool} is not valid.`);
    }
    return { start, end, first: toInteger(start), last: toInteger(end), text: `${start}-${end}` };
  });
  for (const { start, first, last, text } of ranges) {
    if (versionOf(start) !== version)
      throw neutronError(400, 'InvalidAllocationPool', `The allocation pool ${text} is not valid.`);
    if (first < bounds.first || last > bounds.last) {
      const message = `The allocation pool ${text} spans beyond the subnet cidr ${cidr}.`;
      throw neutronError(400, 'OutOfBoundsAllocationPool', message);
    }
  }
  for (const [place, one] of ranges.entries()) {
    const other = ranges.slice(place + 1).find(({ first, last }) => one.first <= last && first <= one.last);
    if (!other) continue;
    const message = `Found overlapping allocation pools: ${one.text} ${other.text} for subnet ${cidr}.`;
    throw neutronError(409, 'OverlappingAllocationPools', message);
  }
  refuseGatewayIn(ranges, gateway);
  return pools.map(({ start, end }) => ({ start, end }));
}

function refuseGatewayIn(
  ranges: readonly { readonly first: bigint; readonly last: bigint; readonly text: string }[],
  gateway: string | null,
): void {
  if (gateway === null) return;
  const value = toInteger(gateway);
  const hit = ranges.find(({ first, last }) => value >= first && value <= last);
  if (!hit) return;
  const message = `Gateway ip ${gateway} conflicts with allocation pool ${hit.text}.`;
  throw neutronError(409, 'GatewayConflictWithAllocationPools', message);
}
