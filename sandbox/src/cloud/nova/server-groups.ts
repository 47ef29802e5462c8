import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import type { Schema } from '../http/json-schema.ts';
import { checkBody, checkQuery } from './check.ts';
import { anyText, many, name, nonNegativeInteger, positiveInteger, strict, wrapped } from './parameter-types.ts';
import { badRequest, forbidden, notFound } from './errors.ts';
import type { ServerGroup } from './rows.ts';
import { novaVersions } from './microversions.ts';

const oldPolicies = ['anti-affinity', 'affinity'];
const policies = [...oldPolicies, 'soft-anti-affinity', 'soft-affinity'];

const createSchema = (minor: number): Schema =>
  wrapped(
    'server_group',
    minor >= 64
      ? strict(
          { name, policy: { type: 'string', enum: policies }, rules: strict({ max_server_per_host: positiveInteger }) },
          ['name', 'policy'],
        )
      : strict(
          {
            name,
            policies: {
              type: 'array',
              prefixItems: [{ type: 'string', enum: minor >= 15 ? policies : oldPolicies }],
              uniqueItems: true,
              minItems: 1,
              maxItems: 1,
            },
          },
          ['name', 'policies'],
        ),
  );
const createBody = z.object({
  server_group: z.object({
    name: z.string(),
    policy: z.string().optional(),
    policies: z.array(z.string()).optional(),
    rules: z.object({ max_server_per_host: z.union([z.int(), z.string().transform(Number)]).optional() }).default({}),
  }),
});
const listQuery = (minor: number): Schema => ({
  type: 'object',
  properties: { all_projects: anyText, limit: many(nonNegativeInteger), offset: many(nonNegativeInteger) },
  additionalProperties: minor < 75,
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
    if (!group || (group.projectId !== call.who.projectId && !call.who.isAdmin))
      throw notFound(`Instance group ${id} could not be found.`);
    return group;
  };
  const read = (call: Call): Pick<ServerGroup, 'name' | 'policy' | 'rules'> => {
    checkBody(createSchema(call.microversion), call.body);
    const { server_group: wanted } = createBody.parse(call.body);
    const policy = wanted.policy ?? wanted.policies?.[0] ?? '';
    const most = wanted.rules.max_server_per_host;
    if (most !== undefined && policy !== 'anti-affinity') throw badRequest('Only anti-affinity policy supports rules.');
    return { name: wanted.name, policy, rules: most === undefined ? {} : { max_server_per_host: most } };
  };
  service.get('/v2.1/os-server-groups', (call) => {
    checkQuery(listQuery(call.microversion), call);
    const all = call.query.has('all_projects') && call.who.isAdmin;
    const rows = all ? serverGroups.all() : serverGroups.by('project', call.who.projectId);
    const offset = Number(call.query.get('offset') ?? 0);
    const limit = Math.min(Number(call.query.get('limit') ?? cloud.computeMaxLimit), cloud.computeMaxLimit);
    return ok({ server_groups: rows.slice(offset, offset + limit).map((group) => view(call, group)) });
  });
  service.post('/v2.1/os-server-groups', takesBySchema(createSchema(1), createSchema(novaVersions.max)), (call) => {
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
