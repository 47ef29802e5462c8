import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import { accepted, ok, type Answer, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { uuid } from '../store/ids.ts';
import { omit } from '../store/omit.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { checkBody } from './check.ts';
import { badRequest, notFound } from './errors.ts';
import type { Columns } from './filters.ts';
import { everywhere, listRows } from './listing.ts';
import type { Snapshot } from './rows.ts';
import { createSnapshotSchema, metadataSchema, updateSnapshotSchema } from './schemas.ts';
import { checkVolumeQuota } from './usage.ts';
import { findVolume } from './volumes.ts';

const metadata = z.record(z.string(), z.string());
const createBody = z.looseObject({
  snapshot: z.looseObject({
    volume_id: z.string().nullable(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    display_name: z.string().nullish(),
    force: z.union([z.boolean(), z.string()]).optional(),
    metadata: metadata.nullish(),
  }),
});
const updateBody = z.looseObject({
  snapshot: z.looseObject({
    name: z.string().nullish(),
    description: z.string().nullish(),
    display_name: z.string().nullish(),
    display_description: z.string().nullish(),
  }),
});
const metadataBody = z.looseObject({ metadata });

/** `/snapshots` */
export function snapshotRoutes(service: Service, cloud: Cloud): void {
  const { snapshots } = cloud.tables;
  const view = (call: Call, row: Snapshot, extended = true) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    volume_id: row.volumeId,
    status: row.status,
    size: row.size,
    metadata: row.metadata,
    created_at: toNaiveMicros(row.created_at),
    updated_at: row.updated_at === null ? null : toNaiveMicros(row.updated_at),
    ...(call.microversion >= 14 && { group_snapshot_id: null }),
    ...(call.microversion >= 41 && { user_id: row.userId }),
    ...(extended && {
      'os-extended-snapshot-attributes:progress': row.status === 'available' ? '100%' : '0%',
      'os-extended-snapshot-attributes:project_id': row.projectId,
    }),
    ...(call.microversion >= 65 && { consumes_quota: true }),
  });
  const find = (call: Call): Snapshot => {
    const id = call.params['id'] ?? '';
    const row = snapshots.get(id);
    if (!row || (row.projectId !== call.who.projectId && !call.who.isAdmin))
      throw notFound(`Snapshot ${id} could not be found.`);
    return row;
  };
  /** What lists of snapshots are filtered by. */
  const columns: Columns<Snapshot> = {
    id: (row) => row.id,
    name: (row) => row.name,
    description: (row) => row.description,
    status: (row) => row.status,
    volume_id: (row) => row.volumeId,
    volume_size: (row) => row.size,
    metadata: (row) => row.metadata,
    availability_zone: (row) => cloud.tables.volumes.get(row.volumeId)?.availabilityZone,
    project_id: (row) => row.projectId,
    user_id: (row) => row.userId,
    consumes_quota: () => true,
  };
  const list = (call: Call): Answer =>
    listRows(
      call,
      'Snapshot',
      everywhere(call) ? snapshots.all() : snapshots.by('project', call.who.projectId),
      (row) => view(call, row),
      columns,
    );
  service.get('/v3/snapshots', list);
  service.get('/v3/snapshots/detail', list);
  service.get('/v3/snapshots/:id', (call) => ok({ snapshot: view(call, find(call)) }));
  service.post('/v3/snapshots', takesBySchema(createSnapshotSchema), (call) => {
    checkBody(createSnapshotSchema, call.body);
    const { snapshot: wanted } = service.parse(createBody, call.body);
    const volume = findVolume(cloud, call, wanted.volume_id ?? 'None');
    const force = readBoolean(String(wanted.force ?? false)) ?? false;
    // Since 3.66 a volume in use may be snapshotted without force.
    const allowed = force || call.microversion >= 66 ? ['available', 'in-use'] : ['available'];
    if (!allowed.includes(volume.status)) {
      throw badRequest(
        `Invalid volume: Volume ${volume.id} status must be ${allowed.join(' or ')}, but current status is: ${volume.status}.`,
      );
    }
    checkVolumeQuota(cloud, volume.projectId, 'snapshots', volume.size, { type: volume.volumeType });
    const time = now();
    const row = snapshots.insert({
      id: uuid(),
      name: wanted.name ?? wanted.display_name ?? null,
      description: wanted.description ?? null,
      projectId: volume.projectId,
      userId: call.who.userId,
      volumeId: volume.id,
      size: volume.size,
      status: 'creating',
      metadata: wanted.metadata ?? {},
      created_at: time,
      updated_at: null,
    });
    cloud.transitions.schedule('snapshot.created', row.id, cloud.latency.snapshot.create);
    return accepted({ snapshot: view(call, row, false) });
  });
  service.put('/v3/snapshots/:id', takesBySchema(updateSnapshotSchema), (call) => {
    checkBody(updateSnapshotSchema, call.body);
    const row = find(call);
    const { snapshot: wanted } = service.parse(updateBody, call.body);
    const { name = wanted.display_name, description = wanted.display_description } = wanted;
    snapshots.patch(row, {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      updated_at: now(),
    });
    return ok({ snapshot: view(call, row, false) });
  });
  const setMetadata = (call: Call, keep: boolean): Answer => {
    checkBody(metadataSchema, call.body);
    const row = find(call);
    const given = service.parse(metadataBody, call.body).metadata;
    snapshots.patch(row, { metadata: keep ? { ...row.metadata, ...given } : given, updated_at: now() });
    return ok({ metadata: row.metadata });
  };
  service.get('/v3/snapshots/:id/metadata', (call) => ok({ metadata: find(call).metadata }));
  service.post('/v3/snapshots/:id/metadata', takesBySchema(metadataSchema), (call) => setMetadata(call, true));
  service.put('/v3/snapshots/:id/metadata', takesBySchema(metadataSchema), (call) => setMetadata(call, false));
  service.delete('/v3/snapshots/:id/metadata/:key', (call) => {
    const row = find(call);
    const key = call.params['key'] ?? '';
    if (!(key in row.metadata)) throw notFound(`Snapshot ${row.id} has no metadata with key ${key}.`);
    snapshots.patch(row, { metadata: omit(row.metadata, key), updated_at: now() });
    return ok(undefined);
  });
  service.delete('/v3/snapshots/:id', (call) => {
    const row = find(call);
    if (!['available', 'error'].includes(row.status)) {
      throw badRequest('Invalid snapshot: Snapshot status must be available or error and must not be part of a group.');
    }
    snapshots.patch(row, { status: 'deleting', updated_at: now() });
    cloud.transitions.schedule('snapshot.deleted', row.id, cloud.latency.snapshot.delete);
    return accepted();
  });
}
