/** IPv4 ranges in CIDR notation, as far as a spec needs them: parsing, overlap, and the n-th address (RFC 4632). */
export interface Cidr {
  /** The network address as an unsigned 32-bit integer. */
  readonly base: number;
  readonly prefix: number;
}

/** Parses `a.b.c.d/n`; undefined unless it is a network address (no host bits set). */
export function parseCidr(text: string): Cidr | undefined {
  const [address, length, ...rest] = text.split('/');
  if (address === undefined || length === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length)) return undefined;
  const prefix = Number(length);
  const base = parseIpv4(address);
  if (base === undefined || prefix > 32 || (base & hostMask(prefix)) !== 0) return undefined;
  return { base, prefix };
}

/** Parses a dotted IPv4 address to an unsigned 32-bit integer; undefined if it is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** How many addresses a range has. */
export const cidrSize = (cidr: Cidr): number => 2 ** (32 - cidr.prefix);

/** Whether two ranges share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + cidrSize(b) && b.base < a.base + cidrSize(a);
}

/** The address at this offset in the range: `nthAddress(10.96.0.0/12, 1)` is 10.96.0.1. */
export function nthAddress(cidr: Cidr, offset: number): string {
  const value = cidr.base + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

const hostMask = (prefix: number): number => (prefix === 0 ? -1 : (1 << (32 - prefix)) - 1);
