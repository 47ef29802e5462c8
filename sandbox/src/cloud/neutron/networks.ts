import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { networkAttributes } from './attribute-maps.ts';
import { commonFields, newRow } from './base-row.ts';
import { defined } from './defined.ts';
import { invalidInput, neutronError, neutronNotFound } from './errors.ts';
import type { Resource } from './resource.ts';
import type { Network, ProviderSegment } from './rows.ts';
import { ensureDefaultGroup } from './security-groups.ts';

/** What a VXLAN leaves of an Ethernet frame of 1500 bytes. */
const LARGEST_MTU = 1450;

const fields = {
  admin_state_up: z.boolean(),
  shared: z.boolean(),
  'router:external': z.boolean(),
  is_default: z.boolean(),
  mtu: z.number(),
  port_security_enabled: z.boolean(),
  qos_policy_id: z.string().nullable(),
};
const segment = z.object({
  'provider:network_type': z.string().optional(),
  'provider:physical_network': z.string().nullish(),
  'provider:segmentation_id': z.number().nullish(),
});
const createFields = z.looseObject({
  ...commonFields,
  ...fields,
  availability_zone_hints: z.array(z.string()),
  'provider:network_type': z.string().optional(),
  'provider:physical_network': z.string().nullish(),
  'provider:segmentation_id': z.number().nullish(),
  segments: z.array(segment).optional(),
});
const updateFields = z.object({ name: z.string(), description: z.string(), ...fields, ...segment.shape }).partial();

/** Ports that Neutron removes by itself when their network or subnet goes. */
export const autoDeletedOwners: readonly string[] = ['network:dhcp', 'network:distributed'];

/** Whether a project may use a network. */
export const canUse = (call: Call, network: Network): boolean =>
  call.who.isAdmin || network.project_id === call.who.projectId || network.shared || network['router:external'];

/** No zone is known: no agents report any. @throws ApiError */
export function refuseZones(hints: readonly string[]): void {
  const [zone] = hints;
  if (zone !== undefined) {
    throw neutronError(404, 'AvailabilityZoneNotFound', `AvailabilityZone ${zone} could not be found.`);
  }
}

function checkMtu(mtu: number | undefined): void {
  if (mtu !== undefined && mtu > LARGEST_MTU) throw invalidInput(`Requested MTU is too big, maximum is ${LARGEST_MTU}`);
}

/** Refuses a QoS policy: nobody can make any here. @throws ApiError */
export function refuseQos(id: string | null | undefined): void {
  if (typeof id === 'string') throw neutronError(404, 'QosPolicyNotFound', `QoS policy ${id} could not be found.`);
}

const providerNames = ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'] as const;

function checkSegment(wanted: z.output<typeof segment>): z.output<typeof segment> {
  if (wanted['provider:network_type'] === undefined) throw invalidInput('network_type required');
  return wanted;
}

/** What an update may change of where a network is (neutron:neutron/plugins/ml2/plugin.py). @throws ApiError 400 */
function checkProviderUpdate(row: Network, wanted: z.output<typeof segment>): void {
  const [kind, physical, number] = providerNames;
  if ([kind, physical].some((name) => (wanted[name] ?? row[name]) !== row[name])) {
    throw invalidInput(
      `Plugin does not support updating the following provider network attributes: ${kind}, ${physical}`,
    );
  }
  if (!wanted[number]) return;
  if (row.segments !== null) {
    throw invalidInput('Provider network attributes can be updated only in provider networks with a single segment.');
  }
  if (row[kind] !== 'vlan') throw invalidInput('Only VLAN type networks can be updated.');
}

/** `/v2.0/networks` */
export function networkResource(service: Service, cloud: Cloud): Resource<Network> {
  const { networks, subnets, ports } = cloud.tables;
  const place = (wanted: z.output<typeof segment>): ProviderSegment => ({
    'provider:network_type': wanted['provider:network_type'] ?? 'vxlan',
    'provider:physical_network': wanted['provider:physical_network'] ?? null,
    'provider:segmentation_id': wanted['provider:segmentation_id'] ?? 1 + (networks.size % 2000),
  });
  const adminOnly = /:(shared|router:external|is_default|segments|provider:)/;
  return {
    singular: 'network',
    plural: 'networks',
    table: networks,
    attributes: networkAttributes,
    notFound: neutronNotFound.network,
    candidates: (call) =>
      call.who.isAdmin
        ? networks.all()
        : [
            ...networks.by('project', call.who.projectId),
            ...networks.by('common', 'yes').filter((row) => row.project_id !== call.who.projectId),
          ],
    visible: canUse,
    allows: (call, target) => (rule) => target['project_id'] === call.who.projectId && !adminOnly.test(rule),
    view(call, row, kind) {
      const shown: Record<string, unknown> = {
        ...row,
        subnets: subnets.by('network', row.id).map(({ id }) => id),
      };
      if (!call.who.isAdmin)
        for (const name of Object.keys(shown)) if (name.startsWith('provider:')) Reflect.deleteProperty(shown, name);
      // The answer to a creation has it for all networks.
      if (row.segments === null) delete shown['segments'];
      if (!call.who.isAdmin) delete shown['segments'];
      if (row.segments !== null) for (const name of providerNames) Reflect.deleteProperty(shown, name);
      if (!row['router:external'] && kind !== 'creation') delete shown['is_default'];
      return shown;
    },
    create(call, values) {
      const wanted = service.parse(createFields, values);
      refuseZones(wanted.availability_zone_hints);
      refuseQos(wanted.qos_policy_id);
      checkMtu(wanted.mtu);
      const [only = wanted, ...others] = (wanted.segments ?? []).map(checkSegment);
      if (only !== wanted && providerNames.some((name) => wanted[name] !== undefined)) {
        const message = 'Invalid input for operation: Segments and provider values cannot both be set.';
        throw neutronError(400, 'SegmentsSetInConjunctionWithProviders', message);
      }
      const base = newRow(wanted);
      ensureDefaultGroup(cloud, base.project_id);
      return networks.insert({
        ...base,
        name: wanted.name,
        admin_state_up: wanted.admin_state_up,
        mtu: wanted.mtu === 0 ? LARGEST_MTU : wanted.mtu,
        status: 'ACTIVE',
        subnets: [],
        shared: wanted.shared,
        'router:external': wanted['router:external'],
        is_default: wanted.is_default,
        availability_zone_hints: wanted.availability_zone_hints,
        availability_zones: [],
        ipv4_address_scope: null,
        ipv6_address_scope: null,
        l2_adjacency: true,
        port_security_enabled: wanted.port_security_enabled,
        qos_policy_id: null,
        ...place(only),
        segments: others.length === 0 ? null : [only, ...others].map(place),
      });
    },
    update(_call, row, values) {
      const wanted = updateFields.parse(values);
      refuseQos(wanted.qos_policy_id);
      checkMtu(wanted.mtu);
      checkProviderUpdate(row, wanted);
      networks.patch(row, defined({ ...wanted, qos_policy_id: undefined }));
    },
    remove(_call, row) {
      const left = ports.by('network', row.id).filter((port) => !autoDeletedOwners.includes(port.device_owner));
      if (left.length > 0) {
        const list = left.map(({ id }) => id).join(',');
        throw neutronError(
          409,
          'NetworkInUse',
          `Unable to complete operation on network ${row.id}. There are one or more ports still in use on the network, id for these ports is: ${list}.`,
        );
      }
      for (const port of ports.by('network', row.id)) ports.delete(port.id);
      for (const subnet of subnets.by('network', row.id)) subnets.delete(subnet.id);
      networks.delete(row.id);
    },
  };
}
