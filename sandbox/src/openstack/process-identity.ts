import { readFileSync } from 'node:fs';

/** A process of Linux, told apart from a later one with the same pid by its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and clock tick of its start (proc_pid_stat(5), field 22). */
  readonly started: string;
}

/** Who has this pid; undefined when nobody has, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, started: `${boot}/${fields[19] ?? ''}` };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. */
export const isAlive = (identity: ProcessIdentity): boolean => identify(identity.pid)?.started === identity.started;
