import { at, fieldsAt, listAt, textAt, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import type { WorkQueue } from './work-queue.ts';

const claims = resourceOf('PersistentVolumeClaim');
const volumes = resourceOf('PersistentVolume');
const classes = resourceOf('StorageClass');
const pods = resourceOf('Pod');

const noProvisioner = 'kubernetes.io/no-provisioner';
const isBound = (claim: KubeObject) => textAt(claim, 'status', 'phase') === 'Bound';

/** The names of the claims that a pod uses, those of its ephemeral volumes with them. */
function claimNames(pod: KubeObject): readonly string[] {
  return listAt(pod, 'spec', 'volumes').flatMap((volume): string[] => {
    if (at(volume, 'ephemeral') !== undefined) return [`${pod.metadata.name}-${textAt(volume, 'name')}`];
    const name = textAt(volume, 'persistentVolumeClaim', 'claimName');
    return name === '' ? [] : [name];
  });
}

/** The StorageClass that is marked as the default. */
export function defaultStorageClass(registry: Registry): string | undefined {
  for (const { metadata } of registry.store.values(classes)) {
    if (metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true') return metadata.name;
  }
  return undefined;
}

function classOf(registry: Registry, claim: KubeObject): KubeObject | undefined {
  return registry.store.get(classes, undefined, textAt(claim, 'spec', 'storageClassName'));
}

/** Why a pod cannot be put anywhere yet for its claims; undefined when they are no obstacle. */
export function claimObstacle(registry: Registry, pod: KubeObject): string | undefined {
  for (const name of claimNames(pod)) {
    const claim = registry.store.get(claims, pod.metadata.namespace, name);
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
    const waits = textAt(classOf(registry, claim), 'volumeBindingMode') === 'WaitForFirstConsumer';
    if (!isBound(claim) && !waits) return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

/** A volume that is wanted. */
export interface VolumeRequest {
  readonly volumeName: string;
  readonly claim: KubeObject;
  readonly storageClass: KubeObject;
  /** As a quantity: `10Gi`. */
  readonly requested: string;
}

/** What makes the volumes of a StorageClass somewhere else. */
export interface VolumeDriver {
  /** The provisioner that a StorageClass names. */
  readonly name: string;
  /** Makes a volume, and calls `bound` with its handle when it is there. May be asked again for the same one. */
  provision(request: VolumeRequest, bound: (handle: string) => void): void;
  /** Removes a volume, and calls `gone` when it is. */
  remove(handle: string, gone: () => void): void;
}

/**
 * Binds claims to volumes that a simulated provisioner makes: of the claim's StorageClass, at once or when a pod that
 * uses the claim has a node, as the class says. A claim without such a class stays Pending. Volumes of a driver are the
 * driver's.
 */
export class Volumes {
  readonly #registry: Registry;
  readonly #queue: WorkQueue;
  readonly #driver: VolumeDriver | undefined;

  constructor(registry: Registry, queue: WorkQueue, driver?: VolumeDriver) {
    this.#driver = driver;
    this.#registry = registry;
    this.#queue = queue;
    const { store } = registry;
    store.watch(claims, ({ type, object }) => {
      if (type === 'DELETED') this.#reclaim(object);
      else if (!isBound(object)) this.#enqueue(object.metadata.namespace, object.metadata.name);
    });
    store.watch(classes, () => {
      for (const claim of store.values(claims)) {
        if (!isBound(claim)) this.#enqueue(claim.metadata.namespace, claim.metadata.name);
      }
    });
    store.watch(pods, ({ object, previous }) => {
      if (textAt(object, 'spec', 'nodeName') === '' || textAt(previous, 'spec', 'nodeName') !== '') return;
      for (const name of claimNames(object)) this.#enqueue(object.metadata.namespace, name);
    });
  }

  #enqueue(namespace: string | undefined, name: string): void {
    this.#queue.add(`claim/${namespace ?? ''}/${name}`, () => {
      const claim = this.#registry.store.get(claims, namespace, name);
      if (claim !== undefined && !isBound(claim) && claim.metadata.deletionTimestamp === undefined) this.#bind(claim);
    });
  }

  #bind(claim: KubeObject): void {
    const storageClass = classOf(this.#registry, claim);
    const provisioner = textAt(storageClass, 'provisioner');
    if (storageClass === undefined || provisioner === noProvisioner) return;
    const waits = textAt(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer';
    if (waits && !this.#hasConsumer(claim)) return;
    const volumeName = `pvc-${claim.metadata.uid}`;
    if (provisioner !== this.#driver?.name) {
      this.#bindTo(claim, storageClass, volumeName);
      return;
    }
    const requested = textAt(claim, 'spec', 'resources', 'requests', 'storage');
    this.#driver.provision({ volumeName, claim, storageClass, requested }, (handle) => {
      const { namespace, name, uid } = claim.metadata;
      const now = this.#registry.store.get(claims, namespace, name);
      if (now?.metadata.uid !== uid) this.#driver?.remove(handle, () => undefined);
      else if (!isBound(now)) this.#bindTo(now, storageClass, handle);
    });
  }

  #bindTo(claim: KubeObject, storageClass: KubeObject, volumeHandle: string): void {
    const provisioner = textAt(storageClass, 'provisioner');
    const { namespace, name, uid } = claim.metadata;
    const volumeName = `pvc-${uid}`;
    const capacity = fieldsAt(claim, 'spec', 'resources', 'requests');
    const accessModes = listAt(claim, 'spec', 'accessModes');
    const { store } = this.#registry;
    store.put(claims, {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: {
          ...claim.metadata.annotations,
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
          'volume.kubernetes.io/storage-provisioner': provisioner,
        },
      },
      spec: { ...fieldsAt(claim, 'spec'), volumeName },
      status: { phase: 'Bound', accessModes, capacity },
    });
    this.#registry.create(volumes, undefined, {
      metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
      spec: {
        capacity,
        accessModes,
        volumeMode: at(claim, 'spec', 'volumeMode'),
        storageClassName: storageClass.metadata.name,
        persistentVolumeReclaimPolicy: at(storageClass, 'reclaimPolicy'),
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
        csi: { driver: provisioner, volumeHandle },
      },
      status: { phase: 'Bound' },
    });
  }

  #hasConsumer(claim: KubeObject): boolean {
    for (const pod of this.#registry.store.values(pods, claim.metadata.namespace)) {
      if (textAt(pod, 'spec', 'nodeName') !== '' && claimNames(pod).includes(claim.metadata.name)) return true;
    }
    return false;
  }

  /** What becomes of the volume of a claim that is gone. */
  #reclaim(claim: KubeObject): void {
    const { store } = this.#registry;
    const volume = store.get(volumes, undefined, textAt(claim, 'spec', 'volumeName'));
    if (volume === undefined || textAt(volume, 'spec', 'claimRef', 'uid') !== claim.metadata.uid) return;
    const { name } = volume.metadata;
    const goes = textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete';
    const isDrivers = textAt(volume, 'spec', 'csi', 'driver') === this.#driver?.name;
    const remove = () => {
      if (store.get(volumes, undefined, name) !== undefined) this.#registry.delete(volumes, undefined, name);
    };
    if (goes && !isDrivers) remove();
    else this.#registry.setStatus(volumes, undefined, name, { phase: 'Released' });
    if (goes && isDrivers) this.#driver.remove(textAt(volume, 'spec', 'csi', 'volumeHandle'), remove);
  }
}
