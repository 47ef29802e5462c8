import { sleep } from '@temporalio/workflow';
import { runSteps } from '../../workflows/lib/steps.ts';

/** Two steps with a safe point between them, each so long, within a deadline of two seconds. A workflow. */
export async function pausedSteps({ first, second }: { first: number; second: number }): Promise<string> {
  const steps = { first: { title: 'First', seconds: 1 }, second: { title: 'Second', seconds: 1 } };
  return runSteps('resizeNodeGroup', steps, 2000, async (step, { pausePoint }) => {
    await step('first', [], () => sleep(first));
    await pausePoint('second');
    return step('second', [], async () => {
      await sleep(second);
      return 'done';
    });
  });
}

/** One step, so long, within a deadline of a second that is prolonged by this after half a second. A workflow. */
export async function prolongedSteps({ works, by }: { works: number; by: number }): Promise<string> {
  const steps = { only: { title: 'Only', seconds: 1 } };
  return runSteps('resizeNodeGroup', steps, 1000, (step, { prolong }) =>
    step('only', [], async () => {
      await sleep(500);
      prolong(by);
      await sleep(works - 500);
      return 'done';
    }),
  );
}
