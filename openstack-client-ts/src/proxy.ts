import { BlockList, isIP, isIPv6 } from 'node:net';
import { ConfigurationError } from './errors.ts';
import { redactUrl } from './redact.ts';

/** Which requests go through a proxy. */
export interface ProxyOptions {
  /**
   * Proxy for `https:` URLs, which are tunnelled (CONNECT); an `http:` or `https:` URL, with user info where it asks
   * for it.
   */
  https?: string | undefined;
  /** Proxy for `http:` URLs, which it is asked for whole. */
  http?: string | undefined;
  /**
   * Hosts that are reached directly: names with all below them (`example.org`, `.example.org`), addresses, ranges
   * (`10.0.0.0/8`), each with a port or without, or `*`. This machine's own addresses always are.
   */
  noProxy?: readonly string[] | undefined;
}

/**
 * HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY as requests, and so keystoneauth, reads them: lower case wins over
 * upper case, and an empty one is none (requests:utils.py `select_proxy`, Python's urllib.request
 * `getproxies_environment`).
 */
export const readProxies = (env: Readonly<Record<string, string | undefined>>): ProxyOptions => {
  const read = (name: string): string | undefined => (env[name] ?? env[name.toUpperCase()])?.trim() || undefined;
  const all = read('all_proxy');
  return {
    https: read('https_proxy') ?? all,
    http: read('http_proxy') ?? all,
    noProxy: (read('no_proxy') ?? '').split(/[,\s]+/).filter((entry) => entry !== ''),
  };
};

/** The host of a URL as it is compared: in lower case, IPv6 without its brackets. */
const hostOf = (url: URL): string =>
  url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string): boolean =>
  isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : loopback.check(host, family(host));

const inRange = (host: string, range: string): boolean => {
  const [network = '', bits = ''] = range.split('/');
  const length = Number(bits);
  if (isIP(host) === 0 || isIP(network) === 0 || !/^\d+$/.test(bits)) return false;
  if (length > (isIPv6(network) ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, length, family(network));
  return list.check(host, family(host));
};

const covers = (entry: string, host: string, port: string): boolean => {
  if (entry === '*') return true;
  const [, name = '', only] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (only !== undefined && only !== port) return false;
  const wanted = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  if (wanted === '') return false;
  if (wanted.includes('/')) return inRange(host, wanted);
  return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`));
};

/**
 * The proxy through which a URL is asked for; undefined: none. What this machine serves itself is never asked of a
 * proxy, which would look for it on its own machine.
 *
 * @throws ConfigurationError if it is no URL of an HTTP proxy
 */
export const proxyFor = (target: string, { https, http, noProxy = [] }: ProxyOptions): string | undefined => {
  const url = new URL(target);
  const proxy = url.protocol === 'https:' ? https : http;
  const host = hostOf(url);
  if (proxy === undefined || isLoopback(host) || noProxy.some((entry) => covers(entry, host, portOf(url)))) {
    return undefined;
  }
  const whole = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (!URL.canParse(whole)) throw new ConfigurationError('The proxy that is set is not a URL');
  if (!['http:', 'https:'].includes(new URL(whole).protocol)) {
    const shown = redactUrl(whole);
    throw new ConfigurationError(
      `The proxy ${shown} can not be used for ${url.origin}: only http and https proxies can`,
    );
  }
  return whole;
};
