import { typesOf } from './custom-resource-definition.ts';
import { at, fieldsAt, isSame, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf, storageKeyOf } from './resource-type.ts';
import type { WorkQueue } from './work-queue.ts';

const definitions = resourceOf('CustomResourceDefinition');
const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * Serves what CustomResourceDefinitions define, and says so in their status. A definition that goes takes its objects
 * along, and waits for those that finalizers hold.
 */
export class CustomResources {
  readonly #registry: Registry;
  readonly #queue: WorkQueue;
  /** What ends the look at the objects of a definition that goes, by its name. */
  readonly #leaving = new Map<string, () => void>();

  constructor(registry: Registry, queue: WorkQueue) {
    this.#registry = registry;
    this.#queue = queue;
    registry.store.watch(definitions, ({ type, object, previous }) => {
      const { name } = object.metadata;
      if (type === 'DELETED') {
        registry.catalog.define(name, []);
        this.#leaving.get(name)?.();
        this.#leaving.delete(name);
      } else if (object.metadata.deletionTimestamp !== undefined) this.#queueLeave(name);
      else if (!isSame(object['spec'], previous?.['spec'])) {
        this.#queue.add(`define/${name}`, () => this.#define(name));
      }
    });
  }

  #define(name: string): void {
    const definition = this.#registry.store.get(definitions, undefined, name);
    if (definition === undefined || definition.metadata.deletionTimestamp !== undefined) return;
    const types = typesOf(definition);
    const taken = this.#takenName(definition);
    if (taken === undefined) this.#registry.catalog.define(name, types);
    const finalizers = [...new Set([...(definition.metadata.finalizers ?? []), cleanup])];
    this.#registry.store.put(definitions, {
      ...definition,
      metadata: { ...definition.metadata, finalizers },
      status: statusOf(definition, taken),
    });
  }

  /** A plural or kind that another resource of the group has. */
  #takenName(definition: KubeObject): string | undefined {
    const group = textAt(definition, 'spec', 'group');
    const plural = textAt(definition, 'spec', 'names', 'plural');
    const kind = textAt(definition, 'spec', 'names', 'kind');
    const others = this.#registry.catalog.types.filter((type) => type.group === group && type.plural !== plural);
    return others.some((type) => type.kind === kind) ? kind : undefined;
  }

  #queueLeave(name: string): void {
    this.#queue.add(`undefine/${name}`, () => this.#leave(name));
  }

  #leave(name: string): void {
    const { store, catalog } = this.#registry;
    const definition = store.get(definitions, undefined, name);
    if (definition?.metadata.finalizers?.includes(cleanup) !== true) return;
    const group = textAt(definition, 'spec', 'group');
    const plural = textAt(definition, 'spec', 'names', 'plural');
    const type = catalog.types.find((one) => storageKeyOf(one) === `${group}/${plural}`);
    if (type !== undefined) {
      for (const { metadata } of [...store.values(type)]) {
        if (metadata.deletionTimestamp === undefined) this.#registry.delete(type, metadata.namespace, metadata.name);
      }
      if ([...store.values(type)].length > 0) {
        if (!this.#leaving.has(name))
          this.#leaving.set(
            name,
            store.watch(type, () => this.#queueLeave(name)),
          );
        return;
      }
    }
    const finalizers = definition.metadata.finalizers.filter((finalizer) => finalizer !== cleanup);
    this.#registry.update(definitions, undefined, name, {
      ...definition,
      metadata: { ...definition.metadata, finalizers },
    });
  }
}

function statusOf(definition: KubeObject, taken: string | undefined): unknown {
  const names = fieldsAt(definition, 'spec', 'names');
  const known = listAt(definition, 'status', 'conditions');
  const condition = (type: string, yes: boolean, reason: string, message: string) => {
    const status = yes ? 'True' : 'False';
    const before = known.find((item) => textAt(item, 'type') === type && textAt(item, 'status') === status);
    return { type, status, reason, message, lastTransitionTime: textAt(before, 'lastTransitionTime') || timestamp() };
  };
  const free = taken === undefined;
  const storage = listAt(definition, 'spec', 'versions').find((version) => at(version, 'storage') === true);
  const stored = new Set([...listAt(definition, 'status', 'storedVersions').map(String), textAt(storage, 'name')]);
  return {
    acceptedNames: free ? names : { plural: '', kind: '' },
    conditions: [
      free
        ? condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found')
        : condition('NamesAccepted', false, 'KindConflict', `"${taken}" is already in use`),
      free
        ? condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted')
        : condition('Established', false, 'NotAccepted', 'not all names are accepted'),
    ],
    storedVersions: [...stored],
  };
}
