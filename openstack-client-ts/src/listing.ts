/** One page: its items, and how to ask for the next one (undefined: there is none). */
export interface Page<T> {
  items: T[];
  next: string | undefined;
}

/** No listing is longer than this many pages: a guard against a service whose pages never end. */
const MAX_PAGES = 100_000;

/**
 * A list that is asked for when it is used: `await` it for all items, or `for await` over it to hold one page at a
 * time. Awaiting twice asks once; iterating asks anew each time.
 */
export class Listing<T> implements PromiseLike<T[]>, AsyncIterable<T> {
  readonly #fetch: (next: string | undefined) => Promise<Page<T>>;
  readonly #repeats: (next: string) => Error;
  #all: Promise<T[]> | undefined;

  constructor(fetch: (next: string | undefined) => Promise<Page<T>>, repeats: (next: string) => Error) {
    this.#fetch = fetch;
    this.#repeats = repeats;
  }

  /** All items of all pages. */
  all(): Promise<T[]> {
    this.#all ??= this.#collect();
    return this.#all;
  }

  async #collect(): Promise<T[]> {
    const items: T[] = [];
    for await (const page of this.pages()) items.push(...page);
    return items;
  }

  then<A = T[], B = never>(
    fulfilled?: ((items: T[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.all().then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T[] | B> {
    return this.all().catch(rejected);
  }

  finally(done?: (() => void) | null): Promise<T[]> {
    return this.all().finally(done);
  }

  /**
   * Page by page.
   *
   * @throws UnexpectedResponseError if the service sends the same next page twice
   */
  async *pages(): AsyncGenerator<T[], void, undefined> {
    const seen = new Set<string>();
    let next: string | undefined;
    for (let count = 0; count < MAX_PAGES; count++) {
      const page = await this.#fetch(next);
      yield page.items;
      if (page.next === undefined) return;
      if (seen.has(page.next)) throw this.#repeats(page.next);
      seen.add(page.next);
      next = page.next;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page;
  }

  /** The first item, or undefined if there is none. Asks for no more pages than that takes. */
  async first(): Promise<T | undefined> {
    const [item] = await this.take(1);
    return item;
  }

  /** At most `count` items. Asks for no more pages than that takes. */
  async take(count: number): Promise<T[]> {
    const items: T[] = [];
    if (count <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= count) break;
    }
    return items;
  }

  /** The same list with each item changed by `change`. */
  map<U>(change: (item: T) => U): Listing<U> {
    return new Listing<U>(async (next) => {
      const page = await this.#fetch(next);
      return { items: page.items.map(change), next: page.next };
    }, this.#repeats);
  }
}
