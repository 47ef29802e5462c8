import type { Dependents } from './dependents.ts';
import { at, fieldsAt, timestamp, type KubeObject, type OwnerReference } from './object.ts';
import type { ResourceCatalog } from './resource-catalog.ts';
import { resourceOf, type ResourceType } from './resource-type.ts';
import type { Store } from './store.ts';

/**
 * What becomes of what a deleted object owns: it goes afterwards, before the object, or stays.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion
 */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

const foreground = 'foregroundDeletion';
const namespaces = resourceOf('Namespace');

/**
 * Removes objects: finalizers hold them, what they own goes with them, and a namespace takes its content along. It is
 * the garbage collector and the namespace controller, too.
 */
export class Deletion {
  readonly #store: Store;
  readonly #catalog: ResourceCatalog;
  readonly #dependents: Dependents;
  /** Namespaces whose content has to be looked at again. */
  readonly #sweeping = new Set<string>();

  constructor(store: Store, catalog: ResourceCatalog, dependents: Dependents) {
    this.#store = store;
    this.#catalog = catalog;
    this.#dependents = dependents;
    store.watchAll(({ type, object }) => {
      if (type !== 'DELETED') return;
      const { namespace, ownerReferences } = object.metadata;
      for (const owner of ownerReferences ?? []) this.#ownerWaits(owner, namespace);
      if (namespace !== undefined) this.#sweepIfTerminating(namespace);
    });
  }

  /** Deletes an object, or marks it when something holds it; returns its last state. */
  delete(type: ResourceType, object: KubeObject, propagation: Propagation = 'Background'): KubeObject {
    if (propagation === 'Orphan') this.#orphan(object);
    if (type.kind === 'Namespace') return this.#deleteNamespace(object);
    if (object.metadata.deletionTimestamp !== undefined) return object;
    const dependents = propagation === 'Foreground' ? this.#dependents.of(object.metadata.uid) : [];
    const held = object.metadata.finalizers ?? [];
    if (held.length === 0 && dependents.length === 0) return this.purge(type, object);
    const finalizers = dependents.length === 0 ? held : [...new Set([...held, foreground])];
    const marked = this.#store.put(type, mark({ ...object, metadata: { ...object.metadata, finalizers } }));
    for (const dependent of dependents) this.#release(dependent.type, dependent.object, object, propagation);
    // With the last of them it may be gone already.
    if (this.#blocking(marked).length === 0) this.#unhold(type, marked);
    return marked;
  }

  /** Removes an object that nothing holds and, as the garbage collector does, what only it owns. */
  purge(type: ResourceType, object: KubeObject): KubeObject {
    if (type.kind === 'Namespace') {
      this.#sweepIfTerminating(object.metadata.name);
      return object;
    }
    const removed = this.#store.remove(type, object.metadata.namespace, object.metadata.name) ?? object;
    for (const dependent of this.#dependents.of(object.metadata.uid)) {
      this.#release(dependent.type, dependent.object, object, 'Background');
    }
    return removed;
  }

  #current(type: ResourceType, { metadata }: KubeObject): KubeObject | undefined {
    const found = this.#store.get(type, metadata.namespace, metadata.name);
    return found?.metadata.uid === metadata.uid ? found : undefined;
  }

  /** Takes an owner from a dependent: it goes, unless another owner of it lives. */
  #release(type: ResourceType, dependent: KubeObject, owner: KubeObject, propagation: Propagation): void {
    const current = this.#current(type, dependent);
    if (current === undefined) return;
    const others = (current.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    if (others.some((other) => this.#ownerOf(other, current.metadata.namespace) !== undefined)) {
      this.#store.put(type, { ...current, metadata: { ...current.metadata, ownerReferences: others } });
    } else this.delete(type, current, propagation);
  }

  #ownerOf(reference: OwnerReference, namespace: string | undefined): [ResourceType, KubeObject] | undefined {
    const type = this.#catalog.findKind(reference.apiVersion ?? '', reference.kind);
    const owner = type && this.#store.get(type, type.namespaced ? namespace : undefined, reference.name);
    return type === undefined || owner?.metadata.uid !== reference.uid ? undefined : [type, owner];
  }

  /** A dependent is gone: was it the last one that its owner's deletion waits for? */
  #ownerWaits(reference: OwnerReference, namespace: string | undefined): void {
    const [type, owner] = this.#ownerOf(reference, namespace) ?? [];
    if (type === undefined || owner?.metadata.finalizers?.includes(foreground) !== true) return;
    if (owner.metadata.deletionTimestamp !== undefined && this.#blocking(owner).length === 0) this.#unhold(type, owner);
  }

  #blocking(owner: KubeObject) {
    const { uid } = owner.metadata;
    return this.#dependents
      .of(uid)
      .filter(({ object }) =>
        object.metadata.ownerReferences?.some((one) => one.uid === uid && one.blockOwnerDeletion === true),
      );
  }

  #unhold(type: ResourceType, owner: KubeObject): void {
    const current = this.#current(type, owner);
    if (current?.metadata.finalizers?.includes(foreground) !== true) return;
    const finalizers = current.metadata.finalizers.filter((finalizer) => finalizer !== foreground);
    const next = this.#store.put(type, { ...current, metadata: { ...current.metadata, finalizers } });
    if (finalizers.length === 0) this.purge(type, next);
  }

  #orphan(owner: KubeObject): void {
    for (const { type, object } of this.#dependents.of(owner.metadata.uid)) {
      const kept = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid);
      this.#store.put(type, { ...object, metadata: { ...object.metadata, ownerReferences: kept } });
    }
  }

  #deleteNamespace(namespace: KubeObject): KubeObject {
    if (namespace.metadata.deletionTimestamp !== undefined) return namespace;
    const status = { ...fieldsAt(namespace, 'status'), phase: 'Terminating' };
    const marked = this.#store.put(namespaces, mark({ ...namespace, status }));
    this.#sweepIfTerminating(namespace.metadata.name);
    return marked;
  }

  #sweepIfTerminating(name: string): void {
    if (this.#sweeping.has(name)) return;
    if (this.#store.get(namespaces, undefined, name)?.metadata.deletionTimestamp === undefined) return;
    this.#sweeping.add(name);
    setImmediate(() => {
      this.#sweep(name);
      this.#sweeping.delete(name);
    });
  }

  #sweep(name: string): void {
    const contentOf = (type: ResourceType) => [...this.#store.values(type, name)];
    const types = this.#catalog.stored.filter((type) => type.namespaced);
    for (const type of types) {
      for (const object of contentOf(type)) {
        const current = this.#current(type, object);
        if (current !== undefined) this.delete(type, current);
      }
    }
    const left = types.flatMap(contentOf);
    const namespace = this.#store.get(namespaces, undefined, name);
    if (namespace === undefined) return;
    if (left.length === 0) {
      if ((namespace.metadata.finalizers ?? []).length === 0) this.#store.remove(namespaces, undefined, name);
      return;
    }
    const holders = [...new Set(left.flatMap((object) => object.metadata.finalizers ?? []))];
    const condition = {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${holders.join(', ')}`,
      lastTransitionTime: namespace.metadata.deletionTimestamp,
    };
    const status = { ...fieldsAt(namespace, 'status'), conditions: [condition] };
    if (at(namespace, 'status', 'conditions') === undefined) this.#store.put(namespaces, { ...namespace, status });
  }
}

/** An object whose deletion has begun. */
function mark(object: KubeObject): KubeObject {
  const { generation } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: timestamp(),
      deletionGracePeriodSeconds: 0,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    },
  };
}
