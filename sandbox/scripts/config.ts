import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things that can be made again are kept (XDG Base Directory Specification). */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openstack-sandbox');

/** The environment of a client that uses one entry of a clouds.yaml, and nothing of the caller's own cloud. */
export function clientEnvironment(cloudsFile: string, cloud: string): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('OS_') ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(kept), OS_CLIENT_CONFIG_FILE: cloudsFile, OS_CLOUD: cloud, PYTHONWARNINGS: 'ignore' };
}
