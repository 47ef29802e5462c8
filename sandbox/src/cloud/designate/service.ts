import type { Cloud } from '../cloud.ts';
import { ApiError, noContent, ok, Service, type Answer, type Call } from '../http/service.ts';
import { defaultQuotas, type Limits } from '../quotas.ts';
import { bodyOf, designateDialect, designateError } from './errors.ts';
import { fieldsIn, integer, readFields, type Field, type ObjectShape } from './fields.ts';
import { zoneTransitions } from './life.ts';
import { allProjects, asksForAllProjects } from './listing.ts';
import { recordsetRoutes } from './recordsets.ts';
import { zoneRoutes } from './zones.ts';

const versions = [
  ['v2', 'SUPPORTED', '2022-06-29T00:00:00Z'],
  ['v2.0', 'SUPPORTED', '2022-06-29T00:00:00Z'],
  ['v2.1', 'SUPPORTED', '2023-01-25T00:00:00Z'],
  ['v2.2', 'CURRENT', '2025-08-25T00:00:00Z'],
] as const;
/** A limit; -1 is none (designate:designate/objects/quota.py). */
const limit: Field<number | null> = (value, name) => (value === -1 ? -1 : integer(2_147_483_647)(value, name));
const quotaShape: ObjectShape = {
  noun: 'quotas',
  fields: Object.fromEntries(Object.keys(defaultQuotas.dns).map((name) => [name, limit])),
  fixed: [],
  immutable: [],
};

/** Designate v2 under `/dns`. */
export function createDesignate(cloud: Cloud): Service {
  const service = new Service('dns', '/dns', designateDialect);
  service.before = (call) => {
    if (asksForAllProjects(call) && !call.who.isAdmin && call.who.token !== undefined) {
      throw new ApiError(403, undefined, 'all projects are the administrator’s', {
        'content-type': 'text/html; charset=utf-8',
      });
    }
    return {};
  };
  const documents = (call: Call): Answer => {
    const links = [
      { rel: 'self', href: `${call.origin}/dns/v2` },
      { rel: 'help', href: 'https://docs.openstack.org/api-ref/dns' },
    ];
    return ok({ versions: versions.map(([id, status, updated]) => ({ id, status, updated, links })) });
  };
  for (const path of ['', '/']) service.get(path, documents, { open: true });
  zoneTransitions(cloud);
  zoneRoutes(service, cloud);
  recordsetRoutes(service, cloud);
  quotaRoutes(service, cloud);
  return service;
}

/** `/v2/limits` and `/v2/quotas` */
function quotaRoutes(service: Service, cloud: Cloud): void {
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
      min_ttl: 0,
    });
  });
  const forbidden = () => designateError(403, 'forbidden');
  const projectOf = (call: Call): string => {
    const id = call.params['project'] ?? '';
    if (id !== call.who.projectId && !allProjects(call)) throw forbidden();
    return id;
  };
  service.get('/v2/quotas', (call) => ok(cloud.limits('dns', call.who.projectId)));
  service.get('/v2/quotas/:project', (call) => ok(cloud.limits('dns', projectOf(call))));
  service.patch('/v2/quotas/:project', fieldsIn(quotaShape), (call) => {
    const wanted = readFields(quotaShape, bodyOf(call), {});
    if (!call.who.isAdmin) throw forbidden();
    const id = projectOf(call);
    const limits = Object.entries(wanted).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, value]] : [],
    );
    cloud.setLimits('dns', id, Object.fromEntries(limits) as Limits);
    return ok(cloud.limits('dns', id));
  });
  service.delete('/v2/quotas/:project', (call) => {
    if (!call.who.isAdmin) throw forbidden();
    cloud.tables.quotas.delete(`dns/${call.params['project'] ?? ''}`);
    return noContent();
  });
}
