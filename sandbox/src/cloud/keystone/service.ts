import type { Cloud } from '../cloud.ts';
import { ok, reply, Service, type Call } from '../http/service.ts';
import { applicationCredentialRoutes } from './application-credentials.ts';
import { keystoneDialect } from './errors.ts';
import { identityResourceRoutes } from './resources.ts';
import { tokenRoutes } from './tokens.ts';

/** Keystone v3 under `/identity`. */
export function createKeystone(cloud: Cloud): Service {
  const service = new Service('identity', '/identity', keystoneDialect, { guarded: false });
  const version = (call: Call) => ({
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${call.origin}/identity/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  });
  for (const path of ['', '/']) {
    service.get(path, (call) => reply(300, { versions: { values: [version(call)] } }), { open: true });
    service.get(`/v3${path}`, (call) => ok({ version: version(call) }), { open: true });
  }
  tokenRoutes(service, cloud);
  identityResourceRoutes(service, cloud);
  applicationCredentialRoutes(service, cloud);
  return service;
}
