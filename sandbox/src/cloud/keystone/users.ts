import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Schema } from '../http/json-schema.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { hexId } from '../store/ids.ts';
import { omit } from '../store/omit.ts';
import { booleanSchema, checkBody, flag, idSchema as id, nameSchema, nullableText, wrapped } from './check.ts';
import { duplicate, forbidden, malformed, notFound, requireAdmin } from './errors.ts';
import { baseUrl, filtered, listed } from './listing.ts';
import { setOptions } from './options.ts';
import { hashSecret } from './passwords.ts';
import type { User } from './rows.ts';

const properties: Readonly<Record<string, Schema>> = {
  default_project_id: nullableText,
  description: nullableText,
  domain_id: id,
  enabled: booleanSchema,
  name: nameSchema(255),
  options: {
    type: 'object',
    properties: Object.fromEntries(
      [
        ...['ignore_change_password_upon_first_use', 'ignore_password_expiry', 'ignore_lockout_failure_attempts'],
        ...['ignore_user_inactivity', 'lock_password', 'multi_factor_auth_enabled'],
      ].map((name): [string, Schema] => [name, { type: ['boolean', 'null'] }]),
    ),
    additionalProperties: false,
  },
  password: nullableText,
};
/** keystone:keystone/identity/schema.py */
const createSchema: Schema = {
  ...wrapped('user', { type: 'object', properties, required: ['name'] }),
  required: ['user'],
};
const updateSchema: Schema = {
  ...wrapped('user', { type: 'object', properties, minProperties: 1 }),
  required: ['user'],
};

/** What Keystone keeps of a user in columns of its own; it keeps everything else as it came. */
const known = [
  'id',
  'name',
  'domain_id',
  'default_project_id',
  'description',
  'email',
  'enabled',
  'password',
  'options',
] as const;
const body = z.object({
  user: z.looseObject({
    id: z.unknown().optional(),
    name: z.string().optional(),
    domain_id: z.string().optional(),
    default_project_id: z.string().nullish(),
    description: z.string().nullish(),
    email: z.unknown().optional(),
    enabled: flag,
    password: z.string().nullish(),
    options: z.record(z.string(), z.unknown()).default({}),
  }),
});
/** What no filter finds: nobody here comes from another identity provider, and no password ends. */
const foreign = () => undefined;

/** `/v3/users` */
export function userRoutes(service: Service, cloud: Cloud): void {
  const { users, domains, assignments, applicationCredentials, accessRules } = cloud.tables;
  const view = (
    call: Call,
    { id, name, domain_id, default_project_id, description, email, enabled, extra, options }: User,
  ): Record<string, unknown> => ({
    ...extra,
    id,
    name,
    domain_id,
    ...(default_project_id !== null && { default_project_id }),
    ...(description !== null && { description }),
    ...(email !== null && { email }),
    enabled,
    password_expires_at: null,
    options,
    links: { self: `${baseUrl(call)}/users/${id}` },
  });
  const find = (call: Call): User => {
    const id = call.params['id'] ?? '';
    const row = users.get(id);
    if (!row) throw notFound('user', id);
    return row;
  };

  service.get('/v3/users', (call) => {
    requireAdmin(call, 'identity:list_users');
    const found = filtered(call, users.all(), {
      domain_id: (row) => row.domain_id,
      enabled: (row) => row.enabled,
      name: (row) => row.name,
      ...{ idp_id: foreign, protocol_id: foreign, unique_id: foreign, password_expires_at: foreign },
    });
    return listed(
      call,
      'users',
      found.map((row) => view(call, row)),
    );
  });
  service.post('/v3/users', takesBySchema(createSchema), (call) => {
    requireAdmin(call, 'identity:create_user');
    checkBody(createSchema, call.body);
    const { user } = service.parse(body, call.body);
    const { domain_id: domain = 'default', password } = user;
    const name = (user.name ?? '').trim();
    if (!domains.get(domain)) throw notFound('domain', domain);
    if (domains.get(user.default_project_id ?? '')) {
      throw malformed("User's default project ID cannot be a domain ID.");
    }
    if (users.all().some((row) => row.name === name && row.domain_id === domain)) {
      throw duplicate('user', `Duplicate entry found with name ${name} at domain ID ${domain}`);
    }
    const row = users.insert({
      id: hexId(),
      name,
      domain_id: domain,
      default_project_id: user.default_project_id ?? null,
      description: user.description ?? null,
      email: user.email ?? null,
      enabled: user.enabled ?? true,
      extra: omit(user, ...known),
      options: setOptions({}, user.options),
      passwordHash: typeof password === 'string' ? hashSecret(password) : '',
    });
    return created({ user: view(call, row) });
  });
  service.get('/v3/users/:id', (call) => {
    if (call.params['id'] !== call.who.userId && !call.who.isAdmin) throw forbidden('identity:get_user');
    return ok({ user: view(call, find(call)) });
  });
  service.patch('/v3/users/:id', takesBySchema(updateSchema), (call) => {
    requireAdmin(call, 'identity:update_user');
    checkBody(updateSchema, call.body);
    const { user } = service.parse(body, call.body);
    const { name, default_project_id, description, email, enabled, password } = user;
    const before = find(call);
    if (user.domain_id !== undefined && user.domain_id !== before.domain_id) throw malformed('Cannot change Domain ID');
    if (user.id !== undefined && user.id !== before.id) throw malformed('Cannot change user ID');
    if (users.all().some((row) => row.id !== before.id && row.name === name && row.domain_id === before.domain_id)) {
      throw duplicate('user', `Duplicate entry found with name ${name ?? ''} at domain ID ${before.domain_id}`);
    }
    const row = users.patch(before, {
      extra: { ...before.extra, ...omit(user, ...known) },
      options: setOptions(before.options, user.options),
      ...(name !== undefined && { name }),
      ...(default_project_id !== undefined && { default_project_id }),
      ...(description !== undefined && { description }),
      ...(email !== undefined && { email }),
      ...(enabled !== undefined && { enabled }),
      ...(typeof password === 'string' && { passwordHash: hashSecret(password) }),
    });
    // Who is disabled or has a new password has no tokens any more.
    if (enabled === false || typeof password === 'string') {
      for (const { id, userId } of cloud.tables.tokens.all()) if (userId === row.id) cloud.tables.tokens.delete(id);
    }
    return ok({ user: view(call, row) });
  });
  service.delete('/v3/users/:id', (call) => {
    requireAdmin(call, 'identity:delete_user');
    const row = find(call);
    for (const { id } of assignments.by('user', row.id)) assignments.delete(id);
    for (const { id } of applicationCredentials.by('user', row.id)) applicationCredentials.delete(id);
    for (const { id } of accessRules.by('user', row.id)) accessRules.delete(id);
    users.delete(row.id);
    return noContent();
  });
}
