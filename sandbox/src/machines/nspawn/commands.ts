import { execFile } from 'node:child_process';

/**
 * Runs a program of the host and returns what it printed.
 *
 * @throws Error naming the command and what it said on stderr; after 60 seconds it is killed.
 */
export async function command(program: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const said = stderr.trim() === '' ? error.message : stderr.trim();
      reject(new Error(`${[program, ...args].join(' ')}: ${said}`, { cause: error }));
    });
  });
}

/** Calls `ready` every `everyMs` until it says true. False when the time is over before that. */
export async function until(
  ready: () => boolean | Promise<boolean>,
  deadlineMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (!(await ready())) {
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}
