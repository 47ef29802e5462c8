import { sleep } from '@temporalio/workflow';
import { runSteps } from '../../workflows/lib/steps.ts';

/** Two steps with a safe point between them, each so long, within a deadline of two seconds. A workflow. */
export async function pausedSteps({ first, second }: { first: number; second: number }): Promise<string> {
  const steps = { first: { title: 'First', seconds: 1 }, second: { title: 'Second', seconds: 1 } };
  return runSteps('resizeNodeGroup', steps, '2s', async (step, { pausePoint }) => {
    await step('first', [], () => sleep(first));
    await pausePoint('second');
    return step('second', [], async () => {
      await sleep(second);
      return 'done';
    });
  });
}
