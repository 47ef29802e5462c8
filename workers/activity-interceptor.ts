import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { latestProgress } from '../activities/lib/progress.ts';
import type { ActivityMetrics } from './metrics.ts';

/** Heartbeats per heartbeat time-out: two may come late before the server gives up on the worker. */
const BEATS = 3;

/**
 * Counts every activity, and keeps those that have a heartbeat time-out beating, so that only a dead worker misses a
 * beat. A beat repeats the details the activity told last (at first those of the attempt before), since a heartbeat
 * without details erases them.
 */
export function activityInterceptors(metrics: ActivityMetrics): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        const ended = metrics.started(context.info.activityType);
        const stop = keepBeating(context);
        try {
          const result = await next(input);
          ended('completed');
          return result;
        } catch (error) {
          ended(outcome(error), failureType(error));
          throw error;
        } finally {
          stop();
        }
      },
    },
  });
}

/** Heartbeats in the background until the returned function is called. */
function keepBeating(context: Context): () => void {
  const { heartbeatTimeoutMs, isLocal } = context.info;
  if (heartbeatTimeoutMs === undefined || isLocal) return () => undefined;
  const before: unknown = context.info.heartbeatDetails;
  const beat = () => context.heartbeat(latestProgress(context) ?? before);
  const timer = setInterval(beat, heartbeatTimeoutMs / BEATS);
  return () => clearInterval(timer);
}

const outcome = (error: unknown) => (error instanceof CancelledFailure || isAbort(error) ? 'cancelled' : 'failed');
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The stable type of a failure, for a metric's label. Other errors are bugs: few in number. */
function failureType(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.type ?? 'ApplicationFailure';
  return error instanceof Error ? error.name : 'unknown';
}
