import { fieldsAt, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import { fits, isNodeReady } from './nodes.ts';
import type { OwnershipIndex } from './ownership-index.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import { claimObstacle } from './volumes.ts';
import type { WorkQueue } from './work-queue.ts';

const pods = resourceOf('Pod');
const nodes = resourceOf('Node');
const claims = resourceOf('PersistentVolumeClaim');

/** Puts pods on Ready nodes. */
export class Scheduling {
  readonly #registry: Registry;
  readonly #index: OwnershipIndex;
  readonly #queue: WorkQueue;
  readonly #waiting = new Set<string>();

  constructor(registry: Registry, index: OwnershipIndex, queue: WorkQueue) {
    this.#registry = registry;
    this.#index = index;
    this.#queue = queue;
    registry.store.watch(pods, ({ type, object }) => {
      if (type !== 'DELETED') this.#consider(object);
    });
    registry.store.watch(nodes, ({ type, object }) => {
      if (type === 'DELETED') this.#forgetNode(object.metadata.name);
      else this.#retry();
    });
    registry.store.watch(claims, () => this.#retry());
  }

  #consider(pod: KubeObject): void {
    const { namespace, name } = pod.metadata;
    const key = `${namespace ?? ''}/${name}`;
    if (textAt(pod, 'spec', 'nodeName') === '') {
      this.#waiting.add(key);
      this.#queue.add('schedule', () => this.#schedule());
      return;
    }
    this.#waiting.delete(key);
  }

  /** A node or a claim changed: pods that wait for a place may have one now. */
  #retry(): void {
    if (this.#waiting.size > 0) this.#queue.add('schedule', () => this.#schedule());
  }

  #schedule(): void {
    const { store } = this.#registry;
    const ready = [...store.values(nodes)].filter(isNodeReady);
    const load = new Map(ready.map((node) => [node.metadata.name, this.#index.podCount(node.metadata.name)]));
    for (const key of [...this.#waiting]) {
      const [namespace = '', name = ''] = key.split('/');
      const pod = store.get(pods, namespace, name);
      if (pod === undefined || textAt(pod, 'spec', 'nodeName') !== '') {
        this.#waiting.delete(key);
        continue;
      }
      const obstacle = claimObstacle(this.#registry, pod);
      if (obstacle !== undefined) {
        this.#unschedulable(pod, ready.length, obstacle);
        continue;
      }
      const candidates = ready.filter((node) => fits(pod['spec'], node));
      const best = candidates.reduce<KubeObject | undefined>((chosen, node) => {
        const lighter =
          chosen === undefined || (load.get(node.metadata.name) ?? 0) < (load.get(chosen.metadata.name) ?? 0);
        return lighter ? node : chosen;
      }, undefined);
      if (best === undefined) {
        this.#unschedulable(pod, ready.length, "no Ready node fits the pod's node selector and tolerations");
      } else {
        load.set(best.metadata.name, (load.get(best.metadata.name) ?? 0) + 1);
        this.#waiting.delete(key);
        store.put(pods, { ...pod, spec: { ...fieldsAt(pod, 'spec'), nodeName: best.metadata.name } });
      }
    }
  }

  #unschedulable(pod: KubeObject, readyNodes: number, why: string): void {
    if (listAt(pod, 'status', 'conditions').length > 0) return;
    const message = `0/${readyNodes} nodes are available: ${why}.`;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: timestamp(),
    };
    const { namespace, name } = pod.metadata;
    this.#registry.setStatus(pods, namespace, name, { ...fieldsAt(pod, 'status'), conditions: [condition] });
  }

  #forgetNode(name: string): void {
    for (const pod of this.#index.podsOn(name)) {
      const { namespace, name: podName } = pod.metadata;
      if (this.#registry.store.get(pods, namespace, podName) !== undefined)
        this.#registry.delete(pods, namespace, podName);
    }
  }
}
