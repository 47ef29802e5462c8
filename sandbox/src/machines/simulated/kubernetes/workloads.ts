import { replicasOf, templateHash } from './admission.ts';
import { fits } from './nodes.ts';
import { at, fieldsAt, listAt, numberAt, textAt, textMapAt, timestamp, type KubeObject } from './object.ts';
import type { OwnershipIndex } from './ownership-index.ts';
import { controlledBy, type Registry } from './registry.ts';
import { resourceOf, type ResourceType } from './resource-type.ts';
import type { StoreEvent } from './store.ts';
import type { WorkQueue } from './work-queue.ts';

const pods = resourceOf('Pod');
const nodes = resourceOf('Node');
const deployments = resourceOf('Deployment');
const replicaSets = resourceOf('ReplicaSet');
const daemonSets = resourceOf('DaemonSet');
const statefulSets = resourceOf('StatefulSet');
const jobs = resourceOf('Job');

const isReady = (pod: KubeObject) =>
  listAt(pod, 'status', 'conditions').some((item) => at(item, 'type') === 'Ready' && at(item, 'status') === 'True');
const isOver = (pod: KubeObject) => ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'));

/** The controllers of Deployments, ReplicaSets, DaemonSets, StatefulSets and Jobs, as small as they can be. */
export class Workloads {
  readonly #registry: Registry;
  readonly #index: OwnershipIndex;
  readonly #queue: WorkQueue;

  constructor(registry: Registry, index: OwnershipIndex, queue: WorkQueue) {
    this.#registry = registry;
    this.#index = index;
    this.#queue = queue;
    for (const type of [deployments, replicaSets, daemonSets, statefulSets, jobs]) {
      registry.store.watch(type, ({ type: kind, object }) => {
        if (kind !== 'DELETED') this.#enqueue(type, object.metadata.namespace, object.metadata.name);
      });
    }
    for (const type of [pods, replicaSets]) registry.store.watch(type, (event) => this.#ownerOf(event));
    registry.store.watch(nodes, ({ type }) => {
      if (type === 'DELETED') return;
      for (const set of registry.store.values(daemonSets))
        this.#enqueue(daemonSets, set.metadata.namespace, set.metadata.name);
    });
  }

  #ownerOf({ object }: StoreEvent): void {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const type = [deployments, replicaSets, daemonSets, statefulSets, jobs].find(({ kind }) => kind === owner?.kind);
    if (owner !== undefined && type !== undefined) this.#enqueue(type, object.metadata.namespace, owner.name);
  }

  #enqueue(type: ResourceType, namespace: string | undefined, name: string): void {
    this.#queue.add(`${type.kind}/${namespace ?? ''}/${name}`, () => {
      const object = this.#registry.store.get(type, namespace, name);
      if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
      if (type === deployments) this.#deployment(object);
      else if (type === replicaSets) this.#replicaSet(object);
      else if (type === daemonSets) this.#daemonSet(object);
      else if (type === statefulSets) this.#statefulSet(object);
      else this.#job(object);
    });
  }

  #deployment(deployment: KubeObject): void {
    const { namespace, name, generation } = deployment.metadata;
    const template = fieldsAt(deployment, 'spec', 'template');
    const wanted = replicasOf(deployment);
    const hash = templateHash(template);
    const owned = this.#index.ownedBy(deployment.metadata.uid);
    let current = owned.find((set) => set.metadata.name === `${name}-${hash}`);
    const labels = { ...textMapAt(template, 'metadata', 'labels'), 'pod-template-hash': hash };
    const selector = {
      matchLabels: { ...textMapAt(deployment, 'spec', 'selector', 'matchLabels'), 'pod-template-hash': hash },
    };
    current ??= this.#registry.create(replicaSets, namespace, {
      metadata: {
        name: `${name}-${hash}`,
        labels,
        annotations: { 'deployment.kubernetes.io/revision': String(owned.length + 1) },
        ownerReferences: [controlledBy(deployment)],
      },
      spec: {
        replicas: wanted,
        selector,
        template: { ...template, metadata: { ...fieldsAt(template, 'metadata'), labels } },
      },
    });
    this.#scale(current, wanted);
    const ready = numberAt(current, 0, 'status', 'readyReplicas');
    const old = owned.filter((set) => set.metadata.uid !== current.metadata.uid);
    if (ready >= wanted) for (const set of old) this.#scale(set, 0);
    const total = [current, ...old].reduce((sum, set) => sum + numberAt(set, 0, 'status', 'replicas'), 0);
    const available = ready >= wanted;
    const now = timestamp();
    const condition = (type: string, yes: boolean, reason: string) => {
      const before = listAt(deployment, 'status', 'conditions').find((item) => at(item, 'type') === type);
      const status = yes ? 'True' : 'False';
      const since = at(before, 'status') === status ? at(before, 'lastTransitionTime') : now;
      return { type, status, reason, message: reason, lastTransitionTime: since, lastUpdateTime: since };
    };
    this.#registry.setStatus(deployments, namespace, name, {
      observedGeneration: generation,
      replicas: total,
      updatedReplicas: numberAt(current, 0, 'status', 'replicas'),
      readyReplicas: ready,
      availableReplicas: ready,
      ...(ready < wanted ? { unavailableReplicas: wanted - ready } : {}),
      conditions: [
        condition('Available', available, available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable'),
        condition('Progressing', true, available ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'),
      ],
    });
  }

  #scale(set: KubeObject, replicas: number): void {
    if (replicasOf(set) === replicas) return;
    const next = { ...set, spec: { ...fieldsAt(set, 'spec'), replicas } };
    this.#registry.update(replicaSets, set.metadata.namespace, set.metadata.name, next);
  }

  #replicaSet(set: KubeObject): void {
    const { namespace, name, generation } = set.metadata;
    const owned = this.#index.ownedBy(set.metadata.uid).filter((pod) => !isOver(pod));
    const missing = replicasOf(set) - owned.length;
    for (let index = 0; index < missing; index += 1) this.#createPod(set, { generateName: `${name}-` });
    // Pods that are not ready go first, as with the real controller.
    const surplus =
      missing < 0 ? [...owned].sort((a, b) => Number(isReady(a)) - Number(isReady(b))).slice(0, -missing) : [];
    for (const pod of surplus) this.#registry.delete(pods, namespace, pod.metadata.name);
    const now = this.#index.ownedBy(set.metadata.uid);
    const ready = now.filter(isReady).length;
    const status = {
      observedGeneration: generation,
      replicas: now.length,
      fullyLabeledReplicas: now.length,
      readyReplicas: ready,
      availableReplicas: ready,
    };
    this.#registry.setStatus(replicaSets, namespace, name, status);
  }

  #daemonSet(set: KubeObject): void {
    const { namespace, name, generation } = set.metadata;
    const podSpec = at(set, 'spec', 'template', 'spec');
    const hash = templateHash(at(set, 'spec', 'template'));
    const label = 'controller-revision-hash';
    const covered = new Set<string>();
    for (const pod of this.#index.ownedBy(set.metadata.uid)) {
      const node = textAt(pod, 'spec', 'nodeName');
      if (pod.metadata.labels?.[label] === hash && !covered.has(node)) covered.add(node);
      else this.#registry.delete(pods, namespace, pod.metadata.name);
    }
    let desired = 0;
    for (const node of this.#registry.store.values(nodes)) {
      if (!fits(podSpec, node, true)) continue;
      desired += 1;
      if (covered.has(node.metadata.name)) continue;
      this.#createPod(set, { generateName: `${name}-` }, { nodeName: node.metadata.name, labels: { [label]: hash } });
    }
    const owned = this.#index.ownedBy(set.metadata.uid);
    const ready = owned.filter(isReady).length;
    this.#registry.setStatus(daemonSets, namespace, name, {
      observedGeneration: generation,
      desiredNumberScheduled: desired,
      currentNumberScheduled: owned.length,
      updatedNumberScheduled: owned.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
    });
  }

  #statefulSet(set: KubeObject): void {
    const { namespace, name, generation } = set.metadata;
    const owned = new Map(this.#index.ownedBy(set.metadata.uid).map((pod) => [pod.metadata.name, pod]));
    const wanted = replicasOf(set);
    for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
      const pod = owned.get(`${name}-${ordinal}`);
      if (pod === undefined) this.#createPod(set, { name: `${name}-${ordinal}` });
      // Pods start in order: the next one waits until this one is ready.
      if (pod === undefined || !isReady(pod)) break;
    }
    for (const podName of owned.keys()) {
      if (Number(podName.slice(name.length + 1)) >= wanted) this.#registry.delete(pods, namespace, podName);
    }
    const now = this.#index.ownedBy(set.metadata.uid);
    const ready = now.filter(isReady).length;
    const status = {
      observedGeneration: generation,
      replicas: now.length,
      currentReplicas: now.length,
      updatedReplicas: now.length,
      readyReplicas: ready,
      availableReplicas: ready,
    };
    this.#registry.setStatus(statefulSets, namespace, name, status);
  }

  #job(job: KubeObject): void {
    const { namespace, name } = job.metadata;
    const completions = numberAt(job, 1, 'spec', 'completions');
    const owned = this.#index.ownedBy(job.metadata.uid);
    const succeeded = owned.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
    const active = owned.filter((pod) => !isOver(pod)).length;
    const missing = Math.min(numberAt(job, 1, 'spec', 'parallelism') - active, completions - succeeded - active);
    for (let index = 0; index < missing; index += 1) this.#createPod(job, { generateName: `${name}-` });
    const done = succeeded >= completions;
    const since = at(job, 'status', 'startTime') ?? timestamp();
    this.#registry.setStatus(jobs, namespace, name, {
      ...fieldsAt(job, 'status'),
      startTime: since,
      succeeded,
      ...(done
        ? {
            completionTime: at(job, 'status', 'completionTime') ?? timestamp(),
            conditions: [
              {
                type: 'Complete',
                status: 'True',
                lastTransitionTime: at(job, 'status', 'completionTime') ?? timestamp(),
              },
            ],
          }
        : {}),
      ...(done ? {} : { active: active + Math.max(0, missing) }),
    });
  }

  #createPod(
    owner: KubeObject,
    names: { readonly name?: string; readonly generateName?: string },
    placed: { readonly nodeName?: string; readonly labels?: Readonly<Record<string, string>> } = {},
  ): void {
    const template = fieldsAt(owner, 'spec', 'template');
    const metadata = fieldsAt(template, 'metadata');
    const { nodeName, labels } = placed;
    this.#registry.create(pods, owner.metadata.namespace, {
      metadata: {
        ...metadata,
        ...names,
        labels: { ...textMapAt(metadata, 'labels'), ...labels },
        ownerReferences: [controlledBy(owner)],
      },
      spec: { ...fieldsAt(template, 'spec'), ...(nodeName === undefined ? {} : { nodeName }) },
    });
  }
}
