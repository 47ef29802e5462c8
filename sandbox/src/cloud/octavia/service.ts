import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, noContent, ok, Service, type Call } from '../http/service.ts';
import { defaultQuotas } from '../quotas.ts';
import { childrenRoutes } from './children.ts';
import { forbidden, notFound, octaviaDialect } from './errors.ts';
import { octaviaTransitions } from './life.ts';
import { loadBalancerRoutes, providers } from './load-balancers.ts';
import { memberRoutes, ruleRoutes } from './members.ts';
import { Views } from './views.ts';

const quotaBody = z.looseObject({ quota: z.record(z.string(), z.int().min(-1).nullable()) });

/** The minor versions of Octavia's API; clients only look at the newest. */
const minors = Array.from({ length: 28 }, (_unused, minor) => minor);

/** Octavia v2 under `/load-balancer`. */
export function createOctavia(cloud: Cloud): Service {
  const service = new Service('load-balancer', '/load-balancer', octaviaDialect);
  const views = new Views(cloud);
  const versions = (call: Call) =>
    ok({
      versions: minors.map((minor) => ({
        id: `v2.${minor}`,
        status: minor === minors.length - 1 ? 'CURRENT' : 'SUPPORTED',
        updated: '2020-01-01T00:00:00Z',
        links: [{ rel: 'self', href: `${call.origin}/load-balancer/v2` }],
      })),
    });
  for (const path of ['', '/']) service.get(path, versions, { open: true });
  octaviaTransitions(cloud);
  loadBalancerRoutes(service, cloud, views);
  childrenRoutes(service, cloud, views);
  memberRoutes(service, cloud, views);
  ruleRoutes(service, cloud, views);

  service.get('/v2/lbaas/providers', () =>
    ok({ providers: Object.entries(providers).map(([name, description]) => ({ name, description })) }),
  );
  service.get('/v2/lbaas/flavors', () => ok({ flavors: cloud.tables.lbFlavors.all() }));
  service.get('/v2/lbaas/flavors/:id', (call) => {
    const row = cloud.tables.lbFlavors.get(call.params['id'] ?? '');
    if (!row) throw notFound('Flavor', call.params['id'] ?? '');
    return ok({ flavor: row });
  });
  service.get('/v2/lbaas/availabilityzones', () => ok({ availability_zones: [] }));
  quotaRoutes(service, cloud);
  return service;
}

function quotaRoutes(service: Service, cloud: Cloud): void {
  /** Both spellings, as Octavia answers. */
  const view = (limits: Readonly<Record<string, number>>) => ({
    ...limits,
    load_balancer: limits['loadbalancer'],
    health_monitor: limits['healthmonitor'],
  });
  service.get('/v2/lbaas/quotas/defaults', () => ok({ quota: view(defaultQuotas['load-balancer']) }));
  service.get('/v2/lbaas/quotas', (call) => {
    const prefix = 'load-balancer/';
    const rows = cloud.tables.quotas.all().filter(({ id }) => id.startsWith(prefix));
    const seen = rows
      .map(({ id }) => id.slice(prefix.length))
      .filter((id) => call.who.isAdmin || id === call.who.projectId);
    return ok({ quotas: seen.map((id) => ({ ...view(cloud.limits('load-balancer', id)), project_id: id })) });
  });
  service.get('/v2/lbaas/quotas/:project', (call) => {
    const id = call.params['project'] ?? '';
    if (id !== call.who.projectId && !call.who.isAdmin) throw forbidden();
    return ok({ quota: view(cloud.limits('load-balancer', id)) });
  });
  service.put('/v2/lbaas/quotas/:project', (call) => {
    if (!call.who.isAdmin) throw forbidden();
    const id = call.params['project'] ?? '';
    const { quota } = service.parse(quotaBody, call.body);
    const names: Readonly<Record<string, string>> = { load_balancer: 'loadbalancer', health_monitor: 'healthmonitor' };
    const limits = Object.entries(quota).flatMap(([name, value]) => {
      const known = names[name] ?? name;
      return value !== null && known in defaultQuotas['load-balancer'] ? [[known, value] as const] : [];
    });
    cloud.setLimits('load-balancer', id, Object.fromEntries(limits));
    return accepted({ quota: view(cloud.limits('load-balancer', id)) });
  });
  service.delete('/v2/lbaas/quotas/:project', (call) => {
    if (!call.who.isAdmin) throw forbidden();
    cloud.tables.quotas.delete(`load-balancer/${call.params['project'] ?? ''}`);
    return noContent();
  });
}
