import type { z } from 'zod';
import { waitForResult } from './operation-handle.ts';
import type { TemporalService } from './temporal-service.ts';

/** A workflow that is no operation of a cluster's, but answers something. */
export interface Question<R> {
  /** What is asked, as an infinitive: `check cloud sandbox`. */
  readonly what: string;
  readonly type: string;
  readonly workflowId: string;
  /** Parsed already. */
  readonly input: object;
  /** Of the answer. */
  readonly answer: z.ZodType<R>;
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Starts such a workflow, or joins the one that runs under its id already, and waits for its answer. */
export async function answerOf<R>(
  temporal: TemporalService,
  { what, type, workflowId, input, answer, timeoutMs, signal }: Question<R>,
): Promise<R> {
  await temporal.requireWorker(what, signal);
  const started = await temporal.call(
    what,
    () =>
      temporal.client.workflow.start<(input: unknown) => Promise<unknown>>(type, {
        workflowId,
        taskQueue: temporal.taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowExecutionTimeout: timeoutMs,
        staticSummary: `${what.charAt(0).toUpperCase()}${what.slice(1)}`,
      }),
    { signal, workflowId },
  );
  const run = { what, workflowId, runId: started.firstExecutionRunId, schema: answer };
  return waitForResult(temporal, run, { signal, timeoutMs });
}
