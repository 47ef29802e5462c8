import type { Router } from 'openstack-client-ts';
import { type ClusterSpec, ownerTag } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import { overlap, type OwnNetwork } from './own-network.ts';
import { orMissing, type Report } from './report.ts';

/** Device owners of the ports by which a router is on a subnet (neutron-lib: neutron_lib/constants.py). */
const INTERFACES = [
  ...['network:router_interface', 'network:router_interface_distributed', 'network:ha_router_replicated_interface'],
];

/**
 * The router of the machines' subnet that is there already: the one that is named, or the one on the user's own subnet.
 */
export async function findRouter(
  { client }: Cloud,
  { network: { routerId } }: ClusterSpec,
  own: Promise<OwnNetwork | undefined>,
  report: Report,
): Promise<Router | undefined> {
  if (routerId === undefined) {
    const on = routersOn(await own);
    const routers = on.length === 0 ? [] : await listed(client.network.routers, { id: on });
    return routers.find(({ external_gateway_info: gateway }) => gateway) ?? routers[0];
  }
  const router = await orMissing(client.network.routers.get(routerId, call()));
  if (router === undefined) report('routerMissing', { router: routerId });
  return router;
}

/** The ids of the routers that are on the user's own subnet, as far as they are shown. */
function routersOn(own: OwnNetwork | undefined): string[] {
  const interfaces = (own?.ports ?? []).filter(
    ({ device_owner: owner, fixed_ips: ips }) =>
      INTERFACES.includes(owner) && ips.some(({ subnet_id: on }) => on === own?.subnet.id),
  );
  return [...new Set(interfaces.map(({ device_id: router }) => router))];
}

/** Whether the way from the machines' subnet to the API's floating IP is there, or can be made. */
export async function judgeRouter(
  cloud: Cloud,
  spec: ClusterSpec,
  clusterId: string | undefined,
  { own, router, external }: { own: OwnNetwork | undefined; router: Router | undefined; external: string | undefined },
  report: Report,
): Promise<void> {
  const { routerId } = spec.network;
  if (own?.ports) {
    const subnet = own.subnet.id;
    const on = routersOn(own);
    if (router !== undefined && !on.includes(router.id)) report('routerSubnet', { router: router.id, subnet });
    if (routerId === undefined && on.length === 0 && spec.api.public) report('routerNone', { subnet });
  }
  if (router === undefined) return;
  if (router.admin_state_up === false) report('routerDown', { router: router.id });
  const gateway = router.external_gateway_info?.network_id;
  if (spec.api.public) {
    if (gateway === undefined) report('routerGateway', { router: router.id });
    else if (external !== undefined && gateway !== external)
      report('routerElsewhere', { router: router.id, gateway, external });
  }
  if (spec.network.networkId === undefined) await checkOverlap(cloud, spec, router, clusterId, report);
}

/**
 * Neutron refuses a subnet on a router whose range overlaps another one's (neutron: db/l3_db.py,
 * _check_for_dup_router_subnets).
 */
async function checkOverlap(
  { client }: Cloud,
  spec: ClusterSpec,
  router: Router,
  clusterId: string | undefined,
  report: Report,
): Promise<void> {
  const { subnets, ports } = client.network;
  const gateway = router.external_gateway_info?.network_id;
  const interfaces = await listed(ports, { device_id: router.id, device_owner: INTERFACES });
  const ids = [...new Set(interfaces.flatMap(({ fixed_ips: ips }) => ips.map(({ subnet_id: id }) => id)))];
  const [plugged, outside] = await Promise.all([
    ids.length === 0 ? [] : listed(subnets, { id: ids }).all(),
    gateway === undefined ? [] : listed(subnets, { network_id: gateway }).all(),
  ]);
  const { cidr } = spec.network;
  // A subnet that an earlier try of the same creation has plugged in is no other.
  const mark = clusterId === undefined ? undefined : ownerTag(clusterId);
  for (const { id: subnet, cidr: other, name, description } of [...plugged, ...outside]) {
    if (mark !== undefined && description === mark) continue;
    if (overlap(cidr, other)) report('routerOverlap', { cidr, subnet: name || subnet, other, router: router.id });
  }
}
