import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { ApiError, type Call, type Service } from '../http/service.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import { ensureDefaultGroup } from '../neutron/security-groups.ts';
import type { Network, Port } from '../neutron/rows.ts';
import { secret, uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { blockDevice, planVolumes, type PlannedVolume } from './server-volumes.ts';
import { badRequest, conflict, forbidden } from './errors.ts';
import { checkServerQuota } from './limits.ts';
import type { Flavor, Server, ServerGroup, ServerPort } from './rows.ts';
import { noValidHost, pickHost } from './scheduler.ts';

const count = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^[0-9]+$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1));
const name = z
  .string()
  .min(1, "'' is too short")
  .max(255, 'is too long')
  .refine((text) => text === text.trim(), 'has leading or trailing spaces');
const userData = z
  .string()
  .max(65_535, 'is too long')
  .regex(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, "is not a 'base64'");
/** A tag as Nova takes it (nova:api/validation/parameter_types.py). */
export const serverTag = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[^,/]*$/, "must not contain '/' or ','");
const networkRequest = z.looseObject({
  uuid: z.string().optional(),
  port: z.string().optional(),
  fixed_ip: z.string().optional(),
  tag: z.string().optional(),
});
const metadata = z.record(z.string().min(1).max(255), z.string().max(255));

const fields = {
  name,
  flavorRef: z.union([z.string(), z.int()]).transform(String),
  imageRef: z.string().nullish(),
  networks: z.union([z.enum(['auto', 'none']), z.array(networkRequest)]).optional(),
  min_count: count.optional(),
  max_count: count.optional(),
  return_reservation_id: z.union([z.boolean(), z.string()]).optional(),
  user_data: userData.nullish(),
  metadata: metadata.optional(),
  key_name: z.string().nullish(),
  security_groups: z.array(z.looseObject({ name: z.string() })).optional(),
  availability_zone: z.string().nullish(),
  config_drive: z.union([z.boolean(), z.string()]).nullish(),
  block_device_mapping_v2: z.array(blockDevice).optional(),
  block_device_mapping: z.array(z.unknown()).optional(),
  'OS-DCF:diskConfig': z.enum(['AUTO', 'MANUAL']).optional(),
  accessIPv4: z.string().optional(),
  accessIPv6: z.string().optional(),
  adminPass: z.string().optional(),
  personality: z.array(z.unknown()).optional(),
};

function bodySchema(minor: number) {
  return z.strictObject({
    ...fields,
    ...(minor >= 19 && { description: z.string().max(255).nullish() }),
    ...(minor >= 52 && { tags: z.array(serverTag).max(50).optional() }),
    ...(minor >= 63 && { trusted_image_certificates: z.array(z.string()).nullish() }),
    ...(minor >= 74 && { host: z.string().optional(), hypervisor_hostname: z.string().optional() }),
    ...(minor >= 90 && { hostname: z.string().min(1).max(255).optional() }),
  });
}
type ServerRequest = z.infer<typeof serverRequestShape>;
/** Every field of any microversion: the type of what {@link bodySchema} lets through. */
const serverRequestShape = z.object({
  ...fields,
  description: z.string().nullish(),
  tags: z.array(serverTag).optional(),
  host: z.string().optional(),
  hostname: z.string().optional(),
});
const hintsSchema = z.looseObject({ group: z.string().optional() });

/** What the parts of a create request turned out to be. */
interface Plan {
  readonly flavor: Flavor;
  readonly group: ServerGroup | undefined;
  readonly networks: readonly (Network | Port)[];
  readonly fixedIps: readonly (string | undefined)[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  readonly volumes: readonly PlannedVolume[];
}

const isPort = (item: Network | Port): item is Port => 'device_id' in item;

function parseRequest(service: Service, call: Call): { request: ServerRequest; hints: Record<string, unknown> } {
  const outer = service.parse(
    z.looseObject({
      server: z.unknown(),
      'os:scheduler_hints': hintsSchema.optional(),
      'OS-SCH-HNT:scheduler_hints': hintsSchema.optional(),
    }),
    call.body,
  );
  service.parse(z.looseObject({ server: bodySchema(call.microversion) }), call.body);
  const request = serverRequestShape.parse(outer.server);
  if (call.microversion >= 37 && request.networks === undefined) {
    throw badRequest(
      `Invalid input for field/attribute server. Value: ${JSON.stringify(outer.server)}. 'networks' is a required property`,
    );
  }
  return { request, hints: outer['os:scheduler_hints'] ?? outer['OS-SCH-HNT:scheduler_hints'] ?? {} };
}

function planNetworks(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  servers: number,
): Pick<Plan, 'networks' | 'fixedIps'> {
  const { networks, ports, subnets } = cloud.tables;
  const usable = (network: Network | undefined): network is Network =>
    network !== undefined && (network.project_id === call.who.projectId || network.shared || call.who.isAdmin);
  if (request.networks === 'none') return { networks: [], fixedIps: [] };
  if (request.networks === undefined || request.networks === 'auto' || request.networks.length === 0) {
    const mine = networks.by('project', call.who.projectId).filter((network) => !network['router:external']);
    if (mine.length > 1) throw conflict('Multiple possible networks found, use a Network ID to be more specific.');
    return { networks: mine, fixedIps: mine.map(() => undefined) };
  }
  const chosen = request.networks.map((wanted) => {
    if (wanted.port !== undefined) {
      const port = ports.get(wanted.port);
      if (!port || (port.project_id !== call.who.projectId && !call.who.isAdmin)) {
        throw badRequest(`Port ${wanted.port} could not be found.`);
      }
      if (port.device_id !== '') throw conflict(`Port ${port.id} is still in use.`);
      if (servers > 1)
        throw badRequest(
          'Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.',
        );
      if (port.fixed_ips.length === 0) throw badRequest(`Port ${port.id} requires a FixedIP in order to be used.`);
      return port;
    }
    const network = networks.get(wanted.uuid ?? '');
    if (!usable(network)) throw badRequest(`Network ${wanted.uuid ?? 'None'} could not be found.`);
    if (subnets.count('network', network.id) === 0) {
      throw badRequest(`Network ${network.id} requires a subnet in order to boot instances on.`);
    }
    if (wanted.fixed_ip !== undefined && servers > 1) {
      throw badRequest('Invalid fixed IP request: max_count cannot be greater than 1 if an fixed_ip is specified.');
    }
    return network;
  });
  return { networks: chosen, fixedIps: request.networks.map(({ fixed_ip }) => fixed_ip) };
}

function planGroup(
  cloud: Cloud,
  call: Call,
  hints: Readonly<Record<string, unknown>>,
  servers: number,
): ServerGroup | undefined {
  const id = hints['group'];
  if (typeof id !== 'string') return undefined;
  const group = cloud.tables.serverGroups.get(id);
  if (group?.projectId !== call.who.projectId) throw badRequest(`Instance group ${id} could not be found.`);
  const limit = cloud.limits('compute', call.who.projectId)['server_group_members'] ?? -1;
  if (limit >= 0 && cloud.tables.servers.count('group', group.id) + servers > limit) {
    throw forbidden('Quota exceeded, too many servers in group');
  }
  return group;
}

function plan(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  hints: Readonly<Record<string, unknown>>,
  servers: number,
): Plan {
  const flavor = cloud.tables.flavors.get(request.flavorRef);
  if (!flavor) throw badRequest(`Flavor ${request.flavorRef} could not be found.`);
  const { securityGroups } = cloud.tables;
  const mine = securityGroups.by('project', call.who.projectId);
  const groups = request.security_groups?.map(({ name: wanted }) => {
    const found =
      wanted === 'default'
        ? ensureDefaultGroup(cloud, call.who.projectId)
        : mine.find((one) => one.id === wanted || one.name === wanted);
    if (!found) throw badRequest(`Security group ${wanted} not found for project ${call.who.projectId}.`);
    return found;
  });
  if (typeof request.key_name === 'string' && !cloud.tables.keyPairs.get(`${call.who.userId}/${request.key_name}`)) {
    throw badRequest('Invalid key_name provided.');
  }
  const zone = request.availability_zone?.split(':')[0];
  if (zone !== undefined && zone !== '' && zone !== cloud.zone)
    throw badRequest('The requested availability zone is not available');
  if (
    request.metadata &&
    Object.keys(request.metadata).length > (cloud.limits('compute', call.who.projectId)['metadata_items'] ?? 128)
  ) {
    throw forbidden('Maximum number of metadata items exceeds');
  }
  return {
    flavor,
    group: planGroup(cloud, call, hints, servers),
    ...planNetworks(cloud, call, request, servers),
    securityGroups: groups ?? [ensureDefaultGroup(cloud, call.who.projectId)],
    volumes: planVolumes(cloud, call, flavor, request.imageRef ?? '', request.block_device_mapping_v2),
  };
}

/** Gives a new server its ports; whatever was made is taken back when one cannot be had. */
function plugPorts(cloud: Cloud, server: Server, { networks, fixedIps, securityGroups }: Plan): ServerPort[] {
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
  const { request, hints } = parseRequest(service, call);
  const min = request.min_count ?? 1;
  const max = request.max_count ?? min;
  if (min > max) throw badRequest('min_count must be <= max_count');
  const planned = plan(cloud, call, request, hints, max);
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
  planned: Plan,
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
