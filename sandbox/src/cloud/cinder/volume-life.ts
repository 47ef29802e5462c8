import type { Cloud } from '../cloud.ts';
import { uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import type { Volume, VolumeType } from './rows.ts';

/** What makes a volume. */
export interface NewVolume {
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description?: string | null;
  readonly size: number;
  readonly type?: string | undefined;
  readonly metadata?: Record<string, string>;
  readonly imageId?: string | null;
  readonly snapshotId?: string | null;
  readonly sourceVolumeId?: string | null;
  /** Made by Nova while a server builds: there at once. */
  readonly ready?: boolean;
}

/** Whether volumes of a type may be attached to several servers. */
const isMultiattach = (type: VolumeType | undefined): boolean =>
  /^\s*<is>\s+true\s*$/i.test(type?.extra_specs['multiattach'] ?? '');

/** The type a volume gets when none is asked for. */
export const defaultType = (cloud: Cloud): string =>
  cloud.tables.volumeTypes.all().find(({ isDefault }) => isDefault)?.name ?? '__DEFAULT__';

/** Makes a volume, past quota and policy. */
export function makeVolume(cloud: Cloud, wanted: NewVolume): Volume {
  const time = now();
  const volumeType = wanted.type ?? defaultType(cloud);
  const volume = cloud.tables.volumes.insert({
    id: uuid(),
    name: wanted.name,
    description: wanted.description ?? null,
    projectId: wanted.projectId,
    userId: wanted.userId,
    size: wanted.size,
    status: wanted.ready ? 'available' : wanted.imageId ? 'downloading' : 'creating',
    volumeType,
    multiattach: isMultiattach(cloud.tables.volumeTypes.all().find(({ name }) => name === volumeType)),
    migrationStatus: null,
    availabilityZone: cloud.zone,
    metadata: wanted.metadata ?? {},
    bootable: typeof wanted.imageId === 'string',
    imageId: wanted.imageId ?? null,
    snapshotId: wanted.snapshotId ?? null,
    sourceVolumeId: wanted.sourceVolumeId ?? null,
    attachments: [],
    created_at: time,
    updated_at: wanted.ready === true ? time : null,
    doomed: cloud.failures.take('volume', wanted.name ?? '') !== undefined,
  });
  if (!wanted.ready) cloud.transitions.schedule('volume.created', volume.id, cloud.latency.volume.create);
  return volume;
}

/** Registers what happens to volumes and snapshots with time. */
export function cinderTransitions(cloud: Cloud): void {
  const { volumes, snapshots } = cloud.tables;
  cloud.transitions.on('volume.created', (id) => {
    const volume = volumes.get(id);
    if (volume)
      volumes.patch(volume, { status: volume.doomed ? 'error' : 'available', doomed: false, updated_at: now() });
  });
  cloud.transitions.on('volume.deleted', (id) => void volumes.delete(id));
  cloud.transitions.on('volume.extended', (id) => {
    const volume = volumes.get(id);
    if (volume?.status === 'extending') volumes.patch(volume, { status: 'available', updated_at: now() });
  });
  cloud.transitions.on('snapshot.created', (id) => {
    const snapshot = snapshots.get(id);
    if (snapshot) snapshots.patch(snapshot, { status: 'available', updated_at: now() });
  });
  cloud.transitions.on('snapshot.deleted', (id) => void snapshots.delete(id));
}
