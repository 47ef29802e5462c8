import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  getExternalWorkflowHandle,
  sleep,
  startChild,
  TerminatedFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  declarationOf,
  FailureType,
  type OperationName,
  type OperationRequest,
  type OperationResult,
  operationWorkflowId,
} from '../../model/index.ts';
import { QUIET_MS } from '../activity-profiles.ts';
import type { OperationContext } from '../operation.ts';

/** The workflow of any operation, as the cluster starts it. */
type OperationWorkflow = (input: unknown, context: OperationContext) => Promise<OperationResult<OperationName>>;

/**
 * What was cancelled ends within seconds; a request to Nova for many servers may take minutes. With its pauses: half an
 * hour.
 */
const MAX_TRIES = 65;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs an operation as a child, once no other one of this cluster runs. One may: after a reset of the cluster's
 * workflow its child goes on by itself, and after a termination it is being cancelled. It is stopped and waited for, so
 * that two never make or remove at once. Calls `onStart` when the child is there.
 */
export async function runOperation(
  operation: OperationName,
  input: OperationRequest['input'],
  context: OperationContext,
  onStart: () => void,
): Promise<OperationResult<OperationName>> {
  const workflowId = operationWorkflowId(context.clusterId);
  for (let tries = 1; ; tries++) {
    try {
      return await runChild(operation, workflowId, input, context, onStart);
    } catch (error) {
      if (error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure) await quiet();
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      if (tries === MAX_TRIES) throw stillRuns(context.clusterId, workflowId);
      await stop(workflowId);
      await sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** tries));
    }
  }
}

/**
 * Runs the child, and cancels it when the current scope is cancelled: by its workflow id, which is known to be this
 * cluster's. Temporal's own way would cancel a certain run of a certain parent, and so miss a child that was reset, or
 * whose parent was (measured on server 1.32).
 */
async function runChild(
  operation: OperationName,
  workflowId: string,
  input: OperationRequest['input'],
  context: OperationContext,
  onStart: () => void,
): Promise<OperationResult<OperationName>> {
  const scope = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    const child = await startChild<OperationWorkflow>(operation, {
      workflowId,
      args: [input, context],
      // Without its cluster's workflow nobody waits for it. Cancelled, it ends when its activities have; terminated,
      // they would go on a while.
      parentClosePolicy: 'REQUEST_CANCEL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${declarationOf(operation).title}: ${context.clusterId}`,
    });
    onStart();
    scope.cancelRequested.catch(() => stop(workflowId));
    return child.result();
  });
}

/** The activities of a run that was terminated learn of it when they beat next, and abandon their requests. */
const quiet = (): Promise<void> => CancellationScope.nonCancellable(() => sleep(QUIET_MS));

async function stop(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).cancel();
  } catch {
    // It has ended meanwhile.
  }
}

function stillRuns(clusterId: string, workflowId: string): ApplicationFailure {
  const message =
    `another operation of cluster ${clusterId} was cancelled and has not ended for half an hour. See what it waits for, or ` +
    `terminate it (temporal workflow terminate --workflow-id ${workflowId}); then ask again`;
  return ApplicationFailure.nonRetryable(message, FailureType.NotAdmitted);
}
