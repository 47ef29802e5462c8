import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until the clock shows another second: services keep to the second when something was made, and what was made in
 * the same one has no order of time.
 */
export async function nextSecond(signal: AbortSignal): Promise<void> {
  await sleep(1000, undefined, { signal });
}
