import { addon, addonOptions } from '../addon.ts';
import { CLOUD_CONFIG, cloudConfigAnnotations } from '../cloud-config.ts';

/** Nodes as Nova knows them, and load balancers of Services. */
export const cloudController = addon({
  title: 'OpenStack cloud controller manager',
  summary: 'Load balancers of Octavia for Services, and nodes as Nova knows them',
  release: 'openstack-cloud-controller-manager',
  namespace: CLOUD_CONFIG.namespace,
  chart: {
    name: 'openstack-cloud-controller-manager',
    repository: 'https://kubernetes.github.io/cloud-provider-openstack',
  },
  versions: [
    {
      ...{ chart: '2.36.0', app: '1.36.0', kubernetes: { from: '1.36', to: '1.36' } },
      sha256: 'a75b3454cb34c9c59969f6680719e3e301f863a8cf7a5be5d1da08e88f8f6b21',
    },
    {
      ...{ chart: '2.35.0', app: '1.35.0', kubernetes: { from: '1.35', to: '1.35' } },
      sha256: 'd15c048a7fc843ad30fc3e91a089026ecd43eac12abd26a81fe37a1bfaea73fd',
    },
    {
      ...{ chart: '2.34.2', app: '1.34.1', kubernetes: { from: '1.34', to: '1.34' } },
      sha256: '412781f2d334f033dd92c2ecb9795471c853018daf2067141285c4d15a29e518',
    },
  ],
  options: addonOptions({ required: true }, {}),
  values: (_, { id, cloudConfig }) => ({
    // Load balancers are named after it: two clusters of one name would take each other's.
    cluster: { name: id },
    secret: { enabled: true, create: false, name: CLOUD_CONFIG.name },
    // Not `route`: the pod network has its own way from node to node.
    enabledControllers: ['cloud-node', 'cloud-node-lifecycle', 'service'],
    nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
    tolerations: [
      { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' },
      { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
      // It uses the host's network, and does not wait for the Pods'.
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    ],
    priorityClassName: 'system-cluster-critical',
    podAnnotations: cloudConfigAnnotations(cloudConfig),
  }),
  needs: 'cloudCredential',
  after: [],
  stage: 'network',
  ready: [{ kind: 'nodes-initialized' }],
  leaves: ['load balancer', 'floating IP', 'security group'],
  images: ['registry.k8s.io/provider-os/openstack-cloud-controller-manager'],
  links: {
    documentation:
      'https://github.com/kubernetes/cloud-provider-openstack/blob/v1.36.0/docs/openstack-cloud-controller-manager/using-openstack-cloud-controller-manager.md',
    chart:
      'https://github.com/kubernetes/cloud-provider-openstack/tree/v1.36.0/charts/openstack-cloud-controller-manager',
  },
});
