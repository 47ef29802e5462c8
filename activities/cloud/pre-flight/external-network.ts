import type { FloatingIp, Network, Router } from 'openstack-client-ts';
import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { overlap } from './own-network.ts';
import { type Report, someNames } from './report.ts';

/**
 * The external network of the API's floating IP and of the router's gateway: the one that is named, else the one that
 * the user's own floating IP or router tells, else the only one there is. Undefined where none is needed, or none
 * found.
 */
export async function findExternalNetwork(
  cloud: Cloud,
  spec: ClusterSpec,
  { floatingIp, router }: { floatingIp: FloatingIp | undefined; router: Router | undefined },
  report: Report,
): Promise<string | undefined> {
  const { externalNetwork: named, networkId, routerId } = spec.network;
  const makesRouter = networkId === undefined && routerId === undefined;
  const makesFloatingIp = spec.api.public && spec.api.floatingIp === undefined;
  if (!makesRouter && !makesFloatingIp) return undefined;
  const networks = await listed(cloud.client.network.networks, { 'router:external': true });
  const told = named ?? floatingIp?.floating_network_id ?? router?.external_gateway_info?.network_id;
  const found = networks.filter(({ id, name }) => told === undefined || id === told || name === told);
  const [network] = found;
  if (network !== undefined && found.length === 1) {
    await judge(cloud, spec, network, makesRouter, report);
    return network.id;
  }
  if (told !== undefined) report('externalNetwork', { network: told, names: someNames(networks) });
  else if (network === undefined) report('externalNetworkNone', {});
  else report('externalNetworkMany', { names: someNames(networks) });
  return undefined;
}

async function judge(
  { client }: Cloud,
  spec: ClusterSpec,
  { id, name, subnets: ids }: Network,
  makesRouter: boolean,
  report: Report,
): Promise<void> {
  const subnets = await listed(client.network.subnets, { network_id: id });
  // Some clouds hide the subnets of an external network from projects, but not that there are some.
  if (subnets.length === ids.length && subnets.every(({ ip_version: version }) => version !== 4))
    report('externalNetworkSubnet', { network: name });
  const { cidr } = spec.network;
  for (const { id: subnet, cidr: other, name: called } of makesRouter ? subnets : []) {
    if (overlap(cidr, other))
      report('externalNetworkOverlap', { cidr, subnet: called || subnet, other, network: name });
  }
}
