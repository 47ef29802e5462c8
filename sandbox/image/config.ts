import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that holds machine images and the parts they are made of: `$XDG_CACHE_HOME/slipway/image`. */
export function defaultCacheDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache !== undefined && cache.startsWith('/') ? cache : join(homedir(), '.cache'), 'slipway', 'image');
}

/** The environment of the programs the builder runs: the caller's, with one language so that output can be read. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
}
