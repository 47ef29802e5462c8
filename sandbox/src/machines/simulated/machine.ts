import { setTimeout as sleep } from 'node:timers/promises';
import type { Latency } from '../../latency.ts';
import type { Machine } from '../driver.ts';
import type { UserDataCache } from '../user-data.ts';
import { ApiEndpoint, type ApiHttpServer } from './api-endpoint.ts';
import { readAuthority, type Authority } from './certificates.ts';
import { SimulatedCluster } from './cluster.ts';
import { ConsoleLog } from './console-log.ts';
import { waitForCluster } from './discovery.ts';
import type { ClusterConfiguration, InitConfiguration, JoinConfiguration, NodeRegistration } from './kubeadm-config.ts';
import type { KubeadmConfigCache } from './kubeadm-config-cache.ts';
import type { VirtualNetwork } from './network.ts';
import { unwrapFiles } from './unwrap.ts';

/** What the machines of one driver share. */
export interface SharedParts {
  readonly latency: Latency['machine'];
  readonly network: VirtualNetwork;
  readonly http: ApiHttpServer;
  readonly userData: UserDataCache;
  readonly configs: KubeadmConfigCache;
}

const wrappedFilesPath = '/run/bootstrap/wrapped-files.json';
const kubeadmPath = '/run/kubeadm/kubeadm.yaml';
const pki = '/etc/kubernetes/pki';
/**
 * What `kubeadm join --control-plane` needs to find. The keys of the etcd and front-proxy authorities may be absent where leaf certificates
 * are delivered (kubernetes/kubernetes: cmd/kubeadm/app/phases/certs/certs.go, SharedCertificateExists: "Missing private keys of CA are non-fatal").
 */
const sharedPki = ['ca.crt', 'ca.key', 'sa.key', 'sa.pub', 'front-proxy-ca.crt', 'etcd/ca.crt'];
const lostNoticeMilliseconds = 2000;
/** A machine joins the node at this part of the time that kubeadm takes, and is Ready at its end. */
const registeredAt = 0.8;

/** One simulated server: reads its user-data and does what kubeadm would do with it. */
export class SimulatedMachine {
  readonly machine: Machine;
  readonly console = new ConsoleLog();
  readonly #parts: SharedParts;
  readonly #stop = new AbortController();
  #endpoint: ApiEndpoint | undefined;
  #joined: { readonly cluster: SimulatedCluster; readonly node: string } | undefined;

  constructor(machine: Machine, parts: SharedParts) {
    this.machine = machine;
    this.#parts = parts;
  }

  /** Boots; never rejects: what goes wrong is on the console, as with a real machine. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    try {
      this.console.line(`[    0.000000] Linux version 6.8.0-simulated (${this.machine.image.name})`);
      await this.#pause(this.#parts.latency.boot);
      this.console.line(
        `cloud-init: user-data for ${this.machine.id} (${this.machine.name}), ${this.machine.userData.length} characters`,
      );
      const bootstrapped = await this.#bootstrap(signal);
      if (bootstrapped) this.console.line('SLIPWAY-BOOT-OK');
      this.console.line(`${this.machine.name} login:`);
    } catch (error) {
      if (signal.aborted) return;
      this.console.line(`SLIPWAY-BOOT-FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Power off for good: connections break, the node is lost. */
  destroy(): void {
    this.#stop.abort();
    if (this.#endpoint !== undefined) {
      this.#parts.network.close(this.#endpoint);
      this.#endpoint.close();
    }
    this.#joined?.cluster.loseMachine(this.machine.id, this.#joined.node, lostNoticeMilliseconds);
    this.#joined = undefined;
  }

  async #bootstrap(signal: AbortSignal): Promise<boolean> {
    const files = new Map(
      this.#parts.userData.parse(this.machine.userData).files.map(({ path, content }) => [path, content]),
    );
    const wrapped = files.get(wrappedFilesPath);
    if (wrapped !== undefined) {
      const fetched = await unwrapFiles(wrapped, (line) => this.console.line(line), signal);
      for (const { path, content } of fetched) files.set(path, content);
      this.console.line(`slipway-bootstrap: unwrapped ${fetched.length} files`);
    }
    const yaml = files.get(kubeadmPath);
    if (yaml === undefined) {
      if (wrapped !== undefined) throw new Error(`${kubeadmPath} was not delivered`);
      return false;
    }
    const place = this.#place();
    const config = this.#parts.configs.parse(yaml, {
      serverId: this.machine.id,
      serverName: this.machine.name,
      localAddress: place.address,
    });
    if (config.role === 'init') await this.#init(config, files);
    else await this.#join(config.join, files, signal);
    return true;
  }

  async #init(
    config: { readonly init: InitConfiguration; readonly cluster: ClusterConfiguration; readonly clusterYaml: string },
    files: ReadonlyMap<string, string>,
  ): Promise<void> {
    const authority = authorityIn(files);
    const { init, cluster: configuration } = config;
    const version = this.#version();
    const wanted = /^v\d+\.\d+\.\d+/u.test(configuration.kubernetesVersion ?? '')
      ? configuration.kubernetesVersion
      : version;
    this.console.line(`[init] Using Kubernetes version: ${wanted ?? version}`);
    this.console.line('[certs] Using existing ca certificate authority');
    await this.#pause(this.#parts.latency.kubeadmInit);
    const cluster = new SimulatedCluster({ ...config, authority, version: wanted ?? version });
    this.#register(cluster, init.nodeRegistration, true, this.#parts.latency.kubeadmInit);
    this.#serve(cluster, init.localAPIEndpoint);
    this.console.line('Your Kubernetes control-plane has initialized successfully!');
  }

  async #join(join: JoinConfiguration, files: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
    const place = this.#place();
    const controlPlane = join.controlPlane ?? undefined;
    if (controlPlane !== undefined) {
      for (const name of sharedPki)
        if (!files.has(`${pki}/${name}`)) throw new Error(`failure loading certificate: ${pki}/${name}: no such file`);
    }
    const authority = controlPlane === undefined ? undefined : authorityIn(files);
    this.console.line('[preflight] Running pre-flight checks');
    const cluster = await waitForCluster(
      this.#parts.network,
      place.networkId,
      join,
      (line) => this.console.line(line),
      signal,
    );
    if (authority !== undefined && authority.publicKeyHash !== cluster.authority.publicKeyHash) {
      throw new Error(`${pki}/ca.crt is not the authority of the cluster that is joined`);
    }
    const { kubeadmJoin } = this.#parts.latency;
    await this.#pause(kubeadmJoin * registeredAt);
    this.#register(cluster, join.nodeRegistration, controlPlane !== undefined, kubeadmJoin * (1 - registeredAt));
    if (controlPlane !== undefined) this.#serve(cluster, controlPlane.localAPIEndpoint);
    this.console.line('This node has joined the cluster');
  }

  #register(
    cluster: SimulatedCluster,
    registration: NodeRegistration,
    controlPlane: boolean,
    readySeconds: number,
  ): void {
    const name = (registration.name ?? this.machine.name).toLowerCase();
    const { address } = this.#place();
    cluster.addNode(
      { machine: this.machine, name, address, registration, controlPlane, version: this.#version() },
      Math.min(readySeconds, 2) * 1000,
    );
    this.#joined = { cluster, node: name };
    this.console.line(`[kubelet-start] node ${name} registered`);
  }

  #serve(cluster: SimulatedCluster, local: InitConfiguration['localAPIEndpoint']): void {
    const { networkId, address } = this.#place();
    const endpoint = new ApiEndpoint(this.#parts.http, cluster, { networkId, address, port: local.bindPort }, [
      ...cluster.servingNames,
      this.machine.name,
      address,
      local.advertiseAddress ?? '',
    ]);
    this.#endpoint = endpoint;
    this.#parts.network.open(endpoint);
  }

  #place(): { readonly networkId: string; readonly address: string } {
    const [first] = this.machine.interfaces;
    if (first === undefined) throw new Error('the server has no port on a network');
    return first;
  }

  /** kubelet and kubeadm are those of the image. */
  #version(): string {
    const version = this.machine.image.properties['kube_version'];
    if (version === undefined)
      throw new Error(`kubeadm: command not found (image "${this.machine.image.name}" has no kube_version)`);
    return version;
  }

  async #pause(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#stop.signal });
  }
}

function authorityIn(files: ReadonlyMap<string, string>): Authority {
  const certificate = files.get(`${pki}/ca.crt`);
  const key = files.get(`${pki}/ca.key`);
  if (certificate === undefined || key === undefined) throw new Error(`${pki}/ca.crt and ca.key were not delivered`);
  try {
    return readAuthority(certificate, key);
  } catch (error) {
    throw new Error(
      `${pki}/ca.crt or ca.key cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
