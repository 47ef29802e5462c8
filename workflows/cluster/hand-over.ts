import { defineSignal, getExternalWorkflowHandle } from '@temporalio/workflow';
import { type HandedWish, messages } from '../../model/index.ts';

const handOver = defineSignal<[HandedWish]>(messages.handOver);

/**
 * Tells the operation that runs what is wanted from now on: by its workflow id, so that a run that was reset hears of
 * it.
 *
 * @throws when it has ended
 */
export const tellWish = (workflowId: string, wish: HandedWish): Promise<void> =>
  getExternalWorkflowHandle(workflowId).signal(handOver, wish);
