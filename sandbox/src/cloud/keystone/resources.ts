import type { Cloud } from '../cloud.ts';
import { ok, type Call, type Service } from '../http/service.ts';
import { listEndpoints, listServices, regionId } from './catalog.ts';
import { keystoneDialect, notFound, requireAdmin } from './errors.ts';
import { baseUrl, filtered, listed } from './listing.ts';
import type { Domain } from './rows.ts';

/** Domains, regions, services and endpoints, to read. */
export function identityResourceRoutes(service: Service, cloud: Cloud): void {
  const { domains } = cloud.tables;
  const domainView = (call: Call, { id, name, description, enabled }: Domain) => ({
    ...{ id, name, description, enabled, tags: [], options: {} },
    links: { self: `${baseUrl(call)}/domains/${id}` },
  });
  service.get('/v3/domains', (call) => {
    requireAdmin(call, 'identity:list_domains');
    const found = filtered(call, domains.all(), { name: (row) => row.name, enabled: (row) => row.enabled });
    return listed(
      call,
      'domains',
      found.map((row) => domainView(call, row)),
    );
  });
  service.get('/v3/domains/:id', (call) => {
    const row = domains.get(call.params['id'] ?? '');
    if (!row) throw notFound('domain', call.params['id'] ?? '');
    return ok({ domain: domainView(call, row) });
  });

  const region = (call: Call) => ({
    id: regionId,
    description: '',
    parent_region_id: null,
    links: { self: `${baseUrl(call)}/regions/${regionId}` },
  });
  service.get('/v3/regions', (call) =>
    listed(call, 'regions', filtered(call, [region(call)], { parent_region_id: (row) => row.parent_region_id })),
  );
  service.get('/v3/regions/:id', (call) => {
    const id = call.params['id'] ?? '';
    if (id !== regionId) throw keystoneDialect.error(404, `Could not find region: ${id}.`);
    return ok({ region: region(call) });
  });
  service.get('/v3/services', (call) => {
    requireAdmin(call, 'identity:list_services');
    return listed(
      call,
      'services',
      filtered(call, listServices(cloud), { type: ({ type }) => type, name: ({ name }) => name }),
    );
  });
  service.get('/v3/endpoints', (call) => {
    requireAdmin(call, 'identity:list_endpoints');
    return listed(
      call,
      'endpoints',
      filtered(call, listEndpoints(cloud, call.origin), {
        interface: (row) => row.interface,
        service_id: (row) => row.service_id,
        region_id: (row) => row.region_id,
      }),
    );
  });
}
