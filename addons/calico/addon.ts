import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

const REPOSITORY = 'https://docs.tigera.io/calico/charts';

/** Pod network and network policies by the Tigera operator. */
export const calico = addon({
  title: 'Calico',
  summary: 'Pod network with network policies, by the Tigera operator',
  release: 'calico',
  namespace: 'tigera-operator',
  chart: { name: 'tigera-operator', repository: REPOSITORY },
  crds: { release: 'calico-crds', chart: { name: 'crd.projectcalico.org.v1', repository: REPOSITORY } },
  versions: [{ chart: 'v3.32.1', app: 'v3.32.1', kubernetes: { from: '1.34', to: '1.36' } }],
  options: addonOptions(
    { required: true },
    {
      encapsulation: z
        .enum(['VXLAN', 'VXLANCrossSubnet'])
        .default('VXLAN')
        .describe(
          'VXLAN between all nodes: Neutron’s port security drops packets with addresses of Pods. VXLANCrossSubnet sends them as they are within a subnet, for ports that allow these addresses',
        ),
      mtu: z.int().min(1280).max(9000).optional().describe('MTU of Pods; found from the machines’ when absent'),
      flowLogs: z
        .boolean()
        .default(false)
        .describe('Goldmane and Whisker, which collect and show flows; off because they cost memory on every cluster'),
    },
  ),
  values: ({ encapsulation, mtu, flowLogs }, { podCidr, controlPlanes }) => ({
    installation: {
      calicoNetwork: {
        // With VXLAN routes need not be told to anybody.
        bgp: 'Disabled',
        ipPools: [{ cidr: podCidr, encapsulation, natOutgoing: 'Enabled', nodeSelector: 'all()' }],
        ...(mtu === undefined ? {} : { mtu }),
      },
      // Those of them that run on machines of the control plane keep apart.
      controlPlaneReplicas: controlPlanes > 1 ? 2 : 1,
    },
    goldmane: { enabled: flowLogs },
    whisker: { enabled: flowLogs },
  }),
  after: [],
  stage: 'network',
  // Nodes that are Ready show it; definitions say nothing, they came before.
  ready: [],
  leaves: [],
  images: [
    'quay.io/tigera/operator',
    'quay.io/calico/node',
    'quay.io/calico/cni',
    'quay.io/calico/typha',
    'quay.io/calico/kube-controllers',
    'quay.io/calico/apiserver',
    'quay.io/calico/csi',
    'quay.io/calico/node-driver-registrar',
    'quay.io/calico/pod2daemon-flexvol',
    'quay.io/calico/goldmane',
    'quay.io/calico/whisker',
    'quay.io/calico/whisker-backend',
  ],
  links: {
    documentation: 'https://docs.tigera.io/calico/latest/about/',
    chart: 'https://github.com/projectcalico/calico/tree/v3.32.1/charts/tigera-operator',
  },
});
