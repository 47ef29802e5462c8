import { ignored, kept, refused, seen, type Walk } from './expectation.ts';
import type { World } from './world.ts';

const none = '00000000-0000-4000-8000-000000000000';

/** What volumes, snapshots, types and quotas take. */
export function cinderWalks(world: World): Readonly<Record<string, Walk>> {
  const { demo, id, next, newVolume } = world;
  const headers = { 'openstack-api-version': 'volume 3.70' };
  const volume = (more: object = {}) => ({ volume: { size: 2, name: `volume-${next()}`, ...more } });
  const shot = (more: object = {}) => ({ snapshot: { volume_id: id('volume'), ...more } });
  const named = {
    'volume.name': kept('disk'),
    'volume.description': kept('turns'),
    'volume.metadata.*': kept('b'),
  };
  const quotas = ['volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes', 'per_volume_gigabytes', 'groups'];
  const metadata = (kind: string, method: string): Walk => ({
    headers,
    params: { id: id(kind) },
    read: () => `/volume/v3/${kind}s/${id(kind)}/metadata`,
    body: () => ({ metadata: {} }),
    attributes: { 'metadata.*': kept(`by ${method}`) },
  });
  const specs = `/volume/v3/types/${id('type')}/extra_specs`;
  const access = `/volume/v3/types/${id('type')}/os-volume-type-access`;
  return {
    'POST /v3/volumes': {
      headers,
      body: volume,
      attributes: {
        ...named,
        'volume.display_name': kept('shown', { at: 'volume.name', body: { volume: { size: 2 } } }),
        'volume.display_description': kept('shown', { at: 'volume.description' }),
        'volume.volume_type': kept('hdd'),
        'volume.snapshot_id': kept(id('snapshot')),
        'volume.source_volid': kept(id('volume')),
        'volume.consistencygroup_id': refused(none, /could not be found/),
        'volume.group_id': refused(none, /could not be found/),
        'volume.backup_id': refused(none, /could not be found/),
        'volume.size': kept(3),
        'volume.availability_zone': refused('mars', /Availability zone 'mars' is invalid/),
        'volume.multiattach': refused(true, /multiattach parameter has been removed/),
        'volume.image_id': kept(id('image'), {
          at: 'volume.volume_image_metadata.image_id',
          body: volume({ size: 20 }),
        }),
        'volume.imageRef': kept(id('image'), {
          at: 'volume.volume_image_metadata.image_id',
          body: volume({ size: 20 }),
        }),
        'OS-SCH-HNT:scheduler_hints': ignored({ same_host: [] }, 'only the scheduler reads it; there is one host'),
      },
    },
    'PUT /v3/volumes/:id': {
      headers,
      params: { id: id('volume') },
      attributes: {
        ...named,
        'volume.display_name': kept('shown', { at: 'volume.name' }),
        'volume.display_description': kept('shown', { at: 'volume.description' }),
      },
    },
    'POST /v3/volumes/:id/metadata': metadata('volume', 'POST'),
    'PUT /v3/volumes/:id/metadata': metadata('volume', 'PUT'),
    'POST /v3/volumes/:id/action': {
      headers,
      user: 'admin',
      params: async () => ({ id: await newVolume() }),
      read: (_answer, path) => path.replace('/action', ''),
      unknown: (parent) =>
        parent === ''
          ? refused('x', /There is no such action: bogus/)
          : parent === 'os-reset_status.'
            ? refused('x', /Additional properties/, { body: { 'os-reset_status': { status: 'error' } } })
            : refused('x', /Additional properties|is a required property/),
      attributes: {
        'os-set_bootable.bootable': kept(true, { at: 'volume.bootable', shown: 'true' }),
        'os-extend.new_size': kept(5, { at: 'volume.size' }),
        'os-reset_status.status': kept('error', { at: 'volume.status' }),
        'os-reset_status.attach_status': refused('moon', /Volume attach status: moon is invalid/),
        'os-reset_status.migration_status': kept('starting', { at: 'volume.migration_status' }),
        'os-force_delete': seen(
          {},
          (_world, _answer, read) => read.status === 404 || read.at('volume.status') === 'deleting',
        ),
      },
    },
    'POST /v3/snapshots': {
      headers,
      body: shot,
      attributes: {
        'snapshot.name': kept('still'),
        'snapshot.display_name': kept('shown', { at: 'snapshot.name' }),
        'snapshot.description': kept('keeps'),
        'snapshot.volume_id': kept(id('volume-2')),
        'snapshot.force': ignored(true, 'since 3.66 (cinder:cinder/api/v3/snapshots.py)'),
        'snapshot.metadata.*': kept('b'),
      },
    },
    'PUT /v3/snapshots/:id': {
      headers,
      params: { id: id('snapshot') },
      attributes: {
        'snapshot.name': kept('moved'),
        'snapshot.description': kept('moves'),
        'snapshot.display_name': kept('shown', { at: 'snapshot.name' }),
        'snapshot.display_description': kept('shown', { at: 'snapshot.description' }),
      },
    },
    'POST /v3/snapshots/:id/metadata': metadata('snapshot', 'POST'),
    'PUT /v3/snapshots/:id/metadata': metadata('snapshot', 'PUT'),
    'POST /v3/types': {
      headers,
      user: 'admin',
      body: () => ({ volume_type: { name: `type-${next()}` } }),
      attributes: {
        'volume_type.name': kept('tape'),
        'volume_type.description': kept('winds'),
        'volume_type.extra_specs.*': kept('b'),
        'volume_type.os-volume-type-access:is_public': kept(false),
      },
    },
    'PUT /v3/types/:id': {
      headers,
      user: 'admin',
      params: { id: id('type') },
      attributes: {
        'volume_type.name': kept('hidden'),
        'volume_type.description': kept('hides'),
        'volume_type.is_public': seen(true, async ({ admin }, _answer, read) => {
          const isPublic = read.at('volume_type.is_public') === true;
          await admin.put(`/volume/v3/types/${id('type')}`, { volume_type: { is_public: false } }, headers);
          return isPublic;
        }),
      },
    },
    'POST /v3/types/:id/extra_specs': {
      headers,
      user: 'admin',
      params: { id: id('type') },
      read: () => specs,
      body: () => ({ extra_specs: {} }),
      attributes: { 'extra_specs.*': kept('c') },
    },
    'PUT /v3/types/:id/extra_specs/:key': {
      headers,
      user: 'admin',
      params: { id: id('type'), key: 'anything' },
      attributes: { '*': kept('d') },
    },
    'POST /v3/types/:id/action': {
      headers,
      user: 'admin',
      params: { id: id('type') },
      read: () => access,
      unknown: (parent) =>
        parent === ''
          ? refused('x', /There is no such action/)
          : refused('x', /Additional properties are not allowed|is a required property/),
      attributes: {
        'addProjectAccess.project': seen(demo.projectId, (_world, _answer, read) => read.text.includes(demo.projectId)),
        'removeProjectAccess.project': seen(
          demo.projectId,
          (_world, _answer, read) => !read.text.includes(demo.projectId),
        ),
      },
    },
    'PUT /v3/os-quota-sets/:id': {
      headers,
      user: 'admin',
      params: { id: id('project') },
      body: () => ({ quota_set: {} }),
      unknown: (parent) => (parent === 'quota_set.' ? refused('x', /Bad key\(s\) in quota set: bogus/) : undefined),
      attributes: {
        ...Object.fromEntries(quotas.map((name) => [`quota_set.${name}`, kept(77)])),
        'quota_set.tenant_id': ignored('x', 'cinder:cinder/quota.py, NON_QUOTA_KEYS', {
          body: { quota_set: { volumes: 7 } },
        }),
        'quota_set.id': ignored('x', 'cinder:cinder/quota.py, NON_QUOTA_KEYS', { body: { quota_set: { volumes: 7 } } }),
      },
    },
  };
}
