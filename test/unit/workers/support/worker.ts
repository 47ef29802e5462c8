import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { childEnvironment } from '../../../../local/config.ts';
import { startProcess } from '../../../../local/process.ts';
import { startProcessGuard } from '../../../../local/process-guard.ts';
import { nodeArguments } from '../../../../local/repository.ts';

/** A worker process of the tests' own workflows. */
export interface TestWorker {
  readonly health: string;
  /** Everything it printed so far. */
  readonly output: () => Promise<string>;
  /** SIGTERM, and waits for the end. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a crash. */
  readonly kill: () => Promise<void>;
}

/** Starts worker processes and cleans up after them. */
export class TestWorkers {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #guard = startProcessGuard();
  readonly #running: TestWorker[] = [];
  readonly #directory: Promise<string> = mkdtemp(join(tmpdir(), 'slipway-workers-'));

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = { TEMPORAL_CONFIG_FILE: '/dev/null', SLIPWAY_LOG_LEVEL: 'debug', ...environment };
  }

  async start(environment: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
    const logFile = join(await this.#directory, `worker-${this.#running.length}.log`);
    const process = await startProcess(
      {
        title: 'the test worker',
        command: globalThis.process.execPath,
        args: nodeArguments('test/unit/workers/support/main.ts'),
        env: childEnvironment({ ...this.#environment, ...environment }),
        logFile,
        ready: 'line',
        deadline: 60_000,
        grace: 15_000,
        guard: this.#guard,
      },
      AbortSignal.timeout(70_000),
    );
    const { health } = z.object({ health: z.string() }).parse(process.announcement);
    const worker = {
      health,
      output: () => readFile(logFile, 'utf8'),
      stop: () => process.stop(),
      kill: () => process.kill(),
    };
    this.#running.push(worker);
    return worker;
  }

  /** Everything that all of them printed. */
  async output(): Promise<string> {
    return (await Promise.all(this.#running.map((worker) => worker.output()))).join('');
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#running.map((worker) => worker.stop()));
    this.#guard.close();
    await rm(await this.#directory, { recursive: true, force: true });
  }
}
