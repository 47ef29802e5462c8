import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Schema } from '../http/json-schema.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { hexId, secret } from '../store/ids.ts';
import { accessRuleRoutes, accessRulesOf, keepAccessRules } from './access-rules.ts';
import { checkBody, idSchema as id, nameSchema, nullableText, wrapped } from './check.ts';
import { duplicate, forbidden, keystoneDialect, malformed, notFound } from './errors.ts';
import { filtered, listed } from './listing.ts';
import { hashSecret } from './passwords.ts';
import { roleView, withImplied } from './roles.ts';
import type { ApplicationCredential } from './rows.ts';

const accessRule: Schema = {
  type: 'object',
  properties: {
    id,
    path: { type: 'string', minLength: 0, maxLength: 225, pattern: '^/\\.*' },
    service: id,
    method: { type: 'string', enum: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] },
  },
};
const roleReference: Schema = {
  type: 'object',
  properties: { id, name: nameSchema(255) },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
};
/** keystone:keystone/application_credential/schema.py */
const createSchema: Schema = {
  ...wrapped('application_credential', {
    type: 'object',
    properties: {
      id: { type: 'string' },
      secret: nullableText,
      name: nameSchema(255),
      description: nullableText,
      expires_at: nullableText,
      project_id: { type: 'string' },
      access_rules: { type: 'array', items: accessRule },
      unrestricted: { type: ['boolean', 'null'] },
      system: nullableText,
      roles: { type: 'array', items: roleReference },
    },
    additionalProperties: false,
    required: ['name'],
  }),
  required: ['application_credential'],
};
const createRequest = z.object({
  application_credential: z.object({
    name: z.string(),
    description: z.string().nullish(),
    secret: z.string().nullish(),
    expires_at: z.string().nullish(),
    unrestricted: z.boolean().nullish(),
    roles: z.array(z.object({ id: z.string().optional(), name: z.string().optional() })).default([]),
    access_rules: z
      .array(
        z.object({
          id: z.string().optional(),
          path: z.string().default(''),
          method: z.string().default(''),
          service: z.string().default(''),
        }),
      )
      .optional(),
  }),
});

/** `2040-01-02T03:04:05.000000`: how Keystone writes the end of an application credential. */
const toEnd = (iso: string): string => `${iso.slice(0, 23)}000`;

/** The end as ISO 8601. @throws ApiError 400 if it is no time, or over */
function readEnd(text: string): string {
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time)) throw malformed('Timestamp not in expected format.');
  if (time < Date.now()) throw malformed("The 'expires_at' must not be before now.");
  return new Date(time).toISOString();
}

/** `/v3/users/<user>/application_credentials`. A restricted credential may not manage credentials. */
export function applicationCredentialRoutes(service: Service, cloud: Cloud): void {
  const table = cloud.tables.applicationCredentials;
  const path = '/v3/users/:user/application_credentials';
  accessRuleRoutes(service, cloud);

  const view = (row: ApplicationCredential, origin: string) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    project_id: row.projectId,
    user_id: row.userId,
    system: null,
    unrestricted: row.unrestricted,
    expires_at: row.expiresAt === null ? null : toEnd(row.expiresAt),
    roles: cloud.tables.roles
      .all()
      .filter((role) => row.roles.includes(role.name))
      .map(roleView),
    ...(row.accessRules.length > 0 && {
      access_rules: accessRulesOf(cloud, row),
    }),
    links: { self: `${origin}/identity/v3/application_credentials/${row.id}` },
  });
  const requireOwner = (call: Call, action: string): string => {
    const user = call.params['user'] ?? '';
    if (user !== call.who.userId && !call.who.isAdmin) throw forbidden(`identity:${action}`);
    return user;
  };
  const requireUnrestricted = (call: Call): void => {
    const own = call.who.token?.applicationCredentialId;
    if (typeof own !== 'string' || table.get(own)?.unrestricted === true) return;
    const action =
      "Using method 'application_credential' is not allowed for managing additional application credentials.";
    throw forbidden(action);
  };
  const find = (user: string, wanted: string): ApplicationCredential => {
    const row = table.get(wanted);
    if (row?.userId !== user) throw notFound('Application Credential', wanted);
    return row;
  };
  const rolesOf = (call: Call, wanted: readonly { id?: string | undefined; name?: string | undefined }[]) => {
    if (wanted.length === 0) return call.who.roles;
    const names = wanted.map((reference) => {
      const known = cloud.tables.roles
        .all()
        .find(({ id: one, name }) => one === reference.id || name === reference.name);
      if (!known && reference.name !== undefined) {
        throw keystoneDialect.error(404, `Role ${reference.name} is not defined`);
      }
      return known?.name ?? '';
    });
    const all = withImplied(names);
    if (all.every((name) => call.who.roles.includes(name))) return all;
    throw keystoneDialect.error(
      400,
      'Invalid application credential: Cannot create an application credential with unassigned role',
    );
  };

  service.post(path, takesBySchema(createSchema), (call) => {
    const userId = call.params['user'] ?? '';
    checkBody(createSchema, call.body);
    if (userId !== call.who.userId) throw forbidden('identity:create_application_credential');
    requireUnrestricted(call);
    const { application_credential: wanted } = service.parse(createRequest, call.body);
    const roles = rolesOf(call, wanted.roles);
    const expiresAt = typeof wanted.expires_at === 'string' ? readEnd(wanted.expires_at) : null;
    if (table.by('user', userId).some((row) => row.name === wanted.name)) {
      throw duplicate('application_credential', `Duplicate entry found with name ${wanted.name}`);
    }
    const plain = wanted.secret ?? secret(64);
    const row = table.insert({
      id: hexId(),
      name: wanted.name,
      description: wanted.description ?? null,
      userId,
      projectId: call.who.projectId,
      roles,
      unrestricted: wanted.unrestricted ?? null,
      expiresAt,
      accessRules: keepAccessRules(cloud, userId, wanted.access_rules ?? []),
      secretHash: hashSecret(plain),
    });
    return created({ application_credential: { ...view(row, call.origin), secret: plain } });
  });
  service.get(path, (call) => {
    const user = requireOwner(call, 'list_application_credentials');
    const rows = filtered(call, table.by('user', user), { name: (row) => row.name });
    return listed(
      call,
      'application_credentials',
      rows.map((row) => view(row, call.origin)),
    );
  });
  service.get(`${path}/:id`, (call) => {
    const row = find(requireOwner(call, 'get_application_credential'), call.params['id'] ?? '');
    return ok({ application_credential: view(row, call.origin) });
  });
  service.delete(`${path}/:id`, (call) => {
    const user = requireOwner(call, 'delete_application_credential');
    requireUnrestricted(call);
    table.delete(find(user, call.params['id'] ?? '').id);
    return noContent();
  });
}
