import {
  CancellationScope,
  CancelledFailure,
  condition,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import {
  declarationOf,
  messages,
  type OperationName,
  type OperationProgress,
  type StepProgress,
  type StepState,
} from '../../model/index.ts';
import { describeFailure } from './failures.ts';
import { deadlineExceeded } from './deadline.ts';
import { Pauses } from './pauses.ts';
import { type Wish, Wishes } from './wishes.ts';

/** A step as an operation declares it, before anything runs. */
export interface StepDeclaration {
  readonly title: string;
  readonly parent?: string;
  /**
   * Types of the activities that work for it, unless it is named like its only one: their heartbeats are shown with it.
   */
  readonly activities?: readonly string[];
  /** Seconds it usually takes on a real cloud; weighs the percentage. */
  readonly seconds: number;
}

/**
 * Starts a step once the steps it needs are done, and hands it their results. If one of them failed it never starts and
 * rejects with the same error. With `tolerate` the operation may go on when the step fails: with what it returns for
 * the error as the step's result, or not when it throws. A cancellation is never tolerated.
 */
export type StartStep<Id extends string> = <const Needs extends readonly Promise<unknown>[], Result>(
  id: Id,
  needs: Needs,
  work: (...results: Results<Needs>) => Promise<Result>,
  tolerate?: (error: unknown) => Result,
) => Promise<Result>;

/** What a script has to say of its steps beside running them. */
export interface StepControl<Id extends string, N extends OperationName> {
  /** These have nothing to do. */
  readonly skip: (...ids: Id[]) => void;
  /**
   * A safe point: waits here while a person has paused the operation, or, with a reason, until one says that it may go
   * on. The step is shown as paused. For operations that are declared pausable.
   */
  readonly pausePoint: (id: Id, blockedBy?: string) => Promise<void>;
  /**
   * The newest wish that the operation was handed after this one. For operations that declare a `handOver`; others have
   * none.
   */
  readonly wishAfter: (wish: Pick<Wish<N>, 'number'>) => Wish<N> | undefined;
  /** The operation may go on for so many milliseconds from now, if that is longer than it could. */
  readonly prolong: (deadlineMs: number) => void;
}

type Results<Needs extends readonly Promise<unknown>[]> = { -readonly [K in keyof Needs]: Awaited<Needs[K]> };

const progressQuery = defineQuery<OperationProgress>(messages.progress);

/**
 * Runs an operation as a graph of steps: all that do not need each other run at the same time. The first step that
 * fails cancels the others, which are waited for, and its error is thrown. The tree is answered by the query `progress`
 * and shown as the workflow's current details. What the operation is paused does not count for its deadline.
 */
export async function runSteps<N extends OperationName, Id extends string, Result>(
  operation: N,
  declared: Record<Id, StepDeclaration>,
  deadlineMs: number,
  script: (step: StartStep<Id>, control: StepControl<Id, N>) => Promise<Result>,
): Promise<Result> {
  const tree = new StepTree(operation, declared);
  setHandler(progressQuery, () => tree.progress());
  setCurrentDetails(tree.toMarkdown());

  const scope = new CancellationScope();
  const started: Promise<unknown>[] = [];
  let firstFailure: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    if (firstFailure === undefined && !(isCancellation(error) && scope.consideredCancelled)) firstFailure = { error };
    scope.cancel();
  };

  const step: StartStep<Id> = (id, needs, work, tolerate) => {
    const outcome = (async () => {
      const results: Results<typeof needs> = await Promise.all(needs);
      tree.set(id, 'running');
      try {
        const result = await work(...results);
        tree.set(id, 'done');
        return result;
      } catch (error) {
        const { message } = describeFailure(error);
        try {
          if (tolerate === undefined || isCancellation(error)) throw error;
          const result = tolerate(error);
          tree.set(id, 'tolerated', message);
          return result;
        } catch (intolerable) {
          tree.set(id, isCancellation(intolerable) ? 'cancelled' : 'failed', message);
          fail(intolerable);
          throw intolerable;
        }
      }
    })();
    started.push(outcome);
    outcome.catch(() => undefined);
    return outcome;
  };

  const { pausable, handOver } = declarationOf(operation);
  const pauses = pausable
    ? new Pauses(operation, () => fail(new CancelledFailure('The operation was aborted')))
    : undefined;
  const wishes = handOver === undefined ? undefined : new Wishes(operation);
  const time = new TimeLimit(deadlineMs, pauses);
  const control: StepControl<Id, N> = {
    skip: (...ids) => ids.forEach((id) => tree.skip(id)),
    pausePoint: async (id, blockedBy) => pauses?.wait((reason) => tree.hold(id, reason), blockedBy),
    wishAfter: (wish) => wishes?.after(wish),
    prolong: (longerMs) => time.prolong(longerMs),
  };

  const timer = new CancellationScope();
  const expiry = timer.run(async () => {
    fail(deadlineExceeded(operation, inWords(await time.isOver())));
  });
  expiry.catch(() => undefined);
  try {
    const result = await scope.run(() => script(step, control));
    await Promise.all(started);
    return result;
  } catch (error) {
    fail(error);
    await Promise.allSettled(started);
    throw firstFailure === undefined ? error : firstFailure.error;
  } finally {
    timer.cancel();
    setCurrentDetails(tree.toMarkdown());
  }
}

/** How long an operation may take. What it was paused does not count. */
class TimeLimit {
  readonly #startedAt = Date.now();
  readonly #pauses: Pauses | undefined;
  /** What it was given last; and how much it may work altogether. */
  #limitMs: number;
  #totalMs: number;

  constructor(limitMs: number, pauses: Pauses | undefined) {
    this.#limitMs = this.#totalMs = limitMs;
    this.#pauses = pauses;
  }

  prolong(limitMs: number): void {
    const totalMs = Date.now() - this.#startedAt - this.#pausedMs() + limitMs;
    if (totalMs <= this.#totalMs) return;
    this.#totalMs = totalMs;
    this.#limitMs = limitMs;
  }

  /** Waits until the time is over. Returns the limit that was given last. */
  async isOver(): Promise<number> {
    for (let left = this.#totalMs; left > 0; left = this.#left()) {
      await sleep(left);
      await condition(() => this.#pauses?.isHeld !== true);
    }
    return this.#limitMs;
  }

  #left(): number {
    return this.#totalMs + this.#pausedMs() - (Date.now() - this.#startedAt);
  }

  #pausedMs(): number {
    return this.#pauses?.totalMs ?? 0;
  }
}

const inWords = (ms: number): string => (ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} minutes`);

interface Entry {
  readonly declaration: StepDeclaration;
  state: StepState;
  startedAt?: number;
  endedAt?: number;
  detail?: string;
  /** What it was before it was paused. */
  held?: Pick<Entry, 'state' | 'detail'>;
}

class StepTree {
  readonly #operation: OperationName;
  readonly #entries: Map<string, Entry>;

  constructor(operation: OperationName, declared: Record<string, StepDeclaration>) {
    this.#operation = operation;
    this.#entries = new Map(
      Object.entries(declared).map(([id, declaration]) => [id, { declaration, state: 'pending' }]),
    );
  }

  set(id: string, state: StepState, detail?: string): void {
    const entry = this.#entry(id);
    entry.state = state;
    if (detail !== undefined) entry.detail = detail;
    if (state === 'running') {
      // A step may be done again, for a wish that came later.
      delete entry.endedAt;
      delete entry.detail;
      entry.startedAt = Date.now();
    } else if (state !== 'skipped') entry.endedAt = Date.now();
    setCurrentDetails(this.toMarkdown());
  }

  /** Nothing is to do for it now; if something was before, that is shown. */
  skip(id: string): void {
    if (this.#entry(id).state === 'pending') this.set(id, 'skipped');
  }

  /** Shows a step as paused for this reason; as it was before, without one. */
  hold(id: string, reason: string | undefined): void {
    const entry = this.#entry(id);
    const { state, detail } = entry;
    if (reason !== undefined) Object.assign(entry, { held: { state, detail }, state: 'paused', detail: reason });
    else Object.assign(entry, entry.held);
    setCurrentDetails(this.toMarkdown());
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`step ${id} was not declared`);
    return entry;
  }

  progress(): OperationProgress {
    const entries = [...this.#entries.values()];
    const sum = (list: Entry[]) => list.reduce((total, { declaration }) => total + declaration.seconds, 0);
    const done = sum(entries.filter(({ state }) => ['done', 'skipped', 'tolerated'].includes(state)));
    return {
      operation: this.#operation,
      percent: Math.floor((100 * done) / Math.max(1, sum(entries))),
      steps: [...this.#entries].map(([id, entry]) => toProgress(id, entry)),
    };
  }

  toMarkdown(): string {
    const { percent, steps } = this.progress();
    const marks = {
      pending: '▫️',
      running: '🔄',
      paused: '⏸️',
      done: '✅',
      skipped: '➖',
      tolerated: '⚠️',
      failed: '❌',
      cancelled: '⛔',
    };
    const lines = steps.map((step) => {
      const seconds =
        step.startedAt && step.endedAt
          ? ` (${Math.round((Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1000)} s)`
          : '';
      const indent = step.parent === undefined ? '' : '  ';
      return `${indent}- ${marks[step.state]} ${step.title}${seconds}${step.detail === undefined ? '' : `: ${step.detail}`}`;
    });
    return [`**${percent} %**`, '', ...lines].join('\n');
  }
}

function toProgress(id: string, { declaration, state, startedAt, endedAt, detail }: Entry): StepProgress {
  return {
    id,
    title: declaration.title,
    state,
    ...(declaration.parent === undefined ? {} : { parent: declaration.parent }),
    ...(declaration.activities === undefined ? {} : { activities: declaration.activities }),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    ...(detail === undefined ? {} : { detail }),
  };
}
