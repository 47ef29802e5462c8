import {
  condition,
  defineSignal,
  defineUpdate,
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  setWorkflowOptions,
} from '@temporalio/workflow';
import type { TestActivities } from './activities.ts';

const { greet, waitForEnd, fail, whoRuns } = proxyActivities<TestActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '3s',
  retry: { initialInterval: '100ms', maximumInterval: '500ms' },
});

/** Calls an activity and returns what it says. */
export async function greeting(input: { name: string }): Promise<string> {
  log.info('greeting somebody');
  return greet(input.name);
}

/** Runs an activity that only ends when it is cancelled or its worker is gone; the second try ends at once. */
export async function interrupted(): Promise<string> {
  return waitForEnd();
}

/** Fails with a text that must not be readable in an encrypted history. */
export async function failing(input: { text: string }): Promise<void> {
  await fail(input.text);
}

export const again = defineSignal('again');
export const ask = defineUpdate<string>('ask');

/** Asks the activity worker's build before and after it is signalled. */
export async function pinned(): Promise<string[]> {
  let signalled = false;
  setHandler(again, () => void (signalled = true));
  const before = await whoRuns();
  await condition(() => signalled);
  return [before, await whoRuns()];
}

/** Lives for ever and is pinned: answers who runs it, and moves to the current build when it goes on in a new run. */
export async function longLived(): Promise<void> {
  let signalled = false;
  setHandler(again, () => void (signalled = true));
  setHandler(ask, () => whoRuns());
  await condition(() => signalled);
  await makeContinueAsNewFunc<typeof longLived>({ initialVersioningBehavior: 'AUTO_UPGRADE' })();
}

/** Lives for ever and is not pinned: answers who runs it. */
export async function movable(): Promise<void> {
  setHandler(ask, () => whoRuns());
  await condition(() => false);
}
setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, movable);
