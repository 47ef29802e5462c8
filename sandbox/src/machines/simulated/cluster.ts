import type { Duplex } from 'node:stream';
import type { Authority } from './certificates.ts';
import { refusalOf } from './bootstrap-tokens.ts';
import { Etcd } from './etcd/etcd.ts';
import { addressIn, seedCluster, servingNamesOf, staticPods, type KubeadmInput } from './kubeadm-objects.ts';
import { nodeObject, podCidrOf, type NodeInput } from './node-object.ts';
import { ApiServices } from './kubernetes/api-services.ts';
import { CustomResources } from './kubernetes/custom-resources.ts';
import { Disruptions } from './kubernetes/disruptions.ts';
import { Kubelets } from './kubernetes/kubelet.ts';
import { isNodeReady, withReady } from './kubernetes/nodes.ts';
import { ApiError } from './kubernetes/api-error.ts';
import { textAt, timestamp } from './kubernetes/object.ts';
import { OwnershipIndex } from './kubernetes/ownership-index.ts';
import { Registry } from './kubernetes/registry.ts';
import { resourceOf } from './kubernetes/resource-type.ts';
import { Scheduling } from './kubernetes/scheduling.ts';
import { defaultStorageClass, Volumes } from './kubernetes/volumes.ts';
import { WorkQueue } from './kubernetes/work-queue.ts';
import { Workloads } from './kubernetes/workloads.ts';

const nodes = resourceOf('Node');
const pods = resourceOf('Pod');
const secrets = resourceOf('Secret');
const namespaces = resourceOf('Namespace');
const etcdPort = 2379;
const firstNodePort = 30_000;

/** What a cluster is made from. */
export interface ClusterInput extends Omit<KubeadmInput, 'caCertificate'> {
  readonly authority: Authority;
}

/** A Kubernetes cluster in memory: what etcd holds, the controllers, and the machines that belong to it. */
export class SimulatedCluster {
  readonly authority: Authority;
  readonly version: string;
  /** The names that are in the certificate of every API server of the cluster. */
  readonly servingNames: readonly string[];
  readonly registry: Registry;
  readonly etcd: Etcd;
  readonly #queue = new WorkQueue();
  readonly #podSubnet: string;
  readonly #controlPlanes = new Set<string>();
  /** Nodes whose machine runs. */
  readonly #machines = new Map<string, string>();
  readonly #tokenListeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #nodesMade = 0;

  constructor(input: ClusterInput) {
    this.authority = input.authority;
    this.version = input.version;
    this.servingNames = servingNamesOf(input.cluster);
    this.#podSubnet = input.cluster.networking.podSubnet;
    const { serviceSubnet } = input.cluster.networking;
    let services = 10;
    let nodePorts = firstNodePort;
    const registry: Registry = new Registry({
      serviceAddress: () => addressIn(serviceSubnet, (services += 1)),
      nodePort: () => nodePorts++,
      defaultStorageClass: () => defaultStorageClass(registry),
    });
    this.registry = registry;
    const { store, catalog } = registry;
    this.etcd = new Etcd({
      get revision() {
        return store.revision;
      },
      dump: () => Buffer.from(JSON.stringify(catalog.stored.flatMap((type) => [...store.values(type)]))),
    });
    const index = new OwnershipIndex(this.registry.store);
    // These live as long as the store they watch.
    new Scheduling(registry, index, this.#queue);
    new Kubelets(registry, this.#queue);
    new Workloads(registry, index, this.#queue);
    new Volumes(registry, this.#queue);
    new Disruptions(registry, this.#queue);
    new CustomResources(registry, this.#queue);
    new ApiServices(registry, this.#queue);
    const { certificate } = input.authority;
    this.registry.store.watch(namespaces, ({ type, object }) => {
      if (type !== 'ADDED') return;
      const { name } = object.metadata;
      this.registry.create(resourceOf('ServiceAccount'), name, { metadata: { name: 'default' } });
      this.registry.create(resourceOf('ConfigMap'), name, {
        metadata: { name: 'kube-root-ca.crt' },
        data: { 'ca.crt': certificate },
      });
    });
    this.registry.store.watch(secrets, ({ object }) => {
      if (object.metadata.namespace !== 'kube-system' || !object.metadata.name.startsWith('bootstrap-token-')) return;
      for (const listener of [...this.#tokenListeners]) listener();
    });
    seedCluster(this.registry, { ...input, caCertificate: certificate });
  }

  /** Whether etcd has a majority: without it the API and the controllers write nothing. */
  get isWritable(): boolean {
    return this.etcd.isWritable;
  }

  /**
   * A connection to a port of a pod. Only etcd listens to anything here.
   * @throws ApiError 404 (no such pod), 500 (its machine is gone); Error (nobody listens at the port)
   */
  openPort(namespace: string, name: string, port: number): Duplex {
    const pod = this.registry.get(pods, namespace, name);
    const isEtcd = pod.metadata.labels?.['component'] === 'etcd' && port === etcdPort;
    const connection = isEtcd ? this.etcd.connect(textAt(pod, 'spec', 'nodeName')) : undefined;
    if (connection) return connection;
    throw new Error(
      `failed to connect to localhost:${port} inside the network namespace of ${name}, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
  }

  /** @throws ApiError 404 (no such pod), 500 (the kubelet of its machine does not answer) */
  requireKubelet(namespace: string, name: string): void {
    const pod = this.registry.get(pods, namespace, name);
    const node = textAt(pod, 'spec', 'nodeName');
    if (this.#machines.has(node)) return;
    throw new ApiError(
      500,
      'InternalError',
      `error dialing backend: dial tcp ${node}:10250: connect: no route to host`,
    );
  }

  /** Why a join token lets nobody in, or undefined when it does. */
  refusalOf(token: string): string | undefined {
    return refusalOf(this.registry.store, token);
  }

  /** Calls `listener` whenever a bootstrap token was made, changed or removed. Returns what ends it. */
  onTokens(listener: () => void): () => void {
    this.#tokenListeners.add(listener);
    return () => this.#tokenListeners.delete(listener);
  }

  /**
   * Registers a machine's node and, for a control plane, its pods; it becomes Ready after `readyMilliseconds`.
   * @throws Error when a Ready node has this name already, or the kubelet would refuse its labels.
   */
  addNode(input: Omit<NodeInput, 'podCidr'>, readyMilliseconds: number): void {
    const { name, controlPlane } = input;
    const existing = this.registry.store.get(nodes, undefined, name);
    if (existing !== undefined && isNodeReady(existing)) {
      throw new Error(`a Node with name "${name}" and status "Ready" already exists in the cluster`);
    }
    if (!this.isWritable) throw new Error('etcdserver: request timed out');
    this.#machines.set(name, input.machine.id);
    const object = nodeObject({ ...input, podCidr: podCidrOf(this.#podSubnet, this.#nodesMade) });
    if (existing === undefined) {
      this.#nodesMade += 1;
      this.registry.create(nodes, undefined, object);
    } else this.registry.store.put(nodes, { ...existing, ...object, metadata: existing.metadata });
    if (controlPlane) {
      for (const pod of staticPods(name, input.address, input.version)) this.registry.create(pods, 'kube-system', pod);
      this.#controlPlanes.add(input.machine.id);
    }
    this.#later(readyMilliseconds, () => {
      if (this.#machines.get(name) === input.machine.id)
        this.#setReady(name, 'True', 'KubeletReady', 'kubelet is posting ready status');
    });
  }

  /** A machine of the cluster is gone. Returns whether it was the last control plane: then so is everything. */
  loseMachine(machineId: string, nodeName: string, noticeMilliseconds: number): boolean {
    if (this.#machines.get(nodeName) === machineId) this.#machines.delete(nodeName);
    const wasControlPlane = this.#controlPlanes.delete(machineId);
    if (wasControlPlane && this.#controlPlanes.size === 0) {
      this.close();
      return true;
    }
    const message = 'Kubelet stopped posting node status.';
    // Another machine with its name may report by then.
    this.#later(noticeMilliseconds, () => {
      if (!this.#machines.has(nodeName)) this.#setReady(nodeName, 'Unknown', 'NodeStatusUnknown', message);
    });
    return false;
  }

  /** Stops the controllers. */
  close(): void {
    this.#queue.close();
    this.etcd.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #setReady(name: string, status: 'True' | 'Unknown', reason: string, message: string): void {
    const node = this.registry.store.get(nodes, undefined, name);
    if (node !== undefined && this.isWritable)
      this.registry.store.put(nodes, withReady(node, status, reason, message, timestamp()));
  }

  #later(milliseconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
