import { waitForResult } from './operation-handle.ts';
import type { TemporalService } from './temporal-service.ts';

/** A workflow that is no operation of a cluster's, but answers something. */
export interface Question {
  /** What is asked, as an infinitive: `check cloud sandbox`. */
  readonly what: string;
  readonly type: string;
  readonly workflowId: string;
  /** Parsed already. */
  readonly input: object;
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Starts such a workflow, or joins the one that runs under its id already, and waits for its answer. */
export async function answerOf<R>(
  temporal: TemporalService,
  { what, type, workflowId, input, timeoutMs, signal }: Question,
): Promise<R> {
  await temporal.requireWorker(what, signal);
  const started = await temporal.call(
    what,
    () =>
      temporal.client.workflow.start<(input: unknown) => Promise<R>>(type, {
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
  return waitForResult<R>(temporal, what, workflowId, started.firstExecutionRunId, { signal, timeoutMs });
}
