import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Pod network, network policies and visibility by eBPF. */
export const cilium = addon({
  title: 'Cilium',
  summary: 'Pod network with network policies by eBPF; Services too, where it is to replace kube-proxy',
  release: 'cilium',
  namespace: 'kube-system',
  chart: { name: 'cilium', repository: 'oci://quay.io/cilium/charts' },
  versions: [
    {
      ...{ chart: '1.20.0', app: '1.20.0', kubernetes: { from: '1.21' } },
      sha256: 'c5f013912360d1a334f44ef25f36da59ba3414cdb48f466ee12d0c4fdff27883',
    },
  ],
  options: addonOptions(
    { required: true },
    {
      kubeProxyReplacement: z
        .boolean()
        .default(false)
        .describe(
          'Services by Cilium, which then reaches the API server by its address from outside. Off, because kubeadm brings kube-proxy, which stays: take it away when you switch this on',
        ),
      tunnelProtocol: z
        .enum(['vxlan', 'geneve'])
        .default('vxlan')
        .describe(
          'Protocol between nodes; a tunnel, because Neutron’s port security drops packets with addresses of Pods',
        ),
      mtu: z.int().min(1280).max(9000).optional().describe('MTU of the machines’ network; found when absent'),
      encryption: z
        .enum(['none', 'wireguard'])
        .default('none')
        .describe('Encryption between nodes; none, because it costs throughput and needs WireGuard in the kernel'),
      hubble: z
        .boolean()
        .default(false)
        .describe('Hubble’s relay and user interface, which show flows; off because they cost memory on every cluster'),
    },
  ),
  values: (options, { name, controlPlanes, api }) => ({
    cluster: { name },
    // Pods have the addresses that the plan names for their machine, as with every other pod network.
    ipam: { mode: 'kubernetes' },
    routingMode: 'tunnel',
    tunnelProtocol: options.tunnelProtocol,
    ...(options.mtu === undefined ? {} : { MTU: options.mtu }),
    kubeProxyReplacement: String(options.kubeProxyReplacement),
    // Without kube-proxy the API’s Service leads nowhere until Cilium runs.
    ...(options.kubeProxyReplacement ? { k8sServiceHost: api.host, k8sServicePort: api.port } : {}),
    ...(options.encryption === 'none' ? {} : { encryption: { enabled: true, type: options.encryption } }),
    hubble: { relay: { enabled: options.hubble }, ui: { enabled: options.hubble } },
    // Two never share a machine, and at first there are those of the control plane only.
    operator: { replicas: controlPlanes > 1 ? 2 : 1 },
  }),
  after: [],
  stage: 'network',
  ready: [{ kind: 'custom-resource', name: 'ciliumendpoints.cilium.io' }],
  leaves: [],
  images: [
    'quay.io/cilium/cilium',
    'quay.io/cilium/cilium-envoy',
    'quay.io/cilium/operator-generic',
    'quay.io/cilium/hubble-relay',
    'quay.io/cilium/hubble-ui',
    'quay.io/cilium/hubble-ui-backend',
  ],
  links: {
    documentation: 'https://docs.cilium.io/',
    chart: 'https://artifacthub.io/packages/helm/cilium/cilium',
  },
});
