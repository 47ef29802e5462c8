import type { Duration } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/workflow';
import { FailureType } from '../../model/index.ts';

/** The failure of an operation that went past its deadline. What it made stays, so that it can be resumed or deleted. */
export function deadlineExceeded(operation: string, deadline: Duration): ApplicationFailure {
  return ApplicationFailure.create({
    type: FailureType.DeadlineExceeded,
    message: `${operation} was stopped at its deadline of ${deadline}; run it again to go on, or delete the cluster`,
    nonRetryable: true,
  });
}
