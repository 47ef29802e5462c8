import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { hexId, secret } from '../store/ids.ts';
import { toMicros } from '../store/time.ts';
import { duplicate, forbidden, keystoneDialect, notFound } from './errors.ts';
import { hashSecret } from './passwords.ts';
import type { ApplicationCredential } from './rows.ts';

const createRequest = z.looseObject({
  application_credential: z.looseObject({
    name: z.string().min(1).max(255),
    description: z.string().nullish(),
    secret: z.string().nullish(),
    expires_at: z.string().nullish(),
    unrestricted: z.boolean().nullish(),
    roles: z.array(z.looseObject({ id: z.string().optional(), name: z.string().optional() })).optional(),
  }),
});

const restricted =
  "Using method 'application_credential' is not allowed for managing additional application credentials";

/** `/v3/users/<user>/application_credentials`. A restricted credential may not manage credentials. */
export function applicationCredentialRoutes(service: Service, cloud: Cloud): void {
  const table = cloud.tables.applicationCredentials;
  const path = '/v3/users/:user/application_credentials';

  const view = (row: ApplicationCredential, origin: string) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    project_id: row.projectId,
    user_id: row.userId,
    system: null,
    unrestricted: row.unrestricted,
    expires_at: row.expiresAt === null ? null : toMicros(row.expiresAt),
    roles: cloud.tables.roles
      .all()
      .filter((role) => row.roles.includes(role.name))
      .map(({ id, name }) => ({ id, name, domain_id: null, description: null, options: {} })),
    links: { self: `${origin}/identity/v3/users/${row.userId}/application_credentials/${row.id}` },
  });
  const requireOwner = (call: Call, action: string): string => {
    const user = call.params['user'] ?? '';
    if (user !== call.who.userId && !call.who.isAdmin) throw forbidden(`identity:${action}_application_credential`);
    return user;
  };
  const requireUnrestricted = (call: Call): void => {
    const id = call.who.token?.applicationCredentialId;
    if (typeof id === 'string' && !table.get(id)?.unrestricted) throw forbidden(restricted);
  };
  const find = (user: string, id: string): ApplicationCredential => {
    const row = table.get(id);
    if (row?.userId !== user) throw notFound('Application Credential', id);
    return row;
  };

  service.post(path, (call) => {
    const userId = call.params['user'] ?? '';
    if (userId !== call.who.userId) throw forbidden('identity:create_application_credential');
    requireUnrestricted(call);
    const { application_credential: wanted } = service.parse(createRequest, call.body);
    if (table.by('user', userId).some((row) => row.name === wanted.name)) {
      throw duplicate('application_credential', wanted.name);
    }
    const roles = wanted.roles?.map((ref) => {
      const role = cloud.tables.roles.all().find((one) => one.id === ref.id || one.name === ref.name);
      if (!role || !call.who.roles.includes(role.name)) {
        throw keystoneDialect.error(
          400,
          `Could not find role assignment with role: ${ref.id ?? ref.name ?? ''}, user or group: ${userId}, project, domain, or system: ${call.who.projectId}.`,
        );
      }
      return role.name;
    });
    const expires = wanted.expires_at;
    const zoned = typeof expires === 'string' && !/(Z|[+-]\d\d:?\d\d)$/.test(expires) ? `${expires}Z` : expires;
    if (typeof zoned === 'string' && !(Date.parse(zoned) > Date.now())) {
      throw keystoneDialect.error(400, `Invalid expiration time: ${zoned} is not a time in the future.`);
    }
    const plain = wanted.secret ?? secret(64);
    const row = table.insert({
      id: hexId(),
      name: wanted.name,
      description: wanted.description ?? null,
      userId,
      projectId: call.who.projectId,
      // No role or an empty list means all roles of the token.
      roles: roles && roles.length > 0 ? roles : call.who.roles,
      unrestricted: wanted.unrestricted ?? false,
      expiresAt: typeof zoned === 'string' ? new Date(zoned).toISOString() : null,
      secretHash: hashSecret(plain),
    });
    return created({ application_credential: { ...view(row, call.origin), secret: plain } });
  });
  service.get(path, (call) => {
    const user = requireOwner(call, 'list');
    const name = call.query.get('name');
    const rows = table.by('user', user).filter((row) => name === null || row.name === name);
    return ok({
      application_credentials: rows.map((row) => view(row, call.origin)),
      links: { self: `${call.origin}/identity${call.path}`, previous: null, next: null },
    });
  });
  service.get(`${path}/:id`, (call) => {
    const row = find(requireOwner(call, 'get'), call.params['id'] ?? '');
    return ok({ application_credential: view(row, call.origin) });
  });
  service.delete(`${path}/:id`, (call) => {
    const user = requireOwner(call, 'delete');
    requireUnrestricted(call);
    table.delete(find(user, call.params['id'] ?? '').id);
    return noContent();
  });
}
