import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { keystoneDialect, notFound, requireAdmin } from './errors.ts';
import { baseUrl, filtered, listed } from './listing.ts';
import { roleView } from './roles.ts';
import type { Assignment, Role } from './rows.ts';

/** `/v3/roles`, and who has which role in a project. */
export function roleAssignmentRoutes(service: Service, cloud: Cloud): void {
  const { projects, users, roles, assignments, domains } = cloud.tables;
  const param = (call: Call, name: string): string => call.params[name] ?? '';
  const linked = (call: Call, role: Role) => ({
    ...roleView(role),
    links: { self: `${baseUrl(call)}/roles/${role.id}` },
  });

  service.get('/v3/roles', (call) => {
    requireAdmin(call, 'identity:list_roles');
    // All roles are those of no domain.
    const found = filtered(call, roles.all(), { name: (row) => row.name, domain_id: () => undefined });
    return listed(
      call,
      'roles',
      found.map((row) => linked(call, row)),
    );
  });
  service.get('/v3/roles/:id', (call) => {
    requireAdmin(call, 'identity:get_role');
    const row = roles.get(param(call, 'id'));
    if (!row) throw notFound('role', param(call, 'id'));
    return ok({ role: linked(call, row) });
  });

  const grants = '/v3/projects/:project/users/:user/roles';
  const named = (call: Call): Assignment => {
    const [projectId, userId, roleId] = [param(call, 'project'), param(call, 'user'), param(call, 'role')];
    if (!roles.get(roleId)) throw notFound('role', roleId);
    if (!projects.get(projectId)) throw notFound('project', projectId);
    if (!users.get(userId)) throw notFound('user', userId);
    return { id: `${userId}/${projectId}/${roleId}`, userId, projectId, roleId };
  };
  const unassigned = ({ roleId, userId, projectId }: Assignment) =>
    keystoneDialect.error(
      404,
      `Could not find role assignment with role: ${roleId}, user or group: ${userId}, project, domain, or system: ${projectId}.`,
    );
  service.get(grants, (call) => {
    requireAdmin(call, 'identity:list_grants');
    const held = assignments.by('user', param(call, 'user')).filter((one) => one.projectId === param(call, 'project'));
    return listed(
      call,
      'roles',
      held.flatMap(({ roleId }) => roles.get(roleId) ?? []).map((row) => linked(call, row)),
    );
  });
  service.put(`${grants}/:role`, takesNothing, (call) => {
    requireAdmin(call, 'identity:create_grant');
    assignments.insert(named(call));
    return noContent();
  });
  for (const method of ['HEAD', 'GET']) {
    service.route(method, `${grants}/:role`, (call) => {
      requireAdmin(call, 'identity:check_grant');
      const wanted = named(call);
      if (!assignments.get(wanted.id)) throw unassigned(wanted);
      return noContent();
    });
  }
  service.delete(`${grants}/:role`, (call) => {
    requireAdmin(call, 'identity:revoke_grant');
    const wanted = named(call);
    if (!assignments.delete(wanted.id)) throw unassigned(wanted);
    return noContent();
  });

  service.get('/v3/role_assignments', (call) => {
    requireAdmin(call, 'identity:list_role_assignments');
    const { query } = call;
    const wanted = (key: string, value: string) => !query.has(key) || query.get(key) === value;
    const names = readBoolean(query.get('include_names')) ?? query.has('include_names');
    const domain = { id: 'default', name: domains.get('default')?.name };
    const view = ({ roleId, userId, projectId }: Assignment) => ({
      role: { id: roleId, ...(names && { name: roles.get(roleId)?.name }) },
      user: { id: userId, ...(names && { name: users.get(userId)?.name, domain }) },
      scope: { project: { id: projectId, ...(names && { name: projects.get(projectId)?.name, domain }) } },
      links: { assignment: `${baseUrl(call)}/projects/${projectId}/users/${userId}/roles/${roleId}` },
    });
    // Roles are given to users in projects only: to no group, in no domain or system, and inherited by nobody.
    const elsewhere = ['group.id', 'scope.domain.id', 'scope.system', 'scope.OS-INHERIT:inherited_to'];
    const found = assignments
      .all()
      .filter(
        (row) =>
          wanted('user.id', row.userId) && wanted('scope.project.id', row.projectId) && wanted('role.id', row.roleId),
      )
      .filter(() => !elsewhere.some((key) => query.has(key)));
    return listed(call, 'role_assignments', found.map(view));
  });
}
