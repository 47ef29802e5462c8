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
import { FailureType } from '../../model/index.ts';
import { QUIET_MS } from '../activity-profiles.ts';

/** A child workflow of which there is never more than one. */
export interface OnlyChild {
  readonly type: string;
  readonly workflowId: string;
  readonly args: unknown[];
  /** For people, in one line. */
  readonly summary: string;
  /** Called each time when the child is there. */
  readonly onStart: () => void;
}

/**
 * What was cancelled ends within seconds; a request to Nova for many servers may take minutes. With its pauses: half an
 * hour.
 */
const MAX_TRIES = 65;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs a child workflow once no other one of its id runs. One may: after a reset of the parent its child goes on by
 * itself, and after a termination it is being cancelled. It is stopped and waited for, so that two never make or remove
 * at once.
 *
 * @throws ApplicationFailure `Slipway.NotAdmitted` when another one has not ended for half an hour
 */
export async function runOnlyChild(child: OnlyChild): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await run(child);
    } catch (error) {
      if (error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure) await quiet();
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      if (tries === MAX_TRIES) throw stillRuns(child.workflowId);
      await stop(child.workflowId);
      await sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** tries));
    }
  }
}

/**
 * Runs the child, and cancels it when the current scope is cancelled: by its workflow id, which is known to be this
 * cluster's. Temporal's own way would cancel a certain run of a certain parent, and so miss a child that was reset, or
 * whose parent was (measured on server 1.32).
 */
async function run({ type, workflowId, args, summary, onStart }: OnlyChild): Promise<unknown> {
  const scope = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    const child = await startChild(type, {
      ...{ workflowId, args },
      // Without its parent nobody waits for it. Cancelled, it ends when its activities have; terminated, they would go
      // on a while.
      parentClosePolicy: 'REQUEST_CANCEL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: summary,
    });
    onStart();
    scope.cancelRequested.catch(() => stop(workflowId));
    return child.result() as Promise<unknown>;
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

function stillRuns(workflowId: string): ApplicationFailure {
  const message =
    `another run of ${workflowId} was cancelled and has not ended for half an hour. See what it waits for, or ` +
    `terminate it (temporal workflow terminate --workflow-id ${workflowId}); then ask again`;
  return ApplicationFailure.nonRetryable(message, FailureType.NotAdmitted);
}
