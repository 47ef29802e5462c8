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

/** Checks the quota for one more volume or snapshot, or for a volume growing. @throws ApiError 413. */
export function checkVolumeQuota(
  cloud: Cloud,
  projectId: string,
  kind: 'volumes' | 'snapshots' | 'extend',
  size: number,
): void {
  const limits = cloud.limits('block-storage', projectId);
  const used = volumeUsage(cloud, projectId);
  const single = limits['per_volume_gigabytes'] ?? -1;
  if (kind !== 'snapshots' && single >= 0 && size > single) {
    throw overQuota(`Requested volume size ${size}G is larger than maximum allowed limit ${single}G.`);
  }
  if (exceeds(limits['gigabytes'], used.gigabytes, size)) {
    throw overQuota(
      `Requested volume or snapshot exceeds allowed gigabytes quota. Requested ${size}G, quota is ${limits['gigabytes'] ?? -1}G and ${used.gigabytes}G has been consumed.`,
    );
  }
  if (kind === 'volumes' && exceeds(limits['volumes'], used.volumes, 1)) {
    throw overQuota(`Maximum number of volumes allowed (${limits['volumes'] ?? -1}) exceeded for quota 'volumes'.`);
  }
  if (kind === 'snapshots' && exceeds(limits['snapshots'], used.snapshots, 1)) {
    throw overQuota(`Maximum number of snapshots allowed (${limits['snapshots'] ?? -1}) exceeded`);
  }
}
