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
  const { drainNodes } = proxyActivities<Activities>({
    ...WAIT,
    startToCloseTimeout: `${minutes + 5}m`,
    scheduleToCloseTimeout: `${minutes + 15}m`,
  });
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
