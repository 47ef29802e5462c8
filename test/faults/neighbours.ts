import type { OpenStackClient } from 'openstack-client-ts';
import { clusterNames, groupTag, OWNER_METADATA, ownerTag } from '../../model/index.ts';

/** What a cluster has made, beside which others put their own. */
export interface Surroundings {
  readonly client: OpenStackClient;
  /** Of the cluster under test. */
  readonly id: string;
  readonly networkId: string;
  readonly subnetId: string;
  readonly vipPortId: string;
  readonly externalNetworkId: string;
  readonly imageId: string;
  readonly flavorId: string;
  /** A network of somebody else, with its subnet. */
  readonly otherNetworkId: string;
  readonly otherSubnetId: string;
}

type MakeNeighbour = (where: Surroundings) => Promise<unknown>;

const server =
  (of: (id: string) => { name?: string; tags?: string[]; owner?: string; ownNetwork?: boolean }): MakeNeighbour =>
  ({ client, id, networkId, otherNetworkId, imageId, flavorId }) => {
    const { name = 'web', tags = [], owner, ownNetwork = false } = of(id);
    return client.compute.servers.create({
      name,
      tags,
      imageRef: imageId,
      flavorRef: flavorId,
      networks: [{ uuid: ownNetwork ? networkId : otherNetworkId }],
      ...(owner === undefined ? {} : { metadata: { [OWNER_METADATA]: owner } }),
    });
  };

const network =
  (description: (id: string) => string): MakeNeighbour =>
  async ({ client: { network: neutron }, id }) => {
    const marked = { name: clusterNames(id).network, description: description(id) };
    const made = await neutron.networks.create(marked);
    await neutron.subnets.create({ ...marked, network_id: made.id, ip_version: 4, cidr: '10.77.0.0/24' });
    await neutron.routers.create(marked);
    await neutron.ports.create({ ...marked, network_id: made.id });
  };

const loadBalancer =
  (of: (id: string) => { name: string; tags?: string[]; description?: string }): MakeNeighbour =>
  ({ client, id, otherSubnetId }) =>
    client.loadBalancer.loadBalancers.create({ ...of(id), vip_subnet_id: otherSubnetId });

const floatingIp =
  (description: (id: string) => string): MakeNeighbour =>
  ({ client, id, externalNetworkId }) =>
    client.network.floatingIps.create({ floating_network_id: externalNetworkId, description: description(id) });

const securityGroup =
  (description: (id: string) => string): MakeNeighbour =>
  ({ client, id }) =>
    client.network.securityGroups.create({
      name: clusterNames(id).nodeSecurityGroup,
      description: description(id),
    });

/** The id of another cluster, of which ours is a part. */
const longer = (id: string): string => `${id}2`;

/** What others have in the same project, as much like the cluster's own as it can be without being it. */
export const neighbours: Readonly<Record<string, MakeNeighbour>> = {
  'a server without a mark': server(() => ({})),
  'a server with the name of one of ours': server((id) => ({ name: `${id}-workers-b0-1` })),
  'a server of a cluster whose id begins with ours': server((id) => ({
    tags: [ownerTag(longer(id)), groupTag('workers')],
    owner: longer(id),
  })),
  'a server with a tag that holds our mark': server((id) => ({ tags: [`not-${ownerTag(id)}`] })),
  'a server with our tag and the metadata of another cluster': server((id) => ({
    tags: [ownerTag(id), groupTag('workers')],
    owner: 'other-aaaaaa',
  })),
  'a server with our tag and that of another cluster': server((id) => ({
    tags: [ownerTag(id), ownerTag('other-aaaaaa'), groupTag('control-plane')],
  })),
  'a server on our network': server(() => ({ ownNetwork: true })),

  'a network with our names': network(() => ''),
  'a network whose description holds our mark': network((id) => `see ${ownerTag(id)}`),
  'a network whose description is our mark in capitals': network((id) => ownerTag(id).toUpperCase()),
  'a network of a cluster whose id begins with ours': network((id) => ownerTag(longer(id))),

  'a port on our network with our name': ({ client, id, networkId }) =>
    client.network.ports.create({ network_id: networkId, name: `${id}-cp-0` }),
  'a router on our subnet': async ({ client: { network: neutron }, networkId, subnetId }) => {
    const router = await neutron.routers.create({ name: 'own-router' });
    const port = await neutron.ports.create({ network_id: networkId, fixed_ips: [{ subnet_id: subnetId }] });
    await neutron.routers.addInterface(router.id, { port_id: port.id });
  },

  'a load balancer with our name': loadBalancer((id) => ({ name: clusterNames(id).loadBalancer })),
  'a load balancer with our tag': loadBalancer((id) => ({ name: 'web', tags: [ownerTag(id)] })),
  'a load balancer with our name and tag, and the description of another cluster': loadBalancer((id) => ({
    name: clusterNames(id).loadBalancer,
    tags: [ownerTag(id)],
    description: ownerTag('other-aaaaaa'),
  })),
  'a load balancer of a Service of a cluster whose id begins with ours': loadBalancer((id) => ({
    name: `kube_service_${longer(id)}_default_web`,
  })),
  'a load balancer whose name goes on after our id': loadBalancer((id) => ({ name: `kube_service_${id}_a_b_web` })),

  'a floating IP without a mark': floatingIp(() => ''),
  'a floating IP of a Service of a cluster whose id begins with ours': floatingIp(
    (id) => `Floating IP for Kubernetes external service web from cluster ${longer(id)}`,
  ),
  'a floating IP whose text ends like that of one of our Services': floatingIp(
    (id) => `Floating IP for Kubernetes external service web from cluster other-aaaaaa from cluster ${id}`,
  ),
  'a floating IP on the port of our VIP': async ({ client: { network: neutron }, vipPortId, externalNetworkId }) => {
    // A public API has the cluster's own there.
    if ((await neutron.floatingIps.list({ port_id: vipPortId })).length > 0) return;
    await neutron.floatingIps.create({ floating_network_id: externalNetworkId, port_id: vipPortId });
  },

  'a security group with our name': securityGroup(() => ''),
  'a security group whose text ends like that of one of our Services': securityGroup(
    (id) => `Security Group for web of another cluster, not in cluster ${id}`,
  ),
  'a security group of a Service of a cluster whose id begins with ours': securityGroup(
    (id) => `Security Group for default/web Service LoadBalancer in cluster ${longer(id)}`,
  ),

  'a server group whose name begins with ours': ({ client, id }) =>
    client.compute.serverGroups.create({ name: `${id}-workers-too`, policy: 'soft-anti-affinity' }),
  'a server group of a cluster whose id begins with ours': ({ client, id }) =>
    client.compute.serverGroups.create({ name: `${longer(id)}-workers`, policy: 'soft-anti-affinity' }),
};
