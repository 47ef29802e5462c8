import { spawn, type ChildProcess } from 'node:child_process';
import { programEnvironment } from './config.ts';

const running = new Set<ChildProcess>();

/** Ends the programs that run now, with all they started; their callers get errors. */
export function stopPrograms(): void {
  for (const child of running) stop(child);
}

function stop(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // The group: some of them leave what they started running.
  process.kill(-child.pid, 'SIGKILL');
}

/** How a program of the host is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the builder's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this many seconds the program is killed. */
  readonly timeoutSeconds?: number;
}

/**
 * Runs a program to its end and returns what it wrote on stdout.
 *
 * @throws Error naming the program, how it ended, and the last lines it wrote on stderr.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const seconds = options.timeoutSeconds ?? 300;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...programEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const limit = setTimeout(() => stop(child), seconds * 1000);
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-8192)));
    child.on('error', (cause) => {
      clearTimeout(limit);
      running.delete(child);
      reject(new Error(`${program} could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const end = signal === null ? `ended with code ${String(code)}` : `was ended by ${signal} (limit ${seconds} s)`;
      reject(
        new Error(
          `${[program, ...args.slice(0, 6)].join(' ')} ${end}:\n${stderr.trim().split('\n').slice(-15).join('\n')}`,
        ),
      );
    });
  });
}
