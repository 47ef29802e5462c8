import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { badRequest, forbidden, notFound } from './errors.ts';
import type { ServerGroup } from './rows.ts';

const policies = ['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity'] as const;
const policy = z.enum(policies);
const name = z.string().min(1).max(255);
const oldBody = z.looseObject({ server_group: z.strictObject({ name, policies: z.array(policy).min(1).max(1) }) });
const newBody = z.looseObject({
  server_group: z.strictObject({
    name,
    policy,
    rules: z
      .strictObject({ max_server_per_host: z.union([z.int().min(1), z.string().transform(Number)]).optional() })
      .optional(),
  }),
});

/** `/os-server-groups` */
export function serverGroupRoutes(service: Service, cloud: Cloud): void {
  const { serverGroups, servers } = cloud.tables;
  const view = (call: Call, group: ServerGroup) => ({
    id: group.id,
    name: group.name,
    ...(call.microversion >= 64
      ? { policy: group.policy, rules: group.rules }
      : { policies: [group.policy], metadata: {} }),
    members: servers.by('group', group.id).map(({ id }) => id),
    ...(call.microversion >= 13 && { project_id: group.projectId, user_id: group.userId }),
  });
  const find = (call: Call): ServerGroup => {
    const id = call.params['id'] ?? '';
    const group = serverGroups.get(id);
    if (!group || (group.projectId !== call.who.projectId && !call.who.isAdmin)) {
      throw notFound(`Instance group ${id} could not be found.`);
    }
    return group;
  };
  const read = (call: Call): Pick<ServerGroup, 'name' | 'policy' | 'rules'> => {
    if (call.microversion < 64) {
      const { server_group: wanted } = service.parse(oldBody, call.body);
      const [only = 'affinity'] = wanted.policies;
      if (only.startsWith('soft-') && call.microversion < 15) {
        throw badRequest(
          `Invalid input for field/attribute 0. Value: ${only}. '${only}' is not one of ['affinity', 'anti-affinity']`,
        );
      }
      return { name: wanted.name, policy: only, rules: {} };
    }
    const { server_group: wanted } = service.parse(newBody, call.body);
    const most = wanted.rules?.max_server_per_host;
    if (most !== undefined && wanted.policy !== 'anti-affinity') {
      throw badRequest('Only anti-affinity policy supports rules.');
    }
    return { name: wanted.name, policy: wanted.policy, rules: most === undefined ? {} : { max_server_per_host: most } };
  };
  service.get('/v2.1/os-server-groups', (call) => {
    const all = call.query.has('all_projects') && call.who.isAdmin;
    const rows = all ? serverGroups.all() : serverGroups.by('project', call.who.projectId);
    const offset = Number(call.query.get('offset') ?? 0);
    const limit = Math.min(Number(call.query.get('limit') ?? cloud.computeMaxLimit), cloud.computeMaxLimit);
    return ok({ server_groups: rows.slice(offset, offset + limit).map((group) => view(call, group)) });
  });
  service.post('/v2.1/os-server-groups', (call) => {
    const wanted = read(call);
    const { projectId, userId } = call.who;
    if (exceeds(cloud.limits('compute', projectId)['server_groups'], serverGroups.count('project', projectId), 1)) {
      throw forbidden('Quota exceeded, too many server groups.');
    }
    return ok({ server_group: view(call, serverGroups.insert({ id: uuid(), ...wanted, projectId, userId })) });
  });
  service.get('/v2.1/os-server-groups/:id', (call) => ok({ server_group: view(call, find(call)) }));
  service.delete('/v2.1/os-server-groups/:id', (call) => {
    serverGroups.delete(find(call).id);
    return noContent();
  });
}
