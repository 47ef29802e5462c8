import { textAt, type KubeObject } from './object.ts';
import { resourceOf } from './resource-type.ts';
import type { Store, StoreEvent } from './store.ts';

/** Which pods and ReplicaSets a controller owns, and how many pods a node has: kept up to date by the changes. */
export class OwnershipIndex {
  readonly #byOwner = new Map<string, Map<string, KubeObject>>();
  readonly #podsByNode = new Map<string, Map<string, KubeObject>>();

  constructor(store: Store) {
    for (const kind of ['Pod', 'ReplicaSet']) store.watch(resourceOf(kind), (event) => this.#follow(event));
  }

  /** The objects that an owner controls. */
  ownedBy(uid: string): readonly KubeObject[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /** How many pods are on a node. */
  podCount(node: string): number {
    return this.#podsByNode.get(node)?.size ?? 0;
  }

  /** The pods on a node. */
  podsOn(node: string): readonly KubeObject[] {
    return [...(this.#podsByNode.get(node)?.values() ?? [])];
  }

  #follow({ type, object }: StoreEvent): void {
    const { uid, ownerReferences } = object.metadata;
    const owner = ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner !== undefined) set(this.#byOwner, owner, uid, type === 'DELETED' ? undefined : object);
    if (object.kind !== 'Pod') return;
    const node = textAt(object, 'spec', 'nodeName');
    if (node !== '') set(this.#podsByNode, node, uid, type === 'DELETED' ? undefined : object);
  }
}

function set(
  index: Map<string, Map<string, KubeObject>>,
  key: string,
  uid: string,
  object: KubeObject | undefined,
): void {
  const entries = index.get(key) ?? new Map<string, KubeObject>();
  if (object === undefined) entries.delete(uid);
  else entries.set(uid, object);
  if (entries.size === 0) index.delete(key);
  else index.set(key, entries);
}
