import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import {
  describeIssues,
  FailureType,
  type InputIssue,
  type FailureDetails,
  type OperationFailure,
} from '../../model/index.ts';

/** The failure of a workflow whose input does not fit; it names every field that is wrong. */
export function invalidInput(issues: InputIssue[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: FailureType.InvalidInput,
    message: describeIssues(issues),
    nonRetryable: true,
    details: [{ issues }],
  });
}

/**
 * What a person should see of an error: the innermost cause with a type of its own, not the wrappers Temporal puts
 * around it. A step that ran out of time says what it last tried.
 */
export function describeFailure(error: unknown): OperationFailure {
  if (isCancellation(error)) return { type: FailureType.Cancelled, message: 'The operation was cancelled' };
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    if (error.cause instanceof TimeoutFailure) {
      const step = error instanceof ActivityFailure ? error.activityType : error.workflowType;
      const last =
        error.cause.cause === undefined ? '' : `; the last try said: ${describeFailure(error.cause.cause).message}`;
      return { type: FailureType.DeadlineExceeded, message: `${step} did not finish in time${last}` };
    }
    if (error.cause instanceof TerminatedFailure) {
      return { type: FailureType.Cancelled, message: 'The operation was terminated in Temporal' };
    }
    return describeFailure(error.cause);
  }
  if (error instanceof ApplicationFailure) {
    return { type: error.type ?? 'Error', message: error.message, ...ownDetails(error) };
  }
  if (error instanceof TemporalFailure) return { type: error.name, message: error.message };
  return { type: 'Error', message: error instanceof Error ? error.message : String(error) };
}

/**
 * The same as a failure that ends a workflow. Only an ApplicationFailure does; any other error would retry the task for
 * ever.
 */
export function toWorkflowFailure(error: unknown): Error {
  if (isCancellation(error))
    return error instanceof Error ? error : new CancelledFailure('The operation was cancelled');
  if (error instanceof ApplicationFailure) return error;
  return fromDescription(describeFailure(error), error instanceof Error ? error : undefined);
}

/** A failure that was kept or sent as data, as an error again. */
export function fromDescription(failure: OperationFailure, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.type,
    message: failure.message,
    nonRetryable: true,
    details: [ownDetails({ details: [failure] })],
    ...(cause ? { cause } : {}),
  });
}

/** The details that our own failures carry; those of others are not passed on. */
function ownDetails({ details }: Pick<ApplicationFailure, 'details'>): FailureDetails {
  const first: unknown = details?.[0];
  if (typeof first !== 'object' || first === null) return {};
  // Written by this code base, under these names.
  const { issues, problems, left, ignored } = first as FailureDetails;
  return {
    ...(issues ? { issues } : {}),
    ...(problems ? { problems } : {}),
    ...(left ? { left } : {}),
    ...(ignored ? { ignored } : {}),
  };
}
