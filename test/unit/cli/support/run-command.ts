import { PassThrough, Readable } from 'node:stream';
import type { CliEnvironment } from '../../../../cli/cli.ts';
import { runCli } from '../../../../cli/run-cli.ts';
import type { ClustersApi } from '../../../../client/clusters.ts';
import type { CloudsApi } from '../../../../client/clouds/clouds.ts';
import type { DoctorCheck } from '../../../../model/index.ts';

/** What a command meets; everything that is not given refuses. */
export interface CommandWorld {
  readonly clusters?: Partial<ClustersApi>;
  readonly clouds?: Partial<CloudsApi>;
  readonly checks?: readonly DoctorCheck[];
  readonly stdin?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether the streams are a terminal. */
  readonly terminal?: boolean;
  readonly interrupt?: AbortSignal;
  readonly now?: () => number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the one JSON object that `--json` promises. */
  readonly json: () => Record<string, unknown>;
  /** How often the command connected. */
  readonly connections: number;
}

/** Runs one command line of the real program against this world. */
export async function runCommand(args: readonly string[], world: CommandWorld = {}): Promise<CommandResult> {
  const { environment, stdout, stderr, connections } = commandEnvironment(world);
  const code = await runCli(args, environment);
  const text = stdout();
  return {
    code,
    stdout: text,
    stderr: stderr(),
    connections: connections(),
    json: () => {
      if (!/^[^\n]*\n$/.test(text)) throw new Error(`standard output is not one line: ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}

/** The environment of a command in this world, and what it wrote. */
export function commandEnvironment(world: CommandWorld) {
  const terminal = world.terminal === true;
  const [stdout, stderr] = [output(terminal), output(terminal)];
  let connections = 0;
  const environment: CliEnvironment = {
    variables: world.variables ?? {},
    stdin: Object.assign(Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]), {
      isTTY: terminal,
    }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    interrupt: world.interrupt ?? new AbortController().signal,
    now: world.now ?? (() => Date.parse('2026-01-02T03:04:05Z')),
    connect: () => {
      connections++;
      return Promise.resolve({ clusters: refusing('clusters', world.clusters), close: () => Promise.resolve() });
    },
    clouds: () => refusing('clouds', world.clouds),
    examine: () => Readable.from(world.checks ?? []),
  };
  return { environment, stdout: stdout.text, stderr: stderr.text, connections: () => connections };
}

function output(terminal: boolean) {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: terminal, columns: 120 });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, text: () => chunks.join('') };
}

function refusing<T extends object>(name: string, given: Partial<T> = {}): T {
  return new Proxy(given, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (value === undefined) throw new Error(`the command must not use ${name}.${String(property)}`);
      return value;
    },
    // A part stands for the whole; what is not there refuses.
  }) as T;
}
