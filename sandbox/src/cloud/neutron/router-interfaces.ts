import type { Cloud } from '../cloud.ts';
import { ok, type Call, type Service } from '../http/service.ts';
import { overlaps } from './addresses.ts';
import { badRequest, neutronError, neutronNotFound } from './errors.ts';
import { canUse } from './networks.ts';
import { makePort, removePort } from './ports.ts';
import { interfaceBody, interfacePorts, requireInterface } from './routers.ts';
import type { Port, Router, Subnet } from './rows.ts';

/** `PUT /v2.0/routers/<id>/add_router_interface` and `remove_router_interface` */
export function routerInterfaceRoutes(service: Service, cloud: Cloud): void {
  const { networks, ports, routers, subnets, floatingIps } = cloud.tables;

  const findRouter = (call: Call): Router => {
    const id = call.params['id'] ?? '';
    const row = routers.get(id);
    if (!row || (row.project_id !== call.who.projectId && !call.who.isAdmin)) throw neutronNotFound.router(id);
    return row;
  };
  const findSubnet = (call: Call, id: string): Subnet => {
    const row = subnets.get(id);
    const network = row && networks.get(row.network_id);
    if (!network || !canUse(call, network)) throw neutronNotFound.subnet(id);
    return row;
  };
  const answer = (router: Router, port: Port) =>
    ok({
      id: router.id,
      tenant_id: router.tenant_id,
      project_id: router.project_id,
      port_id: port.id,
      network_id: port.network_id,
      subnet_id: port.fixed_ips[0]?.subnet_id,
      subnet_ids: port.fixed_ips.map(({ subnet_id }) => subnet_id),
    });
  const checkOverlap = (router: Router, subnet: Subnet): void => {
    for (const { fixed_ips } of interfacePorts(cloud, router.id)) {
      for (const { subnet_id } of fixed_ips) {
        const other = subnets.get(subnet_id);
        if (other?.id === subnet.id) throw badRequest('router', `Router already has a port on subnet ${subnet.id}`);
        if (other && overlaps(other.cidr, subnet.cidr)) {
          throw badRequest(
            'router',
            `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}`,
          );
        }
      }
    }
  };

  service.put('/v2.0/routers/:id/add_router_interface', (call) => {
    const router = findRouter(call);
    const body = service.parse(interfaceBody, call.body);
    requireInterface(body);
    if (body.port_id !== undefined) {
      if (body.subnet_id !== undefined) throw badRequest('router', 'Cannot specify both subnet-id and port-id');
      const port = ports.get(body.port_id);
      if (!port || (port.project_id !== call.who.projectId && !call.who.isAdmin))
        throw neutronNotFound.port(body.port_id);
      if (port.device_id !== '') {
        throw neutronError(
          409,
          'PortInUse',
          `Unable to complete operation on port ${port.id} for network ${port.network_id}. Port already has an attached device ${port.device_id}.`,
        );
      }
      if (port.fixed_ips.length === 0) throw badRequest('router', 'Router port must have at least one fixed IP');
      for (const { subnet_id } of port.fixed_ips) checkOverlap(router, findSubnet(call, subnet_id));
      ports.patch(port, {
        device_id: router.id,
        device_owner: 'network:router_interface',
        status: 'ACTIVE',
        security_groups: [],
      });
      return answer(router, port);
    }
    const subnet = findSubnet(call, body.subnet_id ?? '');
    if (subnet.gateway_ip === null) throw badRequest('router', 'Subnet for router interface must have a gateway IP');
    checkOverlap(router, subnet);
    const network = networks.get(subnet.network_id);
    if (!network) throw neutronNotFound.network(subnet.network_id);
    const port = makePort(cloud, {
      projectId: router.project_id,
      network,
      fixedIps: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
      deviceId: router.id,
      deviceOwner: 'network:router_interface',
      securityGroups: [],
      status: 'ACTIVE',
    });
    return answer(router, port);
  });

  service.put('/v2.0/routers/:id/remove_router_interface', (call) => {
    const router = findRouter(call);
    const body = service.parse(interfaceBody, call.body);
    requireInterface(body);
    const all = interfacePorts(cloud, router.id);
    const port = all.find(
      (one) =>
        (body.port_id === undefined || one.id === body.port_id) &&
        (body.subnet_id === undefined || one.fixed_ips.some(({ subnet_id }) => subnet_id === body.subnet_id)),
    );
    if (!port) {
      throw body.port_id !== undefined
        ? neutronError(
            404,
            'RouterInterfaceNotFound',
            `Router ${router.id} does not have an interface with id ${body.port_id}`,
          )
        : neutronError(
            404,
            'RouterInterfaceNotFoundForSubnet',
            `Router ${router.id} has no interface on subnet ${body.subnet_id ?? ''}`,
          );
    }
    for (const { subnet_id } of port.fixed_ips) {
      const needed = floatingIps
        .by('router', router.id)
        .some(({ port_id }) => ports.get(port_id ?? '')?.fixed_ips.some((ip) => ip.subnet_id === subnet_id));
      if (needed) {
        throw neutronError(
          409,
          'RouterInterfaceInUseByFloatingIP',
          `Router interface for subnet ${subnet_id} on router ${router.id} cannot be deleted, as it is required by one or more floating IPs.`,
        );
      }
    }
    const shown = answer(router, port);
    removePort(cloud, port);
    return shown;
  });
}
