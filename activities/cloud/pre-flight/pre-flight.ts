import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { checkCloudAddons } from './cloud-addons.ts';
import { checkProvider } from './load-balancer.ts';
import { checkMachines } from './machines.ts';
import { checkNetwork } from './network.ts';
import { checkQuotas } from './quotas.ts';
import { startReport } from './report.ts';

/** What the pre-flight found out about the cloud, so that no later step has to look it up. Ids and names only. */
export interface ClusterFacts {
  /** Flavor id by machine group; the control plane is the group `control-plane`. */
  readonly flavorIds: Readonly<Record<string, string>>;
  /** Image id by machine group. */
  readonly imageIds: Readonly<Record<string, string>>;
  readonly externalNetworkId?: string;
  /** The user's own network and subnet. */
  readonly ownNetwork?: OwnNetworkFacts;
  /** The user's own floating IP. */
  readonly ownFloatingIpId?: string;
  /** Octavia's provider of the API's load balancer; the cloud's default when absent. */
  readonly loadBalancerProvider?: string;
}

/** What later steps have to know of the user's own network. */
interface OwnNetworkFacts {
  readonly networkId: string;
  readonly subnetId: string;
  readonly cidr: string;
  /**
   * Nova, which is told a network, could put a machine on another subnet of it: each machine needs a port of its own.
   */
  readonly severalSubnets: boolean;
}

/**
 * What was found, what the cluster takes of the quotas, and all that is wrong, as sentences
 * (docs/reference/pre-flight.md).
 */
export interface PreFlight {
  readonly facts: ClusterFacts;
  readonly needs: string;
  readonly problems: readonly string[];
}

/**
 * Whether the cloud can hold a cluster. Reads whatever the specification names, and nothing else; changes nothing.
 *
 * @param clusterId id of the cluster that is being made: what an earlier try of the same creation has made does not
 *   count against it
 */
export async function preFlight(cloud: Cloud, spec: ClusterSpec, clusterId?: string): Promise<PreFlight> {
  const { report, problems } = startReport();
  const [machines, network, loadBalancerProvider] = await Promise.all([
    checkMachines(cloud, spec, report),
    checkNetwork(cloud, spec, clusterId, report),
    checkProvider(cloud, spec, report),
    checkCloudAddons(cloud, spec, report),
  ]);
  const needs = await checkQuotas(cloud, spec, machines.flavors, clusterId, report);
  const { own, externalNetworkId, floatingIpId } = network;
  const facts: ClusterFacts = {
    flavorIds: idsOf(machines.flavors),
    imageIds: idsOf(machines.images),
    ...(externalNetworkId === undefined ? {} : { externalNetworkId }),
    ...(own === undefined
      ? {}
      : {
          ownNetwork: {
            networkId: own.network.id,
            subnetId: own.subnet.id,
            cidr: own.subnet.cidr,
            severalSubnets: own.severalSubnets,
          },
        }),
    ...(floatingIpId === undefined ? {} : { ownFloatingIpId: floatingIpId }),
    ...(loadBalancerProvider === undefined ? {} : { loadBalancerProvider }),
  };
  return { facts, needs, problems: problems() };
}

const idsOf = (named: Readonly<Record<string, { readonly id: string }>>): Record<string, string> =>
  Object.fromEntries(Object.entries(named).map(([group, { id }]) => [group, id]));
