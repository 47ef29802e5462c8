/** How one resource of a cluster is found, made and, if a crash made it twice, made one again. */
export interface EnsureOne<T> {
  /** The resources that carry the cluster's mark and this name, in any order. */
  readonly find: () => Promise<readonly T[]>;
  readonly create: () => Promise<T>;
  /** Removes a double. */
  readonly remove: (extra: T) => Promise<void>;
  /** When it was made (ISO 8601); the oldest stays. Ties are broken by id, so that two runs agree. */
  readonly createdAt: (resource: T) => string;
}

/**
 * Finds a resource or makes it. A create that was repeated after a lost answer can leave two: the oldest is kept, the
 * others are removed. Resources without the cluster's mark never reach this function.
 */
export async function ensureOne<T extends { readonly id: string }>(resource: EnsureOne<T>): Promise<T> {
  const [kept, ...extra] = oldestFirst(await resource.find(), resource.createdAt);
  for (const one of extra) await resource.remove(one);
  return kept ?? resource.create();
}

/** Sorts by age, then by id. */
export function oldestFirst<T extends { readonly id: string }>(
  resources: readonly T[],
  createdAt: (resource: T) => string,
): T[] {
  return [...resources].sort((a, b) => createdAt(a).localeCompare(createdAt(b)) || a.id.localeCompare(b.id));
}
