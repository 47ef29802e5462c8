import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import type { Schema } from '../http/json-schema.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { hexId } from '../store/ids.ts';
import { booleanSchema, checkBody, nameSchema, nullableText, wrapped } from './check.ts';
import { duplicate, forbidden, notFound, requireAdmin } from './errors.ts';
import { baseUrl, listed, matches } from './listing.ts';
import type { Project } from './rows.ts';

const tag: Schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^,/]*$' };
const properties: Readonly<Record<string, Schema>> = {
  description: nullableText,
  enabled: booleanSchema,
  name: nameSchema(64),
  tags: { type: 'array', items: tag, maxItems: 80, uniqueItems: true },
};
/** keystone:keystone/resource/schema.py */
const createSchema = wrapped('project', { type: 'object', properties, required: ['name'] });
const updateSchema = wrapped('project', { type: 'object', properties });

const flag = z
  .union([z.boolean(), z.string()])
  .nullish()
  .transform((value) => (typeof value === 'string' ? (readBoolean(value) ?? false) : (value ?? undefined)));
const fields = z.looseObject({
  name: z.string().optional(),
  domain_id: z.string().nullish(),
  description: z.string().nullish(),
  enabled: flag,
  tags: z.array(z.string()).optional(),
});
const body = z.looseObject({ project: fields });

/** `/v3/projects`, and the projects of a user. */
export function projectRoutes(service: Service, cloud: Cloud): void {
  const { projects, assignments, applicationCredentials } = cloud.tables;
  const view = (call: Call, { id, name, domain_id, description, enabled, tags }: Project) => ({
    id,
    name,
    domain_id,
    description,
    enabled,
    tags,
    parent_id: domain_id,
    is_domain: false,
    options: {},
    links: { self: `${baseUrl(call)}/projects/${id}` },
  });
  const projectsOf = (userId: string): Project[] =>
    projects.all().filter((project) => assignments.by('user', userId).some((one) => one.projectId === project.id));
  const find = (call: Call): Project => {
    const id = call.params['id'] ?? '';
    const row = projects.get(id);
    if (!row) throw notFound('project', id);
    return row;
  };

  service.get('/v3/projects', (call) => {
    requireAdmin(call, 'identity:list_projects');
    const found = projects.all().filter((row) => matches(call, row));
    return listed(
      call,
      'projects',
      found.map((row) => view(call, row)),
    );
  });
  service.get('/v3/auth/projects', (call) =>
    listed(
      call,
      'projects',
      projectsOf(call.who.userId).map((row) => view(call, row)),
    ),
  );
  service.get('/v3/users/:user/projects', (call) => {
    const user = call.params['user'] ?? '';
    if (user !== call.who.userId) requireAdmin(call, 'identity:list_user_projects');
    return listed(
      call,
      'projects',
      projectsOf(user).map((row) => view(call, row)),
    );
  });
  service.post('/v3/projects', (call) => {
    requireAdmin(call, 'identity:create_project');
    checkBody(createSchema, call.body);
    const { project } = service.parse(body, call.body);
    const { name = '', description, enabled, tags } = project;
    const domain = project.domain_id ?? 'default';
    if (projects.all().some((row) => row.name === name && row.domain_id === domain)) {
      throw duplicate(
        'project',
        `it is not permitted to have two projects with either the same name or same id in the same domain: name is ${name}, project id ${hexId()}`,
      );
    }
    const row = projects.insert({
      id: hexId(),
      name,
      domain_id: domain,
      description: description ?? '',
      enabled: enabled ?? true,
      tags: tags ?? [],
    });
    return created({ project: view(call, row) });
  });
  service.get('/v3/projects/:id', (call) => {
    if (call.params['id'] !== call.who.projectId && !call.who.isAdmin) throw forbidden('identity:get_project');
    return ok({ project: view(call, find(call)) });
  });
  service.patch('/v3/projects/:id', (call) => {
    requireAdmin(call, 'identity:update_project');
    checkBody(updateSchema, call.body);
    const { name, description, enabled, tags } = service.parse(body, call.body).project;
    const row = projects.patch(find(call), {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description: description ?? '' }),
      ...(enabled !== undefined && { enabled }),
      ...(tags !== undefined && { tags }),
    });
    return ok({ project: { ...view(call, row), extra: {} } });
  });
  service.delete('/v3/projects/:id', (call) => {
    requireAdmin(call, 'identity:delete_project');
    const row = find(call);
    for (const one of assignments.all()) if (one.projectId === row.id) assignments.delete(one.id);
    for (const one of applicationCredentials.all()) {
      if (one.projectId === row.id) applicationCredentials.delete(one.id);
    }
    projects.delete(row.id);
    return noContent();
  });
}
