import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './config.ts';

const requirements = join(import.meta.dirname, 'openstack-cli.requirements.txt');
const installMinutes = 10;

/** What a command wrote and how it ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. @throws Error when it cannot be started or takes longer than `milliseconds`. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly milliseconds: number;
    readonly input?: string;
    readonly env?: Record<string, string>;
    /** Kills the command. */
    readonly signal?: AbortSignal;
  },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'pipe',
      killSignal: 'SIGKILL',
      ...(options.env && { env: options.env }),
      ...(options.signal && { signal: options.signal }),
    });
    let [stdout, stderr] = ['', ''];
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${args.join(' ')} took longer than ${options.milliseconds} ms\n${stdout}${stderr}`));
    }, options.milliseconds);
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Why there can be no `openstack` here; undefined when there can. */
export async function missingForCli(): Promise<string | undefined> {
  try {
    const probe = await run('python3', ['-c', 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 11))'], {
      milliseconds: 30_000,
    });
    return probe.code === 0 ? undefined : 'python3 is older than 3.11, or lacks its venv module (Debian: python3-venv)';
  } catch {
    return 'there is no python3';
  }
}

/**
 * The path of `openstack` in a virtual environment of its own, with the versions of `openstack-cli.requirements.txt`.
 * It is made once for each set of versions, and appears only when it is whole.
 * @throws Error with pip's words when it cannot be installed.
 */
export async function openstackCli(): Promise<string> {
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder(), `openstack-cli-${wanted}`);
  // Scripts of a virtual environment name their interpreter by its path, so the module is run instead.
  const program = join(folder, 'bin', 'python3');
  if (await exists(program)) return program;
  const temporary = `${folder}.${process.pid}.tmp`;
  await mkdir(cacheFolder(), { recursive: true });
  try {
    const milliseconds = installMinutes * 60_000;
    const made = await run('python3', ['-m', 'venv', temporary], { milliseconds });
    if (made.code !== 0) throw new Error(`python3 -m venv ${temporary} failed:\n${made.stderr}`);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--requirement',
      requirements,
    ];
    const installed = await run(join(temporary, 'bin', 'python3'), pip, { milliseconds });
    if (installed.code !== 0) throw new Error(`pip could not install python-openstackclient:\n${installed.stderr}`);
    await rename(temporary, folder).catch(async (error: unknown) => {
      // Somebody else was faster.
      if (!(await exists(program))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return program;
}

/** What the Python of {@link openstackCli} runs to be the `openstack` command. */
export const openstackModule: readonly string[] = [
  '-c',
  'import sys; from openstackclient.shell import main; sys.exit(main(sys.argv[1:]))',
];
