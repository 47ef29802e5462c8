import { type AddonKey, addonOf, type ChartValues, type ClusterFacts } from '../../addons/index.ts';

/** A small cluster and a large one. */
const clusters: readonly ClusterFacts[] = [1, 3].map((controlPlanes) => ({
  id: 'atlas-k3f7x2',
  name: 'atlas',
  kubernetesVersion: '1.36.3',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  dnsDomain: 'cluster.local',
  api: { host: '203.0.113.7', port: 6443 },
  controlPlanes,
  kubeletCertificatesSigned: controlPlanes > 1,
}));

const cephfs = {
  clusterId: 'b9127830-b0cc-4e34-aa47-9d1a2e9949a8',
  monitors: ['10.0.0.1:6789'],
  fsName: 'cephfs',
  user: 'kubernetes',
  key: 'addons/atlas/cephfs#key',
};

/** Options of every addon that together take every branch of its values. */
export const samples: Readonly<Record<AddonKey, readonly object[]>> = {
  argoCd: [
    {},
    {
      domain: 'argocd.example.org',
      replicas: 2,
      adminPasswordHash: 'addons/atlas/argocd#hash',
      oidc: {
        issuer: 'https://login.example.org/realms/main',
        clientId: 'argocd',
        clientSecret: 'addons/atlas/argocd#client',
        groupsClaim: 'roles',
      },
      adminGroup: 'platform',
    },
    { oidc: { issuer: 'https://login.example.org', clientId: 'argocd' } },
  ],
  calico: [{}, { encapsulation: 'VXLANCrossSubnet', mtu: 1450, flowLogs: true }],
  cephfs: [cephfs, { ...cephfs, storageClass: 'shared', reclaimPolicy: 'Retain', replicas: 3 }],
  certManager: [{}, { replicas: 2 }],
  cilium: [
    {},
    { kubeProxyReplacement: true, tunnelProtocol: 'geneve', mtu: 1450, encryption: 'wireguard', hubble: true },
  ],
  cvmfs: [
    { proxy: 'DIRECT' },
    {
      proxy: 'http://squid.example.org:3128;DIRECT',
      cacheMiB: 20_000,
      storageClass: 'repositories',
      repositories: [{ storageClass: 'atlas', repository: 'atlas.cern.ch' }],
    },
  ],
  eos: [{ keytab: 'addons/atlas/eos#keytab' }, { keytab: 'addons/atlas/eos#keytab', storageClass: 'home' }],
  externalSecrets: [{}, { replicas: 2 }],
  falco: [{}, { minimumPriority: 'warning', url: 'https://siem.example.org/falco', followRules: false }],
  flannel: [{}, { mtu: 1450, networkPolicies: true }, { backend: 'host-gw' }],
  fluentBit: [
    { host: 'logs.example.org' },
    { host: 'logs.example.org', port: 8080, path: '/atlas', tls: false, credentialsSecret: 'gateway' },
  ],
  flux: [{}, { multitenancy: true, imageAutomation: true }],
  kubePrometheusStack: [
    {},
    {
      retentionDays: 2,
      storage: { sizeGiB: 50, storageClass: 'fast' },
      remoteWrite: {
        url: 'https://metrics.example.org/api/v1/write',
        user: 'atlas',
        password: 'addons/atlas/metrics#password',
      },
      alerts: {
        mail: {
          to: 'platform@example.org',
          from: 'atlas@example.org',
          smarthost: 'smtp.example.org:587',
          user: 'atlas',
          password: 'addons/atlas/mail#password',
        },
        mattermost: { webhook: 'addons/atlas/mattermost#url', channel: 'alerts' },
        telegram: { chatId: -100, token: 'addons/atlas/telegram#token' },
      },
      grafana: { adminPassword: 'addons/atlas/grafana#password' },
      controlPlaneMetrics: true,
    },
    {
      storage: { sizeGiB: 50 },
      remoteWrite: { url: 'https://metrics.example.org/api/v1/write', token: 'addons/atlas/metrics#token' },
      alerts: { mail: { to: 'a@example.org', from: 'b@example.org', smarthost: 'smtp.example.org:25' } },
    },
    { alerts: { mattermost: { webhook: 'addons/atlas/mattermost#url' } } },
  ],
  metricsServer: [{}, { replicas: 2 }],
  nfs: [
    {},
    {
      shares: [
        {
          storageClass: 'scratch',
          server: 'nfs.example.org',
          share: '/scratch',
          onDelete: 'retain',
          mountOptions: ['nfsvers=4.2'],
        },
      ],
      snapshots: true,
    },
  ],
  nodeProblemDetector: [{}, { metrics: true }],
  snapshotController: [{}, { replicas: 2 }],
  traefik: [
    {},
    {
      replicas: 1,
      defaultClass: false,
      redirectToHttps: false,
      serviceType: 'NodePort',
      serviceAnnotations: { 'loadbalancer.openstack.org/keep-floatingip': 'true' },
    },
  ],
};

/** Values of an addon for one of the samples and one of the clusters; what is secret is set to a word. */
export interface SampleValues {
  readonly values: ChartValues;
  readonly secretPaths: readonly string[];
}

/** Every sample of an addon in every cluster. */
export function sampleValues(key: AddonKey): SampleValues[] {
  const addon = addonOf(key);
  return samples[key].flatMap((sample) => {
    const options = addon.options.parse(sample);
    const secretPaths = Object.keys(addon.secretValues?.(options) ?? {});
    return clusters.map((cluster) => ({ values: addon.values(options, cluster), secretPaths }));
  });
}
