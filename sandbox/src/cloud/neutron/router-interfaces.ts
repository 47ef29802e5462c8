import type { Cloud } from '../cloud.ts';
import { isRecord, ok, type Call, type Service } from '../http/service.ts';
import { inCidr, overlaps } from './addresses.ts';
import { bump } from './base-row.ts';
import { badRequest, neutronError, neutronNotFound } from './errors.ts';
import { canUse } from './networks.ts';
import { makePort, removePort } from './ports.ts';
import { interfacePorts } from './routers.ts';
import type { Port, Router, Subnet } from './rows.ts';
import { uuid } from './validators.ts';

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
      project_id: router.project_id,
      port_id: port.id,
      network_id: port.network_id,
      subnet_id: port.fixed_ips[0]?.subnet_id,
      subnet_ids: port.fixed_ips.map(({ subnet_id }) => subnet_id),
    });
  const checkOverlap = (router: Router, subnet: Subnet): void => {
    const plugged = interfacePorts(cloud, router.id).flatMap(({ fixed_ips }) =>
      fixed_ips.flatMap(({ subnet_id }) => subnets.get(subnet_id) ?? []),
    );
    if (plugged.some(({ id }) => id === subnet.id))
      throw badRequest('router', `Router already has a port on subnet ${subnet.id}`);
    // All subnets of the gateway's network count (neutron:neutron/db/l3_db.py _check_for_dup_router_subnets).
    const outside = subnets.by('network', router.external_gateway_info?.network_id ?? '');
    const other = [...plugged, ...outside].find(({ cidr }) => overlaps(cidr, subnet.cidr));
    if (other) {
      throw badRequest(
        'router',
        `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}`,
      );
    }
  };

  service.put('/v2.0/routers/:id/add_router_interface', interfaceNames, (call) => {
    const router = findRouter(call);
    const body = interfaceOf(call.body);
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
      if (port.fixed_ips.filter(({ ip_address }) => !ip_address.includes(':')).length > 1)
        throw badRequest('router', 'Cannot have multiple IPv4 subnets on router port');
      for (const { subnet_id } of port.fixed_ips) checkOverlap(router, findSubnet(call, subnet_id));
      ports.patch(port, { device_id: router.id, device_owner: 'network:router_interface', status: 'ACTIVE' });
      bump(port);
      bump(router);
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
    bump(router);
    return answer(router, port);
  });

  service.put('/v2.0/routers/:id/remove_router_interface', interfaceNames, (call) => {
    const router = findRouter(call);
    const port = connected(call, router, interfaceOf(call.body));
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
      const cidr = subnets.get(subnet_id)?.cidr ?? '';
      if (router.routes.some(({ nexthop }) => inCidr(cidr, nexthop))) {
        throw neutronError(
          409,
          'RouterInterfaceInUseByRoute',
          `Router interface for subnet ${subnet_id} on router ${router.id} cannot be deleted, as it is required by one or more routes.`,
        );
      }
    }
    const shown = answer(router, port);
    removePort(cloud, port);
    bump(router);
    return shown;
  });

  function connected(call: Call, router: Router, { port_id, subnet_id }: InterfaceOf): Port {
    const all = interfacePorts(cloud, router.id);
    const isOn = (port: Port): boolean => port.fixed_ips.some((ip) => ip.subnet_id === subnet_id);
    if (port_id !== undefined) {
      const port = all.find(({ id }) => id === port_id);
      if (!port) {
        const message = `Router ${router.id} does not have an interface with id ${port_id}`;
        throw neutronError(404, 'RouterInterfaceNotFound', message);
      }
      if (subnet_id === undefined || isOn(port)) return port;
      const message = `Subnet on port ${port_id} does not match the requested subnet ${subnet_id}.`;
      throw neutronError(400, 'SubnetMismatchForPort', message);
    }
    const subnet = findSubnet(call, subnet_id ?? '');
    const port = all.find(isOn);
    if (port) return port;
    const message = `Router ${router.id} has no interface on subnet ${subnet.id}`;
    throw neutronError(404, 'RouterInterfaceNotFoundForSubnet', message);
  }
}

const interfaceNames = ['port_id', 'subnet_id'] as const;

/** What a request connects or disconnects. */
interface InterfaceOf {
  readonly subnet_id?: string;
  readonly port_id?: string;
}

/** Reads the body (openstack/neutron:neutron/db/l3_db.py:_validate_interface_info). @throws ApiError */
function interfaceOf(body: unknown): InterfaceOf {
  const given = isRecord(body) ? body : {};
  const names = interfaceNames.filter((name) => given[name] !== undefined && given[name] !== '');
  if (names.length === 0) throw badRequest('router', 'Either subnet_id or port_id must be specified');
  for (const name of names) {
    const problem = uuid(given[name]);
    if (problem !== undefined) throw badRequest('router', problem);
  }
  return Object.fromEntries(names.map((name) => [name, String(given[name])]));
}
