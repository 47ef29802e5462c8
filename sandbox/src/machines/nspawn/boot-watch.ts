import { appendFileSync } from 'node:fs';
import { readConsole } from './machine-console.ts';

/** What a boot is judged by. */
export interface BootSigns {
  /** The console until now. */
  readonly console: string;
  /** Whether the machine's first process has ended. */
  readonly ended: boolean;
  readonly seconds: number;
}

/** systemd's last words when it cannot be the first process (systemd: src/core/main.c, src/core/crash-handler.c). */
const GIVEN_UP = /Failed to allocate manager object|Freezing execution|Exiting PID 1|Failed to execute \/sbin\/init/;

/** On two processors that boot a dozen machines at once, cloud-init asks after a minute or two. */
const LONGEST_BOOT_SECONDS = 300;

/** Why a machine that has not yet asked for its metadata never will; undefined while it may. */
export function bootProblem({ console, ended, seconds }: BootSigns): string | undefined {
  const lines = console.split('\n').map((line) => line.trim());
  const last = lines.find((line) => GIVEN_UP.test(line));
  if (last !== undefined) return last;
  const said = lines.filter((line) => line !== '').at(-1);
  if (ended) return `its first process has ended${said === undefined ? '' : `; last it said: ${said}`}`;
  return seconds < LONGEST_BOOT_SECONDS ? undefined : `it has not asked for its metadata in ${LONGEST_BOOT_SECONDS} s`;
}

const PAUSE_MS = 1000;

/** A machine that was started, until it has booted: it asks for its metadata. */
export interface WatchedMachine {
  readonly name: string;
  readonly consoleFile: string;
  readonly ended: () => boolean;
}

/**
 * Nova calls a server ACTIVE when its machine was started. A machine that does not boot says so on its console, which
 * is what a user looks at.
 */
export class BootWatch {
  readonly #timer: NodeJS.Timeout;

  constructor({ name, consoleFile, ended }: WatchedMachine, log: (line: string) => void) {
    const since = Date.now();
    this.#timer = setInterval(() => {
      const signs = { console: readConsole(consoleFile) ?? '', ended: ended(), seconds: (Date.now() - since) / 1000 };
      const problem = bootProblem(signs);
      if (problem === undefined) return;
      this.stop();
      appendFileSync(consoleFile, `\nThis machine did not boot: ${problem}\n`);
      log(`machine ${name} did not boot: ${problem}`);
    }, PAUSE_MS);
    this.#timer.unref();
  }

  /** The machine has booted, or is removed. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
