import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import type { Network, Port } from '../neutron/rows.ts';
import { badRequest, conflict, forbidden } from './errors.ts';
import type { ServerRequest } from './server-request.ts';

/** One network interface of a new server: a port that is given, or one to be made. */
export type PlannedInterface = (
  { readonly port: Port } | { readonly network: Network; readonly address: string | undefined }
) & {
  readonly tag: string | null;
};

type Wanted = NonNullable<ServerRequest['networks']>;

/** What is wrong with the list by itself (nova:nova/api/openstack/compute/servers.py _get_requested_networks). */
export function checkNetworkList(wanted: Wanted | undefined): void {
  if (wanted === undefined || typeof wanted === 'string') return;
  const ports = new Set<string>();
  for (const { port, uuid, fixed_ip } of wanted) {
    if (typeof port !== 'string') {
      if (uuid === undefined) throw badRequest("Bad network format: missing 'uuid'");
      continue;
    }
    if (ports.has(port))
      throw badRequest(`Port ID '${port}' was specified twice: you cannot attach a port multiple times.`);
    if (fixed_ip !== undefined) {
      throw badRequest(
        `Specified Fixed IP '${fixed_ip}' cannot be used with port '${port}': the two cannot be specified together.`,
      );
    }
    ports.add(port);
  }
}

/** What several servers at once cannot have. */
export function checkNetworksOfMany(wanted: Wanted | undefined): void {
  if (wanted === undefined || typeof wanted === 'string') return;
  const fail = (reason: string) => badRequest(`Failed to launch instances: ${reason}`);
  if (wanted.some(({ port, fixed_ip }) => typeof port !== 'string' && fixed_ip !== undefined))
    throw fail('max_count cannot be greater than 1 if an fixed_ip is specified.');
  if (wanted.some(({ port }) => typeof port === 'string')) {
    throw fail(
      'Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.',
    );
  }
}

const isVisible = (call: Call, network: Network): boolean =>
  network.project_id === call.who.projectId || network.shared || network['router:external'] || call.who.isAdmin;

/** The ports and networks that a request names (nova:nova/network/neutron.py _ports_needed_per_instance). */
export function planInterfaces(cloud: Cloud, call: Call, wanted: Wanted | undefined): PlannedInterface[] {
  const { networks } = cloud.tables;
  if (wanted === 'none') return [];
  if (wanted === undefined || wanted === 'auto' || wanted.length === 0) {
    const mine = networks.by('project', call.who.projectId).filter((network) => !network.shared);
    const all = [...mine, ...networks.all().filter(({ shared }) => shared)];
    if (all.length > 1) throw conflict('Multiple possible networks found, use a Network ID to be more specific.');
    if (all.length === 0 && wanted === 'auto') {
      throw badRequest(`Unable to automatically allocate a network for project ${call.who.projectId}`);
    }
    return all.map((network) => ({ network, address: undefined, tag: null }));
  }
  const planned: PlannedInterface[] = [];
  const lost = new Set<string>();
  for (const { port, uuid = '', fixed_ip: address, tag = null } of wanted) {
    const network = networks.get(uuid);
    if (typeof port === 'string') planned.push({ port: freePort(cloud, call, port), tag });
    else if (network && isVisible(call, network)) planned.push({ network, address, tag });
    else lost.add(uuid);
    if (network) checkAddress(cloud, network, address);
  }
  for (const item of planned) {
    if ('network' in item && cloud.tables.subnets.count('network', item.network.id) === 0)
      throw badRequest(`Network ${item.network.id} requires a subnet in order to boot instances on.`);
  }
  if (lost.size > 0) throw badRequest(`Network ${[...lost].join(', ')} could not be found.`);
  return planned;
}

function freePort(cloud: Cloud, call: Call, id: string): Port {
  const port = cloud.tables.ports.get(id);
  if (!port || (port.project_id !== call.who.projectId && !call.who.isAdmin))
    throw badRequest(`Port id ${id} could not be found.`);
  if (port.device_id !== '') throw conflict(`Port ${id} is still in use.`);
  if (port.fixed_ips.length === 0) throw badRequest(`Port ${id} requires a FixedIP in order to be used.`);
  return port;
}

function checkAddress(cloud: Cloud, network: Network, address: string | undefined): void {
  if (address === undefined) return;
  const holder = cloud.tables.ports
    .by('network', network.id)
    .find(({ fixed_ips }) => fixed_ips.some(({ ip_address }) => ip_address === address));
  if (holder) throw badRequest(`Fixed IP address ${address} is already in use on instance ${holder.device_id}.`);
}

/** How many of the servers can have their ports within Neutron's quota. @throws ApiError 403 for fewer than `min` */
export function withinPortQuota(
  cloud: Cloud,
  call: Call,
  interfaces: readonly PlannedInterface[],
  min: number,
  max: number,
): number {
  const needed = interfaces.filter((item) => 'network' in item).length;
  const limit = cloud.limits('network', call.who.projectId)['port'] ?? -1;
  if (needed === 0 || limit < 0) return max;
  const free = limit - cloud.tables.ports.count('project', call.who.projectId);
  const possible = Math.min(max, Math.floor(free / needed));
  if (possible < min) throw forbidden('Maximum number of ports exceeded');
  return possible;
}
