import { activityInfo, cancelled, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { reportProgress } from '../../../../activities/lib/progress.ts';

/** Activities of the test worker. */
export function createTestActivities(buildId: string) {
  return {
    greet: (name: string) => Promise.resolve(`hello ${name}`),
    whoRuns: () => Promise.resolve(buildId),
    async waitForEnd(): Promise<string> {
      const { attempt } = activityInfo();
      if (attempt > 1) return `attempt ${attempt}`;
      reportProgress({ detail: 'waiting', done: 1, of: 2 });
      return cancelled();
    },
    fail(text: string): Promise<void> {
      log.info('about to fail');
      throw ApplicationFailure.nonRetryable(text, 'Test.Failed');
    },
  };
}

export type TestActivities = ReturnType<typeof createTestActivities>;
