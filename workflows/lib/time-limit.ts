import { condition, sleep } from '@temporalio/workflow';
import type { Pauses } from './pauses.ts';

/** How long an operation may take. What it was paused does not count. */
export class TimeLimit {
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

/** A limit for people: `90 minutes`. */
export const inWords = (ms: number): string => (ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} minutes`);
