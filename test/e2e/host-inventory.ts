import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOutput } from '../../local/command-output.ts';

/**
 * What real machines have made on this host: machines, mounts, network namespaces (which hold the bridges) and files.
 */
export async function hostInventory(stackDirectory: string, signal: AbortSignal): Promise<string[]> {
  const machines = join(stackDirectory, 'machines');
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(machines));
  const { stdout } = await commandOutput('ip', ['netns', 'list'], { timeout: 10_000, signal });
  const namespaces = stdout.split('\n').filter((line) => line.startsWith('slipway-'));
  const files = await readdir(join(machines, 'machines')).catch(() => []);
  return [
    ...(await machineProcesses(machines)).map((line) => `process ${line}`),
    ...mounts.map((line) => `mount ${line}`),
    ...namespaces.map((line) => `network namespace ${line}`),
    ...files.map((file) => `files of machine ${file}`),
  ];
}

/** Processes whose command names the machines' folder: systemd-nspawn, one for each machine. */
async function machineProcesses(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    // A process may end while it is looked at.
    ids.map(async (id) => ({ id, line: await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '') })),
  );
  return commands
    .filter(({ line }) => line.startsWith('systemd-nspawn') && line.includes(folder))
    .map(({ id, line }) => `${id} ${line.replaceAll('\0', ' ').slice(0, 120)}`);
}
