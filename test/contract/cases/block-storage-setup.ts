import type { VolumeCreate } from 'openstack-client-ts';
import type { CaseContext } from '../kit/case.ts';

export const VOLUME_REFERENCE = 'https://docs.openstack.org/api-ref/block-storage/v3/';

/** An id that nothing has. */
export const NOBODY = '11111111-2222-3333-4444-555555555555';

/** Makes a volume that is available, unrecorded, and removes it with its snapshots in the end. */
export function availableVolume({ user, cleanUp, quietly }: CaseContext, values: VolumeCreate = {}) {
  return quietly(async () => {
    const { id } = await user.blockStorage.volumes.create({ size: 1, name: 'vol', ...values });
    cleanUp(() => user.blockStorage.volumes.delete(id, { cascade: true }));
    return user.blockStorage.volumes.waitAvailable(id);
  });
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
