import type { z } from 'zod';
import type { OperationName, OperationResult } from '../model/index.ts';
import { parseAnswer } from './parse-answer.ts';
import { ClientFailureType, isSlipwayError, SlipwayError } from './slipway-error.ts';
import { pause, type TemporalService } from './temporal-service.ts';

export interface ResultOptions {
  /** Ends the wait with a SlipwayError `Client.Aborted`; the operation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait; 24 hours when absent, longer than any operation may take. */
  readonly timeoutMs?: number | undefined;
}

/** A request that was made: an operation that runs, waits its turn, or ended. */
export interface OperationHandle<N extends OperationName> {
  readonly operation: N;
  /** The cluster's name. */
  readonly name: string;
  /** Workflow id of the request; the same request made again has the same. */
  readonly workflowId: string;
  /** The request in Temporal's UI, when the UI's address is known. */
  readonly uiUrl?: string;
  /**
   * Waits for the end. Survives restarts of Temporal and of the workers.
   *
   * @throws SlipwayError with the failure's type
   */
  result(options?: ResultOptions): Promise<OperationResult<N>>;
}

const DAY_MS = 24 * 3600 * 1000;
/** One long poll; then the connection is asked anew, so that a dead one is noticed. */
const POLL_MS = 60_000;
/** How long Temporal may be away before the wait gives up. */
const MAX_AWAY_MS = 10 * 60 * 1000;

/** A run whose result is waited for. */
export interface AwaitedRun<R> {
  /** What was asked for, as an infinitive: `create cluster atlas`. */
  readonly what: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Of its result. */
  readonly schema: z.ZodType<R>;
}

/** Waits for the result of a workflow's run. */
export async function waitForResult<R>(
  temporal: TemporalService,
  { what, workflowId, runId, schema }: AwaitedRun<R>,
  { signal, timeoutMs = DAY_MS }: ResultOptions = {},
): Promise<R> {
  const handle = temporal.client.workflow.getHandle<() => Promise<unknown>>(workflowId, runId);
  const deadline = Date.now() + timeoutMs;
  let lastAnswer = Date.now();
  while (Date.now() < deadline) {
    const pollMs = Math.min(POLL_MS, deadline - Date.now());
    try {
      const result = await temporal.call(what, () => handle.result(), { signal, timeoutMs: pollMs, workflowId });
      return parseAnswer(schema, result, what);
    } catch (error) {
      if (isSlipwayError(error, ClientFailureType.TimedOut)) {
        lastAnswer = Date.now();
      } else if (
        !isSlipwayError(error, ClientFailureType.TemporalUnreachable) ||
        Date.now() - lastAnswer > MAX_AWAY_MS
      ) {
        throw error;
      } else {
        await pause(1000, what, signal);
      }
    }
  }
  throw new SlipwayError(
    ClientFailureType.TimedOut,
    `Could not ${what} within ${Math.round(timeoutMs / 1000)} s; it goes on. Workflow: ${workflowId}`,
    { workflowId },
  );
}
