/**
 * Runs what has to be looked at again once per turn of the event loop, however many changes asked for it: a thousand
 * nodes that join together cost each controller one look, not a thousand.
 */
export class WorkQueue {
  readonly #pending = new Map<string, () => void>();
  #scheduled: NodeJS.Timeout | undefined;
  #closed = false;

  /** Runs `task` soon, unless a task with this key already waits. */
  add(key: string, task: () => void): void {
    if (this.#closed || this.#pending.has(key)) return;
    this.#pending.set(key, task);
    this.#scheduled ??= setTimeout(() => this.#run(), 5);
  }

  /** Forgets what waits and takes no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#scheduled);
    this.#pending.clear();
  }

  #run(): void {
    this.#scheduled = undefined;
    const tasks = [...this.#pending.values()];
    this.#pending.clear();
    for (const task of tasks) task();
  }
}
