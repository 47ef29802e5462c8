import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { FailureType } from '../../model/index.ts';
import { timeLeft } from './step-deadline.ts';

/** First pause between two looks, in milliseconds. */
const FIRST_MS = 200;
/**
 * Longest pause: what a wait may overshoot. Three seconds are little beside the minutes a cloud takes, and twenty calls
 * a minute.
 */
const LONGEST_MS = 3000;
const FACTOR = 1.4;

/** What is waited for, and until when. */
export interface Poll {
  /** For the message: `12 servers of atlas-k3f7x2 to be ACTIVE`. */
  readonly subject: string;
  readonly deadlineMs: number;
  /** Longest pause between two looks in milliseconds; 3,000 unless given. */
  readonly longestMs?: number;
}

/**
 * Looks again and again, at growing distances, until there is a result.
 *
 * @throws ApplicationFailure `Slipway.DeadlineExceeded` with what was seen last; the cancellation of the activity
 */
export async function poll<T>(wait: Poll, look: () => Promise<{ done: T } | { pending: string }>): Promise<T> {
  const signal = cancellationSignal();
  const deadlineMs = timeLeft(wait.deadlineMs);
  const deadline = Date.now() + deadlineMs;
  for (let pause = FIRST_MS; ; pause = Math.min(pause * FACTOR, wait.longestMs ?? LONGEST_MS)) {
    signal.throwIfAborted();
    const seen = await look();
    if ('done' in seen) return seen.done;
    if (Date.now() + pause > deadline) {
      const seconds = Math.round(deadlineMs / 1000);
      throw ApplicationFailure.nonRetryable(
        `waited ${seconds} s for ${wait.subject}; last seen: ${seen.pending}`,
        FailureType.DeadlineExceeded,
      );
    }
    await sleep(pause, undefined, { signal });
  }
}
