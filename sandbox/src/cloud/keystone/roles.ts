import type { Cloud } from '../cloud.ts';
import type { Role } from './rows.ts';

/** Which role each of Keystone's own implies (keystone:keystone/cmd/bootstrap.py). */
const implied: Readonly<Record<string, string>> = { admin: 'manager', manager: 'member', member: 'reader' };
const immutable = ['admin', 'manager', 'member', 'reader', 'service'];

/** Roles with those that they imply, each once. */
export function withImplied(names: readonly string[]): string[] {
  const all = new Set<string>();
  for (let open = [...names]; open.length > 0; open = open.flatMap((name) => implied[name] ?? []))
    for (const name of open) all.add(name);
  return [...all];
}

/** The names of a user's roles on a project, also of those that others imply. */
export function rolesOn(cloud: Cloud, userId: string, projectId: string): string[] {
  return withImplied(
    cloud.tables.assignments
      .by('user', userId)
      .filter((assignment) => assignment.projectId === projectId)
      .flatMap((assignment) => cloud.tables.roles.get(assignment.roleId)?.name ?? []),
  );
}

/** A role as Keystone shows it inside of other resources. */
export const roleView = ({ id, name }: Role) => ({
  id,
  name,
  domain_id: null,
  description: null,
  options: immutable.includes(name) ? { immutable: true } : {},
});
