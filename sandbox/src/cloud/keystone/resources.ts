import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { hexId } from '../store/ids.ts';
import { listEndpoints, listServices, regionId } from './catalog.ts';
import { duplicate, forbidden, notFound, requireAdmin } from './errors.ts';
import { hashSecret } from './passwords.ts';
import type { Project, User } from './rows.ts';

const projectFields = z.looseObject({
  name: z.string().min(1).max(64),
  domain_id: z.string().default('default'),
  description: z.string().default(''),
  enabled: z.boolean().default(true),
  tags: z.array(z.string()).default([]),
});
const userFields = z.looseObject({
  name: z.string().min(1).max(255),
  domain_id: z.string().default('default'),
  default_project_id: z.string().nullable().default(null),
  description: z.string().default(''),
  email: z.string().nullable().default(null),
  enabled: z.boolean().default(true),
  password: z.string().optional(),
});
const projectPatch = z.looseObject({
  project: z.looseObject({
    name: z.string().optional(),
    description: z.string().optional(),
    enabled: z.boolean().optional(),
  }),
});

/** Projects, users, domains, roles and their assignments; regions, services and endpoints to read. */
export function identityResourceRoutes(service: Service, cloud: Cloud): void {
  const { projects, users, domains, roles, assignments } = cloud.tables;
  const base = (call: Call) => `${call.origin}/identity/v3`;
  const listed = (call: Call, key: string, rows: readonly unknown[]) =>
    ok({ [key]: rows, links: { self: `${call.origin}/identity${call.path}`, previous: null, next: null } });
  const param = (call: Call, name: string): string => call.params[name] ?? '';

  const projectView = (call: Call, { id, name, domain_id, description, enabled, tags }: Project) => ({
    id,
    name,
    domain_id,
    description,
    enabled,
    tags,
    parent_id: domain_id,
    is_domain: false,
    options: {},
    links: { self: `${base(call)}/projects/${id}` },
  });
  const userView = (call: Call, { id, name, domain_id, default_project_id, description, email, enabled }: User) => ({
    id,
    name,
    domain_id,
    ...(default_project_id !== null && { default_project_id }),
    description,
    ...(email !== null && { email }),
    enabled,
    password_expires_at: null,
    options: {},
    links: { self: `${base(call)}/users/${id}` },
  });
  const matches = (call: Call, row: { readonly name: string; readonly domain_id: string }): boolean => {
    const name = call.query.get('name');
    const domain = call.query.get('domain_id');
    return (name === null || row.name === name) && (domain === null || row.domain_id === domain);
  };
  const projectsOf = (userId: string): Project[] =>
    projects.all().filter((project) => assignments.by('user', userId).some((one) => one.projectId === project.id));
  const findProject = (id: string): Project => {
    const row = projects.get(id);
    if (!row) throw notFound('project', id);
    return row;
  };
  const findUser = (id: string): User => {
    const row = users.get(id);
    if (!row) throw notFound('user', id);
    return row;
  };

  service.get('/v3/projects', (call) => {
    requireAdmin(call, 'identity:list_projects');
    return listed(
      call,
      'projects',
      projects
        .all()
        .filter((row) => matches(call, row))
        .map((row) => projectView(call, row)),
    );
  });
  service.get('/v3/auth/projects', (call) =>
    listed(
      call,
      'projects',
      projectsOf(call.who.userId).map((row) => projectView(call, row)),
    ),
  );
  service.get('/v3/users/:user/projects', (call) => {
    if (param(call, 'user') !== call.who.userId) requireAdmin(call, 'identity:list_user_projects');
    return listed(
      call,
      'projects',
      projectsOf(param(call, 'user')).map((row) => projectView(call, row)),
    );
  });
  service.post('/v3/projects', (call) => {
    requireAdmin(call, 'identity:create_project');
    const { project } = service.parse(z.looseObject({ project: projectFields }), call.body);
    const { name, domain_id, description, enabled, tags } = project;
    if (projects.all().some((row) => row.name === name && row.domain_id === domain_id))
      throw duplicate('project', name);
    const row = projects.insert({ id: hexId(), name, domain_id, description, enabled, tags });
    return created({ project: projectView(call, row) });
  });
  service.get('/v3/projects/:id', (call) => {
    const id = param(call, 'id');
    if (id !== call.who.projectId && !call.who.isAdmin) throw forbidden('identity:get_project');
    return ok({ project: projectView(call, findProject(id)) });
  });
  service.patch('/v3/projects/:id', (call) => {
    requireAdmin(call, 'identity:update_project');
    const { name, description, enabled } = service.parse(projectPatch, call.body).project;
    const changes = {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(enabled !== undefined && { enabled }),
    };
    return ok({ project: projectView(call, projects.patch(findProject(param(call, 'id')), changes)) });
  });
  service.delete('/v3/projects/:id', (call) => {
    requireAdmin(call, 'identity:delete_project');
    const row = findProject(param(call, 'id'));
    for (const one of assignments.all()) if (one.projectId === row.id) assignments.delete(one.id);
    projects.delete(row.id);
    return noContent();
  });

  service.get('/v3/users', (call) => {
    requireAdmin(call, 'identity:list_users');
    return listed(
      call,
      'users',
      users
        .all()
        .filter((row) => matches(call, row))
        .map((row) => userView(call, row)),
    );
  });
  service.post('/v3/users', (call) => {
    requireAdmin(call, 'identity:create_user');
    const { user } = service.parse(z.looseObject({ user: userFields }), call.body);
    const { name, domain_id, default_project_id, description, email, enabled, password } = user;
    if (users.all().some((row) => row.name === name && row.domain_id === domain_id)) throw duplicate('user', name);
    const passwordHash = password === undefined ? '' : hashSecret(password);
    const row = users.insert({
      id: hexId(),
      name,
      domain_id,
      default_project_id,
      description,
      email,
      enabled,
      passwordHash,
    });
    return created({ user: userView(call, row) });
  });
  service.get('/v3/users/:id', (call) => {
    const id = param(call, 'id');
    if (id !== call.who.userId && !call.who.isAdmin) throw forbidden('identity:get_user');
    return ok({ user: userView(call, findUser(id)) });
  });
  service.delete('/v3/users/:id', (call) => {
    requireAdmin(call, 'identity:delete_user');
    const row = findUser(param(call, 'id'));
    for (const one of assignments.by('user', row.id)) assignments.delete(one.id);
    for (const one of cloud.tables.applicationCredentials.by('user', row.id)) {
      cloud.tables.applicationCredentials.delete(one.id);
    }
    users.delete(row.id);
    return noContent();
  });

  service.get('/v3/domains', (call) => {
    requireAdmin(call, 'identity:list_domains');
    const name = call.query.get('name');
    return listed(
      call,
      'domains',
      domains.all().filter((row) => name === null || row.name === name),
    );
  });
  service.get('/v3/domains/:id', (call) => {
    const row = domains.get(param(call, 'id'));
    if (!call.who.isAdmin) throw forbidden('identity:get_domain');
    if (!row) throw notFound('domain', param(call, 'id'));
    return ok({ domain: row });
  });

  const roleView = (role: { id: string; name: string }) => ({
    ...role,
    domain_id: null,
    description: null,
    options: {},
  });
  service.get('/v3/roles', (call) => {
    requireAdmin(call, 'identity:list_roles');
    const name = call.query.get('name');
    return listed(
      call,
      'roles',
      roles
        .all()
        .filter((row) => name === null || row.name === name)
        .map(roleView),
    );
  });
  service.get('/v3/roles/:id', (call) => {
    requireAdmin(call, 'identity:get_role');
    const row = roles.get(param(call, 'id'));
    if (!row) throw notFound('role', param(call, 'id'));
    return ok({ role: roleView(row) });
  });
  const grant = '/v3/projects/:project/users/:user/roles/:role';
  const assignmentOf = (call: Call) => {
    const [projectId, userId, roleId] = [param(call, 'project'), param(call, 'user'), param(call, 'role')];
    findProject(projectId);
    findUser(userId);
    if (!roles.get(roleId)) throw notFound('role', roleId);
    return { id: `${userId}/${projectId}/${roleId}`, userId, projectId, roleId };
  };
  service.put(grant, (call) => {
    requireAdmin(call, 'identity:create_grant');
    assignments.insert(assignmentOf(call));
    return noContent();
  });
  service.delete(grant, (call) => {
    requireAdmin(call, 'identity:revoke_grant');
    const { id, roleId } = assignmentOf(call);
    if (!assignments.delete(id)) throw notFound('role', roleId);
    return noContent();
  });
  service.get('/v3/role_assignments', (call) => {
    const user = call.query.get('user.id');
    if (user !== call.who.userId) requireAdmin(call, 'identity:list_role_assignments');
    const project = call.query.get('scope.project.id');
    const rows = assignments
      .all()
      .filter((row) => (user === null || row.userId === user) && (project === null || row.projectId === project));
    const views = rows.map((row) => ({
      role: { id: row.roleId, name: roles.get(row.roleId)?.name },
      user: { id: row.userId, name: users.get(row.userId)?.name },
      scope: { project: { id: row.projectId, name: projects.get(row.projectId)?.name } },
      links: {},
    }));
    return listed(call, 'role_assignments', views);
  });

  service.get('/v3/regions', (call) =>
    listed(call, 'regions', [{ id: regionId, description: '', parent_region_id: null }]),
  );
  service.get('/v3/regions/:id', (call) => {
    if (param(call, 'id') !== regionId) throw notFound('region', param(call, 'id'));
    return ok({ region: { id: regionId, description: '', parent_region_id: null } });
  });
  service.get('/v3/services', (call) => {
    requireAdmin(call, 'identity:list_services');
    return listed(call, 'services', listServices(cloud));
  });
  service.get('/v3/endpoints', (call) => {
    requireAdmin(call, 'identity:list_endpoints');
    return listed(call, 'endpoints', listEndpoints(cloud, call.origin));
  });
}
