import { access, constants, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { installerEnvironment, searchPath } from './config.ts';
import { runProgram } from './run-program.ts';

/** A program of the host, the Debian package it comes in, and where it is looked for first. */
interface Needed {
  readonly program: string;
  readonly package: string;
  readonly folder?: string;
}

const names = [
  ...['mariadbd', 'installDatabase', 'printDefaults', 'resolveip', 'rabbitmq', 'erl', 'epmd'],
  ...['memcached', 'qemuImg', 'setpriv', 'python'],
] as const;
type Name = (typeof names)[number];

const needed: Readonly<Record<Name, Needed>> = {
  mariadbd: { program: 'mariadbd', package: 'mariadb-server-core' },
  installDatabase: { program: 'mariadb-install-db', package: 'mariadb-server-core' },
  // These two are for mariadb-install-db, a script.
  printDefaults: { program: 'my_print_defaults', package: 'mariadb-client-core' },
  resolveip: { program: 'resolveip', package: 'mariadb-server-core' },
  // The one that Debian puts on the PATH changes its user first.
  rabbitmq: { program: 'rabbitmq-server', package: 'rabbitmq-server', folder: '/usr/lib/rabbitmq/bin' },
  erl: { program: 'erl', package: 'erlang-base' },
  epmd: { program: 'epmd', package: 'erlang-base' },
  memcached: { program: 'memcached', package: 'memcached' },
  qemuImg: { program: 'qemu-img', package: 'qemu-utils' },
  setpriv: { program: 'setpriv', package: 'util-linux' },
  python: { program: 'python3', package: 'python3-venv' },
};

const programsSchema = z.record(z.enum(names), z.string());

/** The programs of the host that a cloud uses, by path. */
export type HostPrograms = z.output<typeof programsSchema>;

/**
 * Finds what a cloud needs of the host. What is missing is installed, where that can be done (root and apt-get).
 * @throws Error naming the packages that are missing, when they cannot be installed.
 */
export async function hostPrograms(tell: (text: string) => void, signal: AbortSignal): Promise<HostPrograms> {
  if (process.platform !== 'linux') throw new Error('real OpenStack runs on Linux; elsewhere use the emulator');
  const found = await findAll(signal);
  const packages = packagesOf(names.filter((name) => !(name in found)));
  if (packages.length === 0) return programsSchema.parse(found);
  await install(packages, tell, signal);
  const again = await findAll(signal);
  const still = names.filter((name) => !(name in again));
  if (still.length === 0) return programsSchema.parse(again);
  throw new Error(
    `after the installation of ${packages.join(', ')} these are still missing: ${still.map((name) => needed[name].program).join(', ')}`,
  );
}

/** The packages that are missing for a cloud and cannot be installed here; empty where one can run. */
export async function missingForOpenStack(signal: AbortSignal): Promise<string[]> {
  if (process.platform !== 'linux') return ['Linux'];
  const found = await findAll(signal);
  const missing = packagesOf(names.filter((name) => !(name in found)));
  return (await installer()) === undefined ? missing : [];
}

/** apt-get, where this process may use it. */
const installer = async (): Promise<string | undefined> =>
  process.getuid?.() === 0 ? onPath('apt-get', searchPath()) : undefined;

const packagesOf = (missing: readonly Name[]): string[] => [...new Set(missing.map((name) => needed[name].package))];

async function findAll(signal: AbortSignal): Promise<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const { program, folder } = needed[name];
    const path = await onPath(program, folder === undefined ? searchPath() : [folder, ...searchPath()]);
    if (path !== undefined && (name !== 'python' || (await canMakeEnvironments(path, signal)))) found[name] = path;
  }
  return found;
}

/** The wheels of this OpenStack are for Python 3.11 and newer (its metadata, Requires-Python). */
async function canMakeEnvironments(python: string, signal: AbortSignal): Promise<boolean> {
  const question = 'import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))';
  const limits = { env: installerEnvironment(), timeoutMs: 30_000, signal };
  return runProgram([python, '-c', question], limits).then(
    () => true,
    () => {
      signal.throwIfAborted();
      return false;
    },
  );
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs packages of Debian; their daemons are not started (invoke-rc.d(8): policy-rc.d says 101, "forbidden"). */
async function install(packages: readonly string[], tell: (text: string) => void, signal: AbortSignal): Promise<void> {
  const aptGet = await installer();
  if (aptGet === undefined) {
    const names = packages.join(', ');
    throw new Error(`real OpenStack needs these packages (Debian's names), which only root can install: ${names}`);
  }
  const env = { ...installerEnvironment(), DEBIAN_FRONTEND: 'noninteractive' };
  const ours = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false, // There is one already, and it is the owner's word.
  );
  try {
    tell(`installing ${packages.join(', ')}`);
    const apt = (timeoutMs: number, ...args: string[]) =>
      runProgram([aptGet, '-q', '-y', ...args], { env, timeoutMs, signal });
    await apt(300_000, 'update');
    await apt(900_000, 'install', '--no-install-recommends', ...packages);
  } finally {
    if (ours) await rm(POLICY, { force: true });
  }
}

async function onPath(program: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, program);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return file;
  }
  return undefined;
}
