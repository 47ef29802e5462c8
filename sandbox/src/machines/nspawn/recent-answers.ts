const milliseconds = 1000;

/**
 * Which places answered during the last second. Dead members of a load balancer then cost one connection their time-out
 * and not every connection, as a health monitor does it elsewhere.
 */
export class RecentAnswers {
  readonly #answers = new Map<string, { readonly answered: boolean; readonly until: number }>();

  /** Remembers how a try to connect went. */
  note(place: string, answered: boolean): void {
    this.#answers.set(place, { answered, until: Date.now() + milliseconds });
  }

  /** How the last try went; undefined when that is too long ago. */
  recent(place: string): boolean | undefined {
    const last = this.#answers.get(place);
    return last !== undefined && Date.now() < last.until ? last.answered : undefined;
  }
}
