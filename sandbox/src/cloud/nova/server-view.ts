import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { toNaiveMicros, toSeconds } from '../store/time.ts';
import type { Flavor, Server } from './rows.ts';

const links = (call: Call, kind: string, id: string) => [
  { rel: 'self', href: `${call.origin}/compute/v2.1/${kind}/${id}` },
  { rel: 'bookmark', href: `${call.origin}/compute/${kind}/${id}` },
];

/** One address of a server. */
export interface ServerAddress {
  readonly addr: string;
  readonly version: 4 | 6;
  readonly 'OS-EXT-IPS:type': 'fixed' | 'floating';
  readonly 'OS-EXT-IPS-MAC:mac_addr': string;
}

/** Addresses without what had once been extensions. */
export const plainAddresses = (addresses: Record<string, ServerAddress[]>) =>
  Object.fromEntries(
    Object.entries(addresses).map(([name, list]) => [name, list.map(({ addr, version }) => ({ addr, version }))]),
  );

/** `addresses`: by network name, fixed and floating. */
export function serverAddresses(cloud: Cloud, server: Server): Record<string, ServerAddress[]> {
  const result: Record<string, ServerAddress[]> = {};
  const { ports, networks, floatingIps } = cloud.tables;
  for (const { portId } of server.ports) {
    const port = ports.get(portId);
    const network = port && networks.get(port.network_id);
    if (!network) continue;
    const list = (result[network.name] ??= []);
    const mac = port.mac_address;
    for (const { ip_address } of port.fixed_ips) {
      const entry = (addr: string, type: 'fixed' | 'floating'): ServerAddress => ({
        addr,
        version: addr.includes(':') ? 6 : 4,
        'OS-EXT-IPS:type': type,
        'OS-EXT-IPS-MAC:mac_addr': mac,
      });
      list.push(entry(ip_address, 'fixed'));
      for (const floating of floatingIps.by('port', port.id)) {
        if (floating.fixed_ip_address === ip_address) list.push(entry(floating.floating_ip_address, 'floating'));
      }
    }
  }
  return result;
}

function embeddedFlavor(flavor: Flavor) {
  return {
    vcpus: flavor.vcpus,
    ram: flavor.ram,
    disk: flavor.disk,
    ephemeral: flavor.ephemeral,
    swap: flavor.swap,
    original_name: flavor.name,
    extra_specs: flavor.extra_specs,
  };
}

/** The short form: `GET /servers`. */
export const serverSummary = (call: Call, server: Server) => ({
  id: server.id,
  name: server.name,
  links: links(call, 'servers', server.id),
});

/**
 * Names of image properties that Nova understands, as far as they do not begin with `hw_` or `img_`
 * (nova:nova/objects/image_meta.py).
 */
const knownNames = new Set([
  ...['architecture', 'auto_disk_config', 'hypervisor_type', 'os_admin_user', 'os_command_line', 'os_distro'],
  ...['os_require_quiesce', 'os_secure_boot', 'os_type', 'traits_required', 'vm_mode'],
]);

const knownProperties = (properties: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => knownNames.has(name) || /^(hw|img)_/.test(name)));

function imageView(cloud: Cloud, call: Call, server: Server): unknown {
  if (server.imageId === null) return '';
  const image = cloud.tables.images.get(server.imageId);
  return {
    id: server.imageId,
    links: [{ rel: 'bookmark', href: `${call.origin}/compute/images/${server.imageId}` }],
    ...(call.microversion >= 98 && { properties: knownProperties(image?.properties ?? {}) }),
  };
}

function adminFields(call: Call, server: Server): Record<string, unknown> {
  if (!call.who.isAdmin) return call.microversion >= 90 ? { 'OS-EXT-SRV-ATTR:hostname': server.hostname } : {};
  return {
    'OS-EXT-SRV-ATTR:host': server.host,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${server.id.slice(0, 8)}`,
    ...(call.microversion >= 3 && {
      'OS-EXT-SRV-ATTR:hostname': server.hostname,
      'OS-EXT-SRV-ATTR:reservation_id': server.reservationId,
      'OS-EXT-SRV-ATTR:launch_index': server.launchIndex,
      'OS-EXT-SRV-ATTR:kernel_id': '',
      'OS-EXT-SRV-ATTR:ramdisk_id': '',
      'OS-EXT-SRV-ATTR:root_device_name': '/dev/vda',
      'OS-EXT-SRV-ATTR:user_data': server.userData,
    }),
    ...(call.microversion >= 16 && { host_status: server.host === null ? '' : 'UP' }),
  };
}

/** The names of the security groups of each port: one that two ports have is there twice. Without any, nothing. */
function securityGroupsView(cloud: Cloud, server: Server): { security_groups?: { name: string }[] } {
  const { ports, securityGroups } = cloud.tables;
  const names = server.ports
    .flatMap(({ portId }) => ports.get(portId)?.security_groups ?? [])
    .flatMap((id) => securityGroups.get(id)?.name ?? []);
  return names.length > 0 ? { security_groups: names.map((name) => ({ name })) } : {};
}

function faultView(call: Call, server: Server): Record<string, unknown> {
  if (server.fault === null || !['ERROR', 'DELETED'].includes(server.status)) return {};
  const { code, created, message, details } = server.fault;
  const showDetails = call.who.isAdmin || code !== 500;
  return { fault: { code, created: toSeconds(created), message, ...(showDetails && { details }) } };
}

/** The long form: `GET /servers/detail` and `GET /servers/<id>`; `single` adds what only the latter shows. */
export function serverView(cloud: Cloud, call: Call, server: Server, single: boolean): Record<string, unknown> {
  const { microversion: minor } = call;
  const hostId =
    server.host === null
      ? ''
      : createHash('sha224')
          .update(server.projectId + server.host)
          .digest('hex');
  return {
    ...serverSummary(call, server),
    status: server.status,
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId,
    image: imageView(cloud, call, server),
    flavor:
      minor >= 47
        ? embeddedFlavor(server.flavor)
        : { id: server.flavor.id, links: links(call, 'flavors', server.flavor.id).slice(1) },
    created: toSeconds(server.created),
    updated: toSeconds(server.updated),
    addresses: serverAddresses(cloud, server),
    accessIPv4: server.accessIPv4,
    accessIPv6: server.accessIPv6,
    'OS-DCF:diskConfig': server.diskConfig,
    ...(['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'].includes(server.status) && {
      progress: 0,
    }),
    'OS-EXT-AZ:availability_zone': server.host === null ? '' : server.availabilityZone,
    config_drive: server.configDrive ? 'True' : '',
    key_name: server.keyName,
    'OS-SRV-USG:launched_at': server.launchedAt === null ? null : toNaiveMicros(server.launchedAt),
    'OS-SRV-USG:terminated_at': server.deletedAt === null ? null : toNaiveMicros(server.deletedAt),
    ...securityGroupsView(cloud, server),
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:power_state': server.powerState,
    'os-extended-volumes:volumes_attached': server.volumes.map(({ volumeId, deleteOnTermination }) => ({
      id: volumeId,
      ...(minor >= 3 && { delete_on_termination: deleteOnTermination }),
    })),
    ...adminFields(call, server),
    ...(minor >= 9 && { locked: server.locked }),
    ...(minor >= 19 && { description: server.description }),
    ...(minor >= 26 && { tags: server.tags }),
    ...(minor >= 63 && { trusted_image_certificates: server.trustedCertificates }),
    ...(minor >= 73 && { locked_reason: server.lockedReason }),
    ...(minor >= 96 && { pinned_availability_zone: server.pinnedZone }),
    ...(minor >= 100 && { scheduler_hints: server.schedulerHints }),
    ...(single && minor >= 71 && { server_groups: server.groupId === null ? [] : [server.groupId] }),
    ...faultView(call, server),
  };
}

/** The answer to `PUT /servers/<id>`: until 2.75 without what had once been extensions. */
export function updatedServerView(cloud: Cloud, call: Call, server: Server): Record<string, unknown> {
  const whole = serverView(cloud, call, server, true);
  if (call.microversion >= 75) return whole;
  const left = Object.entries(whole).filter(
    ([name]) => !/^(OS-(EXT|SRV)-|os-extended-|host_status$)/.test(name) && !extended.has(name),
  );
  return { ...Object.fromEntries(left), addresses: plainAddresses(serverAddresses(cloud, server)) };
}

const extended = new Set(['config_drive', 'key_name', 'security_groups']);
