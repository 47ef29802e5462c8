import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger as TemporalLogger, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ActivityDeps } from '../activities/deps.ts';
import { healthEndpoints } from '../service/health.ts';
import type { Dependency } from '../service/health.ts';
import { listen } from '../service/http-server.ts';
import { createLogger } from '../service/logging.ts';
import { onShutdown } from '../service/shutdown.ts';
import { connectWithin, loadDataConverter, workerDataConverter } from '../temporal/index.ts';
import { vaultFromEnvironment } from '../vault/index.ts';
import type { VaultClient } from '../vault/index.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { promote } from './deployment.ts';
import { createMetrics } from './metrics.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { temporalLogger } from './temporal-logger.ts';
import { VaultTokenKeeper } from './vault-token.ts';
import { createWorker } from './worker.ts';
import type { WorkflowBundle } from './workflow-bundle.ts';

/** The code a worker runs. */
export interface WorkerCode {
  readonly buildId: () => Promise<string>;
  readonly workflowBundle: (codec: boolean, logger: TemporalLogger) => Promise<WorkflowBundle>;
  readonly createActivities: (deps: ActivityDeps) => object;
}

/**
 * Takes workflow and activity tasks until the process is asked to end. When it takes tasks it prints one JSON line on
 * stdout: `{"ready":true,"taskQueue":…,"buildId":…,"health":…}`. Logs go to stderr.
 *
 * @throws Error when it cannot start, or when the worker fails.
 */
export async function runWorker(configuration: WorkerConfiguration, code: WorkerCode): Promise<void> {
  const shutdown = onShutdown();
  const logger = createLogger(configuration.log);
  const sdkLogger = temporalLogger(logger);
  Runtime.install({ logger: sdkLogger, shutdownSignals: [], telemetryOptions: telemetry(configuration) });

  const { temporal, taskQueue, deploymentName, stepTimeoutSeconds } = configuration;
  const vault = vaultFromEnvironment();
  const dataConverter = loadDataConverter(vault, temporal.codec);
  const [buildId, workflowBundle, connection] = await Promise.all([
    configuration.buildId ?? code.buildId(),
    code.workflowBundle(temporal.codec, sdkLogger),
    connectWithin(temporal, () => NativeConnection.connect(temporal.connection)),
  ]);
  await ensureSearchAttributes(connection.operatorService, temporal.namespace, logger);
  const metrics = createMetrics(buildId);
  const tokenKeeper = new VaultTokenKeeper({ vault, logger, metrics: metrics.vaultToken });
  const client = new Client({ connection, namespace: temporal.namespace, dataConverter });
  const worker = await createWorker({
    configuration,
    connection,
    dataConverter: workerDataConverter(dataConverter, temporal.codec),
    buildId,
    workflowBundle,
    activities: code.createActivities({
      vault,
      temporal: client,
      taskQueue,
      ...(stepTimeoutSeconds === undefined ? {} : { stepTimeoutMs: stepTimeoutSeconds * 1000 }),
      openStackProxy: configuration.openStackProxy,
      helm: configuration.helm,
      onOpenStackRequest: metrics.onOpenStackRequest,
    }),
    metrics: metrics.activities,
  });
  const health = await listen(
    configuration.http,
    { logger },
    healthEndpoints(
      {
        hasFailed: () => worker.getState() === 'FAILED',
        states: () => ({ polling: worker.getState() === 'RUNNING' }),
        dependencies: [temporalDependency(connection), vaultDependency(vault, tokenKeeper)],
      },
      metrics.registry,
    ),
  );
  const ending = new AbortController();
  const tokenKept = tokenKeeper.run(ending.signal);
  try {
    const running = worker.run();
    const started = configuration.versioning
      ? promote(
          connection.workflowService,
          { namespace: temporal.namespace, deploymentName, buildId },
          configuration.promote,
          logger,
        )
      : Promise.resolve();
    const ready = started.then(() => {
      logger.info({ taskQueue, buildId, health: health.url, codec: temporal.codec }, 'taking tasks');
      process.stdout.write(`${JSON.stringify({ ready: true, taskQueue, buildId, health: health.url })}\n`);
    });
    // A build that could not be made current goes on working: the ones that run on it need it.
    ready.catch((error: unknown) => logger.error({ err: error }, 'not ready'));
    void shutdown.requested.then((signal) => stop(worker, signal, logger));
    await running;
  } finally {
    shutdown.dispose();
    ending.abort();
    await tokenKept;
    await health.close();
    await connection.close();
    await vault.close();
  }
  logger.info('ended');
}

function stop(worker: Worker, signal: NodeJS.Signals, logger: Logger): void {
  logger.info({ signal }, 'ending: no new tasks; a second signal ends at once');
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

function telemetry({ sdkMetrics }: WorkerConfiguration) {
  const logging = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
  if (sdkMetrics === undefined) return { logging };
  const host = sdkMetrics.host.includes(':') ? `[${sdkMetrics.host}]` : sdkMetrics.host;
  const prometheus = {
    bindAddress: `${host}:${sdkMetrics.port}`,
    countersTotalSuffix: true,
    useSecondsForDurations: true,
    unitSuffix: true,
  };
  return { logging, metrics: { prometheus } };
}

const temporalDependency = (connection: NativeConnection): Dependency => ({
  name: 'temporal',
  check: async (signal) => {
    await connection.withAbortSignal(signal, () => connection.workflowService.getSystemInfo({}));
  },
});

/** Asks what the token is: a Vault that answers and a token that still holds. */
const vaultDependency = (vault: VaultClient, tokenKeeper: VaultTokenKeeper): Dependency => ({
  name: 'vault',
  warning: () => tokenKeeper.warning(),
  check: async (signal) => {
    await vault.tokenInfo(signal);
  },
});
