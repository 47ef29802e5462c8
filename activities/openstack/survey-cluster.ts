import type { ClusterSpec } from '../../model/index.ts';
import type { Clouds } from './clouds.ts';
import { ownResources } from './own-resources.ts';

/** What a cluster has in its cloud, by kind of resource. */
export interface Survey {
  readonly found: Readonly<Record<string, number>>;
}

/**
 * Asks for every list whose filter is the cluster's mark, before anything is made or removed: where one of them is ignored, nothing is begun.
 *
 * @throws ApplicationFailure `OpenStack.FilterIgnored`
 */
export const surveyCluster =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Survey> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const lists = {
      server: own.servers.list(),
      'load balancer': own.loadBalancers.list(),
      'floating IP': own.floatingIps.list(),
      network: own.networks.list(),
      subnet: own.subnets.list(),
      router: own.routers.list(),
      port: own.ports.list(),
      'security group': own.securityGroups.list(),
    };
    const counts = Object.entries(lists).map(async ([type, list]) => [type, (await list).length] as const);
    return { found: Object.fromEntries((await Promise.all(counts)).filter(([, count]) => count > 0)) };
  };
