import { stat } from 'node:fs/promises';
import { operations } from '../../model/index.ts';
import type { Loss } from '../destructive.ts';
import type { ClusterSummary } from '../../client/cluster-list.ts';
import { SlipwayClient } from '../../client/slipway-client.ts';
import { localConfig } from '../../local/config.ts';
import { isAlive } from '../../local/process-identity.ts';
import { type LocalStackState, readState, stackEnvironment } from '../../local/state.ts';

/** Phases in which an operation runs. */
const BUSY: readonly string[] = Object.values(operations).map(({ phases }) => phases.running);

/**
 * What `slipway down` takes away. Machines live in the stack's processes, so its clusters lose them; an operation stops
 * where it is, and goes on without them at the next `slipway up`. With `wipe` everything that was written goes, too.
 */
export async function stackLoss(wipe: boolean, signal: AbortSignal): Promise<Loss | undefined> {
  const { stateDirectory } = localConfig();
  const state = await readState(stateDirectory);
  const runs = state?.processes.some(isAlive) === true;
  const clusters = runs ? await clustersOf(state, signal) : [];
  const written = wipe && (await stat(stateDirectory).catch(() => undefined)) !== undefined;
  if (!written && clusters?.length === 0) return undefined;
  const busy = clusters?.filter(({ phase }) => BUSY.includes(phase)) ?? [];
  return {
    what: wipe ? 'stops the stack of this machine and removes all that it wrote' : 'stops the stack of this machine',
    details: [
      ['Clusters', describeClusters(clusters, runs)],
      ...(busy.length === 0
        ? []
        : [
            [
              'Stopped',
              `what runs on ${names(busy)}: ${wipe ? 'it never ends' : 'it goes on at the next start'}`,
            ] as const,
          ]),
      ...(wipe ? [['Removed', `workflows, secrets and the cloud, in ${stateDirectory}`] as const] : []),
    ],
    answer: 'yes',
  };
}

function describeClusters(clusters: readonly ClusterSummary[] | undefined, runs: boolean): string {
  if (!runs) return 'not known: nothing runs';
  if (clusters === undefined) return 'not known: Temporal does not answer';
  return clusters.length === 0 ? 'none' : `${names(clusters)}: lose their machines`;
}

/**
 * The clusters that lose their machines when the stack stops; undefined when its Temporal cannot say. None when nothing
 * runs.
 */
export async function clustersAtStake(signal: AbortSignal): Promise<readonly ClusterSummary[] | undefined> {
  const state = await readState(localConfig().stateDirectory);
  return state?.processes.some(isAlive) === true ? clustersOf(state, signal) : [];
}

/** What is said after the stack has stopped; undefined when no cluster has lost anything. */
export function afterLoss(clusters: readonly ClusterSummary[] | undefined): string | undefined {
  if (clusters?.length === 0) return undefined;
  const what = 'delete them after the next `slipway up`, or wipe it all.';
  if (clusters === undefined) return `If it had clusters, they have lost their machines: ${what}`;
  return `Its clusters have lost their machines: ${names(clusters)}. To be rid of them, ${what}`;
}

/** The stack's own, not those of an installation that variables name; undefined when its Temporal cannot say. */
async function clustersOf(state: LocalStackState, signal: AbortSignal): Promise<ClusterSummary[] | undefined> {
  try {
    // It is on this machine and runs already, or not at all.
    const environment = { ...stackEnvironment(state.endpoints), SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '2' };
    await using client = await SlipwayClient.connect(environment);
    const found: ClusterSummary[] = [];
    for await (const cluster of client.clusters.list({ signal })) found.push(cluster);
    return found;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

const names = (clusters: readonly ClusterSummary[]): string =>
  clusters
    .slice(0, 10)
    .map(({ name, phase }) => `${name} (${phase})`)
    .join(', ') + (clusters.length > 10 ? `, and ${clusters.length - 10} more` : '');
