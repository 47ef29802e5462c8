import { execFile } from 'node:child_process';

/** How a program of the cloud's set-up is run. */
export interface RunProgram {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a program to its end and returns what it printed.
 * @throws Error naming the command, how it ended and its last words; the signal's reason when that is aborted.
 */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { env, timeoutMs, signal }: RunProgram,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const limits = { env: { ...env }, timeout: timeoutMs, signal, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const;
    // Ends with this process, however that ends (prctl(2), PR_SET_PDEATHSIG).
    execFile('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], limits, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const cause: unknown = signal.reason;
      if (signal.aborted) {
        reject(cause instanceof Error ? cause : new Error('it was interrupted', { cause }));
        return;
      }
      const how = error.killed === true ? `took longer than ${timeoutMs / 1000} s` : 'failed';
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
      reject(new Error(`${[program, ...args].join(' ')} ${how}:\n${said}`, { cause: error }));
    });
  });
}
