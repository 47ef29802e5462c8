import { activityInfo, ApplicationFailure, Context } from '@temporalio/activity';

const limits = new WeakMap<Context, number>();

/**
 * Limits the current activity, all its tries together, to so many milliseconds; its own limits hold where they are
 * shorter.
 */
export function limitStep(limitMs: number | undefined): void {
  if (limitMs !== undefined) limits.set(Context.current(), limitMs);
}

/** How long the current activity may still wait for something: `ownMs`, or what is left of the limit of its worker. */
export function timeLeft(ownMs: number): number {
  return Math.max(0, Math.min(ownMs, stepDeadline() - Date.now()));
}

/** Beyond the limit nothing is tried again: what failed last is the verdict, in the words of the service. */
export function withinLimit(error: unknown): unknown {
  if (!(error instanceof ApplicationFailure) || error.nonRetryable === true || Date.now() < stepDeadline())
    return error;
  const { type, message, details, cause } = error;
  return ApplicationFailure.create({
    message,
    nonRetryable: true,
    details: details ?? [],
    ...(type == null ? {} : { type }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function stepDeadline(): number {
  return activityInfo().scheduledTimestampMs + (limits.get(Context.current()) ?? Number.POSITIVE_INFINITY);
}
