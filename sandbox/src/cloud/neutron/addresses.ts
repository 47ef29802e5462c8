import ipaddr from 'ipaddr.js';
import type { Cloud } from '../cloud.ts';
import { invalidInput, neutronError } from './errors.ts';
import type { FixedIp, Network, Pool, Subnet } from './rows.ts';

/** An address as a number. @throws Error when it is not one. */
export function toInteger(address: string): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** The address with a number. */
export function fromInteger(value: bigint, version: number): string {
  const bytes: number[] = [];
  for (let shift = version === 4 ? 24n : 120n; shift >= 0n; shift -= 8n) bytes.push(Number((value >> shift) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}

/** First and last address of a network, as numbers, and its text with the host bits cleared. */
export function parseCidr(
  cidr: string,
): { version: 4 | 6; first: bigint; last: bigint; prefix: number; text: string } | undefined {
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const version = address.kind() === 'ipv4' ? 4 : 6;
  const hostBits = BigInt((version === 4 ? 32 : 128) - prefix);
  const first = (toInteger(address.toString()) >> hostBits) << hostBits;
  return {
    version,
    first,
    last: first + (1n << hostBits) - 1n,
    prefix,
    text: `${fromInteger(first, version)}/${prefix}`,
  };
}

/** Whether an address belongs to a network. */
export function inCidr(cidr: string, address: string): boolean {
  const range = parseCidr(cidr);
  if (!range || !ipaddr.isValid(address)) return false;
  if ((ipaddr.parse(address).kind() === 'ipv4' ? 4 : 6) !== range.version) return false;
  const value = toInteger(address);
  return value >= range.first && value <= range.last;
}

/** Whether two networks share addresses. */
export function overlaps(a: string, b: string): boolean {
  const [x, y] = [parseCidr(a), parseCidr(b)];
  return x !== undefined && y !== undefined && x.version === y.version && x.first <= y.last && y.first <= x.last;
}

/** The pools Neutron makes when none are given: every host address but the gateway's. */
export function defaultPools(cidr: string, gateway: string | null): Pool[] {
  const range = parseCidr(cidr);
  if (!range) return [];
  const { version } = range;
  const small = range.last - range.first < 2n;
  const first = small ? range.first : range.first + 1n;
  const last = small || version === 6 ? range.last : range.last - 1n;
  const pool = (start: bigint, end: bigint): Pool[] =>
    start <= end ? [{ start: fromInteger(start, version), end: fromInteger(end, version) }] : [];
  if (gateway === null || !inCidr(cidr, gateway)) return pool(first, last);
  const hole = toInteger(gateway);
  return [...pool(first, hole - 1n > last ? last : hole - 1n), ...pool(hole + 1n < first ? first : hole + 1n, last)];
}

/** The index key of an address in a subnet. */
export const addressKey = (subnetId: string, address: string): string => `${subnetId}|${address}`;

/** Where the search for a free address of a subnet goes on; only a hint, so it is not saved. */
const cursors = new WeakMap<Subnet, bigint>();

const taken = (cloud: Cloud, subnet: Subnet, address: string): boolean =>
  cloud.tables.ports.count('address', addressKey(subnet.id, address)) > 0;

/** A free address of the subnet's pools, or undefined when there is none. */
export function freeAddress(cloud: Cloud, subnet: Subnet): string | undefined {
  const pools = subnet.allocation_pools.map(({ start, end }) => ({ start: toInteger(start), end: toInteger(end) }));
  const begin = cursors.get(subnet) ?? pools[0]?.start;
  if (begin === undefined) return undefined;
  const search = (from: bigint, to: bigint): string | undefined => {
    for (const pool of pools) {
      for (let value = pool.start < from ? from : pool.start; value <= pool.end && value < to; value += 1n) {
        const address = fromInteger(value, subnet.ip_version);
        if (taken(cloud, subnet, address)) continue;
        cursors.set(subnet, value + 1n);
        return address;
      }
    }
    return undefined;
  };
  return search(begin, 1n << 129n) ?? search(0n, begin);
}

/** What a caller asks for: an address, a subnet, or both. */
export interface WantedIp {
  readonly subnet_id?: string | undefined;
  readonly ip_address?: string | undefined;
}

/** The addresses a port gets: those asked for, else one of each IP version the network has. */
export function allocate(cloud: Cloud, network: Network, wanted: readonly WantedIp[] | undefined): FixedIp[] {
  const subnets = cloud.tables.subnets.by('network', network.id);
  if (wanted === undefined) {
    const chosen: FixedIp[] = [];
    for (const version of [4, 6]) {
      const family = subnets.filter((subnet) => subnet.ip_version === version);
      if (family.length > 0) chosen.push(anyOf(cloud, network, family));
    }
    return chosen;
  }
  const chosen: FixedIp[] = [];
  for (const { subnet_id, ip_address } of wanted) {
    const named = subnet_id === undefined ? undefined : subnets.find((subnet) => subnet.id === subnet_id);
    if (subnet_id !== undefined && !named) {
      throw invalidInput(
        `Failed to create port on network ${network.id}, because fixed_ips included invalid subnet ${subnet_id}`,
      );
    }
    if (ip_address === undefined) {
      chosen.push(anyOf(cloud, network, named ? [named] : subnets));
      continue;
    }
    if (!ipaddr.isValid(ip_address)) throw invalidInput(`'${ip_address}' is not a valid IP address`);
    const subnet = named ?? subnets.find(({ cidr }) => inCidr(cidr, ip_address));
    if (!subnet) {
      throw neutronError(
        400,
        'InvalidIpForNetwork',
        `IP address ${ip_address} is not a valid IP for any of the subnets on the specified network.`,
      );
    }
    if (!inCidr(subnet.cidr, ip_address)) {
      throw neutronError(
        400,
        'InvalidIpForSubnet',
        `IP address ${ip_address} is not a valid IP for the specified subnet.`,
      );
    }
    if (taken(cloud, subnet, ip_address)) {
      throw neutronError(
        409,
        'IpAddressAlreadyAllocated',
        `IP address ${ip_address} already allocated in subnet ${subnet.id}`,
      );
    }
    chosen.push({ subnet_id: subnet.id, ip_address });
  }
  return chosen;
}

function anyOf(cloud: Cloud, network: Network, subnets: readonly Subnet[]): FixedIp {
  for (const subnet of subnets) {
    const address = freeAddress(cloud, subnet);
    if (address !== undefined) return { subnet_id: subnet.id, ip_address: address };
  }
  const message = `No more IP addresses available on network ${network.id}.`;
  throw neutronError(409, 'IpAddressGenerationFailure', message);
}
