import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { findSchemaIssue } from '../http/json-schema.ts';
import { noContent, ok, reply, type Call, type Service } from '../http/service.ts';
import { takesBySchema, takesNothing } from '../http/takes.ts';
import { checkBody } from './check.ts';
import { badRequest, notFound, policyForbidden } from './errors.ts';
import { tag as tagSchema } from './parameter-types.ts';
import type { Server } from './rows.ts';
import { tagsBody } from './server-schemas.ts';
import { findServerInCell, requireVmState } from './servers.ts';

const most = 50;
/** Of the answers that Nova leaves to WebOb. */
const html = { 'content-type': 'text/html; charset=UTF-8' };
const settled = ['active', 'paused', 'suspended', 'stopped'];

/** `/servers/<id>/tags`, since 2.26 (nova:nova/api/openstack/compute/server_tags.py). */
export function serverTagRoutes(service: Service, cloud: Cloud): void {
  const find = (call: Call, rule: string): Server => {
    if (call.microversion < 26) throw notFound('The resource could not be found.');
    const server = cloud.tables.servers.get(call.params['id'] ?? '');
    // Here Nova looks at the project only after it has found the server.
    if (server?.deletedAt === null && server.projectId !== call.who.projectId && !call.who.isAdmin)
      throw policyForbidden(`os_compute_api:os-server-tags:${rule}`);
    return findServerInCell(cloud, call);
  };
  const set = (server: Server, tags: readonly string[]): void => {
    cloud.tables.servers.patch(server, { tags: [...new Set(tags)] });
  };
  const path = '/v2.1/servers/:id/tags';
  service.get(path, (call) => ok({ tags: find(call, 'index').tags }));
  service.put(path, takesBySchema(tagsBody), (call) => {
    checkBody(tagsBody, call.body);
    const { tags } = z.object({ tags: z.array(z.string()) }).parse(call.body);
    const server = find(call, 'update_all');
    requireVmState(server, 'update tags', settled);
    set(server, tags);
    return ok({ tags: server.tags });
  });
  service.delete(path, (call) => {
    const server = find(call, 'delete_all');
    requireVmState(server, 'delete tags', settled);
    set(server, []);
    return noContent();
  });
  const one = `${path}/:tag`;
  service.get(one, (call) => {
    const server = find(call, 'show');
    const tag = call.params['tag'] ?? '';
    if (!server.tags.includes(tag)) throw notFound(`Server ${server.id} has no tag '${tag}'`);
    return noContent();
  });
  service.put(one, takesNothing, (call) => {
    checkBody({ type: 'null' }, call.body);
    const server = find(call, 'update');
    const tag = call.params['tag'] ?? '';
    requireVmState(server, 'update tag', settled);
    const issue = findSchemaIssue(tagSchema, tag);
    if (issue) {
      throw badRequest(
        `Tag '${tag}' is invalid. It must be a non empty string without characters '/' and ','. Validation error message: ${issue.message}`,
      );
    }
    if (server.tags.length >= most) throw badRequest(`The number of tags exceeded the per-server limit ${most}`);
    if (server.tags.includes(tag)) return noContent(html);
    set(server, [...server.tags, tag]);
    return reply(201, undefined, { ...html, location: `${call.origin}/compute/v2.1/servers/${server.id}/tags/${tag}` });
  });
  service.delete(one, (call) => {
    const server = find(call, 'delete');
    const tag = call.params['tag'] ?? '';
    requireVmState(server, 'delete tag', settled);
    if (!server.tags.includes(tag)) throw notFound(`Instance ${server.id} has no tag '${tag}'`);
    set(
      server,
      server.tags.filter((other) => other !== tag),
    );
    return noContent();
  });
}
