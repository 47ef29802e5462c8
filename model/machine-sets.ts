/** A machine of a set, as far as a rollout looks at it. */
export interface SetMachine {
  readonly name: string;
  /** What it was made of: a hash of image, flavor, version, volume and user-data. */
  readonly generation: string;
  /** Whether its node is Ready and takes pods. */
  readonly ready: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What a set shall become. */
export interface WantedSet {
  readonly count: number;
  readonly generation: string;
}

/**
 * How far a set may be from what is wanted while it changes. One of both is more than 0, else nothing could ever
 * change.
 */
export interface RolloutLimits {
  /** Machines beyond the wanted count. */
  readonly surge: number;
  /** Ready machines less than the wanted count. */
  readonly unavailable: number;
}

/**
 * What can be done at once now. All empty: wait for machines to become Ready, or, when `done`, nothing is left to do.
 */
export interface RolloutStep {
  /** How many machines of the wanted generation to make. */
  readonly create: number;
  /** Names of the machines to drain and remove, in this order. */
  readonly remove: readonly string[];
  readonly done: boolean;
}

/**
 * The next step of a rollout: which machines to make and which to remove, so that there are never more than `count +
 * surge` of them and, of those that were Ready, never fewer than `count - unavailable` left. Machines that are not
 * Ready go first, then older generations, then the oldest.
 */
export function planRollout(
  observed: readonly SetMachine[],
  { count, generation }: WantedSet,
  { surge, unavailable }: RolloutLimits,
): RolloutStep {
  const isFresh = (machine: SetMachine): boolean => machine.generation === generation;
  const fresh = observed.filter(isFresh);
  const missing = Math.max(0, count - fresh.length);
  const create = Math.min(missing, Math.max(0, count + surge - observed.length));

  const byAge = (a: SetMachine, b: SetMachine): number =>
    a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name, 'en', { numeric: true });
  const rank = (machine: SetMachine): number => (machine.ready ? 2 : 0) + (isFresh(machine) ? 1 : 0);
  const surplusFresh = [...fresh]
    .sort((a, b) => rank(a) - rank(b) || byAge(a, b))
    .slice(0, Math.max(0, fresh.length - count));
  const going = [...observed.filter((machine) => !isFresh(machine)), ...surplusFresh].sort(
    (a, b) => rank(a) - rank(b) || byAge(a, b),
  );
  let spare = observed.filter(({ ready }) => ready).length - Math.max(0, count - unavailable);
  const remove = going.filter(({ ready }) => !ready || spare-- > 0).map(({ name }) => name);
  return { create, remove, done: missing === 0 && going.length === 0 };
}
