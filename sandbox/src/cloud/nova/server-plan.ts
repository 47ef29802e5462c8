import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import type { Network, Port } from '../neutron/rows.ts';
import { ensureDefaultGroup } from '../neutron/security-groups.ts';
import { badRequest, conflict, forbidden } from './errors.ts';
import type { Flavor, ServerGroup } from './rows.ts';
import type { ServerRequest } from './server-request.ts';
import { planVolumes, type PlannedVolume } from './server-volumes.ts';

/** What the parts of a create request turned out to be. */
export interface ServerPlan {
  readonly flavor: Flavor;
  readonly group: ServerGroup | undefined;
  readonly networks: readonly (Network | Port)[];
  readonly fixedIps: readonly (string | undefined)[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  readonly volumes: readonly PlannedVolume[];
}

/** Whether an item of the plan's networks is a port that was given by id. */
export const isPort = (item: Network | Port): item is Port => 'device_id' in item;

function planNetworks(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  servers: number,
): Pick<ServerPlan, 'networks' | 'fixedIps'> {
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

/** Checks everything a create request names, before anything is made. @throws ApiError in Nova's words. */
export function planServers(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  hints: Readonly<Record<string, unknown>>,
  servers: number,
): ServerPlan {
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
