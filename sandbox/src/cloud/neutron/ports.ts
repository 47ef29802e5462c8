import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { type Call, type Service } from '../http/service.ts';
import { macAddress } from '../store/ids.ts';
import { allocate, type WantedIp } from './addresses.ts';
import { neutronError, neutronNotFound, policyForbidden } from './errors.ts';
import { releaseFloatingIps } from './floating-ip-release.ts';
import { canUse } from './networks.ts';
import { baseRow, commonAttributes, commonFields, newRow, type Resource } from './resource.ts';
import type { Network, Port } from './rows.ts';
import { ensureDefaultGroup } from './security-groups.ts';

const mac = z.string().regex(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, 'is not a valid MAC address');
const fixedIp = z.looseObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() });
const pair = z.looseObject({ ip_address: z.string(), mac_address: mac.optional() });
const fields = {
  admin_state_up: z.boolean().optional(),
  mac_address: mac.optional(),
  fixed_ips: z.array(fixedIp).nullish(),
  device_id: z.string().optional(),
  device_owner: z.string().optional(),
  security_groups: z.array(z.string()).nullish(),
  allowed_address_pairs: z.array(pair).nullish(),
  extra_dhcp_opts: z.array(z.unknown()).nullish(),
  port_security_enabled: z.boolean().optional(),
  dns_name: z.string().optional(),
  dns_domain: z.string().optional(),
  'binding:vnic_type': z.string().optional(),
  'binding:host_id': z.string().nullish(),
  'binding:profile': z.record(z.string(), z.unknown()).nullish(),
};
const createFields = z.looseObject({ ...commonFields, ...fields, network_id: z.string() });
const updateFields = z.looseObject({ name: z.string().optional(), description: z.string().optional(), ...fields });

/** Owners whose ports go only with their router or floating IP. */
const directDeleteRefused = ['network:router_interface', 'network:router_gateway', 'network:floatingip'];

/** What Neutron, Nova and Octavia give when they make a port for somebody. */
export interface NewPort {
  readonly projectId: string;
  readonly network: Network;
  readonly name?: string;
  readonly description?: string;
  readonly fixedIps?: readonly WantedIp[] | undefined;
  readonly deviceId?: string;
  readonly deviceOwner?: string;
  readonly securityGroups?: readonly string[] | undefined;
  readonly status?: string;
  readonly hostId?: string;
}

/** Makes a port, with its addresses, past quota and policy. @throws ApiError when there is no free address. */
export function makePort(cloud: Cloud, wanted: NewPort): Port {
  const { network } = wanted;
  const secure = network.port_security_enabled && !(wanted.deviceOwner ?? '').startsWith('network:');
  const groups = wanted.securityGroups ?? (secure ? [ensureDefaultGroup(cloud, wanted.projectId).id] : []);
  return cloud.tables.ports.insert({
    ...baseRow(wanted.projectId, wanted.description),
    name: wanted.name ?? '',
    network_id: network.id,
    admin_state_up: true,
    mac_address: macAddress(),
    fixed_ips: allocate(cloud, network, wanted.fixedIps),
    device_id: wanted.deviceId ?? '',
    device_owner: wanted.deviceOwner ?? '',
    status: wanted.status ?? 'DOWN',
    security_groups: [...groups],
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    port_security_enabled: network.port_security_enabled,
    propagate_uplink_status: true,
    dns_name: '',
    dns_domain: '',
    dns_assignment: [],
    qos_policy_id: null,
    qos_network_policy_id: null,
    ip_allocation: 'immediate',
    'binding:vnic_type': 'normal',
    'binding:host_id': wanted.hostId ?? '',
    'binding:profile': {},
    'binding:vif_type': wanted.hostId === undefined ? 'unbound' : 'ovs',
    'binding:vif_details': {},
  });
}

/** Removes a port and lets go of the floating IPs on it. */
export function removePort(cloud: Cloud, port: Port): void {
  releaseFloatingIps(cloud, port.id);
  cloud.tables.ports.delete(port.id);
}

/** `/v2.0/ports` */
export function portResource(service: Service, cloud: Cloud): Resource<Port> {
  const { networks, ports, securityGroups } = cloud.tables;
  const checkGroups = (call: Call, ids: readonly string[]): void => {
    for (const id of ids) {
      const group = securityGroups.get(id);
      if (!group || (group.project_id !== call.who.projectId && !call.who.isAdmin))
        throw neutronNotFound.security_group(id);
    }
  };
  const pairs = (own: string, wanted: readonly z.infer<typeof pair>[]) =>
    wanted.map(({ ip_address, mac_address }) => ({ ip_address, mac_address: mac_address ?? own }));
  return {
    singular: 'port',
    plural: 'ports',
    table: ports,
    attributes: [
      ...commonAttributes,
      'network_id',
      'device_id',
      'device_owner',
      'status',
      'admin_state_up',
      'mac_address',
      'binding:host_id',
      'port_security_enabled',
      'ip_allocation',
    ],
    extraFilters: ['fixed_ips', 'security_groups'],
    notFound: neutronNotFound.port,
    candidates(call) {
      const devices = call.query.getAll('device_id');
      if (devices.length > 0) return devices.flatMap((id) => ports.by('device', id));
      const on = call.query.getAll('network_id');
      if (on.length > 0) return on.flatMap((id) => ports.by('network', id));
      if (call.who.isAdmin) {
        const owner = call.query.get('project_id') ?? call.query.get('tenant_id');
        return owner === null ? ports.all() : ports.by('project', owner);
      }
      const mine = networks.by('project', call.who.projectId).flatMap((network) => ports.by('network', network.id));
      const foreign = ports
        .by('project', call.who.projectId)
        .filter((port) => networks.get(port.network_id)?.project_id !== call.who.projectId);
      return [...mine, ...foreign];
    },
    visible: (call, row) =>
      call.who.isAdmin ||
      row.project_id === call.who.projectId ||
      networks.get(row.network_id)?.project_id === call.who.projectId,
    view(call, row) {
      const shown: Record<string, unknown> = { ...row };
      if (!call.who.isAdmin) {
        for (const name of Object.keys(shown)) {
          if (name.startsWith('binding:') && name !== 'binding:vnic_type') Reflect.deleteProperty(shown, name);
        }
      }
      return shown;
    },
    filter(row, name, value) {
      if (name === 'security_groups') return row.security_groups.includes(value);
      if (name === 'mac_address') return row.mac_address === value.toLowerCase();
      if (name !== 'fixed_ips') return undefined;
      const [key, wanted = ''] = value.split('=', 2);
      if (key === 'subnet_id') return row.fixed_ips.some((ip) => ip.subnet_id === wanted);
      if (key === 'ip_address_substr') return row.fixed_ips.some((ip) => ip.ip_address.includes(wanted));
      return row.fixed_ips.some((ip) => ip.ip_address === wanted);
    },
    create(call, body) {
      const wanted = service.parse(createFields, body);
      const network = networks.get(wanted.network_id);
      if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.network_id);
      const own = network.project_id === call.who.projectId || call.who.isAdmin;
      if (network['router:external'] && !network.shared && !own) throw policyForbidden('create_port');
      if (wanted.mac_address !== undefined && !own) throw policyForbidden('create_port:mac_address');
      const groups = wanted.security_groups ?? undefined;
      const secure = wanted.port_security_enabled ?? network.port_security_enabled;
      if (!secure && groups && groups.length > 0) {
        throw neutronError(
          409,
          'PortSecurityPortHasSecurityGroup',
          'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
        );
      }
      if (groups) checkGroups(call, groups);
      const hardware = wanted.mac_address?.toLowerCase();
      if (hardware !== undefined && ports.by('network', network.id).some((port) => port.mac_address === hardware)) {
        throw neutronError(
          409,
          'MacAddressInUse',
          `Unable to complete operation for network ${network.id}. The mac address ${hardware} is in use.`,
        );
      }
      const base = newRow(call, wanted);
      const port = makePort(cloud, {
        projectId: base.project_id,
        network,
        name: wanted.name,
        description: base.description,
        fixedIps: wanted.fixed_ips ?? undefined,
        deviceId: wanted.device_id ?? '',
        deviceOwner: wanted.device_owner ?? '',
        securityGroups: secure ? groups : [],
      });
      return ports.patch(port, {
        port_security_enabled: secure,
        ...(hardware !== undefined && { mac_address: hardware }),
        ...(wanted.admin_state_up !== undefined && { admin_state_up: wanted.admin_state_up }),
        ...(wanted.allowed_address_pairs && {
          allowed_address_pairs: pairs(port.mac_address, wanted.allowed_address_pairs),
        }),
        ...(wanted.extra_dhcp_opts && { extra_dhcp_opts: wanted.extra_dhcp_opts }),
        ...(wanted.dns_name !== undefined && { dns_name: wanted.dns_name }),
        ...(wanted['binding:vnic_type'] !== undefined && { 'binding:vnic_type': wanted['binding:vnic_type'] }),
        ...(wanted['binding:profile'] && { 'binding:profile': wanted['binding:profile'] }),
        ...(typeof wanted['binding:host_id'] === 'string' && { 'binding:host_id': wanted['binding:host_id'] }),
      });
    },
    update(call, row, body) {
      const wanted = service.parse(updateFields, body);
      if (wanted.security_groups) checkGroups(call, wanted.security_groups);
      const network = networks.get(row.network_id);
      let fixed = row.fixed_ips;
      if (wanted.fixed_ips && network) {
        const same = (ip: WantedIp) => row.fixed_ips.find((old) => old.ip_address === ip.ip_address);
        const fresh = wanted.fixed_ips.filter((ip) => !same(ip));
        fixed = [...wanted.fixed_ips.flatMap((ip) => same(ip) ?? []), ...allocate(cloud, network, fresh)];
      }
      ports.patch(row, {
        fixed_ips: fixed,
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.description !== undefined && { description: wanted.description }),
        ...(wanted.admin_state_up !== undefined && { admin_state_up: wanted.admin_state_up }),
        ...(wanted.device_id !== undefined && { device_id: wanted.device_id }),
        ...(wanted.device_owner !== undefined && { device_owner: wanted.device_owner }),
        ...(wanted.security_groups && { security_groups: wanted.security_groups }),
        ...(wanted.port_security_enabled !== undefined && { port_security_enabled: wanted.port_security_enabled }),
        ...(wanted.allowed_address_pairs && {
          allowed_address_pairs: pairs(row.mac_address, wanted.allowed_address_pairs),
        }),
        ...(wanted.extra_dhcp_opts && { extra_dhcp_opts: wanted.extra_dhcp_opts }),
        ...(wanted.dns_name !== undefined && { dns_name: wanted.dns_name }),
        ...(typeof wanted['binding:host_id'] === 'string' && { 'binding:host_id': wanted['binding:host_id'] }),
      });
    },
    remove(_call, row) {
      if (directDeleteRefused.includes(row.device_owner)) {
        throw neutronError(
          409,
          'ServicePortInUse',
          `Port ${row.id} cannot be deleted directly via the port API: has device owner ${row.device_owner}.`,
        );
      }
      removePort(cloud, row);
    },
  };
}
