import ipaddr from 'ipaddr.js';
import { pythonRepr, pythonText } from '../http/python-repr.ts';
import { isRecord } from '../http/service.ts';
import { fault } from './errors.ts';
import { BadValue, type Type } from './wsme.ts';

const asText = (json: unknown): string => {
  if (typeof json !== 'string') throw new BadValue('Value should be string');
  return json;
};

/** Text is read as it is: that it is text is for the check. */
const textLike = (check: (value: string) => string): Type<string> => ({
  read: (json) => json as string,
  check: (value) => check(asText(value)),
});

/** A string of at most so many characters. */
export const text = (longest = Infinity, pattern?: { readonly shown: string; readonly test: RegExp }): Type<string> =>
  textLike((value) => {
    if (Array.from(value).length > longest)
      throw new BadValue(`Value should have a maximum character requirement of ${longest}`);
    if (pattern && !pattern.test.test(value)) throw new BadValue(`Value should match the pattern ${pattern.shown}`);
    return value;
  });

/** Python's `int()`: numbers lose their fraction, text must be a whole number. */
function toInteger(json: unknown): number {
  if (typeof json === 'number') return Math.trunc(json);
  if (typeof json === 'boolean') return json ? 1 : 0;
  if (typeof json === 'string') {
    if (/^\s*[+-]?\d+\s*$/.test(json)) return Number(json);
    throw new BadValue(`invalid literal for int() with base 10: ${pythonRepr(json)}`);
  }
  const noun = Array.isArray(json) ? 'list' : 'dict';
  throw fault(500, `int() argument must be a string, a bytes-like object or a real number, not '${noun}'`);
}

/** A whole number in a range. */
export const integer = (minimum = -Infinity, maximum = Infinity): Type<number> => ({
  read: toInteger,
  check(value) {
    if (value < minimum) throw new BadValue(`Value should be greater or equal to ${minimum}`);
    if (value > maximum) throw new BadValue(`Value should be lower or equal to ${maximum}`);
    return value;
  },
});

const truths = new Set<unknown>(['true', 't', 'yes', 'y', 'on', '1']);
const lies = new Set<unknown>(['false', 'f', 'no', 'n', 'off', '0']);

/** A boolean; numbers and some words are taken for one. */
export const boolean: Type<boolean> = {
  read(json) {
    if (typeof json === 'boolean') return json;
    if (typeof json === 'number' && Number.isInteger(json)) return json !== 0;
    if (truths.has(json)) return true;
    if (lies.has(json)) return false;
    throw new BadValue(`Value not an unambiguous boolean: ${pythonText(json)}`);
  },
  check: (value) => value,
};

/** One of some words. */
export const word = <const W extends string>(...words: readonly W[]): Type<W> => ({
  read: (json) => json as W,
  check(value) {
    const known = words.find((one) => one === value);
    if (known === undefined) throw new BadValue(`Value should be one of: ${words.join(', ')}`);
    return known;
  },
});

/** One of some whole numbers. */
export const choice = (...numbers: readonly number[]): Type<number> => ({
  read: toInteger,
  check(value) {
    if (!numbers.includes(value)) throw new BadValue(`Value should be one of: ${numbers.join(', ')}`);
    return value;
  },
});

/** 1.0 or 1.1. */
export const httpVersion: Type<number> = {
  read(json) {
    const value = typeof json === 'string' || typeof json === 'number' ? Number(json) : NaN;
    if (Number.isNaN(value)) throw new BadValue(`could not convert string to float: ${pythonRepr(json)}`);
    return value;
  },
  check(value) {
    if (value !== 1 && value !== 1.1)
      throw new BadValue(
        'Value should be one of: 1.0, 1.1',
        Number.isInteger(value) ? value.toFixed(1) : String(value),
      );
    return value;
  },
};

/** A UUID, with or without dashes; kept with them. */
export const uuidText: Type<string> = {
  read: (json) => json as string,
  check(value) {
    const digits = typeof value === 'string' ? value.replaceAll(/[{}-]|^urn:uuid:/g, '').toLowerCase() : '';
    if (!/^[0-9a-f]{32}$/.test(digits)) throw new BadValue('Value should be UUID format');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};

/** An IPv4 address of four numbers, or an IPv6 address. */
export const address: Type<string> = {
  read: (json) => json as string,
  check(value) {
    if (typeof value === 'string' && (ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value)))
      return value;
    throw new BadValue('Value should be IPv4 or IPv6 format');
  },
};

/** A range of addresses; host bits are removed, and an address alone is a range. */
export const cidr: Type<string> = {
  read: (json) => json as string,
  check(value) {
    const [host = '', bits] = typeof value === 'string' ? value.split('/') : [];
    const wrong = new BadValue('Value should be IPv4 or IPv6 CIDR format');
    if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !ipaddr.IPv6.isValid(host)) throw wrong;
    const four = ipaddr.IPv4.isValid(host);
    const range = `${host}/${bits ?? (four ? 32 : 128)}`;
    if (!ipaddr.isValidCIDR(range)) throw wrong;
    const first = four ? ipaddr.IPv4.networkAddressFromCIDR(range) : ipaddr.IPv6.networkAddressFromCIDR(range);
    return `${first.toString()}/${range.split('/')[1] ?? ''}`;
  },
};

/** An `http` or `https` URL (octavia:octavia/common/validate.py, `url`). */
export const url: Type<string> = textLike((value) => {
  if (!/^https?:\/\/[^/?#\s]+[^\s]*$/i.test(value)) throw new BadValue('Value must be a valid URL string');
  return value;
});

/** A path that begins with `/` (octavia:octavia/common/validate.py, `url_path`). */
export const urlPath: Type<string> = textLike((value) => {
  if (!/^\/(?!\/)[A-Za-z0-9\-._~%!$&'()*+,;=:@/?#]*$/.test(value))
    throw new BadValue('Value must be a valid URL Path string');
  return value;
});

/** Names with texts. */
export const texts: Type<Record<string, string>> = {
  read(json) {
    if (!isRecord(json)) throw new BadValue(`Value not a valid dict: ${pythonText(json)}`);
    return json as Record<string, string>;
  },
  check: (value) => Object.fromEntries(Object.entries(value).map(([name, one]) => [name, text(255).check(one)])),
};
