import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import type { Call, Service } from '../http/service.ts';
import { badRequest, neutronError, neutronNotFound } from './errors.ts';
import { canUse } from './networks.ts';
import { makePort, removePort } from './ports.ts';
import { commonAttributes, commonFields, newRow, type Resource } from './resource.ts';
import type { GatewayInfo, Router } from './rows.ts';

const gatewayFields = z.looseObject({
  network_id: z.string().optional(),
  enable_snat: z.boolean().optional(),
  external_fixed_ips: z
    .array(z.looseObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() }))
    .optional(),
});
const route = z.looseObject({ destination: z.string(), nexthop: z.string() });
const createFields = z.looseObject({
  ...commonFields,
  admin_state_up: z.boolean().default(true),
  external_gateway_info: gatewayFields.nullish(),
  distributed: z.boolean().nullish(),
  ha: z.boolean().nullish(),
  availability_zone_hints: z.array(z.string()).default([]),
});
const updateFields = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  admin_state_up: z.boolean().optional(),
  external_gateway_info: gatewayFields.nullish(),
  routes: z.array(route).optional(),
});

/** The ports through which a router reaches subnets. */
export const interfacePorts = (cloud: Cloud, routerId: string) =>
  cloud.tables.ports.by('device', routerId).filter((port) => port.device_owner === 'network:router_interface');

const gatewayPort = (cloud: Cloud, routerId: string) =>
  cloud.tables.ports.by('device', routerId).find((port) => port.device_owner === 'network:router_gateway');

function clearGateway(cloud: Cloud, router: Router): void {
  if (router.external_gateway_info === null) return;
  if (cloud.tables.floatingIps.count('router', router.id) > 0) {
    throw neutronError(
      409,
      'RouterExternalGatewayInUseByFloatingIp',
      `Gateway cannot be updated for router ${router.id}, since a gateway to external network ${router.external_gateway_info.network_id} is required by one or more floating IPs.`,
    );
  }
  const port = gatewayPort(cloud, router.id);
  if (port) removePort(cloud, port);
  router.external_gateway_info = null;
}

function setGateway(cloud: Cloud, call: Call, router: Router, wanted: z.infer<typeof gatewayFields> | null): void {
  if (wanted?.network_id === undefined) {
    clearGateway(cloud, router);
    return;
  }
  const network = cloud.tables.networks.get(wanted.network_id);
  if (!network || !canUse(call, network)) throw neutronNotFound.network(wanted.network_id);
  if (!network['router:external']) throw badRequest('router', `Network ${network.id} is not an external network`);
  const current = router.external_gateway_info;
  const enable_snat = wanted.enable_snat ?? current?.enable_snat ?? true;
  if (current?.network_id === network.id && !wanted.external_fixed_ips) {
    current.enable_snat = enable_snat;
    return;
  }
  clearGateway(cloud, router);
  const port = makePort(cloud, {
    projectId: '',
    network,
    fixedIps: wanted.external_fixed_ips,
    deviceId: router.id,
    deviceOwner: 'network:router_gateway',
    securityGroups: [],
    status: 'ACTIVE',
  });
  const info: GatewayInfo = { network_id: network.id, enable_snat, external_fixed_ips: [...port.fixed_ips] };
  router.external_gateway_info = info;
}

/** `/v2.0/routers` */
export function routerResource(service: Service, cloud: Cloud): Resource<Router> {
  const { routers } = cloud.tables;
  return {
    singular: 'router',
    plural: 'routers',
    table: routers,
    attributes: [...commonAttributes, 'admin_state_up', 'status', 'distributed', 'ha', 'flavor_id'],
    notFound: neutronNotFound.router,
    candidates: (call) => (call.who.isAdmin ? routers.all() : routers.by('project', call.who.projectId)),
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    view(call, row) {
      const shown: Record<string, unknown> = { ...row };
      if (!call.who.isAdmin) {
        delete shown['distributed'];
        delete shown['ha'];
      }
      return shown;
    },
    create(call, body) {
      const wanted = service.parse(createFields, body);
      const router = routers.insert({
        ...newRow(call, wanted),
        name: wanted.name,
        admin_state_up: wanted.admin_state_up,
        status: 'ACTIVE',
        external_gateway_info: null,
        routes: [],
        distributed: wanted.distributed ?? false,
        ha: wanted.ha ?? false,
        availability_zone_hints: wanted.availability_zone_hints,
        availability_zones: ['nova'],
        flavor_id: null,
      });
      try {
        setGateway(cloud, call, router, wanted.external_gateway_info ?? null);
      } catch (error) {
        routers.delete(router.id);
        throw error;
      }
      return router;
    },
    update(call, row, body) {
      const wanted = service.parse(updateFields, body);
      if (wanted.external_gateway_info !== undefined) setGateway(cloud, call, row, wanted.external_gateway_info);
      routers.patch(row, {
        ...(wanted.name !== undefined && { name: wanted.name }),
        ...(wanted.description !== undefined && { description: wanted.description }),
        ...(wanted.admin_state_up !== undefined && { admin_state_up: wanted.admin_state_up }),
        ...(wanted.routes && { routes: wanted.routes }),
      });
    },
    remove(_call, row) {
      if (interfacePorts(cloud, row.id).length > 0) {
        throw neutronError(409, 'RouterInUse', `Router ${row.id} still has ports`);
      }
      clearGateway(cloud, row);
      routers.delete(row.id);
    },
  };
}

/** A body without which an interface cannot be added or removed. */
export const interfaceBody = z.looseObject({ subnet_id: z.string().optional(), port_id: z.string().optional() });

/** Checks that either a subnet or a port is named. */
export function requireInterface(body: z.infer<typeof interfaceBody>): void {
  if (body.subnet_id === undefined && body.port_id === undefined) {
    throw badRequest('router', 'Either subnet_id or port_id must be specified');
  }
}
