/** Lets so many callers in at a time; the others wait their turn. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs `work` once there is a slot. Throws the signal's reason when it is aborted before that. */
  async use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await work();
    } finally {
      // The slot goes to the caller that has waited longest.
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        settle();
        resolve();
      };
      const leave = () => {
        settle();
        const reason: unknown = signal?.reason;
        reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }));
      };
      const settle = () => {
        this.#waiting.delete(enter);
        signal?.removeEventListener('abort', leave);
      };
      this.#waiting.add(enter);
      signal?.addEventListener('abort', leave);
    });
  }
}
