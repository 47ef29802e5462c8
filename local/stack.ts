import { machineImage } from './machine-image.ts';
import { freePorts, isPortFree } from './ports.ts';
import type { BackgroundProcess } from './process.ts';
import type { ProcessGuard } from './process-guard.ts';
import {
  DEFAULT_EXTERNAL_CIDR,
  randomExternalCidr,
  sandboxCloudEntry,
  startSandboxCloud,
  startSandboxMachines,
  type CloudKind,
  type MachineKind,
  type SandboxCloud,
} from './sandbox-processes.ts';
import { stackEnvironment, type LocalEndpoints, type SlipwayEndpoints } from './state.ts';
import { startTemporalServer } from './temporal-server.ts';
import { findTool, type ToolProgress } from './tools.ts';
import { startVaultServer, type VaultServer } from './vault-server.ts';
import { startWorker } from './worker-process.ts';

/** Parts of a stack, in the order in which they are shown. */
export const stackParts = ['temporal', 'vault', 'cloud', 'machines', 'worker'] as const;
export type StackPart = (typeof stackParts)[number];

/** What a part does now. */
export interface StackEvent {
  readonly part: StackPart;
  readonly state: 'starting' | 'ready' | 'failed';
  /** One line: an address, a download and how far it is, or the error. */
  readonly detail: string;
}

/** Ports of 127.0.0.1. */
export interface StackPorts {
  readonly temporal: number;
  readonly temporalHttp: number;
  readonly temporalUi: number;
  readonly vault: number;
  readonly cloud: number;
}

/** Where `slipway up` listens: the usual ports of each program. */
export const defaultPorts: StackPorts = {
  temporal: 7233,
  temporalHttp: 7243,
  temporalUi: 8233,
  vault: 8200,
  cloud: 5000,
};

export interface StackOptions {
  /** Holds everything that the stack writes. */
  readonly directory: string;
  /** Default: free ones, and a random range of floating IPs, so that stacks do not meet. */
  readonly ports?: StackPorts;
  /** Keep workflows and the cloud's resources on disk. */
  readonly persistent: boolean;
  /** Default: the emulator. */
  readonly cloud?: CloudKind;
  /** `none` starts no machine side: servers become ACTIVE and never boot. */
  readonly machines: MachineKind | 'none';
  /** `instant`, `typical`, or a JSON file with latencies. */
  readonly latency: string;
  /** How many workers. */
  readonly workers: number;
  /** More settings of the workers. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
  /** Ends all processes with this one. Without a guard they outlive it. */
  readonly guard?: ProcessGuard;
  readonly onEvent?: (event: StackEvent) => void;
}

/** A running stack: Temporal, Vault, the sandbox cloud and Slipway's workers. */
export interface LocalStack {
  readonly endpoints: LocalEndpoints;
  /** Everything that runs, in the order in which it was started. */
  readonly processes: () => readonly BackgroundProcess[];
  readonly workers: () => readonly BackgroundProcess[];
  /** Writes a secret below the mount `slipway`, as Vault's owner. */
  readonly writeSecret: VaultServer['write'];
  /** Starts one more worker. */
  readonly addWorker: (signal: AbortSignal) => Promise<BackgroundProcess>;
  /** Stops everything, workers first. Never throws; what could not be stopped is in the result. */
  readonly stop: () => Promise<Error[]>;
}

/**
 * Starts a stack, what does not depend on each other at the same time. When a part fails, the others are stopped and
 * the error says which it was, with the end of its log.
 */
export async function startStack(options: StackOptions, signal: AbortSignal): Promise<LocalStack> {
  const run = new StackRun(options, signal);
  try {
    return await run.start();
  } catch (error) {
    await run.abandon();
    throw error;
  }
}

class StackRun {
  readonly #options: StackOptions;
  readonly #signal: AbortSignal;
  readonly #failure = new AbortController();
  readonly #started: BackgroundProcess[] = [];
  readonly #workers: BackgroundProcess[] = [];
  #workersStarted = 0;
  /** The program that workers install addons with. */
  #helm = 'helm';
  #pending: Promise<unknown>[] = [];

  constructor(options: StackOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#failure.signal]);
  }

  async start(): Promise<LocalStack> {
    const { directory, persistent, latency, machines, guard } = this.#options;
    const ports = await this.#ports();
    const guarded = guard === undefined ? {} : { guard };
    const temporalAddress = `127.0.0.1:${ports.temporal}`;
    const temporalUi = `http://127.0.0.1:${ports.temporalUi}`;

    const temporal = this.#part('temporal', async (tell) => {
      const tool = await findTool('temporal', { signal: this.#signal, onProgress: toolProgress(tell) });
      tell(`starting ${tool.path}`);
      const listen = { grpc: ports.temporal, http: ports.temporalHttp, ui: ports.temporalUi };
      const settings = { program: tool.path, directory, persistent, ports: listen, ...guarded };
      this.#started.push(await startTemporalServer(settings, this.#signal));
      return temporalUi;
    });
    const vault = this.#part('vault', async (tell): Promise<[string, VaultServer]> => {
      const tool = await findTool('vault', { signal: this.#signal, onProgress: toolProgress(tell) });
      tell(`starting ${tool.path}`);
      const server = await startVaultServer({ tool, directory, port: ports.vault, ...guarded }, this.#signal);
      this.#started.push(server.process);
      return [server.address, server];
    });
    const cloud = this.#part('cloud', async (onProgress): Promise<[string, SandboxCloud]> => {
      const externalCidr = this.#options.ports === undefined ? randomExternalCidr() : DEFAULT_EXTERNAL_CIDR;
      const kind = this.#options.cloud ?? 'emulator';
      const settings = {
        ...{ directory, kind, port: ports.cloud, latency, persistent, externalCidr, onProgress },
        ...guarded,
      };
      const started = await startSandboxCloud(settings, this.#signal);
      this.#started.push(started.process);
      return [started.url, started];
    });
    const machineSide = this.#part('machines', async (tell) => {
      if (machines === 'none') return 'none';
      const image = machines === 'nspawn' ? { imageDirectory: await machineImage(tell, this.#signal) } : {};
      const [, { cloudsFile }] = await cloud;
      const settings = { directory, kind: machines, latency, cloudsFile, vaultPort: ports.vault, ...image, ...guarded };
      this.#started.push(await startSandboxMachines(settings, this.#signal));
      return machines;
    });
    const own = vault.then(([, server]): SlipwayEndpoints => ({
      temporalAddress,
      temporalUi,
      vaultAddress: server.address,
      vaultTokenFile: server.userTokenFile,
      workerTokenFile: server.workerTokenFile,
    }));
    const endpoints = Promise.all([own, cloud]).then(
      ([slipway, [, { url: cloudUrl, cloudsFile }]]): LocalEndpoints => ({
        ...slipway,
        cloudUrl,
        cloudsFile,
      }),
    );
    const workers = this.#part('worker', async (tell) => {
      const helm = findTool('helm', { signal: this.#signal, onProgress: toolProgress(tell) });
      const [reachable, tool] = await Promise.all([own, helm, temporal]);
      this.#helm = tool.path;
      const count = this.#options.workers;
      await Promise.all(Array.from({ length: count }, () => this.#addWorker(reachable, this.#signal)));
      return count === 1 ? 'polling' : `${count} polling`;
    });
    const knownCloud = Promise.all([vault, endpoints]).then(async ([[, server], { cloudsFile, vaultAddress }]) => {
      const entry = await sandboxCloudEntry(cloudsFile, machines === 'none' ? 'simulated' : machines, vaultAddress);
      await server.write('clouds/sandbox', entry, this.#signal);
    });

    this.#pending = [temporal, vault, cloud, machineSide, own, endpoints, workers, knownCloud];
    await Promise.all(this.#pending);
    const [[, server], reachable] = await Promise.all([vault, endpoints]);
    return {
      endpoints: reachable,
      processes: () => [...this.#started, ...this.#workers],
      workers: () => [...this.#workers],
      writeSecret: server.write,
      addWorker: (signal) => this.#addWorker(reachable, signal),
      stop: () => this.stop(),
    };
  }

  /** After a failure: ends what is being started, then what was. */
  async abandon(): Promise<void> {
    this.#failure.abort(new Error('another part of the stack failed'));
    await Promise.allSettled(this.#pending);
    await this.stop();
  }

  /**
   * Workers first, so that none complains of a server that is gone; the machines before their cloud; then the rest at
   * once.
   */
  async stop(): Promise<Error[]> {
    const machines = this.#started.filter(({ title }) => title.includes('machines'));
    const rest = this.#started.filter((process) => !machines.includes(process));
    const errors: Error[] = [];
    for (const group of [[...this.#workers], machines, rest]) {
      for (const result of await Promise.allSettled(group.map((process) => process.stop()))) {
        if (result.status === 'rejected') errors.push(new Error(String(result.reason), { cause: result.reason }));
      }
    }
    return errors;
  }

  async #addWorker(endpoints: SlipwayEndpoints, signal: AbortSignal): Promise<BackgroundProcess> {
    const { directory, guard, workerEnvironment } = this.#options;
    this.#workersStarted += 1;
    const name = `worker-${this.#workersStarted}`;
    const token = { SLIPWAY_VAULT_TOKEN_FILE: endpoints.workerTokenFile };
    const environment = { ...stackEnvironment(endpoints), ...token, SLIPWAY_HELM: this.#helm, ...workerEnvironment };
    const worker = await startWorker({ directory, name, environment, ...(guard && { guard }) }, signal);
    this.#workers.push(worker);
    return worker;
  }

  /** Runs the start of a part and tells what it does. The first failure stops the others. */
  async #part<T extends string | readonly [string, unknown]>(
    part: StackPart,
    start: (tell: (detail: string) => void) => Promise<T>,
  ): Promise<T> {
    const tell = (state: StackEvent['state'], detail: string) => this.#options.onEvent?.({ part, state, detail });
    tell('starting', '');
    try {
      const result = await start((detail) => tell('starting', detail));
      tell('ready', typeof result === 'string' ? result : result[0]);
      return result;
    } catch (error) {
      if (!this.#signal.aborted) tell('failed', error instanceof Error ? error.message : String(error));
      this.#failure.abort(error);
      throw error;
    }
  }

  async #ports(): Promise<StackPorts> {
    const { ports } = this.#options;
    if (ports === undefined) {
      const [temporal = 0, temporalHttp = 0, temporalUi = 0, vault = 0] = await freePorts(4);
      return { temporal, temporalHttp, temporalUi, vault, cloud: 0 };
    }
    const free = await Promise.all(Object.values(ports).map((port: number) => isPortFree(port)));
    const taken = Object.entries(ports).filter((_, index) => free[index] === false);
    if (taken.length > 0) {
      const list = taken.map(([name, port]) => `${port} (${name})`).join(', ');
      throw new Error(`something else listens on 127.0.0.1: ${list}. Stop it, or try the demo, which takes free ports`);
    }
    return ports;
  }
}

function toolProgress(tell: (detail: string) => void): (progress: ToolProgress) => void {
  return ({ message, received, total }) => {
    if (received === undefined) {
      tell(message);
      return;
    }
    const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
    const share = total === undefined ? '' : ` of ${mebibytes(total)} MiB, ${Math.floor((received / total) * 100)} %`;
    tell(`${message}: ${mebibytes(received)}${share === '' ? ' MiB' : share}`);
  };
}
