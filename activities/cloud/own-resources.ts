import type { Network, NetworkCreate, NetworkFilters, Router, RouterCreate, Subnet } from 'openstack-client-ts';
import type { SubnetCreate, SubnetFilters } from 'openstack-client-ts';
import type { Cloud } from './clouds.ts';
import { OwnApiListener } from './own-api-listener.ts';
import { OwnApiMembers } from './own-api-members.ts';
import { OwnCredentials } from './own-credentials.ts';
import { OwnLoadBalancers } from './own-load-balancers.ts';
import { OwnFloatingIps, OwnNeutron, OwnPorts, OwnRouterInterfaces, OwnSecurityGroups } from './own-neutron.ts';
import { OwnVolumes } from './own-volumes.ts';
import { OwnServerGroups, OwnServers } from './own-servers.ts';

/**
 * What a cluster has in a cloud, and the only door through which an activity changes or removes anything there (a lint
 * rule holds it). Rows of these lists were proven to be the cluster's, each by itself; what is created here is marked
 * in the request that makes it (docs/decisions/0002 and 0014).
 */
export function ownResources(
  { client: { compute, network, loadBalancer, identity, blockStorage } }: Pick<Cloud, 'client'>,
  id: string,
) {
  const loadBalancers = new OwnLoadBalancers(loadBalancer.loadBalancers, id);
  const apiListener = new OwnApiListener(loadBalancer, id);
  return {
    servers: new OwnServers(compute.servers, id),
    serverGroups: new OwnServerGroups(compute.serverGroups, id),
    networks: new OwnNeutron<Network, NetworkCreate, NetworkFilters>(network.networks, id),
    subnets: new OwnNeutron<Subnet, SubnetCreate, SubnetFilters>(network.subnets, id),
    routers: new OwnNeutron<Router, RouterCreate, { readonly name?: string }>(network.routers, id),
    routerInterfaces: new OwnRouterInterfaces(network),
    ports: new OwnPorts(network, id),
    floatingIps: new OwnFloatingIps(network, id),
    securityGroups: new OwnSecurityGroups(network, id),
    volumes: new OwnVolumes(blockStorage, id),
    cloudCredentials: new OwnCredentials(identity.applicationCredentials, id),
    loadBalancers,
    apiListener,
    apiMembers: new OwnApiMembers(loadBalancer, loadBalancers, apiListener, id),
  };
}

export type OwnResources = ReturnType<typeof ownResources>;
