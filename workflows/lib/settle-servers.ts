import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { SettledServers } from '../../activities/machines/wait-for-servers.ts';
import { type ClusterSpec, type Expectation, FailureType } from '../../model/index.ts';
import { REMOVE, WAIT } from '../activity-profiles.ts';

const { waitForServers } = proxyActivities<Activities>(WAIT);
const { deleteServers } = proxyActivities<Activities>(REMOVE);

/** The machines that are waited for, and how those that failed are asked for once more. */
export interface Settling {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly expected: readonly Expectation[];
  /** Asks Nova again for what is missing, under new names. */
  readonly request: (nextBatch: SettledServers['nextBatch']) => Promise<unknown>;
  /** Before that: what else has to go with the machines that failed. */
  readonly clear?: () => Promise<unknown>;
}

/** A host that fails now and then is normal in a large cloud; one that fails three times in a row is not. */
const MAX_ROUNDS = 3;

/**
 * Waits until every server is ACTIVE. Those that Nova could not build, or that vanished, are replaced, a bounded number
 * of times.
 */
export async function settleServers({ id, spec, expected, request, clear }: Settling): Promise<void> {
  for (let round = 1; ; round++) {
    const { failed, missing, nextBatch } = await waitForServers({ id, spec, expected });
    if (failed.length === 0 && missing === 0) return;
    if (round === MAX_ROUNDS) {
      throw ApplicationFailure.nonRetryable(
        `after ${MAX_ROUNDS} tries, ${describe(failed, missing)}`,
        FailureType.OpenStackResourceInError,
      );
    }
    await deleteServers({ id, spec, servers: failed });
    await clear?.();
    await request(nextBatch);
  }
}

function describe(failed: SettledServers['failed'], missing: number): string {
  const [first] = failed;
  if (first === undefined) return `${missing} servers have vanished again`;
  return `Nova could not build ${failed.length} servers; ${first.name} (${first.id}): ${first.fault}`;
}
