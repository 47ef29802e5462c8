import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { CLOUD_CONFIG, cloudConfigAnnotations } from '../cloud-config.ts';
import { storageClassName } from '../storage-class.ts';
import { customObjects } from './storage-classes.ts';

const storageClass = z.strictObject({
  name: storageClassName.describe('Name of the StorageClass'),
  volumeType: z
    .string()
    .min(1)
    .max(255)
    .regex(/^\S+$/, 'must hold no spaces')
    .optional()
    .describe('Cinder volume type; the cloud’s default when absent'),
  reclaimPolicy: z
    .enum(['Delete', 'Retain'])
    .default('Delete')
    .describe('What becomes of a volume when its claim is deleted'),
  default: z.boolean().default(false).describe('Whether claims that name no class get this one; one class at most'),
});

/** Volumes of Cinder. */
export const cinder = addon({
  title: 'Cinder CSI driver',
  summary: 'Volumes of Cinder for Pods, made when they are claimed',
  release: 'openstack-cinder-csi',
  namespace: CLOUD_CONFIG.namespace,
  chart: {
    name: 'openstack-cinder-csi',
    repository: 'https://kubernetes.github.io/cloud-provider-openstack',
  },
  versions: [
    {
      ...{ chart: '2.36.0', app: '1.36.0', kubernetes: { from: '1.36', to: '1.36' } },
      sha256: 'be7006784e647493fb91c722926e2c61b5b29741ec26b58540def409e77bc11f',
    },
    {
      ...{ chart: '2.35.0', app: '1.35.0', kubernetes: { from: '1.35', to: '1.35' } },
      sha256: 'f32351c3efabec9bf1d99024b2f4e03b44d830725d22ef5604afbe36c0746a0c',
    },
    {
      ...{ chart: '2.34.3', app: '1.34.1', kubernetes: { from: '1.34', to: '1.34' } },
      sha256: '367f83412a0c7990a36df47cb5b650e88f5cb0774ebbcf81634cef088112a9a6',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      storageClasses: z
        .array(storageClass)
        .max(20)
        .prefault([{ name: 'cinder', default: true }])
        .refine(
          (classes) => new Set(classes.map(({ name }) => name)).size === classes.length,
          'two storage classes have the same name',
        )
        .refine(
          (classes) => classes.filter((one) => one.default).length <= 1,
          'only one storage class can be the default',
        )
        .describe('StorageClasses; a volume is made where the first Pod that uses it runs'),
      snapshots: z.boolean().default(false).describe('A VolumeSnapshotClass `cinder`; needs addons.snapshotController'),
      ignoreVolumeZones: z
        .boolean()
        .default(false)
        .describe('For clouds whose availability zones of volumes are not called as those of machines'),
      onClusterDeletion: z
        .enum(['keep', 'delete'])
        .default('keep')
        .describe('What becomes of the volumes and their snapshots when the cluster is deleted'),
    },
  ),
  values: ({ storageClasses, snapshots }, { id, controlPlanes, cloudConfig }) => {
    const podAnnotations = cloudConfigAnnotations(cloudConfig);
    return {
      // Each volume says in its metadata whose it is.
      clusterID: id,
      secret: {
        ...{ enabled: true, create: false, name: CLOUD_CONFIG.name, filename: CLOUD_CONFIG.file },
      },
      csi: {
        plugin: {
          controllerPlugin: {
            // It is there before the first worker.
            replicas: controlPlanes > 1 ? 2 : 1,
            nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
            tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
            podAnnotations,
          },
          nodePlugin: { podAnnotations },
        },
      },
      // The chart's own two bind before it is known where a Pod runs.
      storageClass: { enabled: false, custom: customObjects(storageClasses, snapshots) },
    };
  },
  needs: 'cloudCredential',
  after: ['cloudController', 'snapshotController'],
  stage: 'rest',
  ready: [],
  leaves: ['volume', 'snapshot'],
  images: [
    'registry.k8s.io/provider-os/cinder-csi-plugin',
    'registry.k8s.io/sig-storage/csi-attacher',
    'registry.k8s.io/sig-storage/csi-provisioner',
    'registry.k8s.io/sig-storage/csi-resizer',
    'registry.k8s.io/sig-storage/csi-snapshotter',
    'registry.k8s.io/sig-storage/csi-node-driver-registrar',
    'registry.k8s.io/sig-storage/livenessprobe',
  ],
  links: {
    documentation:
      'https://github.com/kubernetes/cloud-provider-openstack/blob/v1.36.0/docs/cinder-csi-plugin/using-cinder-csi-plugin.md',
    chart: 'https://github.com/kubernetes/cloud-provider-openstack/tree/v1.36.0/charts/cinder-csi-plugin',
  },
});
