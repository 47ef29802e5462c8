import type { Cloud } from '../cloud.ts';
import { addressKey, fromInteger, inCidr, parseCidr, toInteger } from './addresses.ts';
import { invalidInput, neutronError, neutronNotFound } from './errors.ts';
import type { FixedIp, Network, Subnet } from './rows.ts';
import { isAutomatic } from './subnet-checks.ts';

/** Where the search for a free address of a subnet goes on; only a hint, so it is not saved. */
const cursors = new WeakMap<Subnet, bigint>();

const taken = (cloud: Cloud, subnet: Subnet, address: string): boolean =>
  cloud.tables.ports.count('address', addressKey(subnet.id, address)) > 0;

/** A free address of the subnet's pools, or undefined when there is none. */
function freeAddress(cloud: Cloud, subnet: Subnet): string | undefined {
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

/** What the addresses of a port are made from. */
export interface AddressPlan {
  readonly network: Network;
  readonly mac: string;
  readonly wanted: readonly WantedIp[] | undefined;
  /** Those the port has already. */
  readonly current?: readonly FixedIp[];
}

/**
 * The addresses a port gets: those asked for, else one of each IP version the network has, and those that are made of
 * its MAC address (openstack/neutron:neutron/db/ipam_pluggable_backend.py). @throws ApiError
 */
export function allocate(cloud: Cloud, plan: AddressPlan): FixedIp[] {
  const { network, mac, wanted, current = [] } = plan;
  const subnets = cloud.tables.subnets.by('network', network.id);
  const automatic = subnets.filter(isAutomatic);
  const fromMac = (subnet: Subnet): FixedIp => ({ subnet_id: subnet.id, ip_address: eui64(subnet.cidr, mac) });
  if (wanted === undefined) {
    const families = [4, 6].map((version) =>
      subnets.filter((subnet) => subnet.ip_version === version && !isAutomatic(subnet)),
    );
    const chosen = families.filter((family) => family.length > 0).map((family) => anyOf(cloud, network, family));
    return [...chosen, ...automatic.map(fromMac)];
  }
  const chosen: FixedIp[] = [];
  for (const one of wanted) {
    const kept = current.find(
      (old) =>
        (one.ip_address ?? old.ip_address) === old.ip_address &&
        (one.subnet_id ?? old.subnet_id) === old.subnet_id &&
        !chosen.includes(old),
    );
    chosen.push(kept ?? pick(cloud, plan, one, subnets));
  }
  return chosen;
}

function pick(cloud: Cloud, { network, mac }: AddressPlan, wanted: WantedIp, subnets: readonly Subnet[]): FixedIp {
  const { subnet_id, ip_address } = wanted;
  const named = subnet_id === undefined ? undefined : cloud.tables.subnets.get(subnet_id);
  if (subnet_id === undefined && ip_address === undefined)
    throw invalidInput('IP allocation requires subnet_id or ip_address');
  if (subnet_id !== undefined && !named) throw neutronNotFound.subnet(subnet_id);
  if (named && named.network_id !== network.id) {
    throw invalidInput(
      `Failed to create port on network ${network.id}, because fixed_ips included invalid subnet ${named.id}`,
    );
  }
  if (ip_address === undefined) {
    if (named && isAutomatic(named)) return { subnet_id: named.id, ip_address: eui64(named.cidr, mac) };
    return anyOf(cloud, network, named ? [named] : subnets);
  }
  const subnet = named ?? subnets.find(({ cidr }) => inCidr(cidr, ip_address));
  if (!subnet) {
    throw neutronError(
      400,
      'InvalidIpForNetwork',
      `IP address ${ip_address} is not a valid IP for any of the subnets on the specified network.`,
    );
  }
  if (isAutomatic(subnet)) {
    throw neutronError(
      400,
      'AllocationOnAutoAddressSubnet',
      `IPv6 address ${ip_address} cannot be directly assigned to a port on subnet ${subnet.id} as the subnet is configured for automatic addresses`,
    );
  }
  if (!isHost(subnet.cidr, ip_address)) {
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
  return { subnet_id: subnet.id, ip_address };
}

/** Whether an address of a network can be a host's. */
function isHost(cidr: string, address: string): boolean {
  const range = parseCidr(cidr);
  if (!range || !inCidr(cidr, address)) return false;
  if (range.version === 6 || range.prefix > 30) return true;
  const value = toInteger(address);
  return value !== range.first && value !== range.last;
}

/** The address of a MAC address in a network (RFC 4291, appendix A). */
function eui64(cidr: string, mac: string): string {
  const range = parseCidr(cidr);
  const bytes = mac.split(/[:-]/).map((byte) => BigInt(`0x${byte}`));
  const [first = 0n, ...others] = bytes;
  const suffix = [first ^ 2n, ...others.slice(0, 2), 0xffn, 0xfen, ...others.slice(2)];
  return fromInteger(suffix.reduce((sum, byte) => (sum << 8n) | byte, 0n) + (range?.first ?? 0n), 6);
}

function anyOf(cloud: Cloud, network: Network, subnets: readonly Subnet[]): FixedIp {
  for (const subnet of subnets) {
    const address = freeAddress(cloud, subnet);
    if (address !== undefined) return { subnet_id: subnet.id, ip_address: address };
  }
  const message = `No more IP addresses available on network ${network.id}.`;
  throw neutronError(409, 'IpAddressGenerationFailure', message);
}
