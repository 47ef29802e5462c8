import type { FloatingIp, Network, OpenStackClient, Router, Subnet } from 'openstack-client-ts';

/** What a user has made without Slipway. */
export interface OwnNetwork {
  readonly network: Network;
  readonly subnet: Subnet;
  /** Leads to the cloud's external network. */
  readonly router: Router;
  /** Not in use. */
  readonly floatingIp: FloatingIp;
}

/** Makes a user's own network in a client's project, as a person would. */
export async function makeOwnNetwork(
  { network: neutron }: OpenStackClient,
  { cidr, description = '' }: { readonly cidr: string; readonly description?: string },
): Promise<OwnNetwork> {
  const [external] = await neutron.networks.list({ 'router:external': true });
  const externalId = external?.id ?? '';
  const network = await neutron.networks.create({ name: 'own-net', description });
  const subnet = await neutron.subnets.create({ network_id: network.id, name: 'own-subnet', ip_version: 4, cidr });
  const gateway = { network_id: externalId };
  const router = await neutron.routers.create({ name: 'own-router', external_gateway_info: gateway });
  await neutron.routers.addInterface(router.id, { subnet_id: subnet.id });
  const floatingIp = await neutron.floatingIps.create({ floating_network_id: externalId, description: 'reserved' });
  return { network, subnet, router, floatingIp };
}
