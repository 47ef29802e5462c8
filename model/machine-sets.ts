import { NO_GENERATION } from './generation.ts';

/** A machine of a set, as far as a rollout looks at it. */
export interface SetMachine {
  readonly name: string;
  /** What it was made of (`generationOf`); empty for machines that were made before there were generations. */
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

/** As people say it: a number of machines, or `10%` of the wanted count. */
export interface StatedLimits {
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
}

/**
 * The limits for a set of this size. Percentages of a surge are rounded up, of machines that are not available down;
 * where both come to nothing, one machine may be unavailable (as Kubernetes' Deployments do:
 * pkg/controller/deployment/util, ResolveFenceposts).
 */
export function rolloutLimits(count: number, { maxSurge, maxUnavailable }: StatedLimits): RolloutLimits {
  const part = (limit: number | string, round: (machines: number) => number): number => {
    const stated = Number.parseInt(String(limit));
    return String(limit).endsWith('%') ? round((count * stated) / 100) : stated;
  };
  const surge = part(maxSurge, Math.ceil);
  const unavailable = part(maxUnavailable, Math.floor);
  return { surge, unavailable: surge + unavailable === 0 ? 1 : unavailable };
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

  const surplusFresh = [...fresh].sort(leavesFirst(generation)).slice(0, Math.max(0, fresh.length - count));
  const going = [...observed.filter((machine) => !isFresh(machine)), ...surplusFresh].sort(leavesFirst(generation));
  let spare = observed.filter(({ ready }) => ready).length - Math.max(0, count - unavailable);
  const remove = going.filter(({ ready }) => !ready || spare-- > 0).map(({ name }) => name);
  return { create, remove, done: missing === 0 && going.length === 0 };
}

/**
 * Which machines of a set leave it when so many shall: those that are named, then those that are not Ready, then those
 * that are not of the newest generation, of these first those without any, then the oldest.
 */
export function chooseLeaving<Machine extends SetMachine>(
  observed: readonly Machine[],
  surplus: number,
  named: ReadonlySet<string>,
): Machine[] {
  const order = leavesFirst(newestGeneration(observed));
  const rank = ({ name }: SetMachine): number => (named.has(name) ? 0 : 1);
  return [...observed].sort((a, b) => rank(a) - rank(b) || order(a, b)).slice(0, Math.max(0, surplus));
}

/**
 * The generation of the youngest machine that has one. Not what would be made now: what goes must not depend on an
 * image that is there no more, and after a return to an earlier generation its machines are the youngest.
 */
function newestGeneration(machines: readonly SetMachine[]): string {
  const marked = machines.filter(({ generation }) => generation !== NO_GENERATION);
  return [...marked].sort(byAge).at(-1)?.generation ?? NO_GENERATION;
}

const byAge = (a: SetMachine, b: SetMachine): number =>
  a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name, 'en', { numeric: true });

/**
 * Orders machines: those that are not Ready, then those without a generation, then those of other generations than
 * this, then the oldest.
 */
const leavesFirst = (newest: string): ((a: SetMachine, b: SetMachine) => number) => {
  const rank = ({ ready, generation }: SetMachine): number =>
    (ready ? 3 : 0) + (generation === newest ? 2 : generation === NO_GENERATION ? 0 : 1);
  return (a, b) => rank(a) - rank(b) || byAge(a, b);
};
