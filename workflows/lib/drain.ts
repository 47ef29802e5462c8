import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { Drained } from '../../activities/kubernetes/drain-nodes.ts';
import { FailureType } from '../../model/index.ts';
import { ENSURE, WAIT } from '../activity-profiles.ts';
import { describeFailure } from './failures.ts';

/** How often a person may let a blocked drain try again. */
const MAX_TRIES = 100;

export interface DrainRules {
  readonly id: string;
  /** Deadline of one drain. */
  readonly minutes: number;
  readonly onBlocked: 'pause' | 'fail' | 'force';
  /** Waits for a person, for this reason. */
  readonly pause: (reason: string) => Promise<void>;
}

/** Drains nodes. Where a budget blocks it, a person is waited for if that was asked for. */
export async function drain({ id, minutes, onBlocked, pause }: DrainRules, nodes: readonly string[]): Promise<Drained> {
  const drainNodes = drainActivity(minutes);
  for (let tries = 1; ; tries++) {
    try {
      return await drainNodes({ id, nodes, minutes, onBlocked });
    } catch (error) {
      const { type, message } = describeFailure(error);
      if (onBlocked !== 'pause' || type !== FailureType.KubernetesDrainBlocked || tries === MAX_TRIES) throw error;
      await pause(message);
    }
  }
}

/** What a drain that did not hold up others has left. */
export interface DrainedPartly {
  /** Names of the nodes that still have pods. */
  readonly left: readonly string[];
  readonly why: string;
}

/** Drains nodes for so long, and no longer than any of them gets on. */
export async function drainPartly(drain: {
  readonly id: string;
  readonly nodes: readonly string[];
  readonly onBlocked: DrainRules['onBlocked'];
  readonly limitMs: number;
}): Promise<DrainedPartly> {
  const { limitMs, ...which } = drain;
  const minutes = Math.max(limitMs, SHORTEST_DRAIN_MS) / 60_000;
  const { left = [], why = '' } = await drainActivity(minutes)({ ...which, minutes, partly: true });
  return { left, why };
}

/** Of nodes that were drained before, and go now. */
const SHORTEST_DRAIN_MS = 1000;

const drainActivity = (minutes: number): Activities['drainNodes'] =>
  proxyActivities<Activities>({
    ...WAIT,
    startToCloseTimeout: (minutes + 5) * 60_000,
    scheduleToCloseTimeout: (minutes + 15) * 60_000,
  }).drainNodes;

/**
 * Does work that drains nodes. If it fails or is cancelled, what stays is to take pods again; where even that fails,
 * the next operation does it.
 */
export async function givingBack<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { uncordonNodes } = proxyActivities<Activities>(ENSURE);
    await CancellationScope.nonCancellable(() => uncordonNodes({ id }).catch(() => undefined));
    throw error;
  }
}
