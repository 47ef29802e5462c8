import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { activityInterceptors } from './activity-interceptor.ts';
import type { WorkerConfiguration } from './configuration.ts';
import type { ActivityMetrics } from './metrics.ts';
import type { WorkflowBundle } from './workflow-bundle.ts';

/** What a worker is made of. */
export interface WorkerParts {
  readonly configuration: WorkerConfiguration;
  readonly connection: NativeConnection;
  readonly dataConverter: DataConverter;
  readonly buildId: string;
  readonly workflowBundle: WorkflowBundle;
  readonly activities: object;
  readonly metrics: ActivityMetrics;
}

/** Makes the worker; it takes no tasks until it is run. @throws Error if the namespace does not exist. */
export function createWorker({ configuration, buildId, metrics, ...parts }: WorkerParts): Promise<Worker> {
  return Worker.create({
    connection: parts.connection,
    namespace: configuration.temporal.namespace,
    taskQueue: configuration.taskQueue,
    dataConverter: parts.dataConverter,
    workflowBundle: parts.workflowBundle,
    activities: parts.activities,
    interceptors: { activity: [activityInterceptors(metrics)] },
    maxConcurrentActivityTaskExecutions: configuration.maxActivities,
    maxConcurrentWorkflowTaskExecutions: configuration.maxWorkflowTasks,
    maxCachedWorkflows: configuration.maxCachedWorkflows,
    // A cluster that has continued as new may meet another worker; it must not wait for the one that has it in memory.
    stickyQueueScheduleToStartTimeout: configuration.stickyTimeoutSeconds * 1000,
    maxHeartbeatThrottleInterval: configuration.heartbeatIntervalSeconds * 1000,
    shutdownGraceTime: configuration.shutdownGraceSeconds * 1000,
    shutdownForceTime: (configuration.shutdownGraceSeconds + FORCE_AFTER_SECONDS) * 1000,
    ...versioning(configuration, buildId),
  });
}

/** An activity that does not heed its cancellation must not keep the process alive. */
const FORCE_AFTER_SECONDS = 10;

/**
 * Operations are pinned to the build that started them; `cluster` says in its own file how it moves on. A worker
 * without versioning names no version at all, by which workflows know it.
 */
function versioning({ versioning: on, deploymentName }: WorkerConfiguration, buildId: string): Partial<WorkerOptions> {
  if (!on) return {};
  const version = { deploymentName, buildId };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}
