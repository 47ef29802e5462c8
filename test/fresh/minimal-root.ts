import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { configuredSources } from '../../sandbox/image/debian-step.ts';
import { debian } from '../../sandbox/image/pins.ts';
import { run } from '../../sandbox/image/run.ts';
import { type HostSettings, isFile } from './host-settings.ts';
import { CLONE, GO, HOME, NODE } from './places.ts';

/** A file or folder of the host that is seen, read-only, in the root. */
interface Bind {
  readonly from: string;
  readonly to: string;
}

/** A root file system that commands are run in. */
export interface MinimalRoot {
  readonly folder: string;
  readonly binds: readonly Bind[];
}

/**
 * Makes a machine that nothing was ever installed on: Debian's essential packages, those named, Node and Go (which
 * Debian has too old), the host's word on where packages come from, and a clone of HEAD.
 * @throws Error when a program fails; nothing is left then.
 */
export async function makeMinimalRoot(
  repository: string,
  packages: readonly string[],
  settings: HostSettings,
): Promise<MinimalRoot> {
  // Gigabytes: not in a memory file system, which /tmp may be.
  const folder = await mkdtemp('/var/tmp/slipway-fresh-');
  try {
    const bootstrap = ['mmdebstrap', '--mode=root', '--variant=minbase', '--aptopt=Acquire::Retries "3"'];
    const what = [`--include=${packages.join(',')}`, debian.suite, folder, ...(await configuredSources())];
    await run('unshare', ['--mount', '--propagation', 'private', ...bootstrap, ...what], { timeoutSeconds: 1200 });
    await chmod(folder, 0o755);
    await addSettings(folder, settings);
    const binds = await addToolchains(folder);
    // Without hard links: nothing in the root may change the repository.
    await run('git', ['clone', '--quiet', '--no-hardlinks', repository, join(folder, CLONE)]);
    return { folder, binds };
  } catch (error) {
    await removeMinimalRoot({ folder });
    throw error;
  }
}

/** Removes a root. Commands run in mount namespaces of their own, so nothing is mounted below it. */
export async function removeMinimalRoot({ folder }: Pick<MinimalRoot, 'folder'>): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  if (mounts.includes(` ${folder}`)) throw new Error(`something is mounted below ${folder}: it is not removed`);
  await rm(folder, { recursive: true, force: true });
}

async function addSettings(folder: string, { files, certificates }: HostSettings): Promise<void> {
  for (const { to, text } of files) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await writeFile(join(folder, to), text, { mode: to.startsWith(HOME) ? 0o600 : 0o644 });
  }
  for (const [index, from] of certificates.entries()) {
    await copyFile(from, join(folder, 'usr/local/share/ca-certificates', `host-${index}.crt`));
  }
  if (certificates.length > 0) await run('chroot', [folder, 'update-ca-certificates']);
}

/** Node with npm, and Go where the host has it: the image needs it, and says so. */
async function addToolchains(folder: string): Promise<Bind[]> {
  const npm = dirname(dirname((await run('readlink', ['-f', await which('npm')])).trim()));
  const binds: Bind[] = [
    { from: process.execPath, to: `${NODE}/bin/node` },
    { from: npm, to: `${NODE}/lib/node_modules/npm` },
  ];
  const go = await run('go', ['env', 'GOROOT']).then(
    (path) => path.trim(),
    () => undefined,
  );
  if (go !== undefined) binds.push({ from: go, to: GO });
  for (const { from, to } of binds) {
    const place = join(folder, to);
    const file = await isFile(from);
    await mkdir(file ? dirname(place) : place, { recursive: true });
    if (file) await writeFile(place, '');
  }
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, NODE, 'bin', name));
  }
  return binds;
}

const which = async (program: string): Promise<string> =>
  (await run('sh', ['-c', 'command -v -- "$0"', program])).trim();
