import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import { accepted, isRecord, ok, type Answer, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { omit } from '../store/omit.ts';
import { now, toNaiveMicros } from '../store/time.ts';
import { checkBody } from './check.ts';
import { badRequest, notFound, policyForbidden } from './errors.ts';
import type { Columns } from './filters.ts';
import { everywhere, listRows } from './listing.ts';
import type { Volume } from './rows.ts';
import {
  actionSchemas,
  adminActionSchemas,
  createVolumeSchema,
  metadataSchema,
  updateVolumeSchema,
} from './schemas.ts';
import { checkVolumeQuota } from './usage.ts';
import { maySee } from './types.ts';
import { defaultType, makeVolume } from './volume-life.ts';
import { cinderVersions } from './microversions.ts';

const size = z.union([z.number(), z.string().transform(Number)]);
const metadata = z.record(z.string(), z.string());
const createBody = z.looseObject({
  volume: z.looseObject({
    size: size.nullish(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    volume_type: z.string().nullish(),
    availability_zone: z.string().nullish(),
    metadata: metadata.nullish(),
    imageRef: z.string().nullish(),
    snapshot_id: z.string().nullish(),
    source_volid: z.string().nullish(),
    multiattach: z.union([z.boolean(), z.string()]).nullish(),
    image_id: z.string().nullish(),
    display_name: z.string().nullish(),
    display_description: z.string().nullish(),
    group_id: z.string().nullish(),
    consistencygroup_id: z.string().nullish(),
    backup_id: z.string().nullish(),
  }),
});

/** Things that nobody has here, with what the refusal calls them. */
const unserved = [
  ['group_id', 'Group'],
  ['consistencygroup_id', 'Group'],
  ['backup_id', 'Backup'],
] as const;
/** cinder:cinder/api/v3/volumes.py */
const noMultiattach =
  'multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. Contact your administrator to create a multiattach enabled volume type and use it to create multiattach volumes.';
const updateBody = z.looseObject({
  volume: z.looseObject({
    name: z.string().nullish(),
    description: z.string().nullish(),
    display_name: z.string().nullish(),
    display_description: z.string().nullish(),
    metadata: metadata.optional(),
  }),
});
const metadataBody = z.looseObject({ metadata });
const extendBody = z.looseObject({ new_size: size });
const resetBody = z.object({
  status: z.string().nullish(),
  attach_status: z.string().nullish(),
  migration_status: z.string().nullish(),
});
const bootableBody = z.looseObject({ bootable: z.union([z.boolean(), z.string()]) });

/** The volume a path names, if the caller may see it. */
export function findVolume(cloud: Cloud, call: Call, id = call.params['id'] ?? ''): Volume {
  const volume = cloud.tables.volumes.get(id);
  if (!volume || (volume.projectId !== call.who.projectId && !call.who.isAdmin)) {
    throw notFound(`Volume ${id} could not be found.`);
  }
  return volume;
}

/** The long form of a volume. What extensions add (cinder:cinder/api/contrib) is not in the answer to a change. */
function volumeView(cloud: Cloud, call: Call, volume: Volume, extended = true): Record<string, unknown> {
  const image = cloud.tables.images.get(volume.imageId ?? '');
  const { isAdmin } = call.who;
  return {
    ...volumeSummary(call, volume),
    status: volume.status,
    size: volume.size,
    availability_zone: volume.availabilityZone,
    created_at: toNaiveMicros(volume.created_at),
    updated_at: volume.updated_at === null ? null : toNaiveMicros(volume.updated_at),
    attachments: volume.attachments.map((one) => ({ ...one, attached_at: toNaiveMicros(one.attached_at) })),
    description: volume.description,
    volume_type: volume.volumeType,
    snapshot_id: volume.snapshotId,
    source_volid: volume.sourceVolumeId,
    metadata: volume.metadata,
    user_id: volume.userId,
    bootable: String(volume.bootable),
    encrypted: false,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: volume.multiattach,
    ...(isAdmin && { migration_status: volume.migrationStatus }),
    ...(extended && { 'os-vol-tenant-attr:tenant_id': volume.projectId }),
    ...(image && { volume_image_metadata: { image_id: image.id, image_name: image.name ?? '', ...image.properties } }),
    ...(extended &&
      isAdmin && {
        'os-vol-host-attr:host': 'storage@ssd#pool',
        'os-vol-mig-status-attr:migstat': volume.migrationStatus,
        'os-vol-mig-status-attr:name_id': null,
      }),
    ...(call.microversion >= 13 && { group_id: null }),
    ...(call.microversion >= 21 && isAdmin && { provider_id: null }),
    ...(call.microversion >= 48 && {
      shared_targets: true,
      service_uuid: volume.updated_at === null ? null : dashed(cloud.stableId('cinder-volume')),
    }),
    ...(call.microversion >= 61 && isAdmin && { cluster_name: null }),
    ...(call.microversion >= 63 && {
      volume_type_id: cloud.tables.volumeTypes.all().find(({ name }) => name === volume.volumeType)?.id ?? null,
    }),
    ...(call.microversion >= 65 && { consumes_quota: true }),
  };
}

const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

function volumeSummary(call: Call, volume: Volume) {
  const base = `${call.origin}/volume`;
  return {
    id: volume.id,
    name: volume.name,
    links: [
      { rel: 'self', href: `${base}/v3/volumes/${volume.id}` },
      { rel: 'bookmark', href: `${base}/volumes/${volume.id}` },
    ],
  };
}

function createVolume(service: Service, cloud: Cloud, call: Call): Answer {
  checkBody(createVolumeSchema(call.microversion), call.body);
  const { volume: wanted } = service.parse(createBody, call.body);
  const { images, snapshots, volumeTypes } = cloud.tables;
  const snapshot = typeof wanted.snapshot_id === 'string' ? snapshots.get(wanted.snapshot_id) : undefined;
  if (typeof wanted.snapshot_id === 'string' && snapshot?.projectId !== call.who.projectId) {
    throw notFound(`Snapshot ${wanted.snapshot_id} could not be found.`);
  }
  const source = typeof wanted.source_volid === 'string' ? findVolume(cloud, call, wanted.source_volid) : undefined;
  const imageRef = wanted.image_id ?? wanted.imageRef;
  const image = typeof imageRef === 'string' ? images.get(imageRef) : undefined;
  if (typeof imageRef === 'string' && imageRef !== '' && !image) {
    throw badRequest('Invalid image identifier or unable to access requested image.');
  }
  const type = wanted.volume_type ?? undefined;
  const usable = volumeTypes.all().filter((one) => maySee(call, one));
  const known = type === undefined ? undefined : usable.find((one) => one.name === type || one.id === type);
  if (type !== undefined && !known) throw notFound(`Volume type with name ${type} could not be found.`);
  for (const [field, noun] of unserved) {
    const id = wanted[field];
    if (typeof id === 'string' && id !== '') throw notFound(`${noun} ${id} could not be found.`);
  }
  if (readBoolean(String(wanted.multiattach)) === true) throw badRequest(noMultiattach);
  const zone = wanted.availability_zone ?? cloud.zone;
  if (zone !== cloud.zone) throw badRequest(`Availability zone '${zone}' is invalid.`);
  const gigabytes = wanted.size ?? snapshot?.size ?? source?.size;
  if (gigabytes === undefined) {
    throw badRequest(
      'The server could not comply with the request since it is either malformed or otherwise incorrect.',
    );
  }
  if (image && image.status !== 'active') {
    throw badRequest(`Invalid input received: Image ${image.id} is not active.`);
  }
  if (image && gigabytes < image.min_disk) {
    throw badRequest(
      `Invalid input received: Volume size ${gigabytes}GB cannot be smaller than the image minDisk size ${image.min_disk}GB.`,
    );
  }
  const least = snapshot?.size ?? source?.size ?? 0;
  if (gigabytes < least) {
    throw badRequest(
      `Invalid input received: Volume size '${gigabytes}'GB cannot be smaller than ${snapshot ? 'the snapshot size' : 'original volume size '} ${least}GB. They must be >= original ${snapshot ? 'snapshot' : 'volume'} size.`,
    );
  }
  checkVolumeQuota(cloud, call.who.projectId, 'volumes', gigabytes, { type: known?.name ?? defaultType(cloud) });
  const volume = makeVolume(cloud, {
    projectId: call.who.projectId,
    userId: call.who.userId,
    name: wanted.name ?? wanted.display_name ?? null,
    description: wanted.description ?? wanted.display_description ?? null,
    size: gigabytes,
    type: known?.name,
    metadata: wanted.metadata ?? {},
    imageId: imageRef === '' ? null : (imageRef ?? null),
    snapshotId: snapshot?.id ?? null,
    sourceVolumeId: source?.id ?? null,
  });
  return accepted({ volume: volumeView(cloud, call, volume, false) });
}

const nothing = () => null;

/** What lists of volumes are filtered by. */
const columns: Columns<Volume> = {
  id: (row) => row.id,
  name: (row) => row.name,
  description: (row) => row.description,
  status: (row) => row.status,
  size: (row) => row.size,
  metadata: (row) => row.metadata,
  bootable: (row) => row.bootable,
  availability_zone: (row) => row.availabilityZone,
  volume_type: (row) => row.volumeType,
  snapshot_id: (row) => row.snapshotId,
  source_volid: (row) => row.sourceVolumeId,
  project_id: (row) => row.projectId,
  user_id: (row) => row.userId,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
  multiattach: (row) => row.multiattach,
  consumes_quota: () => true,
  attach_status: (row) => (row.attachments.length > 0 ? 'attached' : 'detached'),
  migration_status: (row) => row.migrationStatus,
  ...{ group_id: nothing, consistencygroup_id: nothing },
};

/** `/volumes` and their actions. Attaching goes through Nova. */
export function volumeRoutes(service: Service, cloud: Cloud): void {
  const { volumes, snapshots } = cloud.tables;
  const read = (call: Call, row: Volume): Record<string, unknown> => {
    cloud.transitions.wasRead(row, call.who.projectId);
    return volumeView(cloud, call, row);
  };
  const list = (call: Call, detail: boolean): Answer => {
    const rows = everywhere(call) ? volumes.all() : volumes.by('project', call.who.projectId);
    return listRows(call, 'Volume', rows, (row) => (detail ? read(call, row) : volumeSummary(call, row)), columns);
  };
  service.get('/v3/volumes', (call) => list(call, false));
  service.get('/v3/volumes/detail', (call) => list(call, true));
  service.post('/v3/volumes', takesBySchema(createVolumeSchema(0), createVolumeSchema(cinderVersions.max)), (call) =>
    createVolume(service, cloud, call),
  );
  service.get('/v3/volumes/:id', (call) => ok({ volume: read(call, findVolume(cloud, call)) }));
  service.put('/v3/volumes/:id', takesBySchema(updateVolumeSchema), (call) => {
    checkBody(updateVolumeSchema, call.body);
    const volume = findVolume(cloud, call);
    const { volume: wanted } = service.parse(updateBody, call.body);
    const { name = wanted.display_name, description = wanted.display_description } = wanted;
    volumes.patch(volume, {
      ...(typeof name === 'string' && { name }),
      ...(description !== undefined && { description }),
      ...(wanted.metadata && { metadata: wanted.metadata }),
      updated_at: now(),
    });
    return ok({ volume: volumeView(cloud, call, volume, false) });
  });

  const remove = (call: Call, force: boolean): Answer => {
    const volume = findVolume(cloud, call);
    const cascade = readBoolean(call.query.get('cascade')) ?? false;
    const deletable = ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'];
    const copies = snapshots.by('volume', volume.id);
    const free = (force || deletable.includes(volume.status)) && volume.attachments.length === 0;
    if (!free || (copies.length > 0 && !cascade)) {
      const status = force
        ? ''
        : 'status must be available or error or error_restoring or error_extending or error_managing and ';
      throw badRequest(
        `Invalid volume: Volume ${status}must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.`,
      );
    }
    for (const { id } of copies) snapshots.delete(id);
    cloud.transitions.cancel(volume.id);
    volumes.patch(volume, { status: 'deleting', updated_at: now() });
    cloud.transitions.schedule('volume.deleted', volume.id, cloud.latency.volume.delete);
    return accepted();
  };
  service.delete('/v3/volumes/:id', (call) => remove(call, false));

  service.get('/v3/volumes/:id/metadata', (call) => ok({ metadata: findVolume(cloud, call).metadata }));
  const setMetadata = (call: Call, keep: boolean): Answer => {
    const volume = findVolume(cloud, call);
    checkBody(metadataSchema, call.body);
    const body = service.parse(metadataBody, call.body);
    volumes.patch(volume, {
      metadata: keep ? { ...volume.metadata, ...body.metadata } : body.metadata,
      updated_at: now(),
    });
    return ok({ metadata: volume.metadata });
  };
  service.post('/v3/volumes/:id/metadata', takesBySchema(metadataSchema), (call) => setMetadata(call, true));
  service.put('/v3/volumes/:id/metadata', takesBySchema(metadataSchema), (call) => setMetadata(call, false));
  service.delete('/v3/volumes/:id/metadata/:key', (call) => {
    const volume = findVolume(cloud, call);
    const key = call.params['key'] ?? '';
    if (!(key in volume.metadata)) throw notFound(`Volume ${volume.id} has no metadata with key ${key}.`);
    const rest = omit(volume.metadata, key);
    volumes.patch(volume, { metadata: rest, updated_at: now() });
    return ok(undefined);
  });

  service.post(
    '/v3/volumes/:id/action',
    takesBySchema(...Object.values({ ...actionSchemas, ...adminActionSchemas })),
    (call) => {
      const body = isRecord(call.body) ? call.body : {};
      const [action = ''] = Object.keys(body);
      const schema = actionSchemas[action] ?? adminActionSchemas[action];
      if (schema) checkBody(schema, body);
      const volume = findVolume(cloud, call);
      if (action === 'os-extend') {
        const wanted = service.parse(extendBody, body[action]).new_size;
        if (volume.status !== 'available') {
          throw badRequest(
            `Invalid volume: Volume ${volume.id} status must be '{'status': 'available'}' to extend, currently ${volume.status}.`,
          );
        }
        if (wanted <= volume.size) {
          throw badRequest(
            `Invalid input received: New size for extend must be greater than current size. (current: ${volume.size}, extended: ${wanted}).`,
          );
        }
        checkVolumeQuota(cloud, volume.projectId, 'extend', wanted - volume.size, {
          total: wanted,
          type: volume.volumeType,
        });
        volumes.patch(volume, { size: wanted, status: 'extending', updated_at: now() });
        cloud.transitions.scheduleOnceRead('volume.extended', volume.id, cloud.latency.volume.attach);
        return accepted(undefined, { 'content-type': 'application/json' });
      }
      if (action === 'os-set_bootable') {
        const { bootable } = service.parse(bootableBody, body[action]);
        volumes.patch(volume, { bootable: readBoolean(String(bootable)) ?? false });
        return ok(undefined, { 'content-type': 'application/json' });
      }
      if (action === 'os-reset_status' || action === 'os-force_delete') {
        if (!call.who.isAdmin)
          throw policyForbidden(
            `volume_extension:volume_admin_actions:${action === 'os-force_delete' ? 'force_delete' : 'reset_status'}`,
          );
        if (action === 'os-force_delete') return remove(call, true);
        const wanted = service.parse(resetBody, body[action]);
        const status = wanted.status?.toLowerCase();
        // A comma is missing there, so that the last two are one word (cinder:cinder/api/contrib/admin_actions.py).
        if (status === 'deleting') throw badRequest(`Cannot reset-state to ${status}`);
        if (status === 'in-use' && volume.attachments.length === 0)
          throw badRequest('Cannot reset-state to in-use because volume does not have any attachments.');
        const migration = wanted.migration_status?.toLowerCase();
        volumes.patch(volume, {
          ...(status && { status }),
          ...(wanted.attach_status?.toLowerCase() === 'detached' && { attachments: [] }),
          ...(migration && { migrationStatus: migration === 'none' ? null : migration }),
          updated_at: now(),
        });
        return accepted();
      }
      throw badRequest(
        action === ''
          ? 'Malformed request body'
          : `There is no such action: ${action}. Verify the request body and Content-Type header and try again.`,
      );
    },
  );
}
