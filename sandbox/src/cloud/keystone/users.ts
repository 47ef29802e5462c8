import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Schema } from '../http/json-schema.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { hexId } from '../store/ids.ts';
import { booleanSchema, checkBody, nameSchema, nullableText, wrapped } from './check.ts';
import { duplicate, forbidden, notFound, requireAdmin } from './errors.ts';
import { baseUrl, listed, matches } from './listing.ts';
import { hashSecret } from './passwords.ts';
import type { User } from './rows.ts';

const properties: Readonly<Record<string, Schema>> = {
  default_project_id: nullableText,
  description: nullableText,
  enabled: booleanSchema,
  name: nameSchema(255),
  password: nullableText,
};
/** keystone:keystone/identity/schema.py */
const createSchema = wrapped('user', { type: 'object', properties, required: ['name'] });
const updateSchema = wrapped('user', { type: 'object', properties });

const body = z.looseObject({
  user: z.looseObject({
    name: z.string().optional(),
    domain_id: z.string().optional(),
    default_project_id: z.string().nullish(),
    description: z.string().nullish(),
    email: z.string().nullish(),
    enabled: z.boolean().optional(),
    password: z.string().nullish(),
  }),
});

/** `/v3/users` */
export function userRoutes(service: Service, cloud: Cloud): void {
  const { users, assignments, applicationCredentials, accessRules } = cloud.tables;
  const view = (call: Call, { id, name, domain_id, default_project_id, description, email, enabled }: User) => ({
    id,
    name,
    domain_id,
    ...(default_project_id !== null && { default_project_id }),
    ...(description !== null && { description }),
    ...(email !== null && { email }),
    enabled,
    password_expires_at: null,
    options: {},
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
    const found = users.all().filter((row) => matches(call, row));
    return listed(
      call,
      'users',
      found.map((row) => view(call, row)),
    );
  });
  service.post('/v3/users', (call) => {
    requireAdmin(call, 'identity:create_user');
    checkBody(createSchema, call.body);
    const { user } = service.parse(body, call.body);
    const { name = '', domain_id: domain = 'default', password } = user;
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
      passwordHash: typeof password === 'string' ? hashSecret(password) : '',
    });
    return created({ user: view(call, row) });
  });
  service.get('/v3/users/:id', (call) => {
    if (call.params['id'] !== call.who.userId && !call.who.isAdmin) throw forbidden('identity:get_user');
    return ok({ user: view(call, find(call)) });
  });
  service.patch('/v3/users/:id', (call) => {
    requireAdmin(call, 'identity:update_user');
    checkBody(updateSchema, call.body);
    const { user } = service.parse(body, call.body);
    const { name, default_project_id, description, email, enabled, password } = user;
    const row = users.patch(find(call), {
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
