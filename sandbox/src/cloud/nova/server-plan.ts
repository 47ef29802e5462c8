import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { ensureDefaultGroup } from '../neutron/security-groups.ts';
import { badRequest, forbidden, policyForbidden } from './errors.ts';
import { checkServerQuota } from './limits.ts';
import type { Flavor, ServerGroup } from './rows.ts';
import {
  checkNetworkList,
  checkNetworksOfMany,
  planInterfaces,
  type PlannedInterface,
  withinPortQuota,
} from './server-networks.ts';
import { hasHost } from './scheduler.ts';
import type { ServerRequest } from './server-request.ts';
import { checkBlockDevices, checkImage, planVolumes, type PlannedVolume } from './server-volumes.ts';

/** What the parts of a create request turned out to be. */
export interface ServerPlan {
  /** How many servers there will be. */
  readonly count: number;
  /** How many were asked for at most: names are numbered when it is more than one. */
  readonly wanted: number;
  readonly flavor: Flavor;
  readonly group: ServerGroup | undefined;
  readonly interfaces: readonly PlannedInterface[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  readonly volumes: readonly PlannedVolume[];
}

function checkPlace(cloud: Cloud, request: ServerRequest, many: boolean): void {
  if (request.hostname !== undefined && many)
    throw badRequest('Unable to allocate a single hostname to multiple instances');
  if (request.availability_zone !== undefined && request.availability_zone !== cloud.zone)
    throw badRequest('The requested availability zone is not available');
}

function planSecurityGroups(cloud: Cloud, call: Call, wanted: ServerRequest['security_groups']) {
  const mine = cloud.tables.securityGroups.by('project', call.who.projectId);
  const names =
    wanted === undefined || wanted.length === 0 ? ['default'] : [...new Set(wanted.map(({ name }) => name))];
  return names.map((name) => {
    const found =
      name === 'default'
        ? ensureDefaultGroup(cloud, call.who.projectId)
        : mine.find((one) => one.id === name || one.name === name);
    if (!found) throw badRequest(`Unable to find security_group with name or id '${name}'`);
    return found;
  });
}

function planGroup(cloud: Cloud, call: Call, hint: unknown): ServerGroup | undefined {
  const id: unknown = Array.isArray(hint) ? hint[0] : hint;
  if (typeof id !== 'string') return undefined;
  const group = cloud.tables.serverGroups.get(id);
  if (group?.projectId !== call.who.projectId) throw badRequest(`Instance group ${id} could not be found.`);
  return group;
}

/**
 * Checks everything a create request names, in Nova's order and before anything is made
 * (nova:nova/api/openstack/compute/servers.py create, nova/compute/api.py _create_instance).
 * @throws ApiError in Nova's words.
 */
export function planServers(
  cloud: Cloud,
  call: Call,
  request: ServerRequest,
  hints: Readonly<Record<string, unknown>>,
): ServerPlan {
  const { projectId, userId, isAdmin } = call.who;
  const limits = cloud.limits('compute', projectId);
  const min = request.min_count;
  const max = request.max_count ?? min;
  if (min > max) throw badRequest('min_count must be <= max_count');
  if (request.availability_zone?.includes(':') && !isAdmin)
    throw policyForbidden('os_compute_api:servers:create:forced_host');
  if ((request.host ?? request.hypervisor_hostname) !== undefined && !isAdmin)
    throw policyForbidden('compute:servers:create:requested_destination');
  // A host and its node have the same name here.
  for (const host of [request.host, request.hypervisor_hostname])
    if (host !== undefined && !hasHost(cloud, host)) throw badRequest(`Compute host ${host} could not be found.`);
  const devices = request.block_device_mapping_v2;
  const imageRef = request.imageRef ?? '';
  checkBlockDevices(devices, imageRef);
  checkNetworkList(request.networks);
  const flavor = cloud.tables.flavors.get(request.flavorRef);
  if (!flavor || (!flavor.is_public && !call.who.isAdmin))
    throw badRequest(`Flavor ${request.flavorRef} could not be found.`);
  if (max > 1) checkNetworksOfMany(request.networks);
  checkPlace(cloud, request, max > 1);
  const image = checkImage(cloud, call, imageRef, devices);
  const securityGroups = planSecurityGroups(cloud, call, request.security_groups);
  const interfaces = planInterfaces(cloud, call, request.networks);
  if (request.key_name !== undefined && !cloud.tables.keyPairs.get(`${userId}/${request.key_name}`))
    throw badRequest('Invalid key_name provided.');
  const possible = withinPortQuota(cloud, call, interfaces, min, max);
  const items = limits['metadata_items'] ?? -1;
  if (items >= 0 && Object.keys(request.metadata).length > items)
    throw forbidden(`Maximum number of metadata items exceeds ${items}`);
  const volumes = planVolumes(cloud, call, { flavor, image, imageRef, devices, many: max > 1 });
  const group = planGroup(cloud, call, hints['group']);
  const count = checkServerQuota(cloud, projectId, flavor, min, possible);
  const members = limits['server_group_members'] ?? -1;
  if (group && members >= 0 && cloud.tables.servers.count('group', group.id) + count > members)
    throw forbidden('Quota exceeded, too many servers in group');
  return { count, wanted: max, flavor, group, interfaces, securityGroups, volumes };
}
