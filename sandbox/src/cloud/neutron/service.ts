import type { Cloud } from '../cloud.ts';
import { ApiError, ok, Service, type Call } from '../http/service.ts';
import { neutronDialect } from './errors.ts';
import { extensionCollectionRoutes } from './extension-collections.ts';
import { extensionPartRoutes } from './extension-parts.ts';
import { extensions } from './extensions.ts';
import { floatingIpResource } from './floating-ips.ts';
import { networkResource } from './networks.ts';
import { portResource } from './ports.ts';
import { neutronQuotaRoutes } from './quotas.ts';
import { resourceRoutes } from './resource-routes.ts';
import { routerInterfaceRoutes } from './router-interfaces.ts';
import { routerResource } from './routers.ts';
import { securityGroupRuleResource } from './security-group-rules.ts';
import { securityGroupResource } from './security-groups.ts';
import { subnetResource } from './subnets.ts';

/** Neutron v2.0 under `/networking`. */
export function createNeutron(cloud: Cloud): Service {
  const service = new Service('network', '/networking', neutronDialect);
  const version = (call: Call) => ({
    id: 'v2.0',
    status: 'CURRENT',
    links: [{ rel: 'self', href: `${call.origin}/networking/v2.0/` }],
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => ok({ versions: [version(call)] }), { open: true });
  }
  service.get('/v2.0/', (call) => {
    const resource = (name: string) => ({
      name,
      collection: `${name}s`,
      links: [{ rel: 'self', href: `${call.origin}/networking/v2.0/${name}s` }],
    });
    return ok({ resources: ['subnet', 'network', 'subnetpool', 'port'].map(resource) });
  });
  routerInterfaceRoutes(service, cloud);
  neutronQuotaRoutes(service, cloud);
  resourceRoutes(service, cloud, networkResource(service, cloud));
  resourceRoutes(service, cloud, subnetResource(service, cloud));
  resourceRoutes(service, cloud, portResource(service, cloud));
  resourceRoutes(service, cloud, routerResource(service, cloud));
  resourceRoutes(service, cloud, securityGroupResource(service, cloud));
  resourceRoutes(service, cloud, securityGroupRuleResource(service, cloud));
  resourceRoutes(service, cloud, floatingIpResource(service, cloud));
  extensionCollectionRoutes(service, cloud);
  extensionPartRoutes(service, cloud);

  service.get('/v2.0/extensions', () => ok({ extensions: extensions.map((one) => ({ ...one, links: [] })) }));
  service.get('/v2.0/extensions/:alias', (call) => {
    const alias = call.params['alias'] ?? '';
    const found = extensions.find((one) => one.alias === alias);
    if (!found) {
      const message = `The resource could not be found.<br /><br />\nExtension with alias ${alias} does not exist\n\n`;
      throw new ApiError(404, { code: '404 Not Found', message, title: 'Not Found' }, message);
    }
    return ok({ extension: { ...found, links: [] } });
  });
  return service;
}
