import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { WorkflowService } from '@temporalio/client';
import type { Logger } from 'pino';
import type { WorkerConfiguration } from './configuration.ts';

/** A build of a Worker Deployment in a namespace. */
export interface Build {
  readonly namespace: string;
  readonly deploymentName: string;
  readonly buildId: string;
}

/** The build did not become the current one; the message says how to do it by hand. */
class PromotionError extends Error {
  override readonly name = 'PromotionError';
}

/** Temporal learns of a build by its first poll; ten seconds are ten times what that takes. */
const PROMOTION_DEADLINE_MS = 30_000;
const RETRY_MS = 250;

/**
 * Makes this build the current one of its deployment, so that new operations start on it. It must be polling already.
 *
 * @param when `first` leaves a deployment alone that has a current build, which may be newer than this one.
 * @throws PromotionError
 */
export async function promote(
  service: WorkflowService,
  build: Build,
  when: WorkerConfiguration['promote'],
  logger: Logger,
): Promise<void> {
  const byHand = `temporal worker deployment set-current-version --namespace ${build.namespace} --deployment-name ${build.deploymentName} --build-id ${build.buildId}`;
  if (when === 'never') {
    logger.info(
      { buildId: build.buildId },
      `new operations do not start on this build until it is made current: ${byHand}`,
    );
    return;
  }
  const deadline = Date.now() + PROMOTION_DEADLINE_MS;
  for (;;) {
    try {
      const current = await currentBuild(service, build);
      if (current === build.buildId) return;
      if (when === 'first' && current !== undefined) {
        logger.info({ buildId: build.buildId, current }, `build ${current} stays current; to change that: ${byHand}`);
        return;
      }
      await service.setWorkerDeploymentCurrentVersion({
        ...build,
        identity: build.buildId,
        ignoreMissingTaskQueues: true,
      });
      logger.info({ buildId: build.buildId, previous: current }, 'this build is now the current one');
      return;
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new PromotionError(`build ${build.buildId} did not become current: ${reason}; do it by hand: ${byHand}`, {
          cause: error,
        });
      }
      await delay(RETRY_MS);
    }
  }
}

/** The deployment's current build; undefined if it has none. */
export async function currentBuild(
  service: WorkflowService,
  { namespace, deploymentName }: Build,
): Promise<string | undefined> {
  const { workerDeploymentInfo } = await service.describeWorkerDeployment({ namespace, deploymentName });
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
}

/**
 * gRPC: NOT_FOUND and FAILED_PRECONDITION until the first poll has arrived, ABORTED when two promote at once,
 * UNAVAILABLE.
 */
const PASSING = new Set([5, 9, 10, 14]);
const isPassing = (error: unknown): boolean => isGrpcServiceError(error) && PASSING.has(error.code);
