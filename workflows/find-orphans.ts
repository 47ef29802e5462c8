import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { findOrphansSchema, type OrphanReport, parseInput } from '../model/index.ts';
import { WAIT } from './activity-profiles.ts';
import { invalidInput, toWorkflowFailure } from './lib/failures.ts';

const activities = proxyActivities<Activities>({ ...WAIT, startToCloseTimeout: '10m', scheduleToCloseTimeout: '15m' });

/**
 * Lists every cluster that has something in a cloud or in Vault and no workflow that answers for it. Changes nothing; a
 * Schedule may start it.
 */
export async function findOrphans(input?: unknown): Promise<OrphanReport> {
  const parsed = parseInput(findOrphansSchema, input);
  if (!parsed.ok) throw invalidInput(parsed.issues);
  try {
    return await activities.findOrphans(parsed.value);
  } catch (error) {
    throw toWorkflowFailure(error);
  }
}
