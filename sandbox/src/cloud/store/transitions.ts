/** A change of state that is due: plain JSON, so that it survives saving and loading. */
export interface Transition {
  /** Which handler runs, such as `server.active`. */
  readonly kind: string;
  /** The resource it is about. */
  readonly id: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

type Handler = (id: string) => void;

/** Changes of state that happen later, on the real clock. */
export class Transitions {
  readonly #handlers = new Map<string, Handler>();
  readonly #pending = new Map<Transition, NodeJS.Timeout>();
  readonly #onError: (error: unknown, transition: Transition) => void;

  constructor(onError: (error: unknown, transition: Transition) => void) {
    this.#onError = onError;
  }

  /** Says what happens when a transition of a kind is due. A handler looks its resource up: it may be gone. */
  on(kind: string, handler: Handler): void {
    if (this.#handlers.has(kind)) throw new Error(`Transition "${kind}" has two handlers`);
    this.#handlers.set(kind, handler);
  }

  /** Makes a change happen after some seconds; with 0, on the next tick of the event loop, never before. */
  schedule(kind: string, id: string, seconds: number): void {
    if (!this.#handlers.has(kind)) throw new Error(`Transition "${kind}" has no handler`);
    this.#arm({ kind, id, at: Date.now() + seconds * 1000 });
  }

  /** Forgets what is due for a resource. */
  cancel(id: string): void {
    for (const [transition, timer] of this.#pending) {
      if (transition.id !== id) continue;
      clearTimeout(timer);
      this.#pending.delete(transition);
    }
  }

  /** What is due, for saving. */
  pending(): Transition[] {
    return [...this.#pending.keys()];
  }

  /** Takes up saved transitions; those overdue run at once. */
  restore(transitions: readonly Transition[]): void {
    for (const transition of transitions) this.#arm(transition);
  }

  /** Forgets everything that is due. */
  clear(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  #arm(transition: Transition): void {
    const run = () => {
      this.#pending.delete(transition);
      try {
        this.#handlers.get(transition.kind)?.(transition.id);
      } catch (error) {
        this.#onError(error, transition);
      }
    };
    this.#pending.set(transition, setTimeout(run, Math.max(0, transition.at - Date.now())));
  }
}
