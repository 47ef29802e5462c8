import { gone } from './api-error.ts';
import type { KubeObject } from './object.ts';
import { storageKeyOf, type ResourceType } from './resource-type.ts';

/** One change, as watchers see it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ResourceType;
  readonly object: KubeObject;
  /** The object before the change. */
  readonly previous: KubeObject | undefined;
  readonly revision: number;
}

type Listener = (event: StoreEvent) => void;

/** How many changes of one resource a watcher may be behind before it gets 410 Gone. */
const remembered = 1024;

class Collection {
  readonly objects = new Map<string, KubeObject>();
  readonly listeners = new Set<Listener>();
  history: StoreEvent[] = [];
  /** The highest revision that was forgotten. */
  forgotten = 0;

  publish(event: StoreEvent): void {
    this.history.push(event);
    if (this.history.length > 2 * remembered) {
      const dropped = this.history.splice(0, this.history.length - remembered);
      this.forgotten = dropped.at(-1)?.revision ?? this.forgotten;
    }
    for (const listener of [...this.listeners]) listener(event);
  }
}

const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;

/**
 * What etcd and the watch cache are to a real API server: objects by resource, one revision counter, and the recent
 * changes of each resource. It knows nothing about the meaning of objects.
 */
export class Store {
  #revision = 1;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<Listener>();

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** One object. */
  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#collections.get(storageKeyOf(type))?.objects.get(keyOf(namespace, name));
  }

  /** The objects of a resource, of one namespace or of all, in no order. */
  *values(type: ResourceType, namespace?: string): Iterable<KubeObject> {
    for (const object of this.#collections.get(storageKeyOf(type))?.objects.values() ?? []) {
      if (namespace === undefined || object.metadata.namespace === namespace) yield object;
    }
  }

  /** Writes an object under a new revision and tells the watchers; returns it as stored. */
  put(type: ResourceType, object: KubeObject): KubeObject {
    const collection = this.#collection(type);
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = collection.objects.get(key);
    const revision = ++this.#revision;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    collection.objects.set(key, stored);
    const kind = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#publish(collection, { type: kind, resource: type, object: stored, previous, revision });
    return stored;
  }

  /** Removes an object and tells the watchers; returns its last state, or undefined when there was none. */
  remove(type: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    const collection = this.#collection(type);
    const key = keyOf(namespace, name);
    const previous = collection.objects.get(key);
    if (previous === undefined) return undefined;
    collection.objects.delete(key);
    const revision = ++this.#revision;
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.#publish(collection, { type: 'DELETED', resource: type, object: last, previous, revision });
    return last;
  }

  /**
   * The changes of a resource after a revision.
   * @throws ApiError 410 when some of them are forgotten.
   */
  since(type: ResourceType, revision: number): readonly StoreEvent[] {
    const { history, forgotten } = this.#collection(type);
    if (revision < forgotten) throw gone(revision, forgotten);
    return history.filter((event) => event.revision > revision);
  }

  /** Calls `listener` with every later change of a resource, in order. Returns what ends it. */
  watch(type: ResourceType, listener: Listener): () => void {
    const { listeners } = this.#collection(type);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls `listener` with every later change of anything. Returns what ends it. */
  watchAll(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(collection: Collection, event: StoreEvent): void {
    collection.publish(event);
    for (const listener of [...this.#listeners]) listener(event);
  }

  #collection(type: ResourceType): Collection {
    let collection = this.#collections.get(storageKeyOf(type));
    if (collection === undefined) {
      collection = new Collection();
      // A resource without changes forgets nothing: the revisions before belong to others.
      this.#collections.set(storageKeyOf(type), collection);
    }
    return collection;
  }
}
