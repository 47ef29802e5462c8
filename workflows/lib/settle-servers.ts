import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { SettledServers } from '../../activities/openstack/wait-for-servers.ts';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import { REMOVE, WAIT } from '../activity-profiles.ts';

const { waitForServers } = proxyActivities<Activities>(WAIT);
const { deleteServers, removeStrandedMachines } = proxyActivities<Activities>(REMOVE);

/** Asks Nova for the machines that are missing. `round` numbers their replacements, so that names of nodes are new; the first request is 0. */
export interface MachineRequests {
  readonly controlPlane: (round: number) => Promise<unknown>;
  readonly nodeGroups: (round: number) => Promise<unknown>;
}

/** A host that fails now and then is normal in a large cloud; one that fails three times in a row is not. */
const MAX_ROUNDS = 3;

/** Waits until every server is ACTIVE. Those that Nova could not build, or that vanished, are replaced, a bounded number of times. */
export async function settleServers(id: string, spec: ClusterSpec, request: MachineRequests): Promise<void> {
  for (let round = 1; ; round++) {
    const { failed, missing } = await waitForServers({ id, spec });
    if (failed.length === 0 && missing === 0) return;
    if (round === MAX_ROUNDS) {
      throw ApplicationFailure.nonRetryable(
        `after ${MAX_ROUNDS} tries, ${describe(failed, missing)}`,
        FailureType.OpenStackResourceInError,
      );
    }
    await deleteServers({ id, spec, servers: failed });
    await removeStrandedMachines({ id, spec });
    await Promise.all([request.controlPlane(round), request.nodeGroups(round)]);
  }
}

function describe(failed: SettledServers['failed'], missing: number): string {
  const [first] = failed;
  if (first === undefined) return `${missing} servers have vanished again`;
  return `Nova could not build ${failed.length} servers; ${first.name} (${first.id}): ${first.fault}`;
}
