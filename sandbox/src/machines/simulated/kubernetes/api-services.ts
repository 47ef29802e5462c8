import { isReady } from './disruptions.ts';
import { at, listAt, textAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import { objectSelector } from './selectors.ts';
import type { WorkQueue } from './work-queue.ts';

const apiServices = resourceOf('APIService');
const services = resourceOf('Service');
const pods = resourceOf('Pod');

/**
 * Says of each APIService whether what answers for it is there: its Service, with a pod that is Ready. A simulated pod
 * serves nothing, so discovery names the version, without resources.
 */
export class ApiServices {
  readonly #registry: Registry;
  readonly #queue: WorkQueue;

  constructor(registry: Registry, queue: WorkQueue) {
    this.#registry = registry;
    this.#queue = queue;
    const { store, catalog } = registry;
    store.watch(apiServices, ({ type, object, previous }) => {
      const { name } = object.metadata;
      if (type === 'DELETED') catalog.delegate(name, undefined);
      else if (at(object, 'spec') !== at(previous, 'spec')) this.#enqueue(name);
    });
    for (const type of [services, pods]) {
      store.watch(type, ({ object }) => {
        const { namespace } = object.metadata;
        for (const one of store.values(apiServices)) {
          if (textAt(one, 'spec', 'service', 'namespace') === namespace) this.#enqueue(one.metadata.name);
        }
      });
    }
  }

  #enqueue(name: string): void {
    this.#queue.add(`apiservice/${name}`, () => {
      const object = this.#registry.store.get(apiServices, undefined, name);
      if (object !== undefined) this.#judge(object);
    });
  }

  #judge(object: KubeObject): void {
    const { name } = object.metadata;
    const version = { group: textAt(object, 'spec', 'group'), version: textAt(object, 'spec', 'version') };
    const [status, reason, message] = this.#availability(object);
    const { catalog } = this.#registry;
    const known = catalog.groupVersions.some((one) => one.group === version.group && one.version === version.version);
    if (status === 'True' && !known) catalog.delegate(name, version);
    if (status === 'False') catalog.delegate(name, undefined);
    const before = listAt(object, 'status', 'conditions').find((item) => at(item, 'status') === status);
    const since = textAt(before, 'lastTransitionTime') || timestamp();
    const condition = { type: 'Available', status, reason, message, lastTransitionTime: since };
    this.#registry.setStatus(apiServices, undefined, name, { conditions: [condition] });
  }

  #availability(object: KubeObject): readonly ['True' | 'False', string, string] {
    const name = textAt(object, 'spec', 'service', 'name');
    if (name === '') return ['True', 'Local', 'Local APIServices are always available'];
    const namespace = textAt(object, 'spec', 'service', 'namespace');
    const { store } = this.#registry;
    const service = store.get(services, namespace, name);
    const where = `service/${name} in "${namespace}"`;
    if (service === undefined) return ['False', 'ServiceNotFound', `${where} is not present`];
    const selector = at(service, 'spec', 'selector');
    const selects = selector === undefined ? () => false : objectSelector(selector);
    for (const pod of store.values(pods, namespace)) {
      if (selects(pod) && isReady(pod)) return ['True', 'Passed', 'all checks passed'];
    }
    return ['False', 'MissingEndpoints', `endpoints for ${where} have no addresses`];
  }
}
