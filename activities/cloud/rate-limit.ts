import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets so many requests a second through, evenly, in the order in which they came. A pause leaves at most one second's
 * worth to be spent at once.
 */
export class RateLimit {
  readonly #intervalMs: number;
  #next = 0;

  /** @param perSecond requests per second, positive */
  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Returns when the request may go out; throws the signal's reason when it is aborted before. */
  async take(signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    this.#next = Math.max(this.#next + this.#intervalMs, now - 1000);
    const pause = this.#next - now;
    if (pause > 1) await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
}
