import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../sandbox/image/run.ts';
import { HOME, NODE } from './places.ts';

/** What the ordinary clients of package registries are told on this host; it holds in the root as well. */
export interface HostSettings {
  readonly files: readonly { readonly to: string; readonly text: string }[];
  /** Authorities that the host trusts beside the usual ones. */
  readonly certificates: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Proxies, indexes and certificates: nothing that says where this host keeps something, but the bundle that Debian
 * makes too.
 */
const VARIABLES =
  /^((https?|no|all)_proxy|npm_config_(registry|strict_ssl)|PIP_(INDEX_URL|EXTRA_INDEX_URL|PROXY|TRUSTED_HOST|DEFAULT_TIMEOUT)|UV_(INDEX|DEFAULT_INDEX|INDEX_URL|EXTRA_INDEX_URL|HTTP_TIMEOUT)|GO(PROXY|SUMDB|NOSUMDB|NOPROXY|PRIVATE|INSECURE|TOOLCHAIN))$/i;
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const OWN_AUTHORITIES = '/usr/local/share/ca-certificates';

/** Reads them; a file that is not there is left out. */
export async function hostSettings(): Promise<HostSettings> {
  const npmFile = async (name: string) => (await run('npm', ['config', 'get', name])).trim();
  const candidates = [
    ['/etc/resolv.conf', '/etc/resolv.conf'],
    ['/etc/hosts', '/etc/hosts'],
    ['/etc/pip.conf', '/etc/pip.conf'],
    [join(homedir(), '.config/pip/pip.conf'), `${HOME}/.config/pip/pip.conf`],
    [await npmFile('userconfig'), `${HOME}/.npmrc`],
    [await npmFile('globalconfig'), `${NODE}/etc/npmrc`],
  ] as const;
  const files = [{ to: '/etc/apt/apt.conf.d/90host', text: await run('apt-config', ['dump', 'Acquire']) }];
  for (const [from, to] of candidates) if (await isFile(from)) files.push({ to, text: await readFile(from, 'utf8') });
  const certificates = (await filesIn(OWN_AUTHORITIES)).filter((name) => name.endsWith('.crt'));
  const env = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && (VARIABLES.test(name) || value === BUNDLE) ? [[name, value]] : [],
  );
  return { files, certificates, env: Object.fromEntries(env) };
}

/** True if the path leads to a file. */
export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().map((name) => join(folder, name));
}
