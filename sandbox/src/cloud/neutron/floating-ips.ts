import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { ApiError, type Call, type Service } from '../http/service.ts';
import { omit } from '../store/omit.ts';
import { floatingIpAttributes } from './attribute-maps.ts';
import { newRow } from './base-row.ts';
import { defined } from './defined.ts';
import { badRequest, neutronError, neutronNotFound } from './errors.ts';
import { canUse, refuseQos } from './networks.ts';
import { makePort, removePort } from './ports.ts';
import type { Resource } from './resource.ts';
import { interfacePorts } from './routers.ts';
import type { FloatingIp, Port } from './rows.ts';

const updateFields = z
  .object({
    port_id: z.string().nullable(),
    fixed_ip_address: z.string().nullable(),
    description: z.string(),
    qos_policy_id: z.string().nullable(),
  })
  .partial();
const createFields = updateFields.extend({
  description: z.string(),
  project_id: z.string(),
  floating_network_id: z.string(),
  floating_ip_address: z.string().nullish(),
  subnet_id: z.string().nullish(),
});

type Association = Pick<FloatingIp, 'port_id' | 'fixed_ip_address' | 'router_id' | 'status'>;
const nothing: Association = { port_id: null, fixed_ip_address: null, router_id: null, status: 'DOWN' };

/** `/v2.0/floatingips` */
export function floatingIpResource(service: Service, cloud: Cloud): Resource<FloatingIp> {
  const { floatingIps, networks, ports, routers } = cloud.tables;

  const routerFor = (port: Port, subnetId: string, externalId: string): string => {
    const found = ports
      .by('subnet', subnetId)
      .filter((one) => one.device_owner === 'network:router_interface')
      .map((one) => routers.get(one.device_id))
      .find((router) => router?.external_gateway_info?.network_id === externalId);
    if (
      !found ||
      !interfacePorts(cloud, found.id).some((one) => one.fixed_ips.some((ip) => ip.subnet_id === subnetId))
    ) {
      throw neutronError(
        404,
        'ExternalGatewayForFloatingIPNotFound',
        `External network ${externalId} is not reachable from subnet ${subnetId}.  Therefore, cannot associate Port ${port.id} with a Floating IP.`,
      );
    }
    return found.id;
  };
  const associate = (
    call: Call,
    address: Pick<FloatingIp, 'id' | 'floating_ip_address' | 'floating_network_id' | 'project_id'>,
    portId: string,
    fixed: string | null | undefined,
  ): Association => {
    const port = ports.get(portId);
    if (!port) throw neutronNotFound.port(portId);
    if (port.project_id !== address.project_id && !call.who.isAdmin) {
      throw badRequest(
        'floatingip',
        `Cannot process floating IP association with Port ${port.id}, since that port is owned by a different project`,
      );
    }
    const v4 = port.fixed_ips.filter((ip) => ip.ip_address.includes('.'));
    const chosen = typeof fixed === 'string' ? port.fixed_ips.find((ip) => ip.ip_address === fixed) : v4[0];
    if (!chosen) {
      throw badRequest(
        'floatingip',
        typeof fixed === 'string'
          ? `Port ${port.id} does not have fixed ip ${fixed}`
          : `Cannot add floating IP to port ${port.id} that has no fixed IPv4 addresses`,
      );
    }
    if (typeof fixed !== 'string' && v4.length > 1) {
      throw badRequest(
        'floatingip',
        `Port ${port.id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`,
      );
    }
    const router = routerFor(port, chosen.subnet_id, address.floating_network_id);
    const other = floatingIps
      .by('port', port.id)
      .find(
        (one) =>
          one.id !== address.id &&
          one.fixed_ip_address === chosen.ip_address &&
          one.floating_network_id === address.floating_network_id,
      );
    if (other) {
      throw neutronError(
        409,
        'FloatingIPPortAlreadyAssociated',
        `Cannot associate floating IP ${address.floating_ip_address} (${address.id}) with port ${port.id} using fixed IP ${chosen.ip_address}, as that fixed IP already has a floating IP on external network ${address.floating_network_id}.`,
      );
    }
    return { port_id: port.id, fixed_ip_address: chosen.ip_address, router_id: router, status: 'ACTIVE' };
  };

  return {
    singular: 'floatingip',
    plural: 'floatingips',
    table: floatingIps,
    attributes: floatingIpAttributes,
    oneByOne: true,
    notFound: neutronNotFound.floatingip,
    candidates(call) {
      const on = call.query.getAll('port_id');
      if (on.length > 0 && !on.includes('')) return on.flatMap((id) => floatingIps.by('port', id));
      return call.who.isAdmin ? floatingIps.all() : floatingIps.by('project', call.who.projectId);
    },
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    allows: (call, target) => (rule) =>
      target['project_id'] === call.who.projectId && !rule.endsWith(':floating_ip_address'),
    view(_call, row) {
      const port = ports.get(row.port_id ?? '');
      return {
        ...omit(row, 'holder_port_id'),
        port_details: port
          ? {
              name: port.name,
              network_id: port.network_id,
              mac_address: port.mac_address,
              admin_state_up: port.admin_state_up,
              status: port.status,
              device_id: port.device_id,
              device_owner: port.device_owner,
            }
          : null,
        port_forwardings: [],
      };
    },
    create(call, values) {
      const wanted = service.parse(createFields, values);
      refuseQos(wanted.qos_policy_id);
      const network = networks.get(wanted.floating_network_id);
      if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.floating_network_id);
      if (!network['router:external']) {
        throw badRequest('floatingip', `Network ${network.id} is not a valid external network`);
      }
      if (typeof wanted.fixed_ip_address === 'string' && typeof wanted.port_id !== 'string') {
        throw badRequest('floatingip', 'fixed_ip_address cannot be specified without a port_id');
      }
      const base = { ...newRow(wanted), revision_number: 0 };
      const address = wanted.floating_ip_address ?? undefined;
      const subnet = wanted.subnet_id ?? undefined;
      const holder = hold();
      function hold(): Port {
        if (!network) throw neutronNotFound.network(wanted.floating_network_id);
        try {
          return makePort(cloud, {
            projectId: '',
            network,
            fixedIps:
              address !== undefined || subnet !== undefined ? [{ ip_address: address, subnet_id: subnet }] : undefined,
            deviceId: base.id,
            deviceOwner: 'network:floatingip',
            securityGroups: [],
            status: 'N/A',
          });
        } catch (error) {
          if (!(error instanceof ApiError) || !error.message.startsWith('No more IP addresses')) throw error;
          throw neutronError(
            400,
            'ExternalIpAddressExhausted',
            `Unable to find any IP address on external network ${network.id}.`,
          );
        }
      }
      const row: FloatingIp = {
        ...base,
        floating_network_id: network.id,
        floating_ip_address: holder.fixed_ips.find((ip) => ip.ip_address.includes('.'))?.ip_address ?? '',
        holder_port_id: holder.id,
        ...nothing,
        qos_policy_id: null,
      };
      try {
        if (typeof wanted.port_id === 'string')
          Object.assign(row, associate(call, row, wanted.port_id, wanted.fixed_ip_address));
      } catch (error) {
        removePort(cloud, holder);
        throw error;
      }
      return floatingIps.insert(row);
    },
    // An update of nothing takes the address off its port, as Neutron does.
    update(call, row, values) {
      const wanted = updateFields.parse(values);
      refuseQos(wanted.qos_policy_id);
      const target = wanted.port_id ?? null;
      if (typeof wanted.fixed_ip_address === 'string' && target === null)
        throw badRequest('floatingip', 'fixed_ip_address cannot be specified without a port_id');
      const isKept = !('port_id' in wanted) && Object.keys(wanted).length > 0;
      const change = target === null ? nothing : associate(call, row, target, wanted.fixed_ip_address);
      floatingIps.patch(row, { ...(isKept ? {} : change), ...defined({ description: wanted.description }) });
    },
    remove(_call, row) {
      const holder = ports.get(row.holder_port_id);
      if (holder) removePort(cloud, holder);
      floatingIps.delete(row.id);
    },
  };
}
