import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './commands.ts';

const parent = 'slipway-machines';

/**
 * The control groups of one machine, one in every hierarchy of the host (v2 has one, v1 several). They hold every
 * process of the machine, so it can be ended whole; and kubelet, which sees its own as the root, never meets the
 * pods of another machine.
 */
export class ControlGroups {
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** The groups a machine of this id has or would have. */
  static async of(machineId: string): Promise<ControlGroups> {
    const folders = (await hierarchies()).map((hierarchy) => join(hierarchy, parent, machineId));
    return new ControlGroups(folders);
  }

  /** Makes the groups. Returns the files a process writes its id to in order to enter them. */
  async create(): Promise<string[]> {
    for (const folder of this.#folders) {
      for (const path of [join(folder, '..'), folder]) {
        await mkdir(path, { recursive: true });
        // v1: a group without processors and memory nodes takes no process.
        for (const file of ['cpuset.cpus', 'cpuset.mems']) await inherit(path, file);
      }
      // v2: controllers are handed down level by level.
      for (const path of [join(folder, '..', '..'), join(folder, '..')]) await delegate(path);
    }
    return this.#folders.map((folder) => join(folder, 'cgroup.procs'));
  }

  /** Ends every process in the groups and removes them. Groups that are not there are success. */
  async remove(): Promise<void> {
    const ended = await until(async () => {
      const pids = await this.#processes();
      for (const pid of pids) kill(pid);
      return pids.length === 0;
    }, 15_000);
    if (!ended)
      throw new Error(`processes in ${this.#folders[0] ?? parent} do not end: ${(await this.#processes()).join(', ')}`);
    for (const folder of this.#folders) {
      for (const path of (await tree(folder)).reverse()) await removeGroup(path);
      // The last machine takes the common parent with it.
      await rmdir(join(folder, '..')).catch(() => undefined);
    }
  }

  async #processes(): Promise<number[]> {
    const pids = new Set<number>();
    for (const folder of this.#folders) {
      for (const path of await tree(folder)) {
        const listed = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
        for (const line of listed.split('\n')) if (/^[1-9]\d*$/.test(line)) pids.add(Number(line));
      }
    }
    return [...pids];
  }
}

async function hierarchies(): Promise<string[]> {
  const mounts = await readFile('/proc/mounts', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, folder = '', type = '']) => /^cgroup2?$/.test(type) && folder.startsWith('/sys/fs/cgroup'))
    .map(([, folder = '']) => folder);
}

async function inherit(folder: string, file: string): Promise<void> {
  const own = await readFile(join(folder, file), 'utf8').catch(() => undefined);
  if (own?.trim() !== '') return;
  await writeFile(join(folder, file), await readFile(join(folder, '..', file), 'utf8')).catch(() => undefined);
}

async function delegate(folder: string): Promise<void> {
  const available = await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '');
  for (const controller of available.split(/\s+/).filter((name) => name !== '')) {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
}

/** The group and all groups in it, parents first. */
async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const found = [folder];
  for (const entry of entries) if (entry.isDirectory()) found.push(...(await tree(join(folder, entry.name))));
  return found;
}

/** A group stays busy for a moment after its last process has gone. */
async function removeGroup(folder: string): Promise<void> {
  const removed = await until(async () => {
    return rmdir(folder).then(
      () => true,
      (cause: unknown) => cause instanceof Error && 'code' in cause && cause.code === 'ENOENT',
    );
  }, 5_000);
  if (!removed) throw new Error(`the control group ${folder} is empty but cannot be removed`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
