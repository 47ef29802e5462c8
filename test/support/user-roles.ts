import type { OpenStackClient, Token } from 'openstack-client-ts';
import { z } from 'zod';

const schema = z.looseObject({ role_assignments: z.array(z.looseObject({ role: z.looseObject({ id: z.string() }) })) });

/** Ids of the roles that a user was given in its project; its token names those, too, that follow from them. */
export async function rolesOf(admin: OpenStackClient, { user, project }: Token): Promise<string[]> {
  const query = { 'user.id': user.id, 'scope.project.id': project?.id };
  const answer = await admin.identity.service.json('GET', '/role_assignments', schema, { query });
  return answer.role_assignments.map(({ role }) => role.id);
}
