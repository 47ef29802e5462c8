import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** What Helm may print. A release holds at most 1 MiB packed, and a dry run prints chart and manifest. */
const MAX_OUTPUT = 64 * 1024 ** 2;
/** Of what it says of errors, the end counts. */
const MAX_WORDS = 64 * 1024;
/** How long it has to end by itself once it is told to. */
const GRACE_MS = 5_000;

/**
 * Runs the program, and ends it when the input at descriptor 3 ends: that is when the worker is gone, however that
 * came; its folder, with the kubeconfig, goes too. A Helm that outlives its worker would meet the one of the next try.
 * The shell goes first then: it would end the watch before the folder is removed.
 * The shell itself waits through a SIGTERM for those that it has started: nobody else does where the worker is process
 * 1.
 */
const SCRIPT = `
trap : TERM
exec 4<&0
"$@" <&4 3<&- &
program=$!
(trap '' TERM; while read -r _ <&3; do :; done; kill -KILL $$ $program; rm -rf "$0") </dev/null >/dev/null 2>&1 4<&- &
watch=$!
exec 3<&- 4<&-
wait $program
code=$?
while kill -0 $program 2>/dev/null; do wait $program; code=$?; done
kill -KILL $watch
wait $watch 2>/dev/null
exit $code
`;

/** Helm ended with an error, or was ended. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
  /** What it said, its warnings left out. */
  readonly words: string;
  readonly reason: 'failed' | 'time-out' | 'missing' | 'output';

  constructor(reason: HelmError['reason'], words: string) {
    super(words);
    this.reason = reason;
    this.words = words;
  }
}

export interface HelmCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its standard input. */
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs Helm once, and returns what it printed. When the signal is aborted, or its time is over, it gets SIGTERM, and
 * SIGKILL five seconds later; either way it has ended when this returns.
 *
 * @throws HelmError; the signal's reason
 */
export async function callHelm(call: HelmCall): Promise<string> {
  const { program, args, folder, environment, signal } = call;
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', SCRIPT, folder, program, ...args], {
    ...{ cwd: folder, env: environment, detached: true },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const end = (name: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of them have ended.
    }
  };
  let verdict: HelmError | undefined;
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    end('SIGTERM');
    kill ??= setTimeout(() => end('SIGKILL'), GRACE_MS);
  };
  const fail = (error: HelmError) => {
    verdict ??= error;
    stop();
  };
  const timer = setTimeout(
    () => fail(new HelmError('time-out', `helm was stopped after ${Math.round(call.timeoutMs / 1000)} s`)),
    call.timeoutMs,
  );
  signal.addEventListener('abort', stop, { once: true });
  // It may end without reading them.
  child.stdin.on('error', () => undefined);
  child.stdio[3]?.on('error', () => undefined);
  child.stdin.end(call.input ?? '');
  const printed = collect(child.stdout, MAX_OUTPUT, () => fail(new HelmError('output', 'helm printed too much')));
  const said = collectEnd(child.stderr, MAX_WORDS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (verdict !== undefined) throw verdict;
    if (code === 0) return printed();
    // As a shell says it of a program that is not there, or cannot be run.
    if (code === 126 || code === 127) throw new HelmError('missing', errorsIn(said()));
    throw new HelmError('failed', errorsIn(said()) || `helm ended with code ${code ?? 'none'}`);
  } finally {
    clearTimeout(timer);
    clearTimeout(kill);
    signal.removeEventListener('abort', stop);
    child.stdio[3]?.destroy();
  }
}

function collect(stream: Readable, most: number, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > most) onTooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function collectEnd(stream: Readable, most: number): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-most)));
  return () => text;
}

/** What follows "Error:", or else all but the log. */
function errorsIn(text: string): string {
  const at = text.lastIndexOf('\nError: ');
  const words = at >= 0 ? text.slice(at + 8) : text.startsWith('Error: ') ? text.slice(7) : text;
  const lines = words.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('level=')).join('; ');
}
