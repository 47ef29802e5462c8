import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Snapshots of volumes as Kubernetes objects: the part that storage drivers have in common. */
export const snapshotController = addon({
  title: 'Snapshot controller',
  summary: 'Snapshots of volumes as Kubernetes objects, for every storage driver that can make them',
  release: 'snapshot-controller',
  namespace: 'kube-system',
  chart: { name: 'snapshot-controller', repository: 'https://piraeus.io/helm-charts' },
  versions: [
    {
      ...{ chart: '5.2.0', app: '8.6.0', kubernetes: { from: '1.25' } },
      sha256: 'fca7813bc103b7b341f0724a2e154c0b421f603f5698ef1b29a868ef43e0cd4e',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      replicas: z
        .int()
        .min(1)
        .max(5)
        .default(1)
        .describe('How many run; one of them works. With two or more a budget keeps one of them during drains'),
    },
  ),
  values: ({ replicas }) => ({
    installCRDs: true,
    controller: { replicaCount: replicas, ...(replicas === 1 ? {} : { pdb: { minAvailable: 1 } }) },
  }),
  after: [],
  stage: 'rest',
  ready: [{ kind: 'custom-resource', name: 'volumesnapshots.snapshot.storage.k8s.io' }],
  leaves: ['snapshot'],
  images: ['registry.k8s.io/sig-storage/snapshot-controller'],
  links: {
    documentation: 'https://kubernetes.io/docs/concepts/storage/volume-snapshots/',
    chart: 'https://artifacthub.io/packages/helm/piraeus-charts/snapshot-controller',
  },
});
