import { defineSignal, getExternalWorkflowHandle } from '@temporalio/workflow';
import { type Caller, messages, type OperationEnd, type OperationEnded } from '../../model/index.ts';

const operationEnded = defineSignal<[OperationEnded]>(messages.operationEnded);

/**
 * Tells everybody who asked for an operation how it ended. A caller that was reset is another run of the same workflow.
 */
export async function notifyCallers(callers: readonly Caller[], ended: OperationEnd): Promise<void> {
  await Promise.all(
    callers.map(async ({ workflowId, requestId }) => {
      try {
        await getExternalWorkflowHandle(workflowId).signal(operationEnded, { ...ended, requestId });
      } catch {
        // The caller does not wait any more; the result is in `describe`.
      }
    }),
  );
}
