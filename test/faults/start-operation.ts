import { setMaxListeners } from 'node:events';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { OperationName } from '../../model/index.ts';
import type { House, Pool } from './house.ts';
import { timeLimit } from '../../model/index.ts';

/** How an operation ended. */
export type Outcome =
  | { readonly outcome: 'completed'; readonly result: unknown }
  | { readonly outcome: 'failed'; readonly type: string; readonly message: string };

/** An operation that was asked for. */
export interface StartedOperation {
  readonly workflowId: string;
  /** Waits for the end. @throws Error when it has not ended after so many milliseconds */
  outcome(limitMs: number): Promise<Outcome>;
}

let requests = 0;

/** Asks for an operation as anybody may: by starting its workflow. */
export async function startOperation(
  { temporal, signal }: House,
  pool: Pool,
  operation: OperationName,
  cluster: string,
  input: unknown,
): Promise<StartedOperation> {
  requests += 1;
  const workflowId = `${operation}/${cluster}/${requests}`;
  const handle = await temporal.client.workflow.start<(input: unknown) => Promise<unknown>>(operation, {
    workflowId,
    taskQueue: pool.queue,
    args: [input],
  });
  const outcome = async (limitMs: number): Promise<Outcome> => {
    try {
      const limit = AbortSignal.any([signal, timeLimit(limitMs)]);
      // One listener for each long poll of a result.
      setMaxListeners(0, limit);
      const result = await temporal.connection.withAbortSignal(limit, () => handle.result());
      return { outcome: 'completed', result };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof WorkflowFailedError))
        throw new Error(`${operation} of ${cluster} has not ended after ${limitMs / 1000} s`, { cause: error });
      const { cause } = error;
      if (cause instanceof ApplicationFailure)
        return { outcome: 'failed', type: cause.type ?? 'Error', message: cause.message };
      return { outcome: 'failed', type: cause?.name ?? 'Error', message: cause?.message ?? error.message };
    }
  };
  return { workflowId, outcome };
}
