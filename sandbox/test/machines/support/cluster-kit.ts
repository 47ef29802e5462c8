import { KubeConfig } from '@kubernetes/client-node';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { FakeVault } from './fake-vault.ts';
import type { TestAuthority } from './pki.ts';

export const vip = '10.0.0.10';
export const joinToken = 'abcdef.0123456789abcdef';
const secretPath = 'slipway/data/test';
const pki = '/etc/kubernetes/pki';
const placeholders = { name: '@SERVER_NAME@', kubeletExtraArgs: kubeletArguments('control-plane') };

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

/** What differs between joining machines. */
export interface JoinOptions {
  readonly controlPlane?: boolean;
  readonly token?: string;
  readonly group?: string;
  readonly hash?: string;
}

/** What a cluster is bootstrapped with: an authority, a vault, user-data, a kubeconfig. */
export class ClusterKit {
  readonly authority: TestAuthority;
  readonly vault: FakeVault;
  readonly floatingIp: string;

  constructor(authority: TestAuthority, vault: FakeVault, floatingIp: string) {
    this.authority = authority;
    this.vault = vault;
    this.floatingIp = floatingIp;
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

  joinYaml(options: JoinOptions = {}): string {
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

  /** User-data of a group of workers. */
  workerUserData(options: JoinOptions = {}): string {
    return cloudConfig({ '/run/kubeadm/kubeadm.yaml': this.joinYaml(options) });
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
}
