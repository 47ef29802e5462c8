import type { Cloud } from '../cloud.ts';
import { ok, Service, type Call } from '../http/service.ts';
import { childrenRoutes } from './children.ts';
import { forbidden, notFound, octaviaDialect } from './errors.ts';
import { octaviaTransitions } from './life.ts';
import { fieldsOf, listAnswer } from './lists.ts';
import { loadBalancerRoutes } from './load-balancers.ts';
import { providers } from './providers.ts';
import { quotaRoutes } from './quotas.ts';
import { Views } from './views.ts';

/** When the minor versions of Octavia's API came (octavia:octavia/api/root_controller.py). */
const versions = [
  ...['2016-12-11', '2018-04-20', '2018-07-31', '2018-12-18', '2018-12-19', '2019-01-21', '2019-01-25'],
  ...['2018-01-25T12:00:00Z', '2019-02-12', '2019-03-04', '2019-03-05', '2019-06-24', '2019-09-11', '2019-09-13'],
  ...['2019-11-10', '2020-03-10', '2020-03-15', '2020-04-29', '2020-04-29T01:00:00Z', '2020-05-12', '2020-08-02'],
  ...['2020-09-03', '2020-09-04', '2020-09-07', '2020-10-15', '2021-10-02', '2022-08-29', '2023-05-05'],
  ...['2023-11-08', '2024-10-15', '2025-02-26'],
].map((date) => (date.includes('T') ? date : `${date}T00:00:00Z`));

/** Octavia v2 under `/load-balancer`. */
export function createOctavia(cloud: Cloud): Service {
  const service = new Service('load-balancer', '/load-balancer', octaviaDialect);
  const views = new Views(cloud);
  const root = (call: Call) =>
    ok({
      versions: versions.map((updated, minor) => ({
        id: `v2.${minor}`,
        status: minor === versions.length - 1 ? 'CURRENT' : 'SUPPORTED',
        updated,
        links: [{ rel: 'self', href: `${call.origin}/load-balancer/v2` }],
      })),
    });
  for (const path of ['', '/']) service.get(path, root, { open: true });
  octaviaTransitions(cloud);
  loadBalancerRoutes(service, cloud, views);
  childrenRoutes(service, cloud, views);
  quotaRoutes(service, cloud);
  choiceRoutes(service, cloud);
  return service;
}

/** What the operator offers: providers, flavors, zones; and what only the operator sees. */
function choiceRoutes(service: Service, cloud: Cloud): void {
  const { lbFlavors } = cloud.tables;
  service.get('/v2/lbaas/providers', (call) =>
    ok({
      providers: Object.entries(providers).map(([name, description]) => fieldsOf(call, { name, description })),
    }),
  );
  service.get('/v2/lbaas/flavors', (call) => {
    const rows = lbFlavors.all().map((row) => ({ id: row.id, shown: { ...row } }));
    return listAnswer(call, 'flavors', rows, ['id', 'name', 'description', 'enabled', 'flavor_profile_id']);
  });
  service.get('/v2/lbaas/flavors/:id', (call) => {
    const row = lbFlavors.get(call.params['id'] ?? '');
    if (!row) throw notFound('Flavor', call.params['id'] ?? '');
    return ok({ flavor: fieldsOf(call, { ...row }) });
  });
  service.get('/v2/lbaas/availabilityzones', (call) =>
    listAnswer(call, 'availability_zones', [], ['name', 'description', 'enabled', 'availability_zone_profile_id']),
  );
  service.get('/v2/lbaas/availabilityzones/:name', (call) => {
    throw notFound('Availability Zone', call.params['name'] ?? '');
  });
  for (const path of ['/v2/lbaas/flavorprofiles', '/v2/lbaas/availabilityzoneprofiles', '/v2/octavia/amphorae'])
    service.get(path, (call) => {
      if (!call.who.isAdmin) throw forbidden();
      const plural = path.endsWith('amphorae')
        ? 'amphorae'
        : path.includes('zone')
          ? 'availability_zone_profiles'
          : 'flavorprofiles';
      return listAnswer(call, plural, [], []);
    });
}
