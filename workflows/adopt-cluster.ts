import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { adoptClusterSchema, type AdoptClusterResult, clusterNameOf, parseInput } from '../model/index.ts';
import { ENSURE } from './activity-profiles.ts';
import { invalidInput, toWorkflowFailure } from './lib/failures.ts';

const activities = proxyActivities<Activities>(ENSURE);

/**
 * Makes the lost workflow of a cluster anew, after it was terminated or Temporal's database is gone, from what Vault
 * keeps of it. Refused while a workflow answers for the cluster. Nothing of the cluster itself is touched.
 */
export async function adoptCluster(input: unknown): Promise<AdoptClusterResult> {
  const parsed = parseInput(adoptClusterSchema, input);
  if (!parsed.ok) throw invalidInput(parsed.issues);
  const { name, id } = parsed.value;
  if (id !== undefined && clusterNameOf(id) !== name)
    throw invalidInput([{ path: 'id', reason: `is not one of a cluster named ${name}` }]);
  try {
    return await activities.adoptCluster({ ...parsed.value, requestId: workflowInfo().firstExecutionRunId });
  } catch (error) {
    throw toWorkflowFailure(error);
  }
}
