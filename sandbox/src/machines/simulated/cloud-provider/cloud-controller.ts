import { at, fieldsAt, listAt, numberAt, textAt, type KubeObject } from '../kubernetes/object.ts';
import type { Registry } from '../kubernetes/registry.ts';
import { resourceOf } from '../kubernetes/resource-type.ts';
import { CloudProgram } from './cloud-program.ts';
import type { CloudWork } from './cloud-work.ts';
import { ensureLoadBalancer, removeLoadBalancer, type Balanced } from './load-balancers.ts';

const nodes = resourceOf('Node');
const services = resourceOf('Service');

/** With this taint a kubelet registers that was told of an external cloud provider. */
export const uninitialized = 'node.cloudprovider.kubernetes.io/uninitialized';
/** kubernetes/cloud-provider: service/helpers/helper.go */
const cleanup = 'service.kubernetes.io/load-balancer-cleanup';
const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';

const isWaiting = (node: KubeObject) => taintsOf(node).some((taint) => textAt(taint, 'key') === uninitialized);
const taintsOf = (node: KubeObject) => listAt(node, 'spec', 'taints');
const isHeld = ({ metadata }: KubeObject) => metadata.finalizers?.includes(cleanup) === true;

/**
 * What OpenStack's cloud controller manager does, as far as its cloud shows it: nodes lose their taint when Nova knows
 * their servers, and a Service of type LoadBalancer has one of Octavia until it goes. It works where a DaemonSet of its
 * name has a ready Pod, with the credential of that Pod's Secret.
 */
export class CloudController {
  readonly #registry: Registry;
  readonly #program: CloudProgram;

  constructor(registry: Registry, work: CloudWork) {
    this.#registry = registry;
    this.#program = new CloudProgram(registry, 'DaemonSet', 'openstack-cloud-controller-manager');
    registry.store.watch(nodes, ({ type, object }) => {
      const { name } = object.metadata;
      if (type !== 'DELETED' && isWaiting(object)) work.run(`node/${name}`, (signal) => this.#initialize(name, signal));
    });
    registry.store.watch(services, ({ type, object }) => {
      if (type === 'DELETED' || !(textAt(object, 'spec', 'type') === 'LoadBalancer' || isHeld(object))) return;
      const { namespace = '', name } = object.metadata;
      work.run(`service/${namespace}/${name}`, (signal) => this.#balance(namespace, name, signal));
    });
  }

  close(): void {
    this.#program.close();
  }

  async #initialize(name: string, signal: AbortSignal): Promise<void> {
    const node = this.#registry.store.get(nodes, undefined, name);
    if (node === undefined || !isWaiting(node)) return;
    const { cloud } = this.#program.require();
    await cloud.compute.servers.get(textAt(node, 'spec', 'providerID').replace(/^.*\//u, ''), { signal });
    const now = this.#registry.store.get(nodes, undefined, name);
    if (now === undefined) return;
    const taints = taintsOf(now).filter((taint) => textAt(taint, 'key') !== uninitialized);
    this.#registry.store.put(nodes, { ...now, spec: { ...fieldsAt(now, 'spec'), taints } });
  }

  async #balance(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const service = this.#registry.store.get(services, namespace, name);
    if (service === undefined) return;
    const going = service.metadata.deletionTimestamp !== undefined;
    if (going && !isHeld(service)) return;
    const program = this.#program.require();
    const balanced = this.#balanced(service);
    if (going) {
      await removeLoadBalancer(program, balanced, signal);
      this.#hold(namespace, name, false);
      return;
    }
    this.#hold(namespace, name, true);
    if (listAt(service, 'status', 'loadBalancer', 'ingress').length > 0) return;
    const address = await ensureLoadBalancer(program, balanced, signal);
    this.#registry.setStatus(services, namespace, name, { loadBalancer: { ingress: [{ ip: address }] } });
  }

  /** Holds a Service for as long as it has something in the cloud. */
  #hold(namespace: string, name: string, held: boolean): void {
    const now = this.#registry.store.get(services, namespace, name);
    if (now === undefined || isHeld(now) === held) return;
    const others = (now.metadata.finalizers ?? []).filter((one) => one !== cleanup);
    const finalizers = held ? [...others, cleanup] : others;
    this.#registry.update(services, namespace, name, { ...now, metadata: { ...now.metadata, finalizers } });
  }

  #balanced(service: KubeObject): Balanced {
    const { namespace = '', name, uid } = service.metadata;
    const members = [...this.#registry.store.values(nodes)]
      .filter(({ metadata }) => metadata.labels?.[excluded] === undefined)
      .map((node) => textAt(listAt(node, 'status', 'addresses')[0], 'address'));
    const ports = listAt(service, 'spec', 'ports').map((port) => ({
      protocol: textAt(port, 'protocol') === 'UDP' ? ('UDP' as const) : ('TCP' as const),
      port: numberAt(port, 0, 'port'),
      nodePort: numberAt(port, 0, 'nodePort'),
    }));
    const internal = at(service, 'metadata', 'annotations', internalAnnotation) === 'true';
    return { namespace, name, uid, members, ports, internal };
  }
}

const internalAnnotation = 'service.beta.kubernetes.io/openstack-internal-load-balancer';
