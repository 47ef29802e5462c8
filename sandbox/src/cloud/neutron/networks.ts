import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { ensureDefaultGroup } from './security-groups.ts';
import { neutronError, neutronNotFound, policyForbidden } from './errors.ts';
import { commonAttributes, commonFields, newRow, type Resource } from './resource.ts';
import type { Network } from './rows.ts';

const adminOnly = [
  'shared',
  'router:external',
  'provider:network_type',
  'provider:physical_network',
  'provider:segmentation_id',
];

const createFields = z.looseObject({
  ...commonFields,
  admin_state_up: z.boolean().default(true),
  shared: z.boolean().default(false),
  'router:external': z.boolean().default(false),
  is_default: z.boolean().default(false),
  mtu: z.int().min(68).max(65_535).default(1442),
  port_security_enabled: z.boolean().default(true),
  dns_domain: z.string().default(''),
  availability_zone_hints: z.array(z.string()).default([]),
  'provider:network_type': z.string().optional(),
  'provider:physical_network': z.string().nullish(),
  'provider:segmentation_id': z.int().nullish(),
});
const updateFields = createFields.partial();

/** Ports that Neutron removes by itself when their network or subnet goes. */
export const autoDeletedOwners: readonly string[] = ['network:dhcp', 'network:distributed'];

/** Whether a project may use a network. */
export const canUse = (call: Call, network: Network): boolean =>
  call.who.isAdmin || network.project_id === call.who.projectId || network.shared || network['router:external'];

/** `/v2.0/networks` */
export function networkResource(service: Service, cloud: Cloud): Resource<Network> {
  const { networks, subnets, ports } = cloud.tables;
  const requireAdminFields = (call: Call, body: Readonly<Record<string, unknown>>, action: string): void => {
    const field = adminOnly.find((name) => body[name] !== undefined && body[name] !== false);
    if (field !== undefined && !call.who.isAdmin) throw policyForbidden(`${action}_network:${field}`);
  };
  return {
    singular: 'network',
    plural: 'networks',
    table: networks,
    attributes: [
      ...commonAttributes,
      'admin_state_up',
      'status',
      'shared',
      'router:external',
      'mtu',
      'is_default',
      'provider:network_type',
      'provider:physical_network',
      'provider:segmentation_id',
    ],
    notFound: neutronNotFound.network,
    candidates: (call) =>
      call.who.isAdmin
        ? networks.all()
        : [
            ...networks.by('project', call.who.projectId),
            ...networks.by('common', 'yes').filter((row) => row.project_id !== call.who.projectId),
          ],
    visible: canUse,
    view(call, row) {
      const shown: Record<string, unknown> = {
        ...row,
        subnets: subnets.by('network', row.id).map(({ id }) => id),
      };
      if (!call.who.isAdmin)
        for (const name of Object.keys(shown)) if (name.startsWith('provider:')) Reflect.deleteProperty(shown, name);
      if (!row['router:external']) delete shown['is_default'];
      return shown;
    },
    create(call, body) {
      const wanted = service.parse(createFields, body);
      requireAdminFields(call, wanted, 'create');
      const base = newRow(call, wanted);
      ensureDefaultGroup(cloud, base.project_id);
      return networks.insert({
        ...base,
        name: wanted.name,
        admin_state_up: wanted.admin_state_up,
        mtu: wanted.mtu,
        status: 'ACTIVE',
        subnets: [],
        shared: wanted.shared,
        'router:external': wanted['router:external'],
        is_default: wanted.is_default,
        availability_zone_hints: wanted.availability_zone_hints,
        availability_zones: [],
        ipv4_address_scope: null,
        ipv6_address_scope: null,
        port_security_enabled: wanted.port_security_enabled,
        qos_policy_id: null,
        dns_domain: wanted.dns_domain,
        'provider:network_type': wanted['provider:network_type'] ?? 'geneve',
        'provider:physical_network': wanted['provider:physical_network'] ?? null,
        'provider:segmentation_id': wanted['provider:segmentation_id'] ?? 1 + (networks.size % 65_535),
      });
    },
    update(call, row, body) {
      const wanted = service.parse(updateFields, body);
      requireAdminFields(call, wanted, 'update');
      networks.patch(row, {
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.description !== undefined && { description: wanted.description }),
        ...(wanted.admin_state_up !== undefined && { admin_state_up: wanted.admin_state_up }),
        ...(wanted.mtu !== undefined && { mtu: wanted.mtu }),
        ...(wanted.shared !== undefined && { shared: wanted.shared }),
        ...(wanted['router:external'] !== undefined && { 'router:external': wanted['router:external'] }),
        ...(wanted.is_default !== undefined && { is_default: wanted.is_default }),
        ...(wanted.port_security_enabled !== undefined && { port_security_enabled: wanted.port_security_enabled }),
      });
    },
    remove(_call, row) {
      const left = ports.by('network', row.id).filter((port) => !autoDeletedOwners.includes(port.device_owner));
      if (left.length > 0) {
        const list = left.map(({ id }) => id).join(',');
        throw neutronError(
          409,
          'NetworkInUse',
          `Unable to complete operation on network ${row.id}. There are one or more ports still in use on the network, id for these ports are: ${list}.`,
        );
      }
      for (const port of ports.by('network', row.id)) ports.delete(port.id);
      for (const subnet of subnets.by('network', row.id)) subnets.delete(subnet.id);
      networks.delete(row.id);
    },
  };
}
