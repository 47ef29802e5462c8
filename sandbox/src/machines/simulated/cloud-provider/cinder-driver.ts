import { textAt } from '../kubernetes/object.ts';
import type { Registry } from '../kubernetes/registry.ts';
import type { VolumeDriver, VolumeRequest } from '../kubernetes/volumes.ts';
import { CloudProgram } from './cloud-program.ts';
import type { CloudWork } from './cloud-work.ts';

const deadlineMs = 120_000;
const clusterKey = 'cinder.csi.openstack.org/cluster';

/**
 * What the Cinder CSI driver does, as far as its cloud shows it: a claim has a volume of Cinder until it goes. It works
 * where a Deployment of its name has a ready Pod, with the credential of that Pod's Secret. Volumes are not attached to
 * servers.
 */
export class CinderDriver implements VolumeDriver {
  readonly name = 'cinder.csi.openstack.org';
  readonly #work: CloudWork;
  readonly #program: CloudProgram;

  constructor(registry: Registry, work: CloudWork) {
    this.#work = work;
    this.#program = new CloudProgram(registry, 'Deployment', 'openstack-cinder-csi-controllerplugin');
  }

  close(): void {
    this.#program.close();
  }

  provision(request: VolumeRequest, bound: (handle: string) => void): void {
    const { volumeName: name, claim, storageClass, requested } = request;
    this.#work.run(`volume/${name}`, async (signal) => {
      const { cloud, clusterName } = this.#program.require();
      const { volumes } = cloud.blockStorage;
      const [known] = await volumes.list({ name }, { signal });
      const type = textAt(storageClass, 'parameters', 'type');
      const made =
        known ??
        (await volumes.create(
          {
            ...{ name, size: gibibytes(requested), description: 'Created by OpenStack Cinder CSI driver' },
            ...(type === '' ? {} : { volume_type: type }),
            metadata: {
              [clusterKey]: clusterName,
              'csi.storage.k8s.io/pv/name': name,
              'csi.storage.k8s.io/pvc/name': claim.metadata.name,
              'csi.storage.k8s.io/pvc/namespace': claim.metadata.namespace ?? '',
            },
          },
          { signal },
        ));
      await volumes.waitAvailable(made.id, { signal, deadlineMs });
      bound(made.id);
    });
  }

  remove(handle: string, gone: () => void): void {
    this.#work.run(`volume of ${handle}`, async (signal) => {
      const { volumes } = this.#program.require().cloud.blockStorage;
      await volumes.delete(handle, { signal, missingOk: true });
      await volumes.waitGone(handle, { signal, deadlineMs });
      gone();
    });
  }
}

const units: Readonly<Record<string, number>> = {
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 },
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 },
};

/** GiB of a quantity such as `10Gi`; Cinder knows whole ones only. */
function gibibytes(quantity: string): number {
  const [, digits = '1', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/u.exec(quantity) ?? [];
  return Math.max(1, Math.ceil((Number(digits) * (units[unit] ?? 1)) / 2 ** 30));
}
