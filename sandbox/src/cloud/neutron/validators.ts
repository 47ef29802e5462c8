import ipaddr from 'ipaddr.js';
import { pythonRepr, pythonText } from '../http/python-repr.ts';
import { isRecord } from '../http/service.ts';
import { isAddress, isMac, parseCidr } from './addresses.ts';
import { invalidInput } from './errors.ts';

/**
 * What is wrong with a value, in Neutron's words; undefined: nothing
 * (openstack/neutron-lib:neutron_lib/api/validators).
 */
export type Validator = (value: unknown) => string | undefined;

/** Changes a value before it is looked at (openstack/neutron-lib:neutron_lib/api/converters.py). @throws ApiError */
export type Converter = (value: unknown) => unknown;

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Text of at most so many characters. */
export const string =
  (longest: number): Validator =>
  (value) => {
    if (typeof value !== 'string') return `'${pythonText(value)}' is not a valid string`;
    return Array.from(value).length > longest ? `'${value}' exceeds maximum length of ${longest}` : undefined;
  };

export const uuid: Validator = (value) =>
  typeof value === 'string' && UUID.test(value) ? undefined : `'${pythonText(value)}' is not a valid UUID`;

/** A validator that lets null pass. */
export const orNone =
  (validator: Validator): Validator =>
  (value) =>
    value === null ? undefined : validator(value);

/** One of some values. */
export const oneOf =
  (...values: readonly unknown[]): Validator =>
  (value) =>
    values.includes(value) ? undefined : `${pythonText(value)} is not in valid_values`;

export const nonNegative: Validator = (value) =>
  Number(value) < 0 ? `'${pythonText(value)}' should be non-negative` : undefined;

/** A whole number between two others. */
export const range =
  (least: number, most: number): Validator =>
  (value) => {
    if (Number(value) < least) return `'${pythonText(value)}' is too small - must be at least '${least}'`;
    return Number(value) > most ? `'${pythonText(value)}' is too large - must be no larger than '${most}'` : undefined;
  };

export const macAddress: Validator = (value) =>
  typeof value === 'string' && isMac(value) && !/^(00[:-]?){5}00$/.test(value)
    ? undefined
    : `'${pythonText(value)}' is not a valid MAC address`;

export const ipAddress: Validator = (value) =>
  typeof value === 'string' && isAddress(value) ? undefined : `'${pythonText(value)}' is not a valid IP address`;

export const subnet: Validator = (value) =>
  typeof value === 'string' && value.includes('/') && parseCidr(value) !== undefined
    ? undefined
    : `'${pythonText(value)}' is not a valid IP subnet`;

export const dictionary: Validator = (value) =>
  isRecord(value) ? undefined : `'${pythonText(value)}' is not a dictionary`;

/** A list without doubles, of which each item passes. */
export const listOf =
  (validator: Validator): Validator =>
  (value) => {
    if (!Array.isArray(value)) return `'${pythonText(value)}' is not a list`;
    const items: readonly unknown[] = value;
    const texts = items.map((item) => JSON.stringify(item));
    const doubles = items.filter((_, place) => texts.indexOf(texts[place] ?? '') < place);
    if (doubles.length > 0) return `Duplicate items in the list: '${doubles.map(pythonText).join(', ')}'`;
    return firstProblem(items, validator);
  };

/** `{ start, end }` each. */
export const ipPools: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for IP pool: '${pythonText(value)}'`;
  return firstProblem(value, (pool) => exactKeys(['start', 'end'], pool, ipAddress));
};

export const nameservers: Validator = (value) => {
  // A text is a sequence of characters to Python.
  const hosts: readonly unknown[] | undefined =
    typeof value === 'string' ? Array.from(value) : Array.isArray(value) ? value : undefined;
  if (!hosts) return `Invalid data format for nameserver: '${pythonText(value)}'`;
  for (const [place, host] of hosts.entries()) {
    const problem = ipAddress(host);
    if (problem !== undefined) return `'${pythonText(host)}' is not a valid nameserver. ${problem}`;
    if (hosts.indexOf(host) < place) return `Duplicate nameserver '${pythonText(host)}'`;
  }
  return undefined;
};

const routeCidr: Validator = (value) => {
  const range = typeof value === 'string' && value.includes('/') ? parseCidr(value) : undefined;
  if (!range || range.text !== value) return `'${pythonText(value)}' is not a valid CIDR`;
  return range.text.startsWith('127.') ? `'${value}' is not a routable CIDR` : undefined;
};

export const hostRoutes: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for hostroute: '${pythonText(value)}'`;
  const seen: string[] = [];
  for (const route of value) {
    const checks = { destination: routeCidr, nexthop: ipAddress };
    const problem = exactKeys(['destination', 'nexthop'], route, (item, key) =>
      key === 'destination' ? checks.destination(item) : checks.nexthop(item),
    );
    if (problem !== undefined) return problem;
    const text = JSON.stringify(route);
    if (seen.includes(text)) return `Duplicate hostroute '${pythonRepr(route)}'`;
    seen.push(text);
  }
  return undefined;
};

export const fixedIps: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for fixed IP: '${pythonText(value)}'`;
  const seen: unknown[] = [];
  for (const item of value) {
    if (!isRecord(item)) return `Invalid data format for fixed IP: '${pythonText(item)}'`;
    if ('ip_address' in item) {
      const address = item['ip_address'];
      if (seen.includes(address)) return `Duplicate IP address '${pythonText(address)}'`;
      const problem = ipAddress(address);
      if (problem !== undefined) return problem;
      seen.push(address);
    }
    const problem = 'subnet_id' in item ? uuid(item['subnet_id']) : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** What one key of a dictionary must be. */
export interface KeyRule {
  readonly required?: boolean;
  readonly check?: Validator;
  readonly convert?: Converter;
}

/** A dictionary with known keys only. */
export const dictionaryOf =
  (rules: Readonly<Record<string, KeyRule>>): Validator =>
  (value) => {
    if (!isRecord(value)) return `'${pythonText(value)}' is not a dictionary`;
    const required = Object.keys(rules).filter((key) => rules[key]?.required === true);
    if (required.some((key) => !(key in value))) return keysFailed(required, value);
    const unexpected = Object.keys(value).filter((key) => !(key in rules));
    if (unexpected.length > 0) return `Unexpected keys supplied: ${unexpected.join(', ')}`;
    for (const [key, rule] of Object.entries(rules)) {
      if (!(key in value)) continue;
      if (rule.convert) value[key] = rule.convert(value[key]);
      const problem = rule.check?.(value[key]);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

/** A validator for a list of which each item passes one of several. */
export const listOfAny =
  (...validators: readonly Validator[]): Validator =>
  (value) => {
    const problem = listOf((item) => {
      if (validators.some((validator) => validator(item) === undefined)) return undefined;
      throw invalidInput(`No valid key specs matched for: ${pythonText(item)}`);
    })(value);
    if (problem !== undefined) throw invalidInput(problem);
    return undefined;
  };

export const oneLine =
  (longest: number): Validator =>
  (value) => {
    const problem = string(longest)(value);
    if (problem !== undefined || typeof value !== 'string') return problem;
    if (value.trim() === '') return `'${value}' Blank strings are not permitted`;
    return value.includes('\n') ? `Multi-line string is not allowed: '${value}'` : undefined;
  };

const TRUE = ['1', 'true', 't', 'on', 'y', 'yes'];
const FALSE = ['0', 'false', 'f', 'off', 'n', 'no'];

/** `true`, `1`, `"yes"` and what else oslo.utils takes for a truth value (`bool_from_string`). */
export const toBoolean: Converter = (value) => {
  const text = pythonText(value).toLowerCase();
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  throw invalidInput(`'${pythonText(value)}' cannot be converted to boolean`);
};

export const toBooleanOrNone: Converter = (value) => (value === null ? null : toBoolean(value));

export const toInteger: Converter = (value) => {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  throw invalidInput(`'${pythonText(value)}' is not an integer`);
};

export const noneToEmptyList: Converter = (value) => value ?? [];

/** IPv6 in its short form; a single address gets its prefix. */
export const toSubnetCidr: Converter = (value) => {
  if (value === null) return null;
  const cidr = pythonText(value);
  const whole = cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`;
  if (parseCidr(whole) === undefined) throw invalidInput(`${cidr} is not in a CIDR format`);
  const [address = '', prefix = ''] = whole.split('/');
  return `${ipaddr.parse(address).toString()}/${prefix}`;
};

export const toPools: Converter = (value) => {
  if (!Array.isArray(value)) throw invalidInput('Invalid data format for allocation pools');
  const pools: readonly unknown[] = value;
  return pools;
};

export const toCanonicalAddress: Converter = (value) =>
  typeof value === 'string' && value.includes(':') && ipaddr.isValid(value) ? ipaddr.parse(value).toString() : value;

const keysFailed = (expected: readonly string[], value: Readonly<Record<string, unknown>>): string =>
  `Validation of dictionary's keys failed. Expected keys: ${pythonSet(expected)} Provided keys: ${pythonSet(Object.keys(value))}`;

const pythonSet = (keys: readonly string[]): string =>
  keys.length === 0 ? 'set()' : `{${keys.map((key) => `'${key}'`).join(', ')}}`;

function exactKeys(
  expected: readonly string[],
  value: unknown,
  check: (item: unknown, key: string) => string | undefined,
): string | undefined {
  if (!isRecord(value)) {
    return `Invalid input. '${pythonText(value)}' must be a dictionary with keys: ${pythonRepr(expected)}`;
  }
  const keys = Object.keys(value);
  if (keys.length !== expected.length || expected.some((key) => !keys.includes(key)))
    return keysFailed(expected, value);
  for (const key of expected) {
    const problem = check(value[key], key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function firstProblem(items: readonly unknown[], validator: Validator): string | undefined {
  for (const item of items) {
    const problem = validator(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
