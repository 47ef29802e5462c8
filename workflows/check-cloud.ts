import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { type CloudReport, checkCloudSchema, parseInput } from '../model/index.ts';
import { ENSURE } from './activity-profiles.ts';
import { invalidInput, toWorkflowFailure } from './lib/failures.ts';

const activities = proxyActivities<Activities>({ ...ENSURE, scheduleToCloseTimeout: '1m' });

/** Says what a cloud lacks to hold clusters. Changes nothing; `slipway doctor` starts it, and a Schedule may. */
export async function checkCloud(input: unknown): Promise<CloudReport> {
  const parsed = parseInput(checkCloudSchema, input);
  if (!parsed.ok) throw invalidInput(parsed.issues);
  try {
    return await activities.checkCloud(parsed.value);
  } catch (error) {
    throw toWorkflowFailure(error);
  }
}
