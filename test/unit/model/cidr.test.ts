import { describe, expect, it } from 'vitest';
import { cidrSize, cidrsOverlap, nthAddress, parseCidr, parseIpv4 } from '../../../model/index.ts';

/** A small generator of numbers (mulberry32), so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function randomCidr(next: () => number): string {
  const prefix = Math.floor(next() * 33);
  const size = 2 ** (32 - prefix);
  const base = Math.floor(next() * 2 ** prefix) * size;
  return `${nthAddress({ base, prefix }, 0)}/${prefix}`;
}

function parsed(text: string) {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} was not parsed`);
  return cidr;
}

describe('IPv4 ranges', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '255.255.255.255/32', '128.0.0.0/1', '10.6.0.0/16'])('parses %s', (text) => {
    const { base, prefix } = parsed(text);
    expect(`${nthAddress({ base, prefix }, 0)}/${prefix}`).toBe(text);
  });

  it.each([
    '',
    '/',
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/08x',
    '10.0.0.1/8',
    '256.0.0.0/8',
    '010.0.0.0/8',
    ' 10.0.0.0/8',
    '10.0.0.0/8\n',
    '::/0',
    '192.168.1.128/24',
    '1.0.0.0/0',
  ])('refuses %j', (text) => expect(parseCidr(text)).toBeUndefined());

  it.each(['1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.-1', '1.2.3.0x1', 'a.b.c.d', '1..2.3'])(
    'refuses the address %j',
    (text) => expect(parseIpv4(text)).toBeUndefined(),
  );

  it('keeps every range through parsing and printing, and counts its addresses', () => {
    const next = numbers(1);
    for (let i = 0; i < 500; i++) {
      const text = randomCidr(next);
      const cidr = parsed(text);
      expect(`${nthAddress(cidr, 0)}/${cidr.prefix}`).toBe(text);
      const last = parseIpv4(nthAddress(cidr, cidrSize(cidr) - 1));
      expect(last).toBe(cidr.base + cidrSize(cidr) - 1);
    }
  });

  it('finds an overlap exactly where one range holds the other’s first address', () => {
    const next = numbers(2);
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [parsed(randomCidr(next)), parsed(randomCidr(next))];
      const holds = (outer: typeof a, inner: typeof a) =>
        inner.base >= outer.base && inner.base < outer.base + cidrSize(outer);
      expect(cidrsOverlap(a, b)).toBe(holds(a, b) || holds(b, a));
      expect(cidrsOverlap(a, b)).toBe(cidrsOverlap(b, a));
    }
  });

  it('gives the service address of the API', () => {
    expect(nthAddress(parsed('10.96.0.0/12'), 1)).toBe('10.96.0.1');
    expect(nthAddress(parsed('10.255.255.0/24'), 255)).toBe('10.255.255.255');
  });
});
