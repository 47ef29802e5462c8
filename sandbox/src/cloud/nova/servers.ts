import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { now } from '../store/time.ts';
import { conflict, notFound } from './errors.ts';
import { checkBody } from './check.ts';
import type { Server } from './rows.ts';
import { createServers } from './server-create.ts';
import { deleteServer } from './server-life.ts';
import { listServers } from './server-list.ts';
import { createServerBody, updateServerBody } from './server-schemas.ts';
import { plainAddresses, serverAddresses, serverView, updatedServerView } from './server-view.ts';
import { novaVersions } from './microversions.ts';

/** The server a path names. Deleted servers are not found by id, and neither are other projects'. */
export function findServer(cloud: Cloud, call: Call): Server {
  const id = call.params['id'] ?? '';
  const server = cloud.tables.servers.get(id);
  if (server?.deletedAt !== null || (server.projectId !== call.who.projectId && !call.who.isAdmin))
    throw notFound(`Instance ${id} could not be found.`);
  return server;
}

/** As {@link findServer}, for what Nova looks up by the cell a server is in: an id it has never seen has none. */
export function findServerInCell(cloud: Cloud, call: Call): Server {
  const id = call.params['id'] ?? '';
  if (cloud.tables.servers.get(id) === undefined) throw notFound(`Instance ${id} has no mapping to a cell.`);
  return findServer(cloud, call);
}

/** 409 when something is asked of a server in a state that does not allow it. */
export function requireState(server: Server, action: string, vmStates: readonly string[]): void {
  requireVmState(server, action, vmStates);
  if (server.taskState !== null)
    throw conflict(`Cannot '${action}' instance ${server.id} while it is in task_state ${server.taskState}`);
}

/** As {@link requireState}, for what may happen while the server is busy. */
export function requireVmState(server: Server, action: string, vmStates: readonly string[]): void {
  if (!vmStates.includes(server.vmState))
    throw conflict(`Cannot '${action}' instance ${server.id} while it is in vm_state ${server.vmState}`);
}

/** 409 when somebody has locked the server. */
export function requireUnlocked(call: Call, server: Server): void {
  if (server.locked && !call.who.isAdmin) throw conflict(`Instance ${server.id} is locked`);
}

const updateBody = z.object({
  server: z.object({
    name: z.string().optional(),
    description: z.string().nullish(),
    accessIPv4: z.string().optional(),
    accessIPv6: z.string().optional(),
    'OS-DCF:diskConfig': z.string().optional(),
    hostname: z.string().optional(),
  }),
});
/** `/servers` and what is below one server, but for actions and volumes. */
export function serverRoutes(service: Service, cloud: Cloud): void {
  const { servers } = cloud.tables;

  service.get('/v2.1/servers', (call) => listServers(cloud, call, false));
  service.get('/v2.1/servers/detail', (call) => listServers(cloud, call, true));
  service.post('/v2.1/servers', takesBySchema(createServerBody(1), createServerBody(novaVersions.max)), (call) => {
    const { first, securityGroups, password, reservationId, wantsReservation } = createServers(cloud, call);
    if (wantsReservation) return accepted({ reservation_id: reservationId });
    const href = `${call.origin}/compute/v2.1/servers/${first.id}`;
    const server = {
      id: first.id,
      links: [
        { rel: 'self', href },
        { rel: 'bookmark', href: `${call.origin}/compute/servers/${first.id}` },
      ],
      'OS-DCF:diskConfig': first.diskConfig,
      security_groups: securityGroups.map(({ name }) => ({ name })),
      adminPass: password,
    };
    return accepted({ server }, { location: href });
  });
  service.get('/v2.1/servers/:id', (call) => {
    const server = findServer(cloud, call);
    cloud.transitions.wasRead(server, call.who.projectId);
    return ok({ server: serverView(cloud, call, server, true) });
  });
  service.put('/v2.1/servers/:id', takesBySchema(updateServerBody(novaVersions.max)), (call) => {
    checkBody(updateServerBody(call.microversion), call.body);
    const server = findServer(cloud, call);
    const { server: wanted } = updateBody.parse(call.body);
    servers.patch(server, {
      ...(wanted.name !== undefined && { name: wanted.name }),
      ...(wanted.description !== undefined && { description: wanted.description }),
      ...(wanted.hostname !== undefined && { hostname: wanted.hostname }),
      ...(wanted.accessIPv4 !== undefined && { accessIPv4: wanted.accessIPv4 }),
      ...(wanted.accessIPv6 !== undefined && { accessIPv6: wanted.accessIPv6 }),
      ...(wanted['OS-DCF:diskConfig'] !== undefined && { diskConfig: wanted['OS-DCF:diskConfig'] }),
      updated: now(),
    });
    return ok({ server: updatedServerView(cloud, call, server) });
  });
  service.delete('/v2.1/servers/:id', (call) => {
    const server = findServer(cloud, call);
    requireUnlocked(call, server);
    deleteServer(cloud, server);
    return noContent();
  });

  service.get('/v2.1/servers/:id/ips', (call) =>
    ok({ addresses: plainAddresses(serverAddresses(cloud, findServer(cloud, call))) }),
  );
  service.get('/v2.1/servers/:id/ips/:network', (call) => {
    const name = call.params['network'] ?? '';
    const list = serverAddresses(cloud, findServer(cloud, call))[name];
    if (list === undefined) throw notFound('Instance is not a member of specified network');
    return ok({ [name]: list.map(({ addr, version }) => ({ addr, version })) });
  });
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
}
