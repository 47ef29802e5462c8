const retryMilliseconds = 1000;

/**
 * Work that speaks with the cloud: of each key one at a time, and again a second later when it failed, as real
 * controllers do. What is asked for while it runs, runs once more.
 */
export class CloudWork {
  readonly #running = new Set<string>();
  readonly #again = new Map<string, (signal: AbortSignal) => Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stop = new AbortController();

  /** Runs `task` now, or after the one with this key that runs. */
  run(key: string, task: (signal: AbortSignal) => Promise<void>): void {
    if (this.#stop.signal.aborted) return;
    if (this.#running.has(key)) {
      this.#again.set(key, task);
      return;
    }
    this.#running.add(key);
    void this.#attempt(key, task);
  }

  /** Ends what runs and takes no more. */
  close(): void {
    this.#stop.abort();
    this.#again.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #attempt(key: string, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    let failed = false;
    try {
      await task(this.#stop.signal);
    } catch {
      // The cloud is busy, or lets it in no more, or the program does not run yet.
      failed = true;
    }
    this.#running.delete(key);
    const next = this.#again.get(key) ?? (failed ? task : undefined);
    this.#again.delete(key);
    if (next === undefined || this.#stop.signal.aborted) return;
    if (!failed) {
      this.run(key, next);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.run(key, next);
    }, retryMilliseconds);
    this.#timers.add(timer);
  }
}
