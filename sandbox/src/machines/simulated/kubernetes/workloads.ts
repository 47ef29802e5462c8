import { replicasOf, templateHash } from './admission.ts';
import { deploymentStatus, jobStatus, rolloutDeadline, unavailableOf } from './rollout.ts';
import { isReady } from './disruptions.ts';
import { fits } from './nodes.ts';
import { at, fieldsAt, listAt, numberAt, textAt, textMapAt, type KubeObject } from './object.ts';
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
const claims = resourceOf('PersistentVolumeClaim');
const revisionLabel = 'controller-revision-hash';

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
    const { namespace, name } = deployment.metadata;
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
    const status = deploymentStatus(deployment, current, old);
    this.#registry.setStatus(deployments, namespace, name, status);
    const left = rolloutDeadline(deployment, status);
    if (left !== undefined) {
      this.#queue.addLater(`deadline/${deployment.metadata.uid}`, left, () =>
        this.#enqueue(deployments, namespace, name),
      );
    }
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
    const label = revisionLabel;
    const covered = new Set<string>();
    const before = this.#index.ownedBy(set.metadata.uid);
    // Pods of an older template go a few at a time, those that do not run first.
    const isOld = (pod: KubeObject) => pod.metadata.labels?.[label] !== hash;
    const old = before.filter(isOld);
    const inOrder = [
      ...before.filter((pod) => !isOld(pod)),
      ...old.filter((pod) => !isReady(pod)),
      ...old.filter((pod) => isReady(pod)),
    ];
    let missing = before.filter((pod) => !isReady(pod)).length;
    const onDelete = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
    const allowed = unavailableOf(set, before.length);
    for (const pod of inOrder) {
      const node = textAt(pod, 'spec', 'nodeName');
      const replaced = isOld(pod) && !onDelete && (!isReady(pod) || missing < allowed);
      if (!covered.has(node) && !replaced) {
        covered.add(node);
        continue;
      }
      if (isReady(pod)) missing += 1;
      this.#registry.delete(pods, namespace, pod.metadata.name);
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
      updatedNumberScheduled: owned.filter((pod) => !isOld(pod)).length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      ...(desired > ready ? { numberUnavailable: desired - ready } : {}),
    });
  }

  #statefulSet(set: KubeObject): void {
    const { namespace, name, generation } = set.metadata;
    const wanted = replicasOf(set);
    const revision = `${name}-${templateHash(at(set, 'spec', 'template'))}`;
    const isOld = (pod: KubeObject) => pod.metadata.labels?.[revisionLabel] !== revision;
    const owned = new Map(this.#index.ownedBy(set.metadata.uid).map((pod) => [pod.metadata.name, pod]));
    const parallel = textAt(set, 'spec', 'podManagementPolicy') === 'Parallel';
    let allReady = true;
    for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
      const pod = owned.get(`${name}-${ordinal}`);
      if (pod === undefined) this.#createOrdinal(set, ordinal, revision);
      const ready = pod !== undefined && isReady(pod);
      allReady &&= ready;
      // Pods start in order: the next one waits until this one is ready.
      if (!ready && !parallel) break;
    }
    const ordinalOf = (podName: string) => Number(podName.slice(name.length + 1));
    for (const podName of owned.keys()) {
      if (ordinalOf(podName) >= wanted) this.#registry.delete(pods, namespace, podName);
    }
    this.#replaceOldest(
      set,
      [...owned.values()].filter((pod) => ordinalOf(pod.metadata.name) < wanted && isOld(pod)),
      allReady,
    );
    const now = this.#index.ownedBy(set.metadata.uid);
    const ready = now.filter(isReady).length;
    const updated = now.filter((pod) => !isOld(pod));
    const before = textAt(set, 'status', 'currentRevision') || revision;
    const currentRevision = updated.length === now.length && now.length === wanted ? revision : before;
    this.#registry.setStatus(statefulSets, namespace, name, {
      observedGeneration: generation,
      replicas: now.length,
      currentReplicas: now.filter((pod) => pod.metadata.labels?.[revisionLabel] === currentRevision).length,
      updatedReplicas: updated.length,
      readyReplicas: ready,
      availableReplicas: ready,
      currentRevision,
      updateRevision: revision,
      collisionCount: 0,
    });
  }

  /** A pod of an older template goes when all are ready, the last one first; one that is not ready goes at once. */
  #replaceOldest(set: KubeObject, old: readonly KubeObject[], allReady: boolean): void {
    if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
    const partition = numberAt(set, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
    const ordinal = (pod: KubeObject) => Number(pod.metadata.name.slice(set.metadata.name.length + 1));
    const [last] = [...old].filter((pod) => ordinal(pod) >= partition).sort((a, b) => ordinal(b) - ordinal(a));
    const broken = old.find((pod) => ordinal(pod) >= partition && !isReady(pod));
    const chosen = broken ?? (allReady ? last : undefined);
    if (chosen !== undefined) this.#registry.delete(pods, set.metadata.namespace, chosen.metadata.name);
  }

  #createOrdinal(set: KubeObject, ordinal: number, revision: string): void {
    const { namespace, name } = set.metadata;
    const podName = `${name}-${ordinal}`;
    const volumes = listAt(set, 'spec', 'volumeClaimTemplates').map((template) => {
      const volume = textAt(template, 'metadata', 'name');
      const claimName = `${volume}-${podName}`;
      if (this.#registry.store.get(claims, namespace, claimName) === undefined) {
        const labels = {
          ...textMapAt(set, 'spec', 'selector', 'matchLabels'),
          ...textMapAt(template, 'metadata', 'labels'),
        };
        const metadata = { ...fieldsAt(template, 'metadata'), name: claimName, labels };
        this.#registry.create(claims, namespace, { metadata, spec: at(template, 'spec') });
      }
      return { name: volume, persistentVolumeClaim: { claimName } };
    });
    const labels = {
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': podName,
      'apps.kubernetes.io/pod-index': String(ordinal),
    };
    this.#createPod(set, { name: podName }, { labels, volumes });
  }

  #job(job: KubeObject): void {
    const { namespace, name } = job.metadata;
    const over = ['Complete', 'Failed'];
    if (listAt(job, 'status', 'conditions').some((item) => over.includes(textAt(item, 'type')))) return;
    const completions = numberAt(job, 1, 'spec', 'completions');
    const owned = this.#index.ownedBy(job.metadata.uid);
    const succeeded = owned.filter((pod) => textAt(pod, 'status', 'phase') === 'Succeeded').length;
    const failed = owned.filter((pod) => textAt(pod, 'status', 'phase') === 'Failed').length;
    const active = owned.filter((pod) => !isOver(pod));
    const done = succeeded >= completions;
    const lost = failed > numberAt(job, 6, 'spec', 'backoffLimit');
    if (lost) for (const pod of active) this.#registry.delete(pods, namespace, pod.metadata.name);
    const suspended = at(job, 'spec', 'suspend') === true;
    const parallelism = suspended || done || lost ? 0 : numberAt(job, 1, 'spec', 'parallelism');
    const missing = Math.max(0, Math.min(parallelism, completions - succeeded) - active.length);
    for (let index = 0; index < missing; index += 1) this.#createPod(job, { generateName: `${name}-` });
    this.#registry.setStatus(
      jobs,
      namespace,
      name,
      jobStatus(job, { succeeded, failed, active: active.length + missing, done, lost }),
    );
  }

  #createPod(
    owner: KubeObject,
    names: { readonly name?: string; readonly generateName?: string },
    placed: {
      readonly nodeName?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly volumes?: readonly { readonly name: string }[];
    } = {},
  ): void {
    const template = fieldsAt(owner, 'spec', 'template');
    const metadata = fieldsAt(template, 'metadata');
    const { nodeName, labels, volumes = [] } = placed;
    const spec = fieldsAt(template, 'spec');
    const kept = listAt(spec, 'volumes').filter((volume) => !volumes.some(({ name }) => name === at(volume, 'name')));
    this.#registry.create(pods, owner.metadata.namespace, {
      metadata: {
        ...metadata,
        ...names,
        labels: { ...textMapAt(metadata, 'labels'), ...labels },
        ownerReferences: [controlledBy(owner)],
      },
      spec: {
        ...spec,
        ...(volumes.length === 0 ? {} : { volumes: [...kept, ...volumes] }),
        ...(nodeName === undefined ? {} : { nodeName }),
      },
    });
  }
}
