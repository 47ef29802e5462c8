import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { pythonRepr } from '../http/python-repr.ts';
import type { Call, Service } from '../http/service.ts';
import { inCidr } from './addresses.ts';
import { routerAttributes } from './attribute-maps.ts';
import { bump, commonFields, newRow } from './base-row.ts';
import { defined } from './defined.ts';
import { badRequest, neutronError, neutronNotFound } from './errors.ts';
import { canUse, refuseZones } from './networks.ts';
import { makePort, removePort } from './ports.ts';
import type { Resource } from './resource.ts';
import type { GatewayInfo, Route, Router } from './rows.ts';

const gatewayFields = z.object({
  network_id: z.string().optional(),
  enable_snat: z.boolean().optional(),
  external_fixed_ips: z
    .array(z.object({ subnet_id: z.string().optional(), ip_address: z.string().optional() }))
    .optional(),
});
type WantedGateway = z.output<typeof gatewayFields> | null;

const updateFields = z
  .object({
    name: z.string(),
    description: z.string(),
    admin_state_up: z.boolean(),
    external_gateway_info: gatewayFields.nullable(),
    routes: z.array(z.object({ destination: z.string(), nexthop: z.string() })),
    distributed: z.boolean().nullable(),
    ha: z.boolean().nullable(),
  })
  .partial();
const createFields = updateFields.extend({
  ...commonFields,
  admin_state_up: z.boolean(),
  flavor_id: z.string().nullish(),
  availability_zone_hints: z.array(z.string()),
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
  bump(router);
}

function setGateway(cloud: Cloud, call: Call, router: Router, wanted: WantedGateway): void {
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

/** A next hop must be on a subnet of the router, and not the router itself. @throws ApiError */
function checkRoutes(cloud: Cloud, router: Router, routes: readonly Route[]): void {
  const ports = [...interfacePorts(cloud, router.id), ...[gatewayPort(cloud, router.id)].flatMap((port) => port ?? [])];
  const own = ports.flatMap(({ fixed_ips }) => fixed_ips);
  const cidrs = own.map(({ subnet_id }) => cloud.tables.subnets.get(subnet_id)?.cidr ?? '');
  for (const { nexthop } of routes) {
    const isReachable = cidrs.some((cidr) => inCidr(cidr, nexthop));
    const problem = !isReachable
      ? 'the nexthop is not connected with router'
      : own.some(({ ip_address }) => ip_address === nexthop)
        ? 'the nexthop is used by router'
        : undefined;
    if (problem !== undefined)
      throw neutronError(400, 'InvalidRoutes', `Invalid format for routes: ${pythonRepr(routes)}, ${problem}`);
  }
}

/** `/v2.0/routers` */
export function routerResource(service: Service, cloud: Cloud): Resource<Router> {
  const { routers } = cloud.tables;
  const adminOnly = /:(distributed|ha|enable_snat|external_fixed_ips)$/;
  return {
    singular: 'router',
    plural: 'routers',
    table: routers,
    attributes: routerAttributes,
    oneByOne: true,
    notFound: neutronNotFound.router,
    candidates: (call) => (call.who.isAdmin ? routers.all() : routers.by('project', call.who.projectId)),
    visible: (call, row) => call.who.isAdmin || row.project_id === call.who.projectId,
    allows: (call, target) => (rule) => target['project_id'] === call.who.projectId && !adminOnly.test(rule),
    view(call, row) {
      const shown: Record<string, unknown> = { ...row };
      if (!call.who.isAdmin) {
        delete shown['distributed'];
        delete shown['ha'];
      }
      return shown;
    },
    create(call, values) {
      const wanted = service.parse(createFields, values);
      if (typeof wanted.flavor_id === 'string')
        throw neutronError(404, 'FlavorNotFound', `Flavor ${wanted.flavor_id} could not be found.`);
      refuseZones(wanted.availability_zone_hints);
      const router = routers.insert({
        ...newRow(wanted),
        name: wanted.name,
        admin_state_up: wanted.admin_state_up,
        status: 'ACTIVE',
        external_gateway_info: null,
        routes: [],
        distributed: wanted.distributed ?? false,
        ha: wanted.ha ?? false,
        availability_zone_hints: wanted.availability_zone_hints,
        availability_zones: [],
        flavor_id: null,
      });
      try {
        setGateway(cloud, call, router, wanted.external_gateway_info ?? null);
        if (router.external_gateway_info) bump(router);
      } catch (error) {
        routers.delete(router.id);
        throw error;
      }
      return router;
    },
    update(call, row, values) {
      const { external_gateway_info: gateway, ...wanted } = updateFields.parse(values);
      if (gateway !== undefined) setGateway(cloud, call, row, gateway);
      if (wanted.routes) checkRoutes(cloud, row, wanted.routes);
      const { distributed, ha, ...rest } = wanted;
      routers.patch(row, defined({ ...rest, distributed: distributed ?? undefined, ha: ha ?? undefined }));
    },
    remove(_call, row) {
      const left = interfacePorts(cloud, row.id).map(({ id }) => id);
      if (left.length > 0)
        throw neutronError(409, 'RouterInUse', `Router ${row.id} has ports still attached: ${left.join(', ')}`);
      clearGateway(cloud, row);
      routers.delete(row.id);
    },
  };
}
