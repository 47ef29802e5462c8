import { ConflictError, InvalidRequestError, type Network, type Router, type Subnet } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec } from '../../model/index.ts';
import { ensureOne } from '../lib/ensure.ts';
import type { ClusterFacts } from '../cloud/pre-flight/pre-flight.ts';
import type { Cloud, Clouds } from '../cloud/clouds.ts';
import { namedBySpec, type OwnOrNamed } from '../cloud/own-neutron.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import { listed, type Own } from '../cloud/ownership.ts';
import { neutronAge } from '../cloud/session.ts';
import { sawNone, type Survey } from '../cloud/survey-cluster.ts';

/** Where the cluster's machines are. */
export interface ClusterNetwork {
  readonly networkId: string;
  readonly subnetId: string;
  /** The subnet's range. */
  readonly cidr: string;
}

export interface EnsureNetworkInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: ClusterFacts;
  readonly survey?: Survey | undefined;
}

/** Makes the cluster's network, subnet and router, or takes the user's own, to which nothing is done. */
export const ensureNetwork =
  ({ clouds }: { clouds: Clouds }) =>
  async (input: EnsureNetworkInput): Promise<ClusterNetwork> => {
    const { id, spec, facts, survey } = input;
    if (facts.ownNetwork) return facts.ownNetwork;
    const cloud = await clouds.get(spec.cloud);
    const own = ownResources(cloud, id);
    const [network, router] = await Promise.all([findOrCreateNetwork(own, id, survey), findOrCreateRouter(own, input)]);
    const subnet = await findOrCreateSubnet(own, input, network.id);
    await connect(cloud, own, router, subnet);
    return { networkId: network.id, subnetId: subnet.id, cidr: subnet.cidr };
  };

function findOrCreateNetwork(
  { networks }: OwnResources,
  id: string,
  survey: Survey | undefined,
): Promise<Own<Network>> {
  const name = clusterNames(id).network;
  return ensureOne({
    find: async () => (sawNone(survey, 'network') ? [] : networks.list({ name })),
    create: () => networks.create({ name }),
    remove: (extra) => networks.remove(extra),
    createdAt: neutronAge,
  });
}

function findOrCreateSubnet(
  { subnets }: OwnResources,
  { id, spec, survey }: EnsureNetworkInput,
  networkId: string,
): Promise<Own<Subnet>> {
  const { cidr, dnsServers } = spec.network;
  const name = clusterNames(id).subnet;
  return ensureOne({
    find: async () => (sawNone(survey, 'subnet') ? [] : subnets.list({ name, network_id: networkId })),
    create: () =>
      subnets.create({
        network_id: networkId,
        name,
        ip_version: 4,
        cidr,
        ...(dnsServers.length > 0 ? { dns_nameservers: dnsServers } : {}),
      }),
    remove: (extra) => subnets.remove(extra),
    createdAt: neutronAge,
  });
}

async function findOrCreateRouter(
  { routers }: OwnResources,
  { id, spec, facts, survey }: EnsureNetworkInput,
): Promise<OwnOrNamed<Router>> {
  if (spec.network.routerId !== undefined) return namedBySpec(spec.network.routerId);
  const name = clusterNames(id).router;
  const gateway =
    facts.externalNetworkId === undefined ? {} : { external_gateway_info: { network_id: facts.externalNetworkId } };
  return ensureOne({
    find: async () => (sawNone(survey, 'router') ? [] : routers.list({ name })),
    create: () => routers.create({ name, ...gateway }),
    remove: (extra) => routers.remove(extra),
    createdAt: neutronAge,
  });
}

/**
 * Plugs the subnet into the router. Neutron refuses to do it twice; then it is looked whether it is ours that is
 * plugged in.
 */
async function connect(
  { client }: Cloud,
  { routerInterfaces }: OwnResources,
  router: OwnOrNamed<Router>,
  subnet: Own<Subnet>,
): Promise<void> {
  try {
    await routerInterfaces.add(router, subnet);
  } catch (error) {
    if (!(error instanceof InvalidRequestError || error instanceof ConflictError)) throw error;
    const ports = await listed(client.network.ports, { device_id: router.id, network_id: subnet.network_id });
    const connected = ports.some(({ fixed_ips: ips }) => ips.some(({ subnet_id }) => subnet_id === subnet.id));
    if (!connected) throw error;
  }
}
