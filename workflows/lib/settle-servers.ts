import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import { REMOVE, WAIT } from '../activity-profiles.ts';

const { waitForServers } = proxyActivities<Activities>(WAIT);
const { deleteServers } = proxyActivities<Activities>(REMOVE);

/** Asks Nova for the machines that are missing. `round` numbers the replacements of nodes, so that their names are new. */
export interface MachineRequests {
  readonly controlPlane: () => Promise<unknown>;
  readonly nodeGroups: (round: number) => Promise<unknown>;
}

/** A host that fails now and then is normal in a large cloud; one that fails three times in a row is not. */
const MAX_ROUNDS = 3;

/** Waits until every server is ACTIVE. Servers that Nova could not build are replaced, a bounded number of times. */
export async function settleServers(id: string, spec: ClusterSpec, request: MachineRequests): Promise<void> {
  for (let round = 1; ; round++) {
    const { failed } = await waitForServers({ id, spec });
    const [first] = failed;
    if (first === undefined) return;
    if (round === MAX_ROUNDS) {
      throw ApplicationFailure.nonRetryable(
        `Nova could not build ${failed.length} servers, after ${MAX_ROUNDS} tries; ${first.name} (${first.id}): ${first.fault}`,
        FailureType.OpenStackResourceInError,
      );
    }
    await deleteServers({ cloud: spec.cloud, servers: failed });
    await Promise.all([request.controlPlane(), request.nodeGroups(round)]);
  }
}
