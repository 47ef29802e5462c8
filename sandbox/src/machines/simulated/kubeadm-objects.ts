import { randomBytes } from 'node:crypto';
import { tokenSecret } from './bootstrap-tokens.ts';
import type { ClusterConfiguration, InitConfiguration } from './kubeadm-config.ts';
import type { Registry } from './kubernetes/registry.ts';
import { resourceOf } from './kubernetes/resource-type.ts';

const day = 24 * 3_600_000;

function addons(version: string, dnsAddress: string): readonly (readonly [string, Record<string, unknown>])[] {
  const dnsLabels = { 'k8s-app': 'kube-dns' };
  const proxyLabels = { 'k8s-app': 'kube-proxy' };
  return [
    ['ServiceAccount', { metadata: { name: 'coredns', namespace: 'kube-system' } }],
    ['ServiceAccount', { metadata: { name: 'kube-proxy', namespace: 'kube-system' } }],
    [
      'ConfigMap',
      {
        metadata: { name: 'coredns', namespace: 'kube-system' },
        data: { Corefile: '.:53 {\n    errors\n    health\n}\n' },
      },
    ],
    [
      'ConfigMap',
      {
        metadata: { name: 'kube-proxy', namespace: 'kube-system' },
        data: { 'config.conf': 'kind: KubeProxyConfiguration\n' },
      },
    ],
    [
      'Service',
      {
        metadata: { name: 'kube-dns', namespace: 'kube-system', labels: dnsLabels },
        spec: {
          clusterIP: dnsAddress,
          selector: dnsLabels,
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53, protocol: 'TCP' },
            { name: 'metrics', port: 9153, protocol: 'TCP' },
          ],
        },
      },
    ],
    [
      'Deployment',
      {
        metadata: { name: 'coredns', namespace: 'kube-system', labels: dnsLabels },
        spec: {
          replicas: 2,
          selector: { matchLabels: dnsLabels },
          template: {
            metadata: { labels: dnsLabels },
            spec: {
              serviceAccountName: 'coredns',
              tolerations: [
                { key: 'CriticalAddonsOnly', operator: 'Exists' },
                { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
              ],
              containers: [{ name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.14.2' }],
            },
          },
        },
      },
    ],
    [
      'DaemonSet',
      {
        metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: proxyLabels },
        spec: {
          selector: { matchLabels: proxyLabels },
          template: {
            metadata: { labels: proxyLabels },
            spec: {
              hostNetwork: true,
              serviceAccountName: 'kube-proxy',
              tolerations: [{ operator: 'Exists' }],
              containers: [{ name: 'kube-proxy', image: `registry.k8s.io/kube-proxy:${version}` }],
            },
          },
        },
      },
    ],
  ];
}

function bindings(): readonly (readonly [string, Record<string, unknown>])[] {
  const rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  const bind = (name: string, role: string, group: string): readonly [string, Record<string, unknown>] => [
    'ClusterRoleBinding',
    {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
    },
  ];
  return [
    ['ClusterRole', { metadata: { name: 'cluster-admin' }, rules: [rule, { nonResourceURLs: ['*'], verbs: ['*'] }] }],
    bind('cluster-admin', 'cluster-admin', 'system:masters'),
    bind('kubeadm:cluster-admins', 'cluster-admin', 'kubeadm:cluster-admins'),
  ];
}

/** The n-th address of an IPv4 range. */
export function addressIn(cidr: string, offset: number): string {
  const parts = (cidr.split(',')[0] ?? '').split('/')[0]?.split('.').map(Number) ?? [];
  const [a = 10, b = 96, c = 0, d = 0] = parts;
  const value = ((a * 256 + b) * 256 + c) * 256 + d + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** What of a cluster's configuration goes into its objects. */
export interface KubeadmInput {
  readonly init: InitConfiguration;
  readonly cluster: ClusterConfiguration;
  readonly clusterYaml: string;
  readonly version: string;
  readonly caCertificate: string;
}

/** Makes the objects that are in a cluster once `kubeadm init` is done, the control plane's own pods and node aside. */
export function seedCluster(registry: Registry, input: KubeadmInput): void {
  const { init, cluster } = input;
  const create = (kind: string, namespace: string | undefined, object: Record<string, unknown>) => {
    registry.create(resourceOf(kind), namespace, object);
  };
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    create('Namespace', undefined, { metadata: { name } });
  for (const [kind, object] of bindings()) create(kind, undefined, object);
  const server = `https://${cluster.controlPlaneEndpoint}`;
  const ca = Buffer.from(input.caCertificate).toString('base64');
  const kubeconfig = `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: ${ca}\n    server: ${server}\n  name: ""\nkind: Config\n`;
  create('ConfigMap', 'kube-public', { metadata: { name: 'cluster-info' }, data: { kubeconfig } });
  create('ConfigMap', 'kube-system', {
    metadata: { name: 'kubeadm-config' },
    data: { ClusterConfiguration: input.clusterYaml },
  });
  create('ConfigMap', 'kube-system', {
    metadata: { name: 'kubelet-config' },
    data: { kubelet: 'kind: KubeletConfiguration\n' },
  });
  const kubernetes = {
    spec: {
      clusterIP: addressIn(cluster.networking.serviceSubnet, 1),
      ports: [{ name: 'https', port: 443, targetPort: 6443 }],
    },
  };
  create('Service', 'default', {
    metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } },
    ...kubernetes,
  });
  if (!init.skipPhases.includes('bootstrap-token')) {
    const random = () => `${randomBytes(3).toString('hex')}.${randomBytes(8).toString('hex')}`;
    // kubeadm makes a token of its own for an entry without one, which nobody knows.
    const tokens = init.bootstrapTokens?.map(({ token }) => token ?? random()) ?? [random()];
    for (const token of tokens) create('Secret', 'kube-system', tokenSecret(token, new Date(Date.now() + day)));
  }
  if (init.skipPhases.includes('addon')) return;
  for (const [kind, object] of addons(input.version, addressIn(cluster.networking.serviceSubnet, 10)))
    create(kind, 'kube-system', object);
}

/** The static pods of a control-plane node. */
export function staticPods(node: string, address: string, version: string): readonly Record<string, unknown>[] {
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  return names.map((name) => ({
    metadata: {
      name: `${name}-${node}`,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.source': 'file',
        'kubernetes.io/config.mirror': name,
        ...(name === 'etcd' ? { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${address}:2379` } : {}),
      },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
      containers: [{ name, image: `registry.k8s.io/${name}:${name === 'etcd' ? '3.6.8-0' : version}` }],
    },
  }));
}

/** The names and addresses that kubeadm puts into every API server certificate of a cluster. */
export function servingNamesOf(configuration: ClusterConfiguration): readonly string[] {
  const { networking, controlPlaneEndpoint, apiServer } = configuration;
  return [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${networking.dnsDomain}`,
    addressIn(networking.serviceSubnet, 1),
    '127.0.0.1',
    'localhost',
    controlPlaneEndpoint.replace(/:\d+$/u, ''),
    ...apiServer.certSANs,
  ];
}
