import type { KubeObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import type { Store, StoreEvent } from './store.ts';

/** An object that names another one as its owner. */
export interface Dependent {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

/** Which objects name which as their owner: kept up to date by the changes. */
export class Dependents {
  readonly #byOwner = new Map<string, Map<string, Dependent>>();

  constructor(store: Store) {
    store.watchAll((event) => this.#follow(event));
  }

  /** The objects that name an owner. */
  of(uid: string): readonly Dependent[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  #follow({ type, resource, object, previous }: StoreEvent): void {
    const owners = object.metadata.ownerReferences ?? [];
    const before = previous?.metadata.ownerReferences ?? [];
    if (owners.length === 0 && before.length === 0) return;
    const { uid } = object.metadata;
    for (const owner of before) {
      const known = this.#byOwner.get(owner.uid);
      known?.delete(uid);
      if (known?.size === 0) this.#byOwner.delete(owner.uid);
    }
    if (type === 'DELETED') return;
    for (const owner of owners) {
      const known = this.#byOwner.get(owner.uid) ?? new Map<string, Dependent>();
      this.#byOwner.set(owner.uid, known.set(uid, { type: resource, object }));
    }
  }
}
