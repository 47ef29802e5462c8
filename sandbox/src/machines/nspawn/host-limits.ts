import { readFile, writeFile } from 'node:fs/promises';

/** A setting of the kernel that machines share with the host, by its file (proc(5)). */
export interface HostLimit {
  readonly name: string;
  readonly file: string;
  /** The least with which hundreds of machines boot. */
  readonly least: number;
}

/** systemd in a machine has some twenty inotify instances, all of root's; the kernel's default is 128: six machines. */
const limits: readonly HostLimit[] = [
  { name: 'fs.inotify.max_user_instances', file: '/proc/sys/fs/inotify/max_user_instances', least: 8192 },
];

/**
 * Raises the limits of this host that machines would run into; they stay raised. A machine beyond a limit is started,
 * and dead. `log` hears what was raised, and what may not be.
 */
export async function raiseHostLimits(log: (line: string) => void, all: readonly HostLimit[] = limits): Promise<void> {
  for (const { name, file, least } of all) {
    const now = Number((await readFile(file, 'utf8').catch(() => '')).trim());
    // Not on this kernel.
    if (now === 0 || now >= least) continue;
    const how = `${name} from ${now} to ${least}`;
    await writeFile(file, `${least}\n`).then(
      () => log(`raised ${how}: machines need more`),
      () => log(`cannot raise ${how}: a few machines boot, the others stay dead; run sysctl -w ${name}=${least}`),
    );
  }
}
