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
 * What is read of an answer's body, which is a Status: its message, and for a refused eviction the budgets. The client
 * hands it over parsed, or, for a status code that its API description does not have, as text (the fault matrix,
 * "waitForApi GET kubernetes /api/v1/nodes: 503-before").
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
  z.looseObject({
    message: z.string().optional(),
    details: z.looseObject({ causes: z.array(z.looseObject({ message: z.string() })).optional() }).optional(),
  }),
);

/** The Status with which the API server refused a request; undefined where it sent none. */
export const statusIn = (error: unknown): z.output<typeof statusSchema> | undefined =>
  error instanceof ApiException ? statusSchema.safeParse(error.body).data : undefined;

/**
 * One line: HTTP status and the API server's message, or what the network said. Never the body, which may hold a
 * Secret.
 */
export function describe(error: unknown): string {
  if (error instanceof ApiException) {
    const text = statusIn(error)?.message ?? '';
    return `HTTP ${error.code}${text === '' ? '' : ` ${text}`}`;
  }
  return error instanceof Error ? error.message : String(error);
}
