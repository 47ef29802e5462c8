import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What real OpenStack shares between its clouds on this machine: `$XDG_CACHE_HOME/slipway/openstack`. */
export function cacheDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache !== undefined && cache.startsWith('/') ? cache : join(homedir(), '.cache'), 'slipway', 'openstack');
}

/** Where programs are looked for; daemons are not on every user's PATH. */
export function searchPath(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
}

/** The environment of a cloud's processes: nothing of the caller's that could lead them elsewhere. */
export function serviceEnvironment(home: string): Record<string, string> {
  return {
    PATH: searchPath().join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    // A library that two services load would start a thread per core otherwise.
    OMP_NUM_THREADS: '1',
  };
}

/**
 * The environment of pip, uv and apt-get: the caller's own, which says where packages come from and through which
 * proxy.
 */
export function installerEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(own), PATH: searchPath().join(delimiter), LC_ALL: 'C.UTF-8' };
}
