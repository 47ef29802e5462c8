import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { type ClusterRecord, endsCluster, type OperationName } from '../../model/index.ts';
import { ENSURE, KEEP_BRIEFLY } from '../activity-profiles.ts';

const { keepRecord } = proxyActivities<Activities>(ENSURE);
const briefly = proxyActivities<Activities>(KEEP_BRIEFLY);

/**
 * Keeps a record outside of Temporal before an operation starts. Returns what is kept where that knows of more: then
 * the cluster's workflow was reset.
 */
export async function keepStart(operation: OperationName, record: ClusterRecord): Promise<ClusterRecord | undefined> {
  if (!endsCluster(operation)) return (await keepRecord({ record })).ahead;
  try {
    return (await briefly.keepRecord({ record })).ahead;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined; // Deletion needs no more than the id.
  }
}

/** Keeps what is wanted while an operation runs. */
export async function keepWish(record: ClusterRecord): Promise<void> {
  await briefly.keepRecord({ record });
}

/** Keeps how an operation has ended. */
export async function keepEnd(record: ClusterRecord): Promise<void> {
  if (record.phase === 'Deleted') return;
  try {
    await briefly.keepRecord({ record });
  } catch {
    // The next operation keeps it before it starts.
  }
}
