import { fieldsAt, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import { fits, isNodeLost, isNodeReady } from './nodes.ts';
import type { OwnershipIndex } from './ownership-index.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import type { WorkQueue } from './work-queue.ts';

const pods = resourceOf('Pod');
const nodes = resourceOf('Node');

/** Puts pods on Ready nodes, and says on behalf of each node's kubelet that they run. Images are not looked at. */
export class Scheduling {
  readonly #registry: Registry;
  readonly #index: OwnershipIndex;
  readonly #queue: WorkQueue;
  readonly #waiting = new Set<string>();
  #addresses = 0;

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
    if (textAt(pod, 'status', 'phase') === 'Pending') this.#queue.add(`run/${key}`, () => this.#run(namespace, name));
  }

  /** A node changed: pods that wait for a place may have one now, and pods on it may start. */
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
      const candidates = ready.filter((node) => fits(pod['spec'], node));
      const best = candidates.reduce<KubeObject | undefined>((chosen, node) => {
        const lighter =
          chosen === undefined || (load.get(node.metadata.name) ?? 0) < (load.get(chosen.metadata.name) ?? 0);
        return lighter ? node : chosen;
      }, undefined);
      if (best === undefined) this.#unschedulable(pod, ready.length);
      else {
        load.set(best.metadata.name, (load.get(best.metadata.name) ?? 0) + 1);
        this.#waiting.delete(key);
        store.put(pods, { ...pod, spec: { ...fieldsAt(pod, 'spec'), nodeName: best.metadata.name } });
      }
    }
  }

  #unschedulable(pod: KubeObject, readyNodes: number): void {
    if (listAt(pod, 'status', 'conditions').length > 0) return;
    const message = `0/${readyNodes} nodes are available: no Ready node fits the pod's node selector and tolerations.`;
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

  /** What a kubelet does: a pod of a Job ends well at once, every other one runs and is ready. */
  #run(namespace: string | undefined, name: string): void {
    const { store } = this.#registry;
    const pod = store.get(pods, namespace, name);
    if (pod === undefined || textAt(pod, 'status', 'phase') !== 'Pending') return;
    const node = store.get(nodes, undefined, textAt(pod, 'spec', 'nodeName'));
    if (node === undefined || isNodeLost(node)) return;
    const now = timestamp();
    const ends = textAt(pod, 'spec', 'restartPolicy') !== 'Always' && ownerKind(pod) === 'Job';
    const hostIP = textAt(listAt(node, 'status', 'addresses')[0], 'address');
    const state = ends
      ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } }
      : { running: { startedAt: now } };
    const containerStatuses = listAt(pod, 'spec', 'containers').map((container) => ({
      name: textAt(container, 'name'),
      image: textAt(container, 'image'),
      imageID: '',
      ready: !ends,
      started: !ends,
      restartCount: 0,
      state,
      lastState: {},
    }));
    const condition = (type: string, yes: boolean) => ({
      type,
      status: yes ? 'True' : 'False',
      lastProbeTime: null,
      lastTransitionTime: now,
    });
    const podIP = fieldsAt(pod, 'spec')['hostNetwork'] === true ? hostIP : this.#podAddress();
    this.#registry.setStatus(pods, namespace, name, {
      ...fieldsAt(pod, 'status'),
      phase: ends ? 'Succeeded' : 'Running',
      conditions: [
        condition('PodScheduled', true),
        condition('Initialized', true),
        condition('ContainersReady', !ends),
        condition('Ready', !ends),
      ],
      hostIP,
      hostIPs: [{ ip: hostIP }],
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      containerStatuses,
    });
  }

  #forgetNode(name: string): void {
    for (const pod of this.#index.podsOn(name)) {
      const { namespace, name: podName } = pod.metadata;
      if (this.#registry.store.get(pods, namespace, podName) !== undefined)
        this.#registry.delete(pods, namespace, podName);
    }
  }

  #podAddress(): string {
    this.#addresses += 1;
    return `10.244.${Math.floor(this.#addresses / 250) % 250}.${(this.#addresses % 250) + 2}`;
  }
}

const ownerKind = (pod: KubeObject) =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;
