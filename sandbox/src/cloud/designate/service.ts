import type { Cloud } from '../cloud.ts';
import { ok, Service, type Call } from '../http/service.ts';
import { designateDialect } from './errors.ts';
import { recordsetRoutes } from './recordsets.ts';
import { zoneRoutes, zoneTransitions } from './zones.ts';

/** Designate v2 under `/dns`. */
export function createDesignate(cloud: Cloud): Service {
  const service = new Service('dns', '/dns', designateDialect);
  const version = (call: Call) => ({
    id: 'v2',
    status: 'CURRENT',
    updated: '2022-06-29T00:00:00Z',
    links: [{ rel: 'self', href: `${call.origin}/dns/v2` }],
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => ok({ versions: { values: [version(call)] } }), { open: true });
    service.get(`/v2${path}`, (call) => ok({ version: version(call) }), { open: true });
  }
  zoneTransitions(cloud);
  zoneRoutes(service, cloud);
  recordsetRoutes(service, cloud);
  service.get('/v2/limits', (call) => {
    const limits = cloud.limits('dns', call.who.projectId);
    return ok({
      max_zones: limits['zones'],
      max_zone_records: limits['zone_records'],
      max_zone_recordsets: limits['zone_recordsets'],
      max_recordset_records: limits['recordset_records'],
      max_page_limit: 1000,
      max_recordset_name_length: 255,
      max_zone_name_length: 255,
      min_ttl: null,
    });
  });
  service.get('/v2/quotas/:project', (call) => {
    const id = call.params['project'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw designateDialect.error(403, 'Forbidden', 'forbidden');
    return ok(cloud.limits('dns', id));
  });
  return service;
}
