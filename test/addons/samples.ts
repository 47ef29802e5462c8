import { type AddonKey, addonOf, type ChartValues, type ClusterFacts } from '../../addons/index.ts';

/** A small cluster and a large one. */
const clusters: readonly ClusterFacts[] = [1, 3].map((controlPlanes) => ({
  id: 'atlas-k3f9x2',
  name: 'atlas',
  kubernetesVersion: '1.36.3',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  dnsDomain: 'cluster.local',
  api: { host: '203.0.113.7', port: 6443 },
  controlPlanes,
  kubeletCertificatesSigned: controlPlanes > 1,
}));

/** Options of every addon that together take every branch of its values. */
export const samples: Readonly<Record<AddonKey, readonly object[]>> = {
  calico: [{}, { encapsulation: 'VXLANCrossSubnet', mtu: 1450, flowLogs: true }],
  certManager: [{}, { replicas: 2 }],
  cilium: [
    {},
    { kubeProxyReplacement: true, tunnelProtocol: 'geneve', mtu: 1450, encryption: 'wireguard', hubble: true },
  ],
  flannel: [{}, { mtu: 1450, networkPolicies: true }, { backend: 'host-gw' }],
  metricsServer: [{}, { replicas: 2 }],
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
