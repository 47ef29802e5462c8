import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { timeLimit } from '../../model/index.ts';
import type { FreshCommand } from './commands.ts';
import type { MinimalRoot } from './minimal-root.ts';
import { GO, HOME, NODE } from './places.ts';
import { readTrace, type Trace, traceOptions } from './trace.ts';

const PATH = [
  `${NODE}/bin`,
  `${GO}/bin`,
  ...['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
];

/** How a command ended, and what it opened. */
export interface Ran {
  /** Its exit code; undefined when it was ended. */
  readonly code: number | undefined;
  /** The last lines that it wrote. */
  readonly last: readonly string[];
  readonly trace: Trace;
}

/**
 * Runs a command in a root: with process and mount namespaces of its own, so that all it mounts and starts ends with
 * it. The network is the host's. `tell` hears each line that it writes.
 */
export async function runInside(
  { folder, binds }: MinimalRoot,
  command: FreshCommand,
  env: Readonly<Record<string, string>>,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<Ran> {
  const work = await mkdtemp(join(tmpdir(), 'slipway-fresh-trace-'));
  try {
    const bindFile = join(work, 'binds');
    await writeFile(bindFile, binds.map(({ from, to }) => `${from} ${to}\n`).join(''));
    const trace = join(work, 'trace');
    const namespaces = [
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--ipc',
    ];
    const inside = ['sh', join(import.meta.dirname, 'enter.sh'), folder, bindFile, command.script];
    const options = traceOptions(command.questions);
    const child = spawn('unshare', [...namespaces, 'strace', ...options, '-o', trace, ...inside], {
      env: { ...env, PATH: PATH.join(':'), HOME, LANG: 'C.UTF-8', TERM: 'dumb' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any([signal, timeLimit(command.limit * 1000)]),
      killSignal: 'SIGKILL',
    });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        last.push(line);
        if (last.length > 40) last.shift();
        tell(line);
      });
    }
    const code = await new Promise<number | undefined>((resolve) => {
      child.on('error', (error) => last.push(error.message));
      child.on('close', (ended) => resolve(ended ?? undefined));
    });
    signal.throwIfAborted();
    const seen = await readTrace(trace);
    // Even a shell opens its libraries: nothing found must not look like nothing undeclared.
    if (seen.opened.size === 0) throw new Error(`strace saw nothing of ${command.name}:\n${last.join('\n')}`);
    return { code, last, trace: seen };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
