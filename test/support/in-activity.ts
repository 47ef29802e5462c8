import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/**
 * Runs what only works within an activity: heartbeats and cancellation are there. Failures are the caller's, and not
 * logged.
 */
export const inActivity = <T>(work: () => Promise<T>): Promise<T> =>
  new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run<[], T, () => Promise<T>>(work);
