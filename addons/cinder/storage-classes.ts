/** The driver's name in Kubernetes. */
const DRIVER = 'cinder.csi.openstack.org';

interface StorageClass {
  readonly name: string;
  readonly volumeType?: string | undefined;
  readonly reclaimPolicy: 'Delete' | 'Retain';
  readonly default: boolean;
}

/**
 * The manifests of StorageClasses, and of a VolumeSnapshotClass: the chart takes them as one text of YAML, and JSON is
 * that.
 */
export function customObjects(classes: readonly StorageClass[], snapshots: boolean): string {
  const objects: object[] = classes.map((one) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: one.name,
      ...(one.default ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
    },
    provisioner: DRIVER,
    ...(one.volumeType === undefined ? {} : { parameters: { type: one.volumeType } }),
    reclaimPolicy: one.reclaimPolicy,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  }));
  if (snapshots) {
    objects.push({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name: 'cinder' },
      driver: DRIVER,
      deletionPolicy: 'Delete',
    });
  }
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}
