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
 * Checks the quota for one more volume or snapshot of a type, or for a volume growing by `more` to `total`, in GiB.
 * @throws ApiError 413
 */
export function checkVolumeQuota(
  cloud: Cloud,
  projectId: string,
  kind: 'volumes' | 'snapshots' | 'extend',
  more: number,
  { total = more, type = '' }: { readonly total?: number; readonly type?: string } = {},
): void {
  const limits = cloud.limits('block-storage', projectId);
  const used = detailedUsage(cloud, projectId);
  const single = limits['per_volume_gigabytes'] ?? -1;
  if (kind !== 'snapshots' && single >= 0 && total > single) {
    throw overQuota(
      'VolumeSizeExceedsLimit',
      `Requested volume size ${total}G is larger than maximum allowed limit ${single}G.`,
    );
  }
  const over = (name: string, by: number) => exceeds(limits[name], used.get(name) ?? 0, by);
  const gigabytes = ['gigabytes', `gigabytes_${type}`].find((name) => over(name, more));
  if (gigabytes !== undefined) {
    throw overQuota(
      'VolumeSizeExceedsAvailableQuota',
      `Requested volume or snapshot exceeds allowed ${gigabytes} quota. Requested ${more}G, quota is ${limits[gigabytes] ?? -1}G and ${used.get(gigabytes) ?? 0}G has been consumed.`,
    );
  }
  const volumes = kind === 'volumes' && ['volumes', `volumes_${type}`].find((name) => over(name, 1));
  if (volumes) {
    throw overQuota(
      'VolumeLimitExceeded',
      `Maximum number of volumes allowed (${limits[volumes] ?? -1}) exceeded for quota '${volumes}'.`,
    );
  }
  if (kind === 'snapshots' && over('snapshots', 1)) {
    throw overQuota(
      'SnapshotLimitExceeded',
      `Maximum number of snapshots allowed (${limits['snapshots'] ?? -1}) exceeded`,
    );
  }
}
