import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { secretReference } from '../secret-reference.ts';
import { storageClassName } from '../storage-class.ts';

const SECRET = 'csi-cephfs-secret';

/** Volumes on a CephFS that exists. */
export const cephfs = addon({
  title: 'CephFS CSI driver',
  summary: 'Volumes that many Pods write together, on a CephFS that exists',
  release: 'ceph-csi-cephfs',
  namespace: 'ceph-csi-cephfs',
  chart: { name: 'ceph-csi-cephfs', repository: 'https://ceph.github.io/csi-charts' },
  versions: [
    {
      ...{ chart: '3.17.1', app: '3.17.1', kubernetes: { from: '1.33' } },
      sha256: '100c00932b1969df63400e5bb477b5ef2701371fb350e5b8cb8c4fb2873aa117',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      clusterId: z.string().min(1).max(64).describe('Id of the Ceph cluster (ceph fsid)'),
      monitors: z.array(z.string().min(1).max(255)).min(1).max(20).describe('Addresses of its monitors, with ports'),
      fsName: z.string().min(1).max(255).describe('Name of the file system'),
      user: z.string().min(1).max(255).describe('Ceph user that makes and mounts volumes, without client.'),
      key: secretReference.describe('Its key: addons/<path>#<field> in Vault'),
      storageClass: storageClassName.default('cephfs').describe('Name of the StorageClass'),
      reclaimPolicy: z
        .enum(['Delete', 'Retain'])
        .default('Delete')
        .describe('What becomes of a volume when its claim is deleted'),
      replicas: z
        .int()
        .min(1)
        .max(5)
        .default(1)
        .describe(
          'How many provisioners run, each on a worker of its own; one, because a second waits for ever where there is one worker',
        ),
    },
  ),
  values: ({ clusterId, monitors, fsName, user, storageClass, reclaimPolicy, replicas }) => ({
    csiConfig: [{ clusterID: clusterId, monitors }],
    provisioner: { replicaCount: replicas },
    secret: { create: true, name: SECRET, userID: user },
    storageClass: { create: true, name: storageClass, clusterID: clusterId, fsName, reclaimPolicy },
  }),
  secretValues: ({ key }) => ({ 'secret.userKey': key }),
  after: ['snapshotController'],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: [
    'quay.io/cephcsi/cephcsi',
    'registry.k8s.io/sig-storage/csi-attacher',
    'registry.k8s.io/sig-storage/csi-provisioner',
    'registry.k8s.io/sig-storage/csi-resizer',
    'registry.k8s.io/sig-storage/csi-snapshotter',
    'registry.k8s.io/sig-storage/csi-node-driver-registrar',
  ],
  links: {
    documentation: 'https://github.com/ceph/ceph-csi/tree/v3.17.1/docs',
    chart: 'https://github.com/ceph/ceph-csi/tree/v3.17.1/charts/ceph-csi-cephfs',
  },
});
