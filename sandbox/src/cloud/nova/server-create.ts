import type { Cloud } from '../cloud.ts';
import { ApiError, type Call } from '../http/service.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import type { Network } from '../neutron/rows.ts';
import { badRequest, forbidden } from './errors.ts';
import { secret, uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import type { Server, ServerPort } from './rows.ts';
import { noValidHost, pickHosts } from './scheduler.ts';
import { planServers, type ServerPlan } from './server-plan.ts';
import { parseServerRequest, type ServerRequest } from './server-request.ts';

/** Gives a new server its ports; whatever was made is taken back when one cannot be had. */
function plugPorts(
  cloud: Cloud,
  server: Server,
  { interfaces, securityGroups }: ServerPlan,
  isAdmin: boolean,
): ServerPort[] {
  const plugged: ServerPort[] = [];
  const owner = `compute:${server.availabilityZone}`;
  try {
    for (const item of interfaces) {
      if ('port' in item) {
        cloud.tables.ports.patch(item.port, {
          device_id: server.id,
          device_owner: owner,
          'binding:host_id': server.host ?? '',
          'binding:vif_type': 'ovs',
        });
        plugged.push({ portId: item.port.id, owned: false, tag: item.tag });
        continue;
      }
      checkAttachment(item.network, securityGroups, isAdmin);
      const port = inNovasWords(item, () =>
        makePort(cloud, {
          projectId: server.projectId,
          network: item.network,
          fixedIps: item.address === undefined ? undefined : [{ ip_address: item.address }],
          deviceId: server.id,
          deviceOwner: owner,
          securityGroups: item.network.port_security_enabled ? securityGroups.map(({ id }) => id) : [],
          hostId: server.host ?? '',
        }),
      );
      plugged.push({ portId: port.id, owned: true, tag: item.tag });
    }
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

/**
 * What a host finds out only when it plugs a server in: the server's build is aborted (nova:nova/network/neutron.py
 * _check_external_network_attach, allocate_for_instance).
 */
function checkAttachment(network: Network, groups: ServerPlan['securityGroups'], isAdmin: boolean): void {
  if (network['router:external'] && !network.shared && !isAdmin)
    throw forbidden(`It is not allowed to create an interface on external network ${network.id}`);
  if (!network.port_security_enabled && groups.some(({ name }) => name !== 'default')) {
    throw badRequest('Network requires port_security_enabled and subnet associated in order to apply security groups.');
  }
}

/** An address that Neutron refuses, as Nova tells it (nova:nova/network/neutron.py _create_port_minimal). */
function inNovasWords<T>(
  { network, address = '' }: { network: Network; address: string | undefined },
  make: () => T,
): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ApiError) || !error.message.includes('is not a valid IP')) throw error;
    throw badRequest(
      `Invalid input received: Fixed IP ${address} is not a valid ip address for network ${network.id}.`,
    );
  }
}

/** What a create request made. */
export interface CreatedServers {
  readonly first: Server;
  /** As they were asked for, by name or id (nova:nova/api/openstack/compute/views/servers.py create). */
  readonly securityGroups: readonly { readonly name: string }[];
  readonly password: string;
  readonly reservationId: string;
  readonly wantsReservation: boolean;
}

/** `POST /servers`: one server or many, all of them or none. */
export function createServers(cloud: Cloud, call: Call): CreatedServers {
  const { request, hints } = parseServerRequest(call);
  const plan = planServers(cloud, call, request, hints);
  const reservationId = `r-${secret(6)
    .replace(/[^a-z0-9]/gi, '0')
    .toLowerCase()}`;
  const pinned = request.host ?? request.hypervisor_hostname;
  const hosts =
    pinned === undefined
      ? pickHosts(cloud, plan.group, plan.count, cloud.tables.servers.size)
      : Array.from({ length: plan.count }, () => pinned);
  const [first] = Array.from({ length: plan.count }, (_unused, position) =>
    makeServer(cloud, call, request, plan, { position, reservationId, hints, host: hosts?.[position] }),
  );
  if (!first) throw new Error('a create request made no server');
  const password = request.adminPass ?? secret(9);
  const { security_groups: securityGroups = [{ name: 'default' }], return_reservation_id: wantsReservation } = request;
  return { first, securityGroups, password, reservationId, wantsReservation };
}

/** A host name made of a server's name (nova:nova/utils.py sanitize_hostname); empty if nothing is left of it. */
function hostNameOf(name: string): string {
  const latin = Array.from(name.replaceAll(/[\u{100}-\u{10FFFF}]/gu, ''))
    .slice(0, 63)
    .join('');
  return latin
    .replaceAll(/[ _.]/g, '-')
    .replaceAll(/[^\p{L}\p{N}_.-]+/gu, '')
    .toLowerCase()
    .replaceAll(/^[.-]+|[.-]+$/g, '');
}

function makeServer(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  planned: ServerPlan,
  one: { position: number; reservationId: string; hints: Record<string, unknown>; host: string | undefined },
): Server {
  const time = now();
  const id = uuid();
  const suffix = planned.wanted > 1 ? `-${one.position + 1}` : '';
  const name = request.name + suffix;
  const hostName = hostNameOf(request.name);
  const { host } = one;
  const ordered = cloud.failures.take('server', name);
  const server = cloud.tables.servers.insert({
    id,
    name,
    hostname: request.hostname ?? (hostName === '' ? `Server-${id}` : hostName + suffix),
    projectId: call.who.projectId,
    userId: call.who.userId,
    status: 'BUILD',
    vmState: 'building',
    taskState: 'scheduling',
    powerState: 0,
    imageId: request.imageRef === '' ? null : (request.imageRef ?? null),
    flavor: planned.flavor,
    keyName: request.key_name ?? null,
    metadata: request.metadata,
    tags: [...new Set(request.tags)],
    description: request.description ?? (call.microversion >= 19 ? null : request.name),
    userData: request.user_data ?? null,
    trustedCertificates: request.trusted_image_certificates ?? null,
    configDrive: request.config_drive,
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
    securityGroups: planned.interfaces.length === 0 ? [] : planned.securityGroups.map((group) => group.name),
    accessIPv4: request.accessIPv4,
    accessIPv6: request.accessIPv6,
    locked: false,
    lockedByAdmin: false,
    lockedReason: null,
    launchIndex: one.position,
    reservationId: one.reservationId,
    diskConfig: request['OS-DCF:diskConfig'],
    schedulerHints: one.hints,
    console: '',
    doomed: ordered ?? (host === undefined ? noValidHost : null),
  });
  if (ordered === noValidHost) cloud.tables.servers.patch(server, { host: null });
  if (server.host !== null) {
    try {
      cloud.tables.servers.patch(server, {
        ports: plugPorts(cloud, server, planned, call.who.isAdmin),
        volumes: planned.volumes.map((volume) => volume(server)),
        taskState: 'spawning',
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const doomed = `Build of instance ${server.id} aborted: ${error.message}`;
      cloud.tables.servers.patch(server, { doomed, host: null, securityGroups: [] });
    }
  }
  cloud.transitions.schedule('server.built', server.id, host === undefined ? 0 : cloud.latency.server.build);
  return server;
}
