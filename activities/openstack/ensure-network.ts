import { ConflictError, InvalidRequestError, type Network, type Router, type Subnet } from 'openstack-client-ts';
import { clusterNames, type ClusterSpec, ownerTag } from '../../model/index.ts';
import { ensureOne } from '../lib/ensure.ts';
import type { ClusterFacts } from './check-cluster.ts';
import type { Cloud, Clouds } from './clouds.ts';
import { call, neutronAge, owned } from './session.ts';

/** Where the cluster's machines are. */
export interface ClusterNetwork {
  readonly networkId: string;
  readonly subnetId: string;
  /** The subnet's range. */
  readonly cidr: string;
}

/** Makes the cluster's network, subnet and router, or takes the user's own, to which nothing is done. */
export const ensureNetwork =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec, facts }: { id: string; spec: ClusterSpec; facts: ClusterFacts }): Promise<ClusterNetwork> => {
    if (facts.ownNetwork) return facts.ownNetwork;
    const cloud = await clouds.get(spec.cloud);
    const [network, router] = await Promise.all([
      findOrCreateNetwork(cloud, id),
      findOrCreateRouter(cloud, id, spec, facts),
    ]);
    const subnet = await findOrCreateSubnet(cloud, id, spec, network.id);
    await connect(cloud, router, subnet);
    return { networkId: network.id, subnetId: subnet.id, cidr: subnet.cidr };
  };

function findOrCreateNetwork({ client }: Cloud, id: string): Promise<Network> {
  const { networks } = client.network;
  const name = clusterNames(id).network;
  return ensureOne({
    find: () => networks.list(owned(id, name), call()).all(),
    create: () => networks.create({ name, description: ownerTag(id) }, call()),
    remove: (extra) => networks.delete(extra.id, { ...call(), missingOk: true }),
    createdAt: neutronAge,
  });
}

function findOrCreateSubnet({ client }: Cloud, id: string, spec: ClusterSpec, networkId: string): Promise<Subnet> {
  const { subnets } = client.network;
  const { cidr, dnsServers } = spec.network;
  const name = clusterNames(id).subnet;
  return ensureOne({
    find: () => subnets.list({ ...owned(id, name), network_id: networkId }, call()).all(),
    create: () =>
      subnets.create(
        {
          network_id: networkId,
          name,
          description: ownerTag(id),
          ip_version: 4,
          cidr,
          ...(dnsServers.length > 0 ? { dns_nameservers: dnsServers } : {}),
        },
        call(),
      ),
    remove: (extra) => subnets.delete(extra.id, { ...call(), missingOk: true }),
    createdAt: neutronAge,
  });
}

async function findOrCreateRouter(
  { client }: Cloud,
  id: string,
  spec: ClusterSpec,
  facts: ClusterFacts,
): Promise<Pick<Router, 'id'>> {
  const { routers } = client.network;
  if (spec.network.routerId !== undefined) return { id: spec.network.routerId };
  const name = clusterNames(id).router;
  const gateway =
    facts.externalNetworkId === undefined ? {} : { external_gateway_info: { network_id: facts.externalNetworkId } };
  return ensureOne({
    find: () => routers.list(owned(id, name), call()).all(),
    create: () => routers.create({ name, description: ownerTag(id), ...gateway }, call()),
    remove: (extra) => routers.delete(extra.id, { ...call(), missingOk: true }),
    createdAt: neutronAge,
  });
}

/** Plugs the subnet into the router. Neutron refuses to do it twice; then it is looked whether it is ours that is plugged in. */
async function connect({ client }: Cloud, router: Pick<Router, 'id'>, subnet: Subnet): Promise<void> {
  try {
    await client.network.routers.addInterface(router.id, { subnet_id: subnet.id }, call());
  } catch (error) {
    if (!(error instanceof InvalidRequestError || error instanceof ConflictError)) throw error;
    const ports = await client.network.ports.list({ device_id: router.id, network_id: subnet.network_id }, call());
    const connected = ports.some(({ fixed_ips: ips }) => ips.some(({ subnet_id }) => subnet_id === subnet.id));
    if (!connected) throw error;
  }
}
