import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { programEnvironment } from './config.ts';
import { run } from './run.ts';
import { exists } from './step.ts';

/** A program of the host, and the Debian package it comes in. */
export interface HostProgram {
  readonly program: string;
  readonly package: string;
}

/** Programs of the host that machines need. */
const toRun: readonly HostProgram[] = [
  { program: 'systemd-nspawn', package: 'systemd-container' },
  { program: 'ip', package: 'iproute2' },
  { program: 'nsenter', package: 'util-linux' },
];
/** What building their image needs as well. */
const toBuild: readonly HostProgram[] = [
  { program: 'mmdebstrap', package: 'mmdebstrap' },
  { program: 'systemctl', package: 'systemd' },
  { program: 'tar', package: 'tar' },
  { program: 'cc', package: 'gcc' },
  { program: 'strip', package: 'binutils' },
];

/**
 * Makes sure the host can run machines, and build their image if that is still to be done: root on Linux, Go at hand,
 * Debian's packages installed where apt-get can do it.
 */
export async function prepareHost(built: boolean, log: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux')
    throw new Error('machine images are built on Linux; on other systems use the simulated machines');
  if (process.getuid?.() !== 0)
    throw new Error('building a machine image needs root (mmdebstrap, systemd-nspawn): run it with sudo');
  if (!built && !(await onPath('go'))) {
    throw new Error(
      'go is not on the PATH: install Go 1.26 or later (1.21 or later fetches it by itself) and run this again',
    );
  }
  await installMissing(built ? toRun : [...toRun, ...toBuild], log, {
    // Another distribution knows Debian's packages, but not its keys.
    also: built || (await exists('/usr/share/keyrings/debian-archive-keyring.gpg')) ? [] : ['debian-archive-keyring'],
  });
}

/**
 * Installs the packages of those programs that are not on the PATH, and `also`.
 * @throws Error naming the packages, where there is no apt-get.
 */
export async function installMissing(
  programs: readonly HostProgram[],
  log: (line: string) => void,
  { also = [] }: { readonly also?: readonly string[] } = {},
): Promise<void> {
  const missing = [...also];
  for (const entry of programs) if (!(await onPath(entry.program))) missing.push(entry.package);
  if (missing.length === 0) return;
  if (!(await onPath('apt-get')))
    throw new Error(`install these first: ${missing.join(', ')} (packages, by Debian's names)`);
  log(`host: installing ${missing.join(', ')} …`);
  await run('apt-get', ['update', '-qq'], { timeoutSeconds: 300 });
  // gcc alone lacks the C library's files; a recommended package of systemd-container would start services.
  const packages = missing.includes('gcc') ? [...missing, 'libc6-dev'] : missing;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { timeoutSeconds: 900 });
}

async function onPath(program: string): Promise<boolean> {
  for (const folder of (programEnvironment()['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
