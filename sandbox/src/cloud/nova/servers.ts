import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, noContent, ok, reply, type Call, type Service } from '../http/service.ts';
import { omit } from '../store/omit.ts';
import { now } from '../store/time.ts';
import { conflict, forbidden, notFound } from './errors.ts';
import type { Server } from './rows.ts';
import { createServers } from './server-create.ts';
import { deleteServer } from './server-life.ts';
import { listServers } from './server-list.ts';
import { serverTag } from './server-request.ts';
import { serverAddresses, serverView } from './server-view.ts';

/** The server a path names, if the caller may see it. Deleted servers are not found by id, but for admins' lists. */
export function findServer(cloud: Cloud, call: Call, param = 'id'): Server {
  const id = call.params[param] ?? '';
  const server = cloud.tables.servers.get(id);
  if (server?.deletedAt !== null || (server.projectId !== call.who.projectId && !call.who.isAdmin)) {
    throw notFound(`Instance ${id} could not be found.`);
  }
  return server;
}

/** 409 when something is asked of a server in a state that does not allow it. */
export function requireState(server: Server, action: string, vmStates: readonly string[]): void {
  if (server.taskState !== null) {
    throw conflict(`Cannot '${action}' instance ${server.id} while it is in task_state ${server.taskState}`);
  }
  if (!vmStates.includes(server.vmState)) {
    throw conflict(`Cannot '${action}' instance ${server.id} while it is in vm_state ${server.vmState}`);
  }
}

const updateBody = z.looseObject({
  server: z.looseObject({
    name: z.string().min(1).max(255).optional(),
    description: z.string().max(255).nullish(),
    hostname: z.string().optional(),
  }),
});
const metadataBody = z.looseObject({ metadata: z.record(z.string().min(1).max(255), z.string().max(255)) });

/** `/servers` and what is below one server, but for actions and volumes. */
export function serverRoutes(service: Service, cloud: Cloud): void {
  const { servers } = cloud.tables;

  service.get('/v2.1/servers', (call) => listServers(cloud, call, false));
  service.get('/v2.1/servers/detail', (call) => listServers(cloud, call, true));
  service.post('/v2.1/servers', (call) => {
    const { first, password, reservationId, wantsReservation } = createServers(service, cloud, call);
    if (wantsReservation) return accepted({ reservation_id: reservationId });
    const href = `${call.origin}/compute/v2.1/servers/${first.id}`;
    const server = {
      id: first.id,
      links: [
        { rel: 'self', href },
        { rel: 'bookmark', href: `${call.origin}/compute/servers/${first.id}` },
      ],
      'OS-DCF:diskConfig': first.diskConfig,
      security_groups: (first.securityGroups.length > 0 ? first.securityGroups : ['default']).map((name) => ({ name })),
      adminPass: password,
    };
    return accepted({ server }, { location: href });
  });
  service.get('/v2.1/servers/:id', (call) => ok({ server: serverView(cloud, call, findServer(cloud, call), true) }));
  service.put('/v2.1/servers/:id', (call) => {
    const server = findServer(cloud, call);
    const { server: wanted } = service.parse(updateBody, call.body);
    servers.patch(server, {
      ...(wanted.name !== undefined && { name: wanted.name }),
      ...(wanted.description !== undefined && call.microversion >= 19 && { description: wanted.description }),
      ...(wanted.hostname !== undefined && call.microversion >= 90 && { hostname: wanted.hostname }),
      updated: now(),
    });
    return ok({ server: serverView(cloud, call, server, true) });
  });
  service.delete('/v2.1/servers/:id', (call) => {
    const server = findServer(cloud, call);
    if (server.locked && !call.who.isAdmin) throw conflict(`Instance ${server.id} is locked`);
    deleteServer(cloud, server);
    return noContent();
  });

  service.get('/v2.1/servers/:id/ips', (call) => ok({ addresses: serverAddresses(cloud, findServer(cloud, call)) }));
  service.get('/v2.1/servers/:id/os-security-groups', (call) => {
    const server = findServer(cloud, call);
    const groups = cloud.tables.securityGroups
      .by('project', server.projectId)
      .filter(({ name }) => server.securityGroups.includes(name));
    return ok({
      security_groups: groups.map(({ id, name, description, project_id }) => ({
        id,
        name,
        description,
        tenant_id: project_id,
        rules: [],
      })),
    });
  });

  service.get('/v2.1/servers/:id/metadata', (call) => ok({ metadata: findServer(cloud, call).metadata }));
  const setMetadata = (call: Call, keep: boolean) => {
    const server = findServer(cloud, call);
    const { metadata } = service.parse(metadataBody, call.body);
    const next = keep ? { ...server.metadata, ...metadata } : metadata;
    const limit = cloud.limits('compute', server.projectId)['metadata_items'] ?? -1;
    if (limit >= 0 && Object.keys(next).length > limit)
      throw forbidden(`Maximum number of metadata items exceeds ${limit}`);
    servers.patch(server, { metadata: next, updated: now() });
    return ok({ metadata: next });
  };
  service.post('/v2.1/servers/:id/metadata', (call) => setMetadata(call, true));
  service.put('/v2.1/servers/:id/metadata', (call) => setMetadata(call, false));
  service.delete('/v2.1/servers/:id/metadata/:key', (call) => {
    const server = findServer(cloud, call);
    const key = call.params['key'] ?? '';
    if (!(key in server.metadata)) throw notFound('Metadata item was not found');
    const metadata = omit(server.metadata, key);
    servers.patch(server, { metadata, updated: now() });
    return noContent();
  });

  tagRoutes(service, cloud);
}

/** `/servers/<id>/tags`, since 2.26. */
function tagRoutes(service: Service, cloud: Cloud): void {
  const find = (call: Call): Server => {
    if (call.microversion < 26) throw notFound('The resource could not be found.');
    return findServer(cloud, call);
  };
  const set = (server: Server, tags: readonly string[]): void => {
    if (tags.length > 50) throw service.dialect.invalid('tags', tags, 'is too long');
    cloud.tables.servers.patch(server, { tags: [...new Set(tags)], updated: now() });
  };
  service.get('/v2.1/servers/:id/tags', (call) => ok({ tags: find(call).tags }));
  service.put('/v2.1/servers/:id/tags', (call) => {
    const server = find(call);
    const { tags } = service.parse(z.looseObject({ tags: z.array(serverTag).max(50) }), call.body);
    set(server, tags);
    return ok({ tags: server.tags });
  });
  service.delete('/v2.1/servers/:id/tags', (call) => {
    set(find(call), []);
    return noContent();
  });
  service.get('/v2.1/servers/:id/tags/:tag', (call) => {
    const server = find(call);
    const tag = call.params['tag'] ?? '';
    if (!server.tags.includes(tag)) throw notFound(`Server ${server.id} has no tag '${tag}'`);
    return noContent();
  });
  service.put('/v2.1/servers/:id/tags/:tag', (call) => {
    const server = find(call);
    const tag = service.parse(serverTag, call.params['tag']);
    if (server.tags.includes(tag)) return noContent();
    set(server, [...server.tags, tag]);
    return reply(201);
  });
  service.delete('/v2.1/servers/:id/tags/:tag', (call) => {
    const server = find(call);
    const tag = call.params['tag'] ?? '';
    if (!server.tags.includes(tag)) throw notFound(`Server ${server.id} has no tag '${tag}'`);
    set(
      server,
      server.tags.filter((one) => one !== tag),
    );
    return noContent();
  });
}
