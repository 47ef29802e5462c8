/** An addon, and what comes before it. */
export interface OrderedAddon {
  readonly key: string;
  readonly after: readonly string[];
}

/** In which order addons are installed. */
export interface AddonOrder {
  /** Of each addon: how many others come before it, one after the other. Those of one rank do not need each other. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Addons that wait for each other in a circle, in its order; absent when there is none. */
  readonly circle?: readonly string[];
}

/** Orders addons by `after`. What is not among them is not waited for. */
export function addonOrder(addons: readonly OrderedAddon[]): AddonOrder {
  const byKey = new Map(addons.map((one) => [one.key, one]));
  const ranks = new Map<string, number>();
  let circle: readonly string[] | undefined;
  const rankOf = (key: string, path: readonly string[]): number => {
    const known = ranks.get(key);
    if (known !== undefined) return known;
    if (path.includes(key)) {
      circle ??= path.slice(path.indexOf(key));
      return 0;
    }
    const before = (byKey.get(key)?.after ?? []).filter((other) => byKey.has(other));
    const rank = Math.max(-1, ...before.map((other) => rankOf(other, [...path, key]))) + 1;
    ranks.set(key, rank);
    return rank;
  };
  for (const { key } of addons) rankOf(key, []);
  return circle === undefined ? { ranks } : { ranks, circle };
}
