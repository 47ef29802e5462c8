import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { ok, reply, Service, type Call } from '../http/service.ts';
import { readMicroversion } from './microversions.ts';
import { defaultQuotas } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { cinderDialect, notFound, policyForbidden } from './errors.ts';
import type { VolumeType } from './rows.ts';
import { snapshotRoutes } from './snapshots.ts';
import { detailedUsage, volumeUsage } from './usage.ts';
import { cinderTransitions } from './volume-life.ts';
import { volumeRoutes } from './volumes.ts';

/** What Cinder 28 (2026.1) announces. */
const versions = { min: 0, max: 71 } as const;

/** Cinder v3 under `/volume`; the project id in the path is optional, as it has been since 3.67. */
export function createCinder(cloud: Cloud): Service {
  const service = new Service('block-storage', '/volume', cinderDialect);
  service.before = (call) => {
    call.microversion = readMicroversion(call, versions);
    return { 'openstack-api-version': `volume 3.${call.microversion}`, vary: 'OpenStack-API-Version' };
  };
  const version = (call: Call) => ({
    id: 'v3.0',
    status: 'CURRENT',
    version: `3.${versions.max}`,
    min_version: `3.${versions.min}`,
    updated: '2023-08-31T00:00:00Z',
    links: [{ rel: 'self', href: `${call.origin}/volume/v3/` }],
    'media-types': [],
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => reply(300, { versions: [version(call)] }), { open: true });
    service.get(`/v3${path}`, (call) => ok({ versions: [version(call)] }), { open: true });
  }
  cinderTransitions(cloud);
  volumeRoutes(service, cloud);
  snapshotRoutes(service, cloud);
  typeRoutes(service, cloud);
  quotaRoutes(service, cloud);
  service.get('/v3/os-services', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('volume_extension:services:index');
    return ok({ services: [] });
  });
  service.get('/v3/os-availability-zone', () =>
    ok({ availabilityZoneInfo: [{ zoneName: cloud.zone, zoneState: { available: true } }] }),
  );
  return service;
}

function typeRoutes(service: Service, cloud: Cloud): void {
  const { volumeTypes } = cloud.tables;
  const view = (call: Call, row: VolumeType, extended = true) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    is_public: true,
    ...(extended && { 'os-volume-type-access:is_public': true }),
    ...(call.who.isAdmin && { qos_specs_id: null }),
    extra_specs: row.extra_specs,
  });
  service.get('/v3/types', (call) => ok({ volume_types: volumeTypes.all().map((row) => view(call, row)) }));
  service.get('/v3/types/default', (call) => {
    const row = volumeTypes.all().find(({ isDefault }) => isDefault);
    if (!row) throw notFound('Default volume type can not be found.');
    return ok({ volume_type: view(call, row, false) });
  });
  service.get('/v3/types/:id', (call) => {
    const row = volumeTypes.get(call.params['id'] ?? '');
    if (!row) throw notFound(`Volume type ${call.params['id'] ?? ''} could not be found.`);
    return ok({ volume_type: view(call, row) });
  });
  const createBody = z.looseObject({
    volume_type: z.looseObject({ name: z.string().min(1).max(255), description: z.string().nullish() }),
  });
  service.post('/v3/types', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('volume_extension:type_create');
    const { volume_type: wanted } = service.parse(createBody, call.body);
    if (volumeTypes.all().some(({ name }) => name === wanted.name)) {
      throw cinderDialect.error(409, `Volume Type ${wanted.name} already exists.`);
    }
    const row = volumeTypes.insert({
      id: uuid(),
      name: wanted.name,
      description: wanted.description ?? null,
      isDefault: false,
      extra_specs: {},
    });
    return ok({ volume_type: view(call, row) });
  });
}

function quotaRoutes(service: Service, cloud: Cloud): void {
  const projectOf = (call: Call): string => {
    const id = call.params['id'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw policyForbidden('volume_extension:quotas:show');
    return id;
  };
  /** Cinder also has quotas for each volume type; without limits unless somebody sets them. */
  const perType = () =>
    cloud.tables.volumeTypes
      .all()
      .flatMap(({ name }) => ['volumes', 'gigabytes', 'snapshots'].map((kind) => [`${kind}_${name}`, -1] as const));
  service.get('/v3/os-quota-sets/:id', (call) => {
    const id = projectOf(call);
    const limits = Object.entries({ ...Object.fromEntries(perType()), ...cloud.limits('block-storage', id) });
    if ((call.query.get('usage') ?? 'false').toLowerCase() !== 'true') {
      return ok({ quota_set: { id, ...Object.fromEntries(limits) } });
    }
    const used = detailedUsage(cloud, id);
    const detailed = limits.map(
      ([name, limit]) => [name, { limit, in_use: used.get(name) ?? 0, reserved: 0 }] as const,
    );
    return ok({ quota_set: { id, ...Object.fromEntries(detailed) } });
  });
  service.get('/v3/os-quota-sets/:id/defaults', (call) =>
    ok({ quota_set: { id: projectOf(call), ...defaultQuotas['block-storage'], ...Object.fromEntries(perType()) } }),
  );
  service.put('/v3/os-quota-sets/:id', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('volume_extension:quotas:update');
    const id = call.params['id'] ?? '';
    const { quota_set } = service.parse(z.looseObject({ quota_set: z.looseObject({}) }), call.body);
    const names = [...Object.keys(defaultQuotas['block-storage']), ...perType().map(([name]) => name)];
    const known = Object.entries(quota_set).filter(([name]) => names.includes(name));
    cloud.setLimits('block-storage', id, Object.fromEntries(known.map(([name, value]) => [name, Number(value)])));
    return ok({ quota_set: cloud.limits('block-storage', id) });
  });
  service.delete('/v3/os-quota-sets/:id', (call) => {
    if (!call.who.isAdmin) throw policyForbidden('volume_extension:quotas:delete');
    cloud.tables.quotas.delete(`block-storage/${call.params['id'] ?? ''}`);
    return ok(undefined);
  });
  service.get('/v3/limits', (call) => {
    const { projectId } = call.who;
    const limits = cloud.limits('block-storage', projectId);
    const used = volumeUsage(cloud, projectId);
    return ok({
      limits: {
        rate: [],
        absolute: {
          maxTotalVolumes: limits['volumes'],
          maxTotalVolumeGigabytes: limits['gigabytes'],
          maxTotalSnapshots: limits['snapshots'],
          maxTotalBackups: limits['backups'],
          maxTotalBackupGigabytes: limits['backup_gigabytes'],
          totalVolumesUsed: used.volumes,
          totalGigabytesUsed: used.gigabytes,
          totalSnapshotsUsed: used.snapshots,
          totalBackupsUsed: 0,
          totalBackupGigabytesUsed: 0,
        },
      },
    });
  });
}
