import type { ActivityOptions } from '@temporalio/workflow';

/**
 * Complete time-out and retry settings by the kind of work. Whether a failure is retried at all is said by the failure
 * itself (`activities/lib/failures.ts`): what can never succeed is non-retryable there.
 *
 * Every activity heartbeats by itself (`workers/activity-interceptor.ts`), so a killed worker is noticed within
 * `HEARTBEAT_MS`.
 */

/** Three missed heartbeats; short, because after a crash nothing goes on before it. */
const HEARTBEAT_MS = 10_000;

/** OpenStack's own services restart within seconds; 20 s spares them when they do not. */
const RETRY = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '20s' } as const;

/** A deletion that follows must find what a cancelled activity was just making, so its end is waited for. */
const CANCELLATION = 'WAIT_CANCELLATION_COMPLETED';

/**
 * Find, create, return: a few calls that each answer within seconds. Fifteen minutes outlast a controller's restart.
 */
export const ENSURE: ActivityOptions = {
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: RETRY,
  cancellationType: CANCELLATION,
};

/** Many servers by few requests, each of which may take Nova a minute. */
export const CREATE_MANY: ActivityOptions = {
  startToCloseTimeout: '15m',
  scheduleToCloseTimeout: '30m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: RETRY,
  cancellationType: CANCELLATION,
};

/**
 * A poll loop inside the activity: load balancers take up to ten minutes, a large group of servers up to half an hour.
 */
export const WAIT: ActivityOptions = {
  startToCloseTimeout: '40m',
  scheduleToCloseTimeout: '45m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: RETRY,
  cancellationType: CANCELLATION,
};

/** Removing and seeing it gone. A cloud that is down for an hour must not leave a deletion half done. */
export const REMOVE: ActivityOptions = {
  startToCloseTimeout: '20m',
  scheduleToCloseTimeout: '60m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: RETRY,
  cancellationType: CANCELLATION,
};

/**
 * Helm: taking back what a killed one left, fetching a chart, and an installation with ten minutes for what it makes to
 * be ready and as many to take it back.
 */
export const INSTALL: ActivityOptions = {
  startToCloseTimeout: '45m',
  scheduleToCloseTimeout: '75m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: RETRY,
  cancellationType: CANCELLATION,
};

/** Handing a request to the cluster's workflow: answered as soon as it is admitted. */
export const ASK: ActivityOptions = {
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: HEARTBEAT_MS,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
  cancellationType: CANCELLATION,
};

/** Keeping what is known, where an operation must not wait long for it: deletion works without. */
export const KEEP_BRIEFLY: ActivityOptions = { ...ENSURE, startToCloseTimeout: '30s', scheduleToCloseTimeout: '1m' };

/** What a terminated run left under way has heard of it, and abandoned its requests, after a heartbeat and a half. */
export const QUIET_MS = 1.5 * HEARTBEAT_MS;

/**
 * How long a caller waits before it asks again what became of its request, the first hour and later: the word of the
 * end may be lost by a reset.
 */
export const reminderAfter = (asked: number): '10m' | '1h' => (asked < 6 ? '10m' : '1h');

/** After four days, in which others may run before it, or a person lets it wait for a weekend, a caller gives up. */
export const MAX_REMINDERS = 101;
export const PATIENCE = '4d';
