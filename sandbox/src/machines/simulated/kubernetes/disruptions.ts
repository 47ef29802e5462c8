import { at, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import { objectSelector } from './selectors.ts';
import type { WorkQueue } from './work-queue.ts';

const budgets = resourceOf('PodDisruptionBudget');
const pods = resourceOf('Pod');

/** Whether a pod's Ready condition is True. */
export function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (item) => at(item, 'type') === 'Ready' && at(item, 'status') === 'True',
  );
}

/** What a budget says of the pods that it selects. */
export interface Disruption {
  readonly expectedPods: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  /** Below zero when more pods are missing than may be. */
  readonly room: number;
}

/** Counts the pods of a budget; its numbers may be percentages of them. */
export function disruptionOf(budget: KubeObject, selected: readonly KubeObject[]): Disruption {
  const resolve = (value: unknown) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) / 100) * selected.length) : undefined;
  };
  const currentHealthy = selected.filter(isReady).length;
  const minimum = resolve(at(budget, 'spec', 'minAvailable'));
  const unavailable = resolve(at(budget, 'spec', 'maxUnavailable'));
  const desiredHealthy = minimum ?? selected.length - (unavailable ?? 1);
  return { expectedPods: selected.length, currentHealthy, desiredHealthy, room: currentHealthy - desiredHealthy };
}

/** The pods that a budget selects. */
export function podsOf(registry: Registry, budget: KubeObject): readonly KubeObject[] {
  const selects = objectSelector(at(budget, 'spec', 'selector'));
  return [...registry.store.values(pods, budget.metadata.namespace)].filter(selects);
}

/** Keeps the status of PodDisruptionBudgets. */
export class Disruptions {
  readonly #registry: Registry;
  readonly #queue: WorkQueue;
  /** The names of the budgets in each namespace: most have none, and their pods are not looked at. */
  readonly #names = new Map<string, Set<string>>();

  constructor(registry: Registry, queue: WorkQueue) {
    this.#registry = registry;
    this.#queue = queue;
    registry.store.watch(budgets, ({ type, object }) => {
      const { namespace = '', name } = object.metadata;
      const names = this.#names.get(namespace) ?? new Set<string>();
      if (type === 'DELETED') names.delete(name);
      else names.add(name);
      this.#names.set(namespace, names);
      if (type !== 'DELETED') this.#enqueue(namespace, name);
    });
    registry.store.watch(pods, ({ object }) => {
      const { namespace = '' } = object.metadata;
      for (const name of this.#names.get(namespace) ?? []) this.#enqueue(namespace, name);
    });
  }

  #enqueue(namespace: string, name: string): void {
    this.#queue.add(`budget/${namespace}/${name}`, () => {
      const budget = this.#registry.store.get(budgets, namespace, name);
      if (budget !== undefined) this.#count(budget);
    });
  }

  #count(budget: KubeObject): void {
    const { namespace, name, generation } = budget.metadata;
    const { expectedPods, currentHealthy, desiredHealthy, room } = disruptionOf(budget, podsOf(this.#registry, budget));
    const allowed = room > 0;
    const status = allowed ? 'True' : 'False';
    const before = listAt(budget, 'status', 'conditions').find((item) => at(item, 'status') === status);
    const condition = {
      type: 'DisruptionAllowed',
      status,
      observedGeneration: generation,
      reason: allowed ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      lastTransitionTime: textAt(before, 'lastTransitionTime') || timestamp(),
    };
    this.#registry.setStatus(budgets, namespace, name, {
      observedGeneration: generation,
      expectedPods,
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed: Math.max(0, room),
      conditions: [condition],
    });
  }
}
