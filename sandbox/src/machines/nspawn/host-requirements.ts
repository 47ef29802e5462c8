import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { searchPath } from './config.ts';

const tools = [
  { program: 'systemd-nspawn', package: 'systemd-container' },
  { program: 'ip', package: 'iproute2' },
  { program: 'nsenter', package: 'util-linux' },
  { program: 'unshare', package: 'util-linux' },
] as const;

/** Why real machines cannot run on this host, one sentence each; empty when they can. */
export async function missingForMachines(): Promise<string[]> {
  if (process.platform !== 'linux') return ['Real machines need Linux: use the simulated ones here.'];
  const missing: string[] = [];
  if (process.getuid?.() !== 0)
    missing.push('Real machines need root (namespaces, mounts, control groups): run with sudo.');
  for (const { program, package: name } of tools) {
    if (!(await onPath(program))) missing.push(`${program} is not on the PATH: install the package ${name}.`);
  }
  const filesystems = await readFile('/proc/filesystems', 'utf8').catch(() => '');
  if (!/\boverlay\b/.test(filesystems))
    missing.push('The kernel has no overlay file system: load it with "modprobe overlay".');
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  if (!/ \/sys\/fs\/cgroup\S* cgroup2? /.test(mounts)) {
    missing.push('No control groups are mounted under /sys/fs/cgroup: mount them, or run outside of this container.');
  }
  return missing;
}

async function onPath(program: string): Promise<boolean> {
  for (const folder of searchPath().split(delimiter)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
