import type { Cloud } from '../cloud.ts';
import { ok, Service, type Call } from '../http/service.ts';
import { attachmentRoutes } from './attachments.ts';
import { novaDialect } from './errors.ts';
import { flavorRoutes } from './flavors.ts';
import { keyPairRoutes } from './keypairs.ts';
import { novaVersions, readMicroversion } from './microversions.ts';
import { novaQuotaRoutes } from './quotas.ts';
import { serverActionRoutes } from './server-actions.ts';
import { serverGroupRoutes } from './server-groups.ts';
import { serverTransitions } from './server-life.ts';
import { serverMetadataRoutes } from './server-metadata.ts';
import { serverTagRoutes } from './server-tags.ts';
import { serverRoutes } from './servers.ts';

/** Nova v2.1 under `/compute`. */
export function createNova(cloud: Cloud): Service {
  const service = new Service('compute', '/compute', novaDialect);
  service.before = (call) => {
    call.microversion = readMicroversion(call, 'compute', 2, novaVersions, 'x-openstack-nova-api-version');
    return {
      'openstack-api-version': `compute 2.${call.microversion}`,
      'x-openstack-nova-api-version': `2.${call.microversion}`,
      vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
    };
  };
  const version = (call: Call, whole: boolean) => ({
    id: 'v2.1',
    status: 'CURRENT',
    version: `2.${novaVersions.max}`,
    min_version: `2.${novaVersions.min}`,
    updated: '2013-07-23T11:33:21Z',
    links: [
      { rel: 'self', href: `${call.origin}/compute/v2.1/` },
      ...(whole ? [{ rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' }] : []),
    ],
    ...(whole && {
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }],
    }),
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => ok({ versions: [version(call, false)] }), { open: true });
    service.get(`/v2.1${path}`, (call) => ok({ version: version(call, true) }), { open: true });
  }
  serverTransitions(cloud);
  serverRoutes(service, cloud);
  serverMetadataRoutes(service, cloud);
  serverTagRoutes(service, cloud);
  serverActionRoutes(service, cloud);
  attachmentRoutes(service, cloud);
  serverGroupRoutes(service, cloud);
  flavorRoutes(service, cloud);
  keyPairRoutes(service, cloud);
  novaQuotaRoutes(service, cloud);
  return service;
}
