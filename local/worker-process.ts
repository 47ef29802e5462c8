import { join } from 'node:path';
import { childEnvironment } from './config.ts';
import { startProcess, type BackgroundProcess } from './process.ts';
import type { ProcessGuard } from './process-guard.ts';
import { nodeArguments } from './repository.ts';

export interface WorkerOptions {
  readonly directory: string;
  /** Tells workers of one stack apart in titles and log files. */
  readonly name: string;
  /** How it reaches Temporal and Vault, and any setting of workers/. */
  readonly environment: Readonly<Record<string, string>>;
  readonly guard?: ProcessGuard;
}

/** Starts a Slipway worker and waits until it polls. */
export async function startWorker(options: WorkerOptions, signal: AbortSignal): Promise<BackgroundProcess> {
  return await startProcess(
    {
      title: `the worker ${options.name}`,
      command: process.execPath,
      args: nodeArguments('workers/main.ts'),
      env: childEnvironment({
        // A worker with new code takes over at once: there is nobody here to promote it by hand.
        SLIPWAY_VERSIONING: 'on',
        SLIPWAY_DEPLOYMENT_PROMOTE: 'on',
        // Whoever stops a stack waits for it.
        SLIPWAY_SHUTDOWN_GRACE: '2',
        ...options.environment,
      }),
      logFile: join(options.directory, 'logs', `${options.name}.log`),
      ready: 'line',
      // It bundles the workflows first: seconds of the processor, minutes on a machine that is busy or traced.
      deadline: 300_000,
      grace: 20_000,
      ...(options.guard === undefined ? {} : { guard: options.guard }),
    },
    signal,
  );
}
