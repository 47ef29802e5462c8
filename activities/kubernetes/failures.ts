import { ApplicationFailure } from '@temporalio/activity';
import { ApiException } from '@kubernetes/client-node';
import { FailureType } from '../../model/index.ts';

/** Statuses that pass: the API server starts, an etcd member is elected, RBAC is not there yet, a time-out. */
const PASSING = new Set([401, 403, 408, 429, 500, 502, 503, 504]);

/**
 * Why a request to a cluster's API did not succeed, as a failure. No answer, and what passes while a cluster comes up, is retried; a plain refusal
 * is not.
 */
export function kubernetesFailure(error: unknown, what: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const message = `${what}: ${describe(error)}`;
  if (error instanceof ApiException && !PASSING.has(error.code)) {
    return ApplicationFailure.nonRetryable(message, FailureType.KubernetesRejected);
  }
  return ApplicationFailure.retryable(message, FailureType.KubernetesUnavailable);
}

/** One line: HTTP status and the API server's message, or what the network said. Never the body, which may hold a Secret. */
export function describe(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = error.body;
    const text = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
    return `HTTP ${error.code}${text === '' ? '' : ` ${text}`}`;
  }
  return error instanceof Error ? error.message : String(error);
}
