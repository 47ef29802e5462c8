import type { Cloud } from '../cloud.ts';
import { ok, reply, Service, type Call } from '../http/service.ts';
import { cinderVersions, readMicroversion } from './microversions.ts';
import { cinderDialect, policyForbidden } from './errors.ts';
import { quotaRoutes } from './quotas.ts';
import { snapshotRoutes } from './snapshots.ts';
import { typeRoutes } from './types.ts';
import { cinderTransitions } from './volume-life.ts';
import { volumeRoutes } from './volumes.ts';

/** Cinder v3 under `/volume`; the project id in the path is optional, as it has been since 3.67. */
export function createCinder(cloud: Cloud): Service {
  const service = new Service('block-storage', '/volume', cinderDialect);
  service.before = (call) => {
    call.microversion = readMicroversion(call, cinderVersions);
    return { 'openstack-api-version': `volume 3.${call.microversion}`, vary: 'OpenStack-API-Version' };
  };
  const version = (call: Call) => ({
    id: 'v3.0',
    status: 'CURRENT',
    version: `3.${cinderVersions.max}`,
    min_version: `3.${cinderVersions.min}`,
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
