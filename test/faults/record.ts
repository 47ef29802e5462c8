import { RECORDING } from './call-tag.ts';
import type { House } from './house.ts';
import type { Lane } from './lane.ts';
import { isRead, type RecordedCall } from './places.ts';
import { inputOf, type MatrixName, type OperationUnderTest, underTest } from './operations.ts';
import { type Reference, secretsOf, tryInVain } from './run-case.ts';
import { startOperation } from './start-operation.ts';
import type { SeenCall } from './traffic.ts';

/** What the operations do when nothing goes wrong. */
export interface Recording {
  readonly calls: readonly RecordedCall[];
  /** Calls that no fault meets, and why. */
  readonly leftOut: readonly LeftOut[];
  readonly reference: Reference;
  /** The clusters of one fault-free run of each operation. */
  readonly clusters: readonly string[];
}

/** A call of a recording that no fault meets. */
interface LeftOut {
  readonly call: RecordedCall;
  readonly reason: string;
}

/** Reads of one place come again and again while something is waited for; calls that change something are all met. */
const MAX_READS = 2;

/**
 * Runs every operation without a fault, once in each lane, and lists its calls: those that all of these runs have made
 * are met by faults. A cluster's life ends with its deletion; the first cluster's gives the calls of deletions.
 */
export async function record(
  house: House,
  lanes: readonly Lane[],
  operations: readonly OperationUnderTest[],
): Promise<Recording> {
  const calls: RecordedCall[] = [];
  const leftOut: LeftOut[] = [];
  const reference: Record<string, { resources: string[]; secrets: string[] }> = {};
  const clusters: string[] = [];
  for (const [number, life] of livesOf(operations).entries()) {
    const lives = await Promise.all(
      lanes.map((lane, index) => liveOnce(house, lane, life, `${RECORDING}${number}-${index}`)),
    );
    const [first] = lives;
    if (first === undefined) throw new Error('nothing was recorded');
    clusters.push(first.cluster);
    for (const [operation, { left, calls: made }] of first.runs) {
      if (operation in reference) continue;
      reference[operation] = left;
      const each = lives.map(({ runs }) => runs.get(operation)?.calls ?? []);
      const lookers = lookersOf(made);
      const { only } = underTest(operation);
      for (const call of callsOf(operation, made)) {
        if (only !== undefined && call.place.activity !== only) continue;
        const reason = whyLeftOut(call, each, lookers);
        if (reason === undefined) calls.push(call);
        else leftOut.push({ call, reason });
      }
    }
  }
  return { calls, leftOut, reference, clusters };
}

/** Operations in the order in which a cluster of its own meets them: what one needs, itself, and the deletion. */
function livesOf(operations: readonly OperationUnderTest[]): MatrixName[][] {
  const lives = operations.map(({ name, needs }) => [...new Set<MatrixName>([...needs, name, 'deleteCluster'])]);
  return [...new Map(lives.map((life) => [life.join(), life])).values()];
}

interface RecordedRun {
  readonly calls: readonly SeenCall[];
  readonly left: { resources: string[]; secrets: string[] };
}

/** The life of one cluster: what each of its operations asked for, and what was there after it. */
async function liveOnce(
  house: House,
  lane: Lane,
  life: readonly MatrixName[],
  cluster: string,
): Promise<{ readonly cluster: string; readonly runs: ReadonlyMap<MatrixName, RecordedRun> }> {
  const traffic = await house.openCloud(cluster, lane.project);
  const runs = new Map<MatrixName, RecordedRun>();
  try {
    for (const name of life) {
      const tested = underTest(name);
      await tryInVain(house, lane, tested, traffic);
      const first = traffic.calls.length;
      const started = await startOperation(house, lane.pool, tested.runs, cluster, inputOf(tested, cluster));
      const outcome = await started.outcome(house.pace.operationMs);
      if (outcome.outcome === 'failed')
        throw new Error(`${name} failed without a fault: ${outcome.type}: ${outcome.message}`);
      const calls = traffic.calls.slice(first);
      const left = { resources: await lane.resources(cluster), secrets: await secretsOf(house, cluster) };
      runs.set(name, { calls, left });
    }
    if (traffic.untagged > 0)
      throw new Error(`${traffic.untagged} requests of ${life.join(', ')} belong to no activity`);
    return { cluster, runs };
  } finally {
    await house.closeCloud(traffic);
  }
}

function callsOf(operation: MatrixName, run: readonly SeenCall[]): RecordedCall[] {
  const seen = new Map<string, number>();
  const opened = new Set<string>();
  const changed = new Set<string>();
  return run.map(({ place, key, from }) => {
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    const opensActivity = !opened.has(place.activity);
    opened.add(place.activity);
    const afterEffect = changed.has(place.activity);
    if (!isRead(place)) changed.add(place.activity);
    return { operation, place, key, occurrence, opensActivity, afterEffect, from };
  });
}

/** Activities that change nothing. */
function lookersOf(run: readonly SeenCall[]): ReadonlySet<string> {
  const lookers = new Set(run.map(({ place }) => place.activity));
  for (const { place } of run) if (!isRead(place)) lookers.delete(place.activity);
  return lookers;
}

function whyLeftOut(
  { place, key, occurrence }: RecordedCall,
  runs: readonly (readonly SeenCall[])[],
  lookers: ReadonlySet<string>,
): string | undefined {
  const inAll = runs.every((run) => run.filter((call) => call.key === key).length >= occurrence);
  if (!inAll) return 'not every recording has it: a wait looks as often as it has to';
  if (!isRead(place)) return undefined;
  if (occurrence > 1 && lookers.has(place.activity))
    return 'its activity changes nothing: the first look stands for the rest';
  return occurrence > MAX_READS ? `the wait's first ${MAX_READS} looks stand for the rest` : undefined;
}
