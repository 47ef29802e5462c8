import { setTimeout as sleep } from 'node:timers/promises';
import type { Latency } from '../../latency.ts';
import type { Machine } from '../driver.ts';
import { renderUserData } from '../user-data-template.ts';
import type { UserDataCache } from '../user-data.ts';
import { ApiEndpoint, type ApiHttpServer } from './api-endpoint.ts';
import { readAuthority, type Authority } from './certificates.ts';
import { SimulatedCluster } from './cluster.ts';
import { ConsoleLog } from './console-log.ts';
import { waitForCluster } from './discovery.ts';
import { etcdIdentity, retryEtcd } from './etcd/joining.ts';
import { peerUrl, type Member } from './etcd/members.ts';
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
/** Slipway's, and Cluster API's for what initialises; Cluster API's for what joins. */
const kubeadmPaths = ['/run/kubeadm/kubeadm.yaml', '/run/kubeadm/kubeadm-join-config.yaml'] as const;
const pki = '/etc/kubernetes/pki';
/**
 * What `kubeadm join --control-plane` needs to find. The keys of the etcd and front-proxy authorities may be absent
 * where leaf certificates are delivered (kubernetes/kubernetes: cmd/kubeadm/app/phases/certs/certs.go,
 * SharedCertificateExists: "Missing private keys of CA are non-fatal").
 */
const sharedPki = ['ca.crt', 'ca.key', 'sa.key', 'sa.pub', 'front-proxy-ca.crt', 'etcd/ca.crt'];
const lostNoticeMilliseconds = 2000;
/** A machine joins the node at this part of the time that kubeadm takes, and is Ready at its end. */
const registeredAt = 0.8;
/** The part of it during which the etcd of a control plane is a learner. */
const learningPart = 0.02;

/** One simulated server: reads its user-data and does what kubeadm would do with it. */
export class SimulatedMachine {
  readonly machine: Machine;
  readonly console = new ConsoleLog();
  readonly #parts: SharedParts;
  readonly #stop = new AbortController();
  #endpoint: ApiEndpoint | undefined;
  #stopEtcd: () => void = () => undefined;
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
    this.#closeApi();
    this.#stopEtcd();
    this.#joined?.cluster.loseMachine(this.machine.id, this.#joined.node, lostNoticeMilliseconds);
    this.#joined = undefined;
  }

  async #bootstrap(signal: AbortSignal): Promise<boolean> {
    const files = new Map(
      this.#parts.userData.parse(renderUserData(this.machine)).files.map(({ path, content }) => [path, content]),
    );
    const wrapped = files.get(wrappedFilesPath);
    if (wrapped !== undefined) {
      const fetched = await unwrapFiles(wrapped, (line) => this.console.line(line), signal);
      for (const { path, content } of fetched) files.set(path, content);
      this.console.line(`slipway-bootstrap: unwrapped ${fetched.length} files`);
    }
    const yaml = kubeadmPaths.map((path) => files.get(path)).find((text) => text !== undefined);
    if (yaml === undefined) {
      if (wrapped !== undefined) throw new Error(`${kubeadmPaths[0]} was not delivered`);
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
    const { address } = this.#place();
    const member = cluster.etcd.members.bootstrap(this.#nodeName(init.nodeRegistration), address);
    this.#runEtcd(cluster, member, files);
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
    await this.#pause(kubeadmJoin * (controlPlane === undefined ? registeredAt : registeredAt - learningPart));
    if (controlPlane !== undefined) await this.#joinEtcd(cluster, join.nodeRegistration, files);
    this.#register(cluster, join.nodeRegistration, controlPlane !== undefined, kubeadmJoin * (1 - registeredAt));
    if (controlPlane !== undefined) this.#serve(cluster, controlPlane.localAPIEndpoint);
    this.console.line('This node has joined the cluster');
  }

  /** As kubeadm: first a learner, for a part of the time, then a voter (cmd/kubeadm/app/util/etcd/etcd.go). */
  async #joinEtcd(
    cluster: SimulatedCluster,
    registration: NodeRegistration,
    files: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { signal } = this.#stop;
    const { members } = cluster.etcd;
    const { address } = this.#place();
    const url = peerUrl(address);
    const known = members.list().find(({ peerUrls }) => peerUrls.includes(url));
    const member = known ?? (await retryEtcd(() => members.add([url], true), signal));
    members.start(member.id, this.#nodeName(registration), address);
    this.#runEtcd(cluster, member, files);
    await this.#pause(this.#parts.latency.kubeadmJoin * learningPart);
    if (member.isLearner) await retryEtcd(() => members.promote(member.id), signal);
  }

  /**
   * Lets the machine's member answer, until the machine is gone or the member is removed: with it goes the API server.
   */
  #runEtcd(cluster: SimulatedCluster, member: Member, files: ReadonlyMap<string, string>): void {
    const { members } = cluster.etcd;
    cluster.etcd.serve(member, () => etcdIdentity(files, [this.machine.name, this.#place().address]));
    const forget = members.onRemoved(({ id }) => {
      if (id === member.id) this.#closeApi();
    });
    this.#stopEtcd = () => {
      forget();
      members.lose(member.id);
    };
  }

  readonly #nodeName = ({ name }: NodeRegistration): string => (name ?? this.machine.name).toLowerCase();

  #closeApi(): void {
    if (this.#endpoint === undefined) return;
    this.#parts.network.close(this.#endpoint);
    this.#endpoint.close();
    this.#endpoint = undefined;
  }

  #register(
    cluster: SimulatedCluster,
    registration: NodeRegistration,
    controlPlane: boolean,
    readySeconds: number,
  ): void {
    const name = this.#nodeName(registration);
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
