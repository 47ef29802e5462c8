import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { CloudKind } from '../../local/sandbox-processes.ts';
import { type Case, caseName, casesOf, faultOf, isAt, type Skipped } from './cases.ts';
import type { PoolName } from './faults.ts';
import { House, type Pool } from './house.ts';
import { Lane } from './lane.ts';
import { openPool } from './pools.ts';
import { operationsUnderTest } from './operations.ts';
import { isRead, type RecordedCall } from './places.ts';
import { record, type Recording } from './record.ts';
import { type CaseResult, runCase } from './run-case.ts';

export interface MatrixOptions {
  /** Holds logs and data of the stack. */
  readonly directory: string;
  /** Default: the emulator. */
  readonly cloud?: CloudKind;
  /** Lanes for cases whose fault passes, and as many again for those whose fault stays. */
  readonly lanes: number;
  /** Chooses among all cases. */
  readonly select: (cases: readonly Case[], skipped: readonly Skipped[]) => readonly Case[];
  /** Activities that the worker does carelessly once the operations are recorded, to see that the matrix finds them. */
  readonly careless?: readonly string[];
  readonly onResult?: (result: CaseResult, done: number, all: number) => void;
  readonly onPhase?: (phase: string) => void;
  /** Called when the operations are recorded. */
  readonly onRecording?: (house: House, recording: Recording) => Promise<void>;
  /** Called before the stack is stopped. */
  readonly beforeEnd?: (house: House, results: readonly CaseResult[], recording: Recording) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface MatrixResult {
  readonly results: readonly CaseResult[];
  readonly skipped: readonly Skipped[];
  readonly recording: Recording;
  readonly seconds: number;
}

/** A call may come before or after a wait ends: a case whose call did not come is run again so often. */
const TRIES = 3;

/** A second look of a wait that found what it waits for at the first. */
const mayNotCome = ({ place, occurrence }: RecordedCall): boolean => isRead(place) && occurrence > 1;

/** What one run does by chance, two others do not. */
const RECORDINGS = 3;

const WAITING_POOLS: readonly PoolName[] = ['permanent', 'killed', 'replaced', 'new-build'];

/**
 * Records the operations, runs the chosen cases, and says how they ended. Everything that was started is gone at the
 * end.
 */
export async function runMatrix(options: MatrixOptions): Promise<MatrixResult> {
  const started = Date.now();
  const closing: (() => unknown)[] = [];
  const failing = new AbortController();
  const phase = options.onPhase ?? (() => undefined);
  try {
    phase('starting Temporal, Vault, the cloud and workers');
    const { directory, cloud = 'emulator' } = options;
    const signal = AbortSignal.any([options.signal, failing.signal]);
    const house = await House.start({ directory, cloud }, closing, signal);
    const passing = await openPool(house, 'passing', options.lanes, closing);
    phase('recording the operations without a fault');
    const recorders = await Promise.all(
      Array.from({ length: Math.min(RECORDINGS, options.lanes) }, (_, index) =>
        Lane.open(house, passing, `lane${index}`),
      ),
    );
    // No API of OpenStack puts anything into ERROR.
    const tested = operationsUnderTest.filter(({ broken }) => broken === undefined || cloud === 'emulator');
    const recording = await record(house, recorders, tested);
    await options.onRecording?.(house, recording);
    const { cases, skipped } = casesOf(recording, cloud);
    const chosen = options.select(cases, skipped);
    phase(`running ${chosen.length} of ${cases.length} cases`);
    if (options.careless !== undefined) await house.exchangeWorkers(passing, options.careless);
    const results: CaseResult[] = [];
    const run = async (lane: Lane, tested: Case) => {
      let result: CaseResult | undefined;
      for (let tries = 1; result === undefined || (result.unreached && tries <= TRIES); tries++)
        result = await runCase(house, lane, tested, recording.reference);
      const { fault, permanent } = tested;
      const call = recording.calls.find((one) => isAt(one, tested));
      if (result.unreached && result.problems.length === 1 && call !== undefined && mayNotCome(call)) {
        skipped.push({ call, fault, permanent, reason: `the wait ended before this look, ${TRIES} times` });
        return;
      }
      results.push(result);
      options.onResult?.(result, results.length, chosen.length);
    };
    const group = async (queue: Case[], lanes: number, open: (index: number) => Promise<Lane>) => {
      const count = Math.min(lanes, queue.length);
      await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const lane = await open(index);
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            options.signal.throwIfAborted();
            await run(lane, next);
          }
        }),
      );
    };
    const casesOfPool = (name: PoolName) => chosen.filter((one) => poolOf(one) === name);
    const { lanes } = options;
    // Where workers are disturbed and faults stay, cases mostly wait: those pools, one after the other, beside the busy
    // one.
    const others = async () => {
      let first = lanes;
      for (const name of WAITING_POOLS) {
        const queue = casesOfPool(name);
        if (queue.length === 0) continue;
        const pool = await openPool(house, name, lanes, closing);
        const count = name === 'permanent' ? 3 * lanes : lanes;
        const start = first;
        await group(queue, count, (index) => Lane.open(house, pool, `lane${start + index}`));
        first += count;
        await stopWorkers(pool);
      }
    };
    const openPassing = async (index: number) => recorders[index] ?? (await Lane.open(house, passing, `lane${index}`));
    await Promise.all([group(casesOfPool('passing'), lanes, openPassing), others()]);
    await options.beforeEnd?.(house, results, recording);
    return { results, skipped, recording, seconds: (Date.now() - started) / 1000 };
  } catch (error) {
    // Said before everything is stopped: what is cut off then has much to say, too.
    phase(error instanceof Error ? (error.stack ?? error.message) : String(error));
    throw error;
  } finally {
    failing.abort(new Error('the matrix has ended'));
    for (const close of closing.splice(0).reverse()) await close();
  }
}

/**
 * How many lanes keep this machine busy: most of a case is waiting, unless for services that run on the same machine.
 */
export const defaultLanes = (cloud: CloudKind): number => (cloud === 'emulator' ? 4 : 1) * availableParallelism();

const stopWorkers = async ({ workers }: Pool): Promise<void> => {
  await Promise.all([...workers].map((worker) => worker.stop()));
};

const poolOf = ({ permanent, fault }: Case): PoolName => (permanent ? 'permanent' : (faultOf(fault).pool ?? 'passing'));

/**
 * Takes so many cases, of every fault in turn; the same ones for the same seed, also where another recording has some
 * calls more or less.
 */
export function sampled(cases: readonly Case[], count: number, seed: number): Case[] {
  const rank = (one: Case) =>
    createHash('sha256')
      .update(`${seed} ${caseName(one)}`)
      .digest('hex');
  const shuffled = cases.map((one) => ({ one, rank: rank(one) })).sort((a, b) => a.rank.localeCompare(b.rank));
  const turns = new Map<string, number>();
  const inTurn = shuffled.map(({ one }) => {
    const kind = `${one.fault} ${one.permanent}`;
    const turn = turns.get(kind) ?? 0;
    turns.set(kind, turn + 1);
    return { one, turn };
  });
  return inTurn
    .sort((a, b) => a.turn - b.turn)
    .slice(0, count)
    .map(({ one }) => one);
}
