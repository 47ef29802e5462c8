/** What every stored resource has. */
export interface Row {
  readonly id: string;
}

/** The key or keys under which a row is found in an index; undefined: not in the index. */
export type Indexer<T> = (row: T) => string | readonly string[] | undefined;

const keysOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/**
 * Rows of one type, by id and by indexes, in the order of their creation.
 * Rows are plain JSON, and are changed only with {@link Table.patch}, which keeps the indexes true.
 */
export class Table<T extends Row, I extends string = never> {
  readonly #rows = new Map<string, T>();
  readonly #indexers: readonly (readonly [I, Indexer<T>])[];
  readonly #indexes = new Map<I, Map<string, Set<T>>>();

  constructor(indexers: readonly (readonly [I, Indexer<T>])[] = []) {
    this.#indexers = indexers;
    for (const [name] of indexers) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Adds a row; one with the same id is replaced. */
  insert(row: T): T {
    this.delete(row.id);
    this.#rows.set(row.id, row);
    for (const [name, indexer] of this.#indexers) {
      for (const key of keysOf(indexer(row))) this.#link(name, key, row);
    }
    return row;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  /** Every row, oldest first. */
  all(): T[] {
    return [...this.#rows.values()];
  }

  /** The rows under a key of an index, oldest first. */
  by(index: I, key: string): T[] {
    return [...(this.#indexes.get(index)?.get(key) ?? [])];
  }

  /** How many rows are under a key of an index. */
  count(index: I, key: string): number {
    return this.#indexes.get(index)?.get(key)?.size ?? 0;
  }

  /** Changes a stored row in place. */
  patch(row: T, changes: Partial<T>): T {
    const before = this.#indexers.map(([, indexer]) => keysOf(indexer(row)));
    Object.assign(row, changes);
    if (!this.#rows.has(row.id)) return row;
    this.#indexers.forEach(([name, indexer], position) => {
      const old = before[position] ?? [];
      const now = keysOf(indexer(row));
      for (const key of old) if (!now.includes(key)) this.#unlink(name, key, row);
      for (const key of now) if (!old.includes(key)) this.#link(name, key, row);
    });
    return row;
  }

  delete(id: string): boolean {
    const row = this.#rows.get(id);
    if (!row) return false;
    this.#rows.delete(id);
    for (const [name, indexer] of this.#indexers) {
      for (const key of keysOf(indexer(row))) this.#unlink(name, key, row);
    }
    return true;
  }

  clear(): void {
    this.#rows.clear();
    for (const index of this.#indexes.values()) index.clear();
  }

  #link(name: I, key: string, row: T): void {
    const index = this.#indexes.get(name);
    if (!index) return;
    const rows = index.get(key);
    if (rows) rows.add(row);
    else index.set(key, new Set([row]));
  }

  #unlink(name: I, key: string, row: T): void {
    const index = this.#indexes.get(name);
    const rows = index?.get(key);
    rows?.delete(row);
    if (rows?.size === 0) index?.delete(key);
  }
}
