import { setTimeout as sleep } from 'node:timers/promises';

/** How long the first call of a wave waits for others. */
const GATHER_MS = 4000;

/**
 * Holds calls for a moment, so that what is done to a worker is done once for all calls that are under way: a worker
 * takes seconds to start, and a hundred cases would wait for a hundred workers.
 */
export class Wave {
  readonly #size: number;
  readonly #act: (pids: ReadonlySet<number>) => Promise<void>;
  #pids = new Set<number>();
  #count = 0;
  #full: (() => void) | undefined;
  #running: Promise<void> | undefined;

  /** @param size as soon as so many calls have come, nothing more is waited for */
  constructor(size: number, act: (pids: ReadonlySet<number>) => Promise<void>) {
    this.#size = size;
    this.#act = act;
  }

  /** Resolves when it has been done to this process. */
  join(pid: number): Promise<void> {
    this.#pids.add(pid);
    this.#count += 1;
    this.#running ??= this.#gather();
    if (this.#count >= this.#size) this.#full?.();
    return this.#running;
  }

  async #gather(): Promise<void> {
    await Promise.race([sleep(GATHER_MS), new Promise<void>((resolve) => (this.#full = resolve))]);
    const pids = this.#pids;
    this.#pids = new Set();
    this.#count = 0;
    this.#running = undefined;
    this.#full = undefined;
    await this.#act(pids);
  }
}
