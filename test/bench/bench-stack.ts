import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlipwayClient } from '../../client/index.ts';
import { type ProcessGuard, startProcessGuard } from '../../local/process-guard.ts';
import { leftOver, SandboxAdmin, type SandboxResource } from '../../local/sandbox-admin.ts';
import { startStack, type LocalStack } from '../../local/stack.ts';
import { stackEnvironment } from '../../local/state.ts';

/** What a benchmark works with. */
export interface Bench {
  readonly stack: LocalStack;
  readonly clusters: SlipwayClient['clusters'];
  readonly sandbox: SandboxAdmin;
  readonly signal: AbortSignal;
  /** What exists in the project now and did not when the benchmark began. */
  readonly left: () => Promise<SandboxResource[]>;
  /** Holds everything that the stack writes. */
  readonly directory: string;
  /** Ends what a benchmark starts itself. */
  readonly guard: ProcessGuard;
}

/** Says something to a person: standard error, so that standard output holds the one line of JSON. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs a benchmark on a stack of its own, without quotas, and removes everything afterwards. */
export async function withBench<T>(
  options: { readonly latency: string; readonly keepLogs: boolean; readonly persistent?: boolean },
  measure: (bench: Bench) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new Error(`interrupted (${name})`)));
  }
  const { signal } = controller;
  const directory = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  const guard = startProcessGuard();
  let stack: LocalStack | undefined;
  try {
    tell('Starting Temporal, Vault, the sandbox and a worker…');
    const settings = { directory, machines: 'simulated', workers: 1, guard } as const;
    const { latency, persistent = false } = options;
    stack = await startStack({ ...settings, latency, persistent }, signal);
    const sandbox = new SandboxAdmin(stack.endpoints.cloudUrl);
    await sandbox.liftQuotas(signal);
    const before = await sandbox.inventory(signal);
    await using client = await SlipwayClient.connect(stackEnvironment(stack.endpoints));
    const left = async () => leftOver(before, await sandbox.inventory(signal));
    return await measure({ stack, clusters: client.clusters, sandbox, signal, left, directory, guard });
  } finally {
    for (const problem of (await stack?.stop()) ?? []) tell(problem.message);
    guard.close();
    if (options.keepLogs) tell(`The logs are in ${join(directory, 'logs')}`);
    else await rm(directory, { recursive: true, force: true });
  }
}

/** The most memory that a process has held, in MiB (VmHWM of proc_pid_status(5)); undefined where there is no /proc. */
export async function peakMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
}

/** Seconds since a moment in milliseconds, to a tenth. */
export const secondsSince = (start: number): number => Math.round((Date.now() - start) / 100) / 10;
