import type { Volume, VolumeCreate } from 'openstack-client-ts';
import type { CaseContext } from '../kit/case.ts';

export const VOLUME_REFERENCE = 'https://docs.openstack.org/api-ref/block-storage/v3/';

/** An id that nothing has. */
export const NOBODY = '11111111-2222-3333-4444-555555555555';

/**
 * Waits, unrecorded, until a volume is available and whole: Cinder's manager notes the service that holds a volume in a
 * write of its own, a moment after the one that makes it available (`cinder/volume/manager.py`, `create_volume`).
 */
export const settledVolume = ({ user, until }: CaseContext, id: string): Promise<Volume> =>
  until(
    () => user.blockStorage.volumes.get(id),
    (volume) => volume.status === 'available' && typeof volume['service_uuid'] === 'string',
  );

/** Makes a volume that is available, unrecorded, and removes it with its snapshots in the end. */
export async function availableVolume(context: CaseContext, values: VolumeCreate = {}) {
  const { volumes } = context.user.blockStorage;
  const { id } = await context.quietly(() => volumes.create({ size: 1, name: 'vol', ...values }));
  context.cleanUp(() => volumes.delete(id, { cascade: true }));
  return settledVolume(context, id);
}

/** Makes a snapshot that is available, unrecorded, and removes it in the end. */
export function availableSnapshot({ user, cleanUp, quietly }: CaseContext, volume: string, name = 'snap') {
  return quietly(async () => {
    const { id } = await user.blockStorage.snapshots.create({ volume_id: volume, name });
    cleanUp(() => user.blockStorage.snapshots.delete(id));
    return user.blockStorage.snapshots.waitAvailable(id);
  });
}

/** Waits, unrecorded, until a volume or snapshot is not found any more. */
export const untilGone = (context: CaseContext, kind: 'volumes' | 'snapshots', id: string): Promise<boolean> =>
  context.until(
    () =>
      context.user.blockStorage[kind].get(id).then(
        () => false,
        () => true,
      ),
    (gone) => gone,
  );
