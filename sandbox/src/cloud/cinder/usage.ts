import type { Cloud } from '../cloud.ts';
import { exceeds } from '../quotas.ts';
import { overQuota } from './errors.ts';

/** What a project uses of Cinder's quotas; snapshots count as gigabytes too. */
export function volumeUsage(cloud: Cloud, projectId: string) {
  const volumes = cloud.tables.volumes.by('project', projectId);
  const snapshots = cloud.tables.snapshots.by('project', projectId);
  const gigabytes = [...volumes, ...snapshots].reduce((sum, { size }) => sum + size, 0);
  return { volumes: volumes.length, snapshots: snapshots.length, gigabytes };
}

/** What a project uses, also by volume type as `volumes_<type>`. */
export function detailedUsage(cloud: Cloud, projectId: string): Map<string, number> {
  const used = new Map<string, number>(Object.entries(volumeUsage(cloud, projectId)));
  const add = (name: string, amount: number): void => void used.set(name, (used.get(name) ?? 0) + amount);
  const { volumes, snapshots } = cloud.tables;
  for (const { volumeType, size } of volumes.by('project', projectId)) {
    add(`volumes_${volumeType}`, 1);
    add(`gigabytes_${volumeType}`, size);
  }
  for (const { volumeId, size } of snapshots.by('project', projectId)) {
    const type = volumes.get(volumeId)?.volumeType ?? '';
    add(`snapshots_${type}`, 1);
    add(`gigabytes_${type}`, size);
  }
  return used;
}

/**
 * Checks the quota for one more volume or snapshot, or for a volume growing by `more` to `total`, in GiB.
 * @throws ApiError 413
 */
export function checkVolumeQuota(
  cloud: Cloud,
  projectId: string,
  kind: 'volumes' | 'snapshots' | 'extend',
  more: number,
  total = more,
): void {
  const limits = cloud.limits('block-storage', projectId);
  const used = volumeUsage(cloud, projectId);
  const single = limits['per_volume_gigabytes'] ?? -1;
  if (kind !== 'snapshots' && single >= 0 && total > single) {
    throw overQuota(
      'VolumeSizeExceedsLimit',
      `Requested volume size ${total}G is larger than maximum allowed limit ${single}G.`,
    );
  }
  if (exceeds(limits['gigabytes'], used.gigabytes, more)) {
    throw overQuota(
      'VolumeSizeExceedsAvailableQuota',
      `Requested volume or snapshot exceeds allowed gigabytes quota. Requested ${more}G, quota is ${limits['gigabytes'] ?? -1}G and ${used.gigabytes}G has been consumed.`,
    );
  }
  if (kind === 'volumes' && exceeds(limits['volumes'], used.volumes, 1)) {
    throw overQuota(
      'VolumeLimitExceeded',
      `Maximum number of volumes allowed (${limits['volumes'] ?? -1}) exceeded for quota 'volumes'.`,
    );
  }
  if (kind === 'snapshots' && exceeds(limits['snapshots'], used.snapshots, 1)) {
    throw overQuota(
      'SnapshotLimitExceeded',
      `Maximum number of snapshots allowed (${limits['snapshots'] ?? -1}) exceeded`,
    );
  }
}
