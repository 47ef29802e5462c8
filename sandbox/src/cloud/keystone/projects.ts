import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { tagMatcher } from '../http/paging.ts';
import type { Schema } from '../http/json-schema.ts';
import { created, isRecord, noContent, ok, type ApiError, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { hexId } from '../store/ids.ts';
import { omit } from '../store/omit.ts';
import { booleanSchema, checkBody, flag, idSchema, nameSchema, nullableText, wrapped } from './check.ts';
import { duplicate, forbidden, keystoneDialect, malformed, notFound, requireAdmin, unserved } from './errors.ts';
import { baseUrl, filtered, listed, type Filters } from './listing.ts';
import { setOptions } from './options.ts';
import type { Project } from './rows.ts';

const tag: Schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^,/]*$' };
const updatable: Readonly<Record<string, Schema>> = {
  description: nullableText,
  enabled: booleanSchema,
  name: nameSchema(64),
  options: { type: 'object', properties: { immutable: { type: ['boolean', 'null'] } }, additionalProperties: false },
  tags: { type: 'array', items: tag, maxItems: 80, uniqueItems: true },
};
const nullableId: Schema = { ...idSchema, type: ['string', 'null'] };
const properties: Readonly<Record<string, Schema>> = {
  ...updatable,
  domain_id: nullableId,
  is_domain: booleanSchema,
  parent_id: nullableId,
};
/** keystone:keystone/resource/schema.py */
const createSchema = wrapped('project', { type: 'object', properties, required: ['name'] });
const updateSchema = wrapped('project', { type: 'object', properties: updatable });

/** What Keystone keeps of a project in columns of its own; it keeps everything else as it came. */
const known = [
  ...(['id', 'name', 'domain_id', 'parent_id', 'is_domain', 'description', 'enabled', 'tags', 'options'] as const),
] as const;
const fields = z.looseObject({
  id: z.unknown().optional(),
  name: z.string().default(''),
  domain_id: z.string().nullish(),
  parent_id: z.string().nullish(),
  is_domain: flag,
  description: z.string().nullish(),
  enabled: flag,
  options: z.record(z.string(), z.unknown()).default({}),
  tags: z.array(z.string()).optional(),
});
/** Filters of every list of projects. */
const filters: Filters<Project> = {
  domain_id: (row) => row.domain_id,
  enabled: (row) => row.enabled,
  name: (row) => row.name,
};
const creation = z.object({ project: fields });
const update = z.object({
  project: fields
    .extend({ name: z.string().optional() })
    .default({ is_domain: undefined, enabled: undefined, options: {} }),
});

const immutable = (action: 'update' | 'delete', id: string): ApiError =>
  keystoneDialect.error(
    403,
    `Unable to ${action} immutable project resource: \`${id}. Set resource option "immutable" to false first.`,
  );

/** `/v3/projects`, and the projects of a user. */
export function projectRoutes(service: Service, cloud: Cloud): void {
  const { projects, domains, assignments, applicationCredentials } = cloud.tables;
  const view = (
    call: Call,
    { id, name, domain_id, parentId, description, enabled, tags, extra, options }: Project,
  ): Record<string, unknown> => ({
    ...extra,
    id,
    name,
    domain_id,
    description,
    enabled,
    tags,
    parent_id: parentId,
    is_domain: false,
    options,
    links: { self: `${baseUrl(call)}/projects/${id}` },
  });
  const projectsOf = (userId: string): Project[] =>
    projects.all().filter((project) => assignments.by('user', userId).some((one) => one.projectId === project.id));
  /** Whether a new project may be below another one, or at the top. @throws ApiError 400 */
  const checkParent = (parentId: string, domain: string): void => {
    const parent = projects.get(parentId);
    if (!parent && !domains.get(parentId)) {
      throw keystoneDialect.error(400, `Could not find project: ${parentId}.`);
    }
    if (!parent && parentId !== domain) {
      throw malformed(
        `Cannot create project, the parent (${parentId}) is acting as a domain, but this project's domain id (${domain}) does not match the parent's id.`,
      );
    }
    if (parent && parent.domain_id !== domain) {
      throw malformed(
        `Cannot create project, since it specifies its domain_id ${domain}, but specifies a parent in a different domain (${parent.domain_id}).`,
      );
    }
  };
  const find = (call: Call): Project => {
    const id = call.params['id'] ?? '';
    const row = projects.get(id);
    if (!row) throw notFound('project', id);
    return row;
  };

  service.get('/v3/projects', (call) => {
    requireAdmin(call, 'identity:list_projects');
    const hasTags = tagMatcher(call.query);
    const found = filtered(call, projects.all(), {
      ...filters,
      parent_id: (row) => row.parentId,
      is_domain: () => false,
    }).filter(({ tags }) => hasTags(tags));
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
      filtered(call, projectsOf(user), filters).map((row) => view(call, row)),
    );
  });
  service.post('/v3/projects', takesBySchema(createSchema), (call) => {
    requireAdmin(call, 'identity:create_project');
    checkBody(createSchema, call.body);
    // Without a project Keystone finds a project without a name.
    const { project } = service.parse(creation, { project: {}, ...(isRecord(call.body) && call.body) });
    const { description, enabled, tags } = project;
    if (project.is_domain === true) throw unserved();
    const name = project.name.trim();
    const domain = project.domain_id ?? 'default';
    if (!domains.get(domain)) throw keystoneDialect.error(400, `Could not find domain: ${domain}.`);
    const parentId = project.parent_id ?? domain;
    checkParent(parentId, domain);
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
      parentId,
      description: description ?? '',
      enabled: enabled ?? true,
      tags: tags ?? [],
      extra: omit(project, ...known),
      options: setOptions({}, project.options),
    });
    return created({ project: view(call, row) });
  });
  service.get('/v3/projects/:id', (call) => {
    if (call.params['id'] !== call.who.projectId && !call.who.isAdmin) throw forbidden('identity:get_project');
    return ok({ project: view(call, find(call)) });
  });
  service.patch('/v3/projects/:id', takesBySchema(updateSchema), (call) => {
    requireAdmin(call, 'identity:update_project');
    checkBody(updateSchema, call.body);
    const { project } = service.parse(update, call.body);
    const { name, description, enabled, tags } = project;
    const before = find(call);
    if (project.id !== undefined && project.id !== before.id) throw malformed('Cannot change ID');
    if (before.options['immutable'] === true && project.options['immutable'] === undefined) {
      throw immutable('update', before.id);
    }
    const row = projects.patch(before, {
      extra: { ...before.extra, ...omit(project, ...known) },
      options: setOptions(before.options, project.options),
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
    if (row.options['immutable'] === true) throw immutable('delete', row.id);
    if (projects.all().some(({ parentId }) => parentId === row.id)) {
      throw keystoneDialect.error(
        403,
        `Cannot delete the project ${row.id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
      );
    }
    for (const one of assignments.all()) if (one.projectId === row.id) assignments.delete(one.id);
    for (const one of applicationCredentials.all()) {
      if (one.projectId === row.id) applicationCredentials.delete(one.id);
    }
    projects.delete(row.id);
    return noContent();
  });
}
