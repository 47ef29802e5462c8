import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { storageClassName } from '../storage-class.ts';

const share = z.strictObject({
  storageClass: storageClassName.describe('Name of the StorageClass that stands for the share'),
  server: z.string().min(1).max(253).describe('Name or address of the NFS server'),
  share: z
    .string()
    .max(255)
    .regex(/^\/[^\s]*$/, 'must be an absolute path')
    .describe('Path that the server exports; each volume is a directory below it'),
  onDelete: z
    .enum(['delete', 'retain'])
    .default('delete')
    .describe('What becomes of a volume’s directory when its claim is deleted'),
  mountOptions: z
    .array(z.string().min(1).max(100))
    .max(20)
    .default(['nfsvers=4.1'])
    .describe('Options of the mount; version 4.1, which needs one port only'),
});

/** Volumes on NFS servers that exist. */
export const nfs = addon({
  title: 'NFS CSI driver',
  summary: 'Volumes as directories of NFS shares that exist',
  release: 'csi-driver-nfs',
  namespace: 'kube-system',
  chart: {
    name: 'csi-driver-nfs',
    repository: 'https://raw.githubusercontent.com/kubernetes-csi/csi-driver-nfs/master/charts',
  },
  versions: [
    {
      ...{ chart: '4.13.4', app: '4.13.4', kubernetes: { from: '1.21' } },
      sha256: '3b923d981776f37b19808a3ad790d88517ff437ffce6fa1b97e3a10bb5f771a6',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      shares: z.array(share).max(20).default([]).describe('Shares, each with a StorageClass of its own'),
      snapshots: z
        .boolean()
        .default(false)
        .describe('Whether volumes have snapshots, as archives on the share; needs addons.snapshotController'),
    },
  ),
  values: ({ shares, snapshots }, { controlPlanes }) => ({
    controller: {
      replicas: controlPlanes > 1 ? 2 : 1,
      // It needs no share mounted where Pods run, and is there before the first worker.
      runOnControlPlane: true,
      enableSnapshotter: snapshots,
    },
    // The snapshot controller is an addon of its own.
    externalSnapshotter: { enabled: false },
    storageClasses: shares.map(({ storageClass, server, share: path, onDelete, mountOptions }) => ({
      name: storageClass,
      parameters: { server, share: path, onDelete },
      reclaimPolicy: 'Delete',
      mountOptions,
    })),
  }),
  after: ['snapshotController'],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: [
    'registry.k8s.io/sig-storage/nfsplugin',
    'registry.k8s.io/sig-storage/csi-provisioner',
    'registry.k8s.io/sig-storage/csi-resizer',
    'registry.k8s.io/sig-storage/csi-snapshotter',
    'registry.k8s.io/sig-storage/csi-node-driver-registrar',
    'registry.k8s.io/sig-storage/livenessprobe',
  ],
  links: {
    documentation: 'https://github.com/kubernetes-csi/csi-driver-nfs/tree/v4.13.4/docs',
    chart: 'https://github.com/kubernetes-csi/csi-driver-nfs/tree/master/charts',
  },
});
