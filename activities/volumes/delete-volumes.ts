import { InvalidRequestError, type Snapshot, type Volume } from 'openstack-client-ts';
import { type ClusterSpec, type LeftResource, MAX_LEFT } from '../../model/index.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { concurrently } from '../lib/concurrently.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Removed } from '../machines/delete-servers.ts';

const DEADLINE_MS = 15 * 60_000;
const AT_ONCE = 10;

/** What a deletion did with the volumes that Pods had claimed. */
interface DeletedVolumes extends Removed {
  /** Those that stay, because the specification keeps them. */
  readonly kept: readonly LeftResource[];
}

/** Whether the specification lets volumes go with their cluster: they are kept unless it says so. */
const goWithCluster = ({ addons }: ClusterSpec): boolean => addons.cinder?.onClusterDeletion === 'delete';

/**
 * Activity: deletes the volumes that were made for the cluster's claims, and their snapshots first, or says which are
 * kept. After the servers: they hold them.
 */
export const deleteVolumes =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<DeletedVolumes> => {
    const { volumes: own } = ownResources(await clouds.get(spec.cloud), id);
    const [volumes, snapshots] = await Promise.all([own.list(), own.snapshots()]);
    if (!goWithCluster(spec)) return { removed: {}, kept: inWords(volumes, snapshots, 'kept') };
    await removeAll(
      snapshots,
      (one) => own.removeSnapshot(one),
      () => own.snapshots(),
    );
    await removeAll(
      volumes,
      (one) => own.remove(one),
      () => own.list(),
    );
    return {
      removed: {
        ...(volumes.length === 0 ? {} : { volume: volumes.length }),
        ...(snapshots.length === 0 ? {} : { snapshot: snapshots.length }),
      },
      kept: [],
    };
  };

/** Asks for each until it is gone: one that a server still holds is refused, and no longer held a moment later. */
async function removeAll<T extends Own<Volume> | Own<Snapshot>>(
  all: readonly T[],
  remove: (one: T) => Promise<void>,
  look: () => Promise<readonly T[]>,
): Promise<void> {
  if (all.length === 0) return;
  await poll({ subject: `${all.length} volumes or snapshots to be gone`, deadlineMs: DEADLINE_MS }, async () => {
    const left = await look();
    const [first] = left;
    if (first === undefined) return { done: true };
    let refused = '';
    await concurrently(
      left.filter(({ status }) => status !== 'deleting'),
      AT_ONCE,
      async (one) => {
        try {
          await remove(one);
        } catch (error) {
          if (!(error instanceof InvalidRequestError)) throw error;
          refused = `; Cinder says: ${error.message}`;
        }
      },
    );
    const pending = `${left.length} are left, ${first.id} is ${first.status}${refused}`;
    reportProgress({ detail: pending });
    return { pending };
  });
}

/** The volumes of the cluster's claims, and snapshots, that should be gone and are not. */
export async function remainingVolumes({ volumes: own }: OwnResources, spec: ClusterSpec): Promise<LeftResource[]> {
  if (!goWithCluster(spec)) return [];
  return inWords(await own.list(), await own.snapshots(), 'not deleted');
}

function inWords(volumes: readonly Volume[], snapshots: readonly Snapshot[], word: string): LeftResource[] {
  const told = (type: string, rows: readonly (Volume | Snapshot)[]) =>
    rows.map(({ id, name, size, status }): LeftResource => ({
      ...{ service: 'block-storage', type, id, name: name ?? '' },
      reason: `${word}: ${size} GiB, ${status}`,
    }));
  return [...told('volume', volumes), ...told('snapshot', snapshots)].slice(0, MAX_LEFT);
}
