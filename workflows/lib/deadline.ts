import { ApplicationFailure } from '@temporalio/workflow';
import {
  type ClusterSpec,
  declarationOf,
  FailureType,
  type OperationInput,
  type OperationName,
} from '../../model/index.ts';

/**
 * The failure of an operation that went past its deadline. What it made stays, so that it can be resumed or deleted.
 */
export function deadlineExceeded(operation: string, deadline: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: FailureType.DeadlineExceeded,
    message: `${operation} was stopped at its deadline of ${deadline}; run it again to go on, or delete the cluster`,
    nonRetryable: true,
  });
}

/** Milliseconds that an operation with this input may take, for a cluster that is to be like this. */
export const deadlineOf = <N extends OperationName>(name: N, input: OperationInput<N>, spec: ClusterSpec): number =>
  declarationOf(name).deadlineMinutes(input, spec) * 60_000;
