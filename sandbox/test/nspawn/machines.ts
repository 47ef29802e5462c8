import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine, MachineDriver } from '../../src/machines/driver.ts';
import { missingForMachines } from '../../src/machines/nspawn/host-requirements.ts';

/** False, and said loudly, where real machines cannot run. */
export async function canRunMachines(imageDir: string): Promise<boolean> {
  const missing = await missingForMachines();
  if (!existsSync(join(imageDir, 'manifest.json'))) {
    missing.push('There is no machine image: build it with "npm run image".');
  }
  if (missing.length > 0) {
    process.stderr.write(`\nSKIPPED: real machines are NOT tested here. ${missing.join(' ')}\n\n`);
  }
  return missing.length === 0;
}

/** Runs a program of the host, at most 150 seconds. */
export async function program(file: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: 150_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${args.join(' ')}: ${stderr}`));
    });
  });
}

/**
 * Waits until the console shows a text, at most four minutes. @throws Error with the console if the boot fails first.
 */
export async function says(driver: MachineDriver, machine: Machine, text: string): Promise<string> {
  const end = Date.now() + 240_000;
  for (;;) {
    const log = driver.console(machine.id) ?? '';
    if (log.includes(text)) return log;
    if (log.includes('SLIPWAY-BOOT-FAILED') || Date.now() > end) {
      throw new Error(`${machine.name} did not say "${text}":\n${log.slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Runs a program in all namespaces of a machine. */
export async function inMachine(machine: Machine, ...args: readonly string[]): Promise<string> {
  return program('nsenter', '--all', '--target', String(firstProcess(machine)), '--', ...args);
}

/** systemd of a machine: the child of the nspawn process. */
function firstProcess(machine: Machine): number {
  const leader = processes().find(({ line }) => line.startsWith('systemd-nspawn ') && line.includes(machine.id));
  if (leader === undefined) throw new Error(`machine ${machine.name} does not run`);
  return Number(readFileSync(`/proc/${leader.pid}/task/${leader.pid}/children`, 'utf8').split(' ')[0]);
}

/** What machines and their network have left on this host. */
export function leftOvers(folder: string, networkId: string, ids: readonly string[]): string[] {
  const found: string[] = [];
  const namespace = `slipway-${networkId.slice(0, 13)}`;
  const names = [...ids, namespace];
  if (execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).includes(namespace))
    found.push(`namespace ${namespace}`);
  for (const line of readFileSync('/proc/mounts', 'utf8').split('\n'))
    if (line.includes(folder)) found.push(`mount ${line}`);
  for (const { pid, line } of processes())
    if (names.some((name) => line.includes(name))) found.push(`process ${pid} ${line}`);
  const hierarchies = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))];
  for (const id of ids) {
    if (existsSync(join(folder, 'driver/machines', id))) found.push(`files of ${id}`);
    const groups = hierarchies.map((hierarchy) => join(hierarchy, 'slipway-machines', id));
    found.push(...groups.filter((group) => existsSync(group)));
  }
  return found;
}

function processes(): { pid: string; line: string }[] {
  const found: { pid: string; line: string }[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      found.push({ pid, line: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
