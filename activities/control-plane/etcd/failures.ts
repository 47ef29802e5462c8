import { ApplicationFailure } from '@temporalio/activity';
import { type ServiceError, status } from '@grpc/grpc-js';
import { FailureType } from '../../../model/index.ts';

/** Codes that pass: no leader, a member that starts, a broken way, a time-out (etcd: api/v3rpc/rpctypes/error.go). */
const PASSING = new Set<status>([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.UNKNOWN,
  status.INTERNAL,
]);

/** Why etcd did not do what it was asked for, as a failure; what the port-forward said of it is named, too. */
export function etcdFailure(error: ServiceError, what: string, problems: readonly string[]): ApplicationFailure {
  const tunnel = problems.at(-1);
  const message = `${what}: ${error.details || error.message}${tunnel === undefined ? '' : ` (port-forward: ${tunnel.trim()})`}`;
  return PASSING.has(error.code)
    ? ApplicationFailure.retryable(message, FailureType.EtcdUnavailable)
    : ApplicationFailure.nonRetryable(message, FailureType.EtcdRejected);
}
