import type { NetworkCreate, RouterCreate, SubnetCreate } from 'openstack-client-ts';
import type { ClusterSpecInput } from '../../model/index.ts';
import type { Tenant } from './tenant.ts';

/** What a user made for a cluster, as fields of its specification. */
export interface OwnThings {
  readonly networkId: string;
  readonly subnetId: string;
  readonly routerId: string;
  /** `network` of a specification on them. */
  readonly named: NonNullable<ClusterSpecInput['network']>;
  /** Removes all of it. */
  readonly back: () => Promise<void>;
}

/**
 * Network, subnet and router of the tenant's user; the router has a gateway and is on the subnet, unless told
 * otherwise.
 */
export async function makeOwnThings(
  tenant: Tenant,
  signal: AbortSignal,
  different: {
    readonly network?: NetworkCreate;
    readonly subnet?: Partial<SubnetCreate>;
    readonly router?: RouterCreate;
    readonly connected?: boolean;
  } = {},
): Promise<OwnThings> {
  const { network: neutron } = await tenant.user(signal);
  const undo: (() => Promise<unknown>)[] = [];
  const back = async () => {
    for (const one of undo.splice(0).reverse()) await one();
  };
  try {
    const name = tenant.name;
    const network = await neutron.networks.create({ name, ...different.network }, { signal });
    undo.push(() => neutron.networks.delete(network.id, { missingOk: true }));
    const range = { ip_version: 4 as const, cidr: '10.98.0.0/24' };
    const subnet = await neutron.subnets.create(
      { network_id: network.id, name, ...range, ...different.subnet },
      { signal },
    );
    undo.push(() => neutron.subnets.delete(subnet.id, { missingOk: true }));
    const gateway = { external_gateway_info: { network_id: tenant.externalNetworkId } };
    const router = await neutron.routers.create({ name, ...gateway, ...different.router }, { signal });
    undo.push(() => neutron.routers.delete(router.id, { missingOk: true }));
    if (different.connected !== false) {
      await neutron.routers.addInterface(router.id, { subnet_id: subnet.id }, { signal });
      undo.push(() => neutron.routers.removeInterface(router.id, { subnet_id: subnet.id }));
    }
    const ids = { networkId: network.id, subnetId: subnet.id, routerId: router.id };
    return { ...ids, named: { externalNetwork: name, networkId: network.id, subnetId: subnet.id }, back };
  } catch (error) {
    await back();
    throw error;
  }
}
