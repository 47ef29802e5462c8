import { rm } from 'node:fs/promises';
import { localConfig } from './config.ts';
import { stopByIdentity } from './process.ts';
import { startProcessGuard } from './process-guard.ts';
import { isAlive } from './process-identity.ts';
import type { CloudKind, MachineKind } from './sandbox-processes.ts';
import { defaultPorts, startStack, type StackEvent } from './stack.ts';
import { readState, removeState, writeState, type LocalProcess, type LocalStackState } from './state.ts';

export interface UpOptions {
  readonly cloud: CloudKind;
  readonly machines: MachineKind;
  readonly latency: string;
  readonly workers: number;
  readonly onEvent: (event: StackEvent) => void;
}

/**
 * Starts a stack that stays when this command ends. When all of an earlier one still runs, that one is returned; what
 * is left of a broken one is stopped first.
 */
export async function up(
  options: UpOptions,
  signal: AbortSignal,
): Promise<{ readonly state: LocalStackState; readonly alreadyRan: boolean }> {
  const { stateDirectory } = localConfig();
  const earlier = await readState(stateDirectory);
  if (earlier?.processes.every(isAlive) === true) {
    if (earlier.cloud === options.cloud) return { state: earlier, alreadyRan: true };
    throw new Error(`a stack with the cloud "${earlier.cloud}" runs already: stop it with \`slipway down\` first`);
  }
  if (earlier !== undefined) await stopProcesses(earlier.processes);
  const guard = startProcessGuard();
  try {
    const { cloud, machines, latency, workers, onEvent } = options;
    const stack = await startStack(
      {
        ...{ directory: stateDirectory, ports: defaultPorts, persistent: true },
        ...{ cloud, machines, latency, workers, guard, onEvent },
      },
      signal,
    );
    const state: LocalStackState = {
      version: 1,
      startedAt: new Date().toISOString(),
      cloud,
      endpoints: stack.endpoints,
      processes: stack
        .processes()
        .map(({ title, identity, logFile, grace }) => ({ title, ...identity, logFile, grace })),
    };
    await writeState(state, stateDirectory);
    guard.disband();
    return { state, alreadyRan: false };
  } finally {
    guard.close();
  }
}

/** What `slipway down` did. */
export interface DownResult {
  /** Titles of the processes that it stopped. */
  readonly stopped: readonly string[];
  readonly wiped: boolean;
}

/** Stops what `slipway up` left running, by pid and start time, and with `wipe` removes everything it wrote. */
export async function down({ wipe }: { readonly wipe: boolean }): Promise<DownResult> {
  const { stateDirectory } = localConfig();
  const state = await readState(stateDirectory);
  const stopped = state === undefined ? [] : await stopProcesses(state.processes);
  await removeState(stateDirectory);
  if (wipe) await rm(stateDirectory, { recursive: true, force: true });
  return { stopped, wiped: wipe };
}

/** Newest first: workers, machines, and only then what they talk to. */
async function stopProcesses(processes: readonly LocalProcess[]): Promise<string[]> {
  const stopped: string[] = [];
  for (const process of processes.toReversed()) {
    if (await stopByIdentity(process, process.grace)) stopped.push(process.title);
  }
  return stopped;
}
