import { ApplicationFailure } from '@temporalio/activity';
import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';
import { FailureType } from '../../model/index.ts';

/** Statuses that pass: the API server starts, an etcd member is elected, RBAC is not there yet, a time-out. */
const PASSING = new Set([401, 403, 408, 429, 500, 502, 503, 504]);

/**
 * Why a request to a cluster's API did not succeed, as a failure. No answer, and what passes while a cluster comes up,
 * is retried; a plain refusal is not.
 */
export function kubernetesFailure(error: unknown, what: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const message = `${what}: ${describe(error)}`;
  if (error instanceof ApiException && !PASSING.has(error.code)) {
    return ApplicationFailure.nonRetryable(message, FailureType.KubernetesRejected);
  }
  return ApplicationFailure.retryable(message, FailureType.KubernetesUnavailable);
}

/**
 * What is told of an answer's body: the message of a Status. The client hands it over parsed, or, for a status code
 * that its API description does not have, as text (the fault matrix, "waitForApi GET kubernetes /api/v1/nodes:
 * 503-before").
 */
const statusSchema = z.preprocess(
  (body) => {
    if (typeof body !== 'string') return body;
    try {
      return JSON.parse(body) as unknown;
    } catch {
      return undefined;
    }
  },
  z.looseObject({ message: z.string() }),
);

/**
 * One line: HTTP status and the API server's message, or what the network said. Never the body, which may hold a
 * Secret.
 */
export function describe(error: unknown): string {
  if (error instanceof ApiException) {
    const text = statusSchema.safeParse(error.body).data?.message ?? '';
    return `HTTP ${error.code}${text === '' ? '' : ` ${text}`}`;
  }
  return error instanceof Error ? error.message : String(error);
}
