import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a short-lived program printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Milliseconds until it is killed. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly env?: Record<string, string>;
}

/** Runs a program to its end and returns what it printed. Throws an error with its last words when it fails. */
export async function commandOutput(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutput> {
  try {
    return await execute(file, args, { ...options, maxBuffer: 16 << 20, encoding: 'utf8' });
  } catch (error) {
    options.signal.throwIfAborted();
    throw new Error(`${[file, ...args].join(' ')} ${failure(error, options.timeout)}`, { cause: error });
  }
}

function failure(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if ('killed' in error && error.killed === true) return `took longer than ${timeout} ms`;
  const printed = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return `failed: ${printed === '' ? error.message : printed.split('\n').slice(-5).join('\n')}`;
}
