const tickMilliseconds = 5;
const retryMilliseconds = 1000;

/**
 * Runs what has to be looked at again once per turn of the event loop, however many changes asked for it: a thousand
 * nodes that join together cost each controller one look, not a thousand.
 */
export class WorkQueue {
  readonly #pending = new Map<string, () => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #scheduled: NodeJS.Timeout | undefined;
  #closed = false;

  /** Runs `task` soon, unless a task with this key already waits. One that throws is run again a second later. */
  add(key: string, task: () => void): void {
    if (this.#closed || this.#pending.has(key)) return;
    this.#pending.set(key, task);
    this.#scheduled ??= setTimeout(() => this.#run(), tickMilliseconds);
  }

  /** Runs `task` once the time is over. */
  addLater(key: string, milliseconds: number, task: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.add(key, task);
    }, milliseconds);
    this.#timers.add(timer);
  }

  /** Forgets what waits and takes no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#scheduled);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#pending.clear();
  }

  #run(): void {
    this.#scheduled = undefined;
    const tasks = [...this.#pending];
    this.#pending.clear();
    for (const [key, task] of tasks) {
      try {
        task();
      } catch {
        // As with the real controllers: what a user wrote may be refused (an invalid template), and may be corrected.
        this.addLater(key, retryMilliseconds, task);
      }
    }
  }
}
