import ipaddr from 'ipaddr.js';
import type { Pool } from './rows.ts';

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

/** Whether a text is an address in the usual form: four decimal numbers without leading zeros, or IPv6. */
export const isAddress = (text: string): boolean =>
  text.includes(':') ? ipaddr.IPv6.isValid(text) && !text.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(text);

/** Whether a text is a MAC address as netaddr takes it; the dialects with colons and dashes. */
export const isMac = (text: string): boolean =>
  /^[0-9a-f]{1,2}([:-])[0-9a-f]{1,2}(\1[0-9a-f]{1,2}){4}$/i.test(text) || /^[0-9a-f]{12}$/i.test(text);

/** First and last address of a network, as numbers, and its text with the host bits cleared. */
export function parseCidr(
  cidr: string,
): { version: 4 | 6; first: bigint; last: bigint; prefix: number; text: string } | undefined {
  if (!ipaddr.isValidCIDR(cidr) || !isAddress(cidr.split('/')[0] ?? '')) return undefined;
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

/** First and last address of a subnet that a pool may have, as numbers. */
export function poolBounds(cidr: string): { first: bigint; last: bigint } {
  const range = parseCidr(cidr);
  if (!range) return { first: 0n, last: -1n };
  const { version, first, last, prefix } = range;
  if (version === 6) return { first: first === last ? first : first + 1n, last };
  return prefix <= 30 ? { first: first + 1n, last: last - 1n } : { first, last };
}

/** The pools Neutron makes when none are given: every address of a host but the gateway's (neutron/ipam/utils.py). */
export function defaultPools(cidr: string, gateway: string | null): Pool[] {
  const version = cidr.includes(':') ? 6 : 4;
  const { first, last } = poolBounds(cidr);
  const pool = (start: bigint, end: bigint): Pool[] =>
    start <= end ? [{ start: fromInteger(start, version), end: fromInteger(end, version) }] : [];
  const hole = gateway !== null && inCidr(cidr, gateway) ? toInteger(gateway) : undefined;
  if (hole === undefined || hole < first || hole > last) return pool(first, last);
  return [...pool(first, hole - 1n), ...pool(hole + 1n, last)];
}

/** The index key of an address in a subnet. */
export const addressKey = (subnetId: string, address: string): string => `${subnetId}|${address}`;
