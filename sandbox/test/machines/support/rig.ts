import { KubeConfig } from '@kubernetes/client-node';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { latencyProfiles, type Latency } from '../../../src/latency.ts';
import { SimulatedDriver } from '../../../src/machines/simulated/driver.ts';
import { Watcher } from '../../../src/machines/watcher.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeVault } from './fake-vault.ts';
import { makeAuthority, type TestAuthority } from './pki.ts';

export const vip = '10.0.0.10';
export const joinToken = 'abcdef.0123456789abcdef';
const secretPath = 'slipway/data/test';
const pki = '/etc/kubernetes/pki';
const placeholders = { name: '@SERVER_NAME@', kubeletExtraArgs: kubeletArguments('control-plane') };
let addresses = 0;

function kubeletArguments(group: string) {
  return [
    { name: 'provider-id', value: 'openstack:///@SERVER_ID@' },
    { name: 'node-labels', value: `slipway.dev/node-group=${group}` },
    { name: 'node-ip', value: '@LOCAL_IPV4@' },
  ];
}

const kubeadm = (kind: string, fields: object) => stringify({ apiVersion: 'kubeadm.k8s.io/v1beta4', kind, ...fields });

/** A cloud-config with these files, all but the first one compressed. */
export function cloudConfig(files: Readonly<Record<string, string>>): string {
  const list = Object.entries(files).map(([path, content]) => ({
    path,
    permissions: '0600',
    encoding: 'gz+b64',
    content: gzipSync(content).toString('base64'),
  }));
  return `#cloud-config\n${stringify({ write_files: list, runcmd: [['/usr/local/bin/slipway-bootstrap']] })}`;
}

/** A machine side on a fake cloud, with what a test of a cluster needs. */
export class Rig {
  readonly cloud = new FakeCloud();
  readonly vault = new FakeVault();
  readonly driver: SimulatedDriver;
  readonly authority: TestAuthority;
  readonly floatingIp: string;
  readonly log: string[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(authority: TestAuthority, latency: Partial<Latency['machine']>) {
    this.authority = authority;
    this.driver = new SimulatedDriver({ ...latencyProfiles.instant.machine, ...latency });
    // Addresses of their own, so that suites in other processes do not meet.
    addresses += 1;
    this.floatingIp = `127.65.${process.pid % 250}.${addresses}`;
  }

  static async start(latency: Partial<Latency['machine']> = {}): Promise<Rig> {
    const rig = new Rig(await makeAuthority(), latency);
    await rig.vault.listen();
    const watcher = new Watcher({
      view: rig.cloud,
      driver: rig.driver,
      log: (line) => rig.log.push(line),
      interval: { fastest: 10, slowest: 50 },
    });
    rig.#running = watcher.run(rig.#stop.signal);
    return rig;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.driver.close();
    await this.vault.close();
  }

  /** The files of a control plane. */
  files(kubeadmYaml: string): Record<string, string> {
    const { certificate, key } = this.authority;
    const named = ['sa.key', 'sa.pub', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'etcd/ca.crt', 'etcd/ca.key'];
    return {
      [`${pki}/ca.crt`]: certificate,
      [`${pki}/ca.key`]: key,
      ...Object.fromEntries(named.map((name) => [`${pki}/${name}`, 'not looked at'])),
      '/run/kubeadm/kubeadm.yaml': kubeadmYaml,
    };
  }

  initYaml(): string {
    const cluster = kubeadm('ClusterConfiguration', {
      kubernetesVersion: 'v1.36.3',
      controlPlaneEndpoint: `${vip}:6443`,
      networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12' },
      apiServer: { certSANs: [this.floatingIp, 'atlas.example.org'] },
    });
    const init = kubeadm('InitConfiguration', {
      localAPIEndpoint: { advertiseAddress: '@LOCAL_IPV4@' },
      nodeRegistration: placeholders,
      skipPhases: ['bootstrap-token'],
    });
    return `${init}---\n${cluster}---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n`;
  }

  joinYaml(
    options: {
      readonly controlPlane?: boolean;
      readonly token?: string;
      readonly group?: string;
      readonly hash?: string;
    } = {},
  ): string {
    const { controlPlane = false, token = joinToken, group = 'workers', hash = this.authority.hash } = options;
    return kubeadm('JoinConfiguration', {
      discovery: { bootstrapToken: { token, apiServerEndpoint: `${vip}:6443`, caCertHashes: [hash] } },
      nodeRegistration: {
        name: '@SERVER_NAME@',
        kubeletExtraArgs: kubeletArguments(controlPlane ? 'control-plane' : group),
      },
      ...(controlPlane ? { controlPlane: { localAPIEndpoint: { advertiseAddress: '@LOCAL_IPV4@' } } } : {}),
    });
  }

  /** User-data of a control plane; `files` replaces what the token unwraps to. */
  wrappedUserData(kubeadmYaml: string, files = this.files(kubeadmYaml), creationPath = secretPath): string {
    const token = this.vault.wrap(secretPath, files);
    return cloudConfig({
      '/run/bootstrap/wrapped-files.json': JSON.stringify({ vault: this.vault.url, token, creationPath }),
    });
  }

  addWorker(id: string, address: string, options: Parameters<Rig['joinYaml']>[0] = {}): void {
    this.cloud.addServer(id, address, cloudConfig({ '/run/kubeadm/kubeadm.yaml': this.joinYaml(options) }));
  }

  /** First control plane, load balancer, floating IP: until the API answers at the floating IP. */
  async startCluster(): Promise<KubeConfig> {
    this.cloud.addServer('cp-1', '10.0.1.1', this.wrappedUserData(this.initYaml()));
    this.cloud.setBalancer(vip, ['10.0.1.1']);
    this.cloud.addresses = [{ address: this.floatingIp, portId: 'port-vip', fixedAddress: vip }];
    await this.consoleOf('cp-1', /SLIPWAY-BOOT-(OK|FAILED)/u);
    return this.kubeConfig();
  }

  /** The Secret that lets machines join. */
  tokenSecret(token = joinToken, minutes = 60) {
    const [id = '', secret = ''] = token.split('.');
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      stringData: {
        'token-id': id,
        'token-secret': secret,
        expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
        'usage-bootstrap-authentication': 'true',
        'usage-bootstrap-signing': 'true',
        'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      },
    };
  }

  async kubeConfig(
    user = 'admin',
    organisation = 'kubeadm:cluster-admins',
    authority = this.authority,
  ): Promise<KubeConfig> {
    const { certificate, key } = await authority.issue(user, organisation);
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [
        {
          name: 'c',
          server: `https://${this.floatingIp}:6443`,
          caData: base64(this.authority.certificate),
          skipTLSVerify: false,
        },
      ],
      users: [{ name: 'u', certData: base64(certificate), keyData: base64(key) }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    return config;
  }

  /** Waits until a machine's console shows something. */
  consoleOf(id: string, pattern: RegExp): Promise<string> {
    return eventually(`console of ${id}: ${String(pattern)}`, () => {
      const text = this.driver.console(id);
      return Promise.resolve(text !== undefined && pattern.test(text) ? text : undefined);
    });
  }
}

/** Asks again until there is an answer, for at most ten seconds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 10_000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = `: ${String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Not within ten seconds: ${what}${last}`);
}
