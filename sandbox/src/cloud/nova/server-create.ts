import type { Cloud } from '../cloud.ts';
import { ApiError, type Call, type Service } from '../http/service.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import { secret, uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { badRequest, forbidden } from './errors.ts';
import { checkServerQuota } from './limits.ts';
import type { Server, ServerPort } from './rows.ts';
import { noValidHost, pickHost } from './scheduler.ts';
import { isPort, planServers, type ServerPlan } from './server-plan.ts';
import { parseServerRequest, type ServerRequest } from './server-request.ts';

/** Gives a new server its ports; whatever was made is taken back when one cannot be had. */
function plugPorts(cloud: Cloud, server: Server, { networks, fixedIps, securityGroups }: ServerPlan): ServerPort[] {
  const plugged: ServerPort[] = [];
  const owner = `compute:${server.availabilityZone}`;
  try {
    networks.forEach((item, position) => {
      if (isPort(item)) {
        cloud.tables.ports.patch(item, {
          device_id: server.id,
          device_owner: owner,
          'binding:host_id': server.host ?? '',
          'binding:vif_type': 'ovs',
        });
        plugged.push({ portId: item.id, owned: false });
        return;
      }
      const fixed = fixedIps[position];
      const port = makePort(cloud, {
        projectId: server.projectId,
        network: item,
        fixedIps: fixed === undefined ? undefined : [{ ip_address: fixed }],
        deviceId: server.id,
        deviceOwner: owner,
        securityGroups: item.port_security_enabled ? securityGroups.map(({ id }) => id) : [],
        hostId: server.host ?? '',
      });
      plugged.push({ portId: port.id, owned: true });
    });
    return plugged;
  } catch (error) {
    for (const { portId, owned } of plugged) {
      const port = cloud.tables.ports.get(portId);
      if (port && owned) removePort(cloud, port);
      else if (port) cloud.tables.ports.patch(port, { device_id: '', device_owner: '', 'binding:host_id': '' });
    }
    throw error;
  }
}

/** What a create request made. */
export interface CreatedServers {
  readonly first: Server;
  readonly password: string;
  readonly reservationId: string;
  readonly wantsReservation: boolean;
}

/** `POST /servers`: one server or many, all of them or none. */
export function createServers(service: Service, cloud: Cloud, call: Call): CreatedServers {
  const { request, hints } = parseServerRequest(service, call);
  const min = request.min_count ?? 1;
  const max = request.max_count ?? min;
  if (min > max) throw badRequest('min_count must be <= max_count');
  const planned = planServers(cloud, call, request, hints, max);
  const wanted = checkServerQuota(cloud, call.who.projectId, planned.flavor, min, max);
  const ports = planned.networks.filter((item) => !isPort(item)).length * wanted;
  const portLimit = cloud.limits('network', call.who.projectId)['port'] ?? -1;
  if (portLimit >= 0 && ports > 0 && cloud.tables.ports.count('project', call.who.projectId) + ports > portLimit) {
    throw forbidden('Maximum number of ports exceeded');
  }
  const reservationId = `r-${secret(6)
    .replace(/[^a-z0-9]/gi, '0')
    .toLowerCase()}`;
  const made = Array.from({ length: wanted }, (_unused, position) => {
    const serverName = max > 1 ? `${request.name}-${position + 1}` : request.name;
    return makeServer(cloud, call, request, planned, { serverName, position, reservationId, hints });
  });
  const [first] = made;
  if (!first) throw badRequest('min_count must be >= 1');
  const password = request.adminPass ?? secret(9);
  return { first, password, reservationId, wantsReservation: request.return_reservation_id === true };
}

function makeServer(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  planned: ServerPlan,
  one: { serverName: string; position: number; reservationId: string; hints: Record<string, unknown> },
): Server {
  const time = now();
  const host = pickHost(cloud, planned.group, cloud.tables.servers.size);
  const ordered = cloud.failures.take('server', one.serverName);
  const server = cloud.tables.servers.insert({
    id: uuid(),
    name: one.serverName,
    hostname:
      request.hostname ??
      one.serverName
        .toLowerCase()
        .replace(/[^a-z0-9.-]+/g, '-')
        .slice(0, 63),
    projectId: call.who.projectId,
    userId: call.who.userId,
    status: 'BUILD',
    vmState: 'building',
    taskState: 'scheduling',
    powerState: 0,
    imageId: request.imageRef === '' ? null : (request.imageRef ?? null),
    flavor: planned.flavor,
    keyName: request.key_name ?? null,
    metadata: request.metadata ?? {},
    tags: [...new Set(request.tags ?? [])],
    description: request.description ?? (call.microversion >= 19 ? null : one.serverName),
    userData: request.user_data ?? null,
    configDrive: request.config_drive === true || request.config_drive === 'true' || request.config_drive === 'True',
    availabilityZone: cloud.zone,
    pinnedZone: request.availability_zone ?? null,
    host: host ?? null,
    groupId: planned.group?.id ?? null,
    created: time,
    updated: time,
    launchedAt: null,
    deletedAt: null,
    fault: null,
    ports: [],
    volumes: [],
    securityGroups: planned.networks.length === 0 ? [] : planned.securityGroups.map((group) => group.name),
    locked: false,
    launchIndex: one.position,
    reservationId: one.reservationId,
    diskConfig: request['OS-DCF:diskConfig'] ?? 'MANUAL',
    schedulerHints: one.hints,
    console: '',
    doomed: ordered ?? (host === undefined ? noValidHost : null),
  });
  if (ordered === noValidHost) cloud.tables.servers.patch(server, { host: null });
  if (server.host !== null) {
    try {
      cloud.tables.servers.patch(server, {
        ports: plugPorts(cloud, server, planned),
        volumes: planned.volumes.map((volume) => volume(server)),
        taskState: 'spawning',
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      cloud.tables.servers.patch(server, { doomed: `Build of instance ${server.id} aborted: ${error.message}` });
    }
  }
  cloud.transitions.schedule('server.built', server.id, host === undefined ? 0 : cloud.latency.server.build);
  return server;
}
