import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** The small pod network. */
export const flannel = addon({
  title: 'flannel',
  summary: 'Small pod network',
  release: 'flannel',
  namespace: 'kube-flannel',
  chart: { name: 'flannel', repository: 'https://flannel-io.github.io/flannel' },
  versions: [{ chart: 'v0.28.9', app: 'v0.28.9', kubernetes: { from: '1.17' } }],
  options: addonOptions(
    { required: true },
    {
      backend: z
        .enum(['vxlan', 'host-gw'])
        .default('vxlan')
        .describe(
          'vxlan, because Neutron’s port security drops packets with addresses of Pods; host-gw for ports that allow these addresses',
        ),
      mtu: z.int().min(1280).max(9000).optional().describe('MTU of the machines’ network; found when absent'),
      networkPolicies: z
        .boolean()
        .default(false)
        .describe('A second program that enforces network policies; off, because flannel itself knows none'),
    },
  ),
  values: ({ backend, mtu, networkPolicies }, { podCidr }) => ({
    podCidr,
    flannel: { backend, ...(mtu === undefined || backend !== 'vxlan' ? {} : { mtu }) },
    netpol: { enabled: networkPolicies },
  }),
  after: [],
  stage: 'network',
  ready: [],
  leaves: [],
  images: [
    'ghcr.io/flannel-io/flannel',
    'ghcr.io/flannel-io/flannel-cni-plugin',
    'registry.k8s.io/networking/kube-network-policies',
  ],
  links: {
    documentation: 'https://github.com/flannel-io/flannel#readme',
    chart: 'https://github.com/flannel-io/flannel/tree/v0.28.9/chart/kube-flannel',
  },
});
