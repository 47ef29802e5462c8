import type { Cloud } from '../cloud.ts';
import { ok, reply, Service, type Call, type Dialect } from '../http/service.ts';
import { applicationCredentialRoutes } from './application-credentials.ts';
import { keystoneDialect, notFound } from './errors.ts';
import { endpointFilterRoutes } from './endpoint-filter.ts';
import { projectRoutes } from './projects.ts';
import { identityResourceRoutes } from './resources.ts';
import { roleAssignmentRoutes } from './role-assignments.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';

/** Keystone v3 under `/identity`. */
export function createKeystone(cloud: Cloud): Service {
  const { tokens, applicationCredentials, projects } = cloud.tables;
  const dialect: Dialect = {
    ...keystoneDialect,
    // Keystone itself says why a token is not good any more; other services answer 401.
    unauthorized(challenge, token) {
      const lost = tokens.get(token ?? '');
      const credential = lost?.applicationCredentialId;
      const project = projects.get(lost?.projectId ?? '');
      if (project?.enabled === false) {
        return keystoneDialect.error(404, `Unable to validate token because project ${project.id} is disabled`);
      }
      return typeof credential === 'string' && !applicationCredentials.get(credential)
        ? notFound('Application Credential', credential)
        : keystoneDialect.error(401, 'The request you have made requires authentication.', undefined, challenge);
    },
  };
  const service = new Service('identity', '/identity', dialect, { guarded: false });
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
  projectRoutes(service, cloud);
  userRoutes(service, cloud);
  roleAssignmentRoutes(service, cloud);
  identityResourceRoutes(service, cloud);
  endpointFilterRoutes(service, cloud);
  applicationCredentialRoutes(service, cloud);
  return service;
}
