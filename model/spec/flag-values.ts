import { isDnsName, isIpv6 } from './text.ts';
import { parseIpv4 } from '../cidr.ts';

/** What a flag takes: in words that follow "must be", and as a test. */
export interface FlagValue {
  readonly takes: string;
  readonly fits: (value: string) => boolean;
}

const matching = (takes: string, pattern: RegExp): FlagValue => ({ takes, fits: (value) => pattern.test(value) });

export const trueOrFalse: FlagValue = matching('true or false', /^(true|false)$/);

/** A whole number in decimal; Go reads a leading zero as octal. */
export const wholeNumber = (least: number, most = 2 ** 31 - 1): FlagValue => ({
  takes: `a whole number from ${least} to ${most}`,
  fits: (value) => /^(0|[1-9]\d{0,9})$/.test(value) && Number(value) >= least && Number(value) <= most,
});

export const decimal = (least: number, most: number): FlagValue => ({
  takes: `a number from ${least} to ${most}, such as 0.01`,
  fits: (value) => /^\d{1,9}(\.\d{1,9})?$/.test(value) && Number(value) >= least && Number(value) <= most,
});

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** A duration of Go, in seconds. */
export const duration = (least: number, most = 10 * 365 * 24 * 3600): FlagValue => ({
  takes: `a duration from ${least} to ${most} seconds, such as 90s or 1h30m`,
  fits: (value) => {
    if (!/^(\d{1,10}(\.\d{1,9})?(ms|s|m|h))+$/.test(value)) return false;
    const parts = [...value.matchAll(/([\d.]+)(ms|s|m|h)/g)];
    const seconds = parts.reduce(
      (sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit ?? ''] ?? Number.NaN),
      0,
    );
    return seconds >= least && seconds <= most;
  },
});

export const oneOf = (...choices: readonly string[]): FlagValue => ({
  takes: `one of: ${choices.join(', ')}`,
  fits: (value) => choices.includes(value),
});

/** At least one value, separated by commas. */
export const listOf = (item: FlagValue): FlagValue => ({
  takes: `a list, separated by commas, each ${item.takes}`,
  fits: (value) => value.split(',').every((part) => item.fits(part)),
});

/** Characters that neither a list of Go, a shell nor the expansion of variables in a container's arguments changes. */
export const word: FlagValue = matching('letters, digits and any of . _ : / @ -', /^[A-Za-z0-9][-A-Za-z0-9._:/@]*$/);

/** Any printable ASCII, as it is: `$(` and `$$` mean something in the arguments of a container. */
export const printable: FlagValue = {
  takes: 'printable ASCII characters, without "$$" and "$("',
  fits: (value) => /^[\x20-\x7e]+$/.test(value) && !/\$[$(]/.test(value),
};

/** `key=value` with one "=". */
export const pair = (key: FlagValue, value: FlagValue): FlagValue => ({
  takes: `key=value, the key ${key.takes}, the value ${value.takes}`,
  fits: (text) => {
    const [left, right, ...rest] = text.split('=');
    return left !== undefined && right !== undefined && rest.length === 0 && key.fits(left) && value.fits(right);
  },
});

export const matches = matching;

/** A host, by name or address. */
export const host: FlagValue = {
  takes: 'a host name or an address',
  fits: (value) => (isDnsName(value) && !/(^|\.)\d+$/.test(value)) || parseIpv4(value) !== undefined || isIpv6(value),
};

/** A URL of a host and a path, without user, query and fragment, which OpenID Connect's issuers have none of. */
export const httpsUrl: FlagValue = {
  takes: 'an https:// URL of a host, a port and a path',
  fits: (value) => {
    const [, name = '', port] = /^https:\/\/([^/:]+)(?::(\d{1,5}))?(?:\/[-A-Za-z0-9._~/]*)?$/.exec(value) ?? [];
    return host.fits(name) && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
  },
};

/** A range of ports, `30000-32767`. */
export const portRange: FlagValue = {
  takes: 'a range of ports such as 30000-32767',
  fits: (value) => {
    const [, from, to] = /^([1-9]\d{0,4})-([1-9]\d{0,4})$/.exec(value) ?? [];
    return from !== undefined && to !== undefined && Number(from) <= Number(to) && Number(to) < 65_536;
  },
};
