import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { macAddress } from '../store/ids.ts';
import { allocate, type WantedIp } from './allocation.ts';
import { portAttributes } from './attribute-maps.ts';
import { baseRow, commonFields } from './base-row.ts';
import { defined } from './defined.ts';
import { badRequest, invalidInput, neutronError, neutronNotFound } from './errors.ts';
import { releaseFloatingIps } from './floating-ip-release.ts';
import { canUse, refuseQos } from './networks.ts';
import { portPolicy } from './port-policy.ts';
import { checkNewProtection, checkProtection } from './port-security.ts';
import type { Resource } from './resource.ts';
import type { DhcpOption, Network, Port } from './rows.ts';
import { ensureDefaultGroup } from './security-groups.ts';
import { checkNetworkOwner } from './subnets.ts';

const fixedIp = z.object({ subnet_id: z.string().optional(), ip_address: z.string().optional() });
const pair = z.object({ ip_address: z.string(), mac_address: z.string().optional() });
const dhcpOption = z.object({
  opt_name: z.string(),
  opt_value: z.string().nullable(),
  ip_version: z.number().default(4),
});
const updateFields = z
  .object({
    name: z.string(),
    description: z.string(),
    admin_state_up: z.boolean(),
    mac_address: z.string(),
    fixed_ips: z.array(fixedIp),
    device_id: z.string(),
    device_owner: z.string(),
    security_groups: z.array(z.string()),
    allowed_address_pairs: z.array(pair),
    extra_dhcp_opts: z.array(dhcpOption).nullable(),
    port_security_enabled: z.boolean(),
    qos_policy_id: z.string().nullable(),
    'binding:vnic_type': z.string(),
    'binding:host_id': z.string().nullable(),
    'binding:profile': z.record(z.string(), z.unknown()).nullable(),
  })
  .partial();
const createFields = updateFields.extend({
  ...commonFields,
  network_id: z.string(),
  admin_state_up: z.boolean(),
});

/** Owners whose ports go only with their router or floating IP. */
const directDeleteRefused = ['network:router_interface', 'network:router_gateway', 'network:floatingip'];

/** What Neutron, Nova and Octavia give when they make a port for somebody. */
export interface NewPort {
  readonly projectId: string;
  readonly network: Network;
  readonly name?: string;
  readonly description?: string;
  readonly fixedIps?: readonly WantedIp[] | undefined;
  readonly mac?: string | undefined;
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
  const mac = wanted.mac ?? macAddress();
  return cloud.tables.ports.insert({
    ...baseRow(wanted.projectId, wanted.description),
    name: wanted.name ?? '',
    network_id: network.id,
    admin_state_up: true,
    mac_address: mac,
    fixed_ips: allocate(cloud, { network, mac, wanted: wanted.fixedIps }),
    device_id: wanted.deviceId ?? '',
    device_owner: wanted.deviceOwner ?? '',
    status: wanted.status ?? 'DOWN',
    security_groups: [...groups],
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    port_security_enabled: secure,
    qos_policy_id: null,
    qos_network_policy_id: null,
    ip_allocation: wanted.fixedIps?.length === 0 ? 'none' : 'immediate',
    resource_request: null,
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
  const { networks, subnets, ports, securityGroups } = cloud.tables;
  const checkGroups = (call: Call, ids: readonly string[]): void => {
    for (const id of ids) {
      const group = securityGroups.get(id);
      if (!group || (group.project_id !== call.who.projectId && !call.who.isAdmin))
        throw neutronNotFound.security_group(id);
    }
  };
  const checkSubnets = (call: Call, wanted: readonly WantedIp[] = []): void => {
    for (const { subnet_id } of wanted) {
      const network = networks.get(subnets.get(subnet_id ?? '')?.network_id ?? '');
      if (subnet_id !== undefined && (!network || !canUse(call, network))) throw neutronNotFound.subnet(subnet_id);
    }
  };
  const pairs = (own: string, wanted: readonly z.output<typeof pair>[]) =>
    wanted.map(({ ip_address, mac_address }) => ({ ip_address, mac_address: mac_address ?? own }));
  const refuseTwin = (network: Network, mac: string): void => {
    const same = (port: Port) => port.mac_address.toLowerCase() === mac.toLowerCase();
    if (!ports.by('network', network.id).some(same)) return;
    throw neutronError(
      409,
      'MacAddressInUse',
      `Unable to complete operation for network ${network.id}. The mac address ${mac} is in use.`,
    );
  };
  return {
    singular: 'port',
    plural: 'ports',
    table: ports,
    attributes: portAttributes,
    notFound: neutronNotFound.port,
    candidates(call) {
      const devices = call.query.getAll('device_id');
      if (devices.length > 0 && !devices.includes('')) return devices.flatMap((id) => ports.by('device', id));
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
    allows: (call, target) => portPolicy(call, target, networks.get(String(target['network_id']))),
    view(call, row) {
      const shown: Record<string, unknown> = { ...row };
      if (call.who.isAdmin) return shown;
      for (const name of Object.keys(shown)) {
        const isBinding = name.startsWith('binding:') && name !== 'binding:vnic_type';
        if (isBinding || name === 'resource_request') Reflect.deleteProperty(shown, name);
      }
      return shown;
    },
    filter(row, name, values) {
      if (name === 'security_groups') return values.some((value) => row.security_groups.includes(value));
      return name === 'fixed_ips' ? hasAddresses(row, values) : undefined;
    },
    checkOwner: (call, values) => checkNetworkOwner(cloud, call, 'port', values),
    create(call, values) {
      const wanted = service.parse(createFields, values);
      const network = networks.get(wanted.network_id);
      if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.network_id);
      refuseQos(wanted.qos_policy_id);
      if (wanted.security_groups) checkGroups(call, wanted.security_groups);
      const trusted = (wanted.device_owner ?? '').startsWith('network:');
      const secure = wanted.port_security_enabled ?? (network.port_security_enabled && !trusted);
      checkNewProtection(secure, wanted);
      checkSubnets(call, wanted.fixed_ips);
      if (wanted.mac_address !== undefined) refuseTwin(network, wanted.mac_address);
      const port = makePort(cloud, {
        projectId: wanted.project_id,
        network,
        name: wanted.name,
        description: wanted.description,
        fixedIps: wanted.fixed_ips,
        mac: wanted.mac_address,
        deviceId: wanted.device_id ?? '',
        deviceOwner: wanted.device_owner ?? '',
        securityGroups: secure ? (wanted.security_groups ?? [ensureDefaultGroup(cloud, wanted.project_id).id]) : [],
      });
      return ports.patch(port, {
        port_security_enabled: secure,
        admin_state_up: wanted.admin_state_up,
        security_groups: [...new Set(port.security_groups)],
        allowed_address_pairs: pairs(port.mac_address, wanted.allowed_address_pairs ?? []),
        extra_dhcp_opts: merged([], wanted.extra_dhcp_opts ?? []),
        ...bindings(wanted),
      });
    },
    update(call, row, values) {
      const wanted = updateFields.parse(values);
      refuseQos(wanted.qos_policy_id);
      if (wanted.security_groups) checkGroups(call, wanted.security_groups);
      checkProtection(wanted.port_security_enabled ?? row.port_security_enabled, row, wanted);
      const network = networks.get(row.network_id);
      if (!network) throw neutronNotFound.network(row.network_id);
      if (wanted.fixed_ips && directDeleteRefused.includes(row.device_owner))
        throw badRequest('ports', `IP updates for port ${row.id} are not allowed`);
      const mac = wanted.mac_address ?? row.mac_address;
      if (mac !== row.mac_address) refuseTwin(network, mac);
      const fixed = wanted.fixed_ips;
      checkSubnets(call, fixed);
      ports.patch(row, {
        ...defined({
          name: wanted.name,
          description: wanted.description,
          admin_state_up: wanted.admin_state_up,
          device_id: wanted.device_id,
          device_owner: wanted.device_owner,
          port_security_enabled: wanted.port_security_enabled,
          security_groups: wanted.security_groups && [...new Set(wanted.security_groups)],
          allowed_address_pairs: wanted.allowed_address_pairs && pairs(mac, wanted.allowed_address_pairs),
          extra_dhcp_opts: wanted.extra_dhcp_opts ? merged(row.extra_dhcp_opts, wanted.extra_dhcp_opts) : undefined,
        }),
        mac_address: mac,
        ...(fixed && { fixed_ips: allocate(cloud, { network, mac, wanted: fixed, current: row.fixed_ips }) }),
        ...bindings(wanted),
      });
    },
    remove(_call, row) {
      if (directDeleteRefused.includes(row.device_owner) && row.device_id !== '') {
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

const bindings = (wanted: z.output<typeof updateFields>) =>
  defined({
    'binding:vnic_type': wanted['binding:vnic_type'],
    'binding:host_id': wanted['binding:host_id'] ?? undefined,
    'binding:profile': wanted['binding:profile'] ?? undefined,
  });

/** DHCP options are kept by name and IP version; one without a value goes. */
function merged(old: readonly DhcpOption[], wanted: readonly z.output<typeof dhcpOption>[]): DhcpOption[] {
  const key = ({ opt_name, ip_version }: { readonly opt_name: string; readonly ip_version: number }) =>
    `${opt_name}/${ip_version}`;
  const kept = old.filter((option) => !wanted.some((one) => key(one) === key(option)));
  return [...kept, ...wanted.flatMap(({ opt_value, ...one }) => (opt_value === null ? [] : [{ ...one, opt_value }]))];
}

/** `fixed_ips=ip_address=…` and its like: values of one key are alternatives, keys are not. */
function hasAddresses(row: Port, values: readonly string[]): boolean {
  const wanted = new Map<string, string[]>();
  for (const value of values) {
    const [key = '', text] = value.split('=', 2);
    if (text === undefined || key === '') throw invalidInput(`'${value}' is not of the form <key>=[value]`);
    wanted.set(key, [...(wanted.get(key) ?? []), text]);
  }
  const matches = (key: string, text: string): boolean =>
    row.fixed_ips.some(({ subnet_id, ip_address }) => {
      if (key === 'subnet_id') return subnet_id === text;
      return key === 'ip_address_substr' ? ip_address.includes(text) : ip_address === text;
    });
  return [...wanted].every(([key, texts]) => texts.some((text) => matches(key, text)));
}
