/** A change of state that is due: plain JSON, so that it survives saving and loading. */
export interface Transition {
  /** Which handler runs, such as `server.active`. */
  readonly kind: string;
  /** The resource it is about. */
  readonly id: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** From when on it may happen as soon as somebody has read the state before it, in milliseconds since the epoch. */
  readonly readableFrom?: number | undefined;
}

/** How long a state waits to be read, in milliseconds: clients that wait for a state ask about once a second. */
const patience = 1000;

type Handler = (id: string) => void;

/** Changes of state that happen later, on the real clock. */
export class Transitions {
  readonly #handlers = new Map<string, Handler>();
  /** What is due, by resource. */
  readonly #pending = new Map<string, Map<Transition, NodeJS.Timeout>>();
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
    this.#requireHandler(kind);
    this.#arm({ kind, id, at: Date.now() + seconds * 1000 });
  }

  /**
   * As {@link schedule}, for the end of a state which nobody could know of who has not read it: it ends where it began,
   * and the answer of the request does not show it. It lasts until {@link wasRead}, or for a second, however short it
   * would be.
   */
  scheduleOnceRead(kind: string, id: string, seconds: number): void {
    this.#requireHandler(kind);
    const readableFrom = Date.now() + seconds * 1000;
    this.#arm({ kind, id, at: Math.max(readableFrom, Date.now() + patience), readableFrom });
  }

  /**
   * Says that a project has read the state of a resource: what waits for that happens next. Nobody waits for the states
   * of other projects' resources, but who runs the machines reads them all the time.
   */
  wasRead({ id, projectId }: { readonly id: string; readonly projectId: string }, readBy: string): void {
    if (projectId !== readBy) return;
    for (const transition of this.#pending.get(id)?.keys() ?? []) {
      const { kind, readableFrom } = transition;
      if (readableFrom === undefined) continue;
      this.#drop(transition);
      this.#arm({ kind, id, at: readableFrom });
    }
  }

  /** Forgets what is due for a resource. */
  cancel(id: string): void {
    for (const transition of this.#pending.get(id)?.keys() ?? []) this.#drop(transition);
  }

  /** What is due, for saving. */
  pending(): Transition[] {
    return [...this.#pending.values()].flatMap((due) => [...due.keys()]);
  }

  /** Takes up saved transitions; those overdue run at once. */
  restore(transitions: readonly Transition[]): void {
    for (const transition of transitions) this.#arm(transition);
  }

  /** Forgets everything that is due. */
  clear(): void {
    for (const transition of this.pending()) this.#drop(transition);
  }

  #requireHandler(kind: string): void {
    if (!this.#handlers.has(kind)) throw new Error(`Transition "${kind}" has no handler`);
  }

  #arm(transition: Transition): void {
    const run = () => {
      this.#drop(transition);
      try {
        this.#handlers.get(transition.kind)?.(transition.id);
      } catch (error) {
        this.#onError(error, transition);
      }
    };
    const due = this.#pending.get(transition.id) ?? new Map<Transition, NodeJS.Timeout>();
    this.#pending.set(transition.id, due);
    due.set(transition, setTimeout(run, Math.max(0, transition.at - Date.now())));
  }

  #drop(transition: Transition): void {
    const due = this.#pending.get(transition.id);
    clearTimeout(due?.get(transition));
    due?.delete(transition);
    if (due?.size === 0) this.#pending.delete(transition.id);
  }
}
