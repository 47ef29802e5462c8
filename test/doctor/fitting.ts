import { makeOwnThings } from './own-things.ts';
import type { Taken } from './scenario.ts';
import type { Tenant } from './tenant.ts';

/** What looks unusual, and fits: the pre-flight must not refuse it. */
export interface Fitting {
  readonly name: string;
  readonly take: (tenant: Tenant, signal: AbortSignal) => Promise<Taken>;
}

export const FITTING: readonly Fitting[] = [
  {
    name: 'a network that another project shares, whose ports and routers are not seen',
    take: async (tenant, signal) => {
      const values = { name: `${tenant.name}-shared`, shared: true };
      const network = await tenant.make('network', '/networks', 'network', values, signal);
      const range = { network_id: network.id, ip_version: 4, cidr: '10.97.0.0/24' };
      const subnet = await tenant.make('network', '/subnets', 'subnet', range, signal);
      const ids = { networkId: network.id, subnetId: subnet.id };
      return { change: { network: { externalNetwork: tenant.name, ...ids } }, back: network.back };
    },
  },
  {
    name: 'an own network with a second subnet',
    take: async (tenant, signal) => {
      const own = await makeOwnThings(tenant, signal);
      const { subnets } = (await tenant.user(signal)).network;
      const second = await subnets.create(
        { network_id: own.networkId, ip_version: 4, cidr: '10.97.0.0/24' },
        { signal },
      );
      const back = async () => {
        await subnets.delete(second.id);
        await own.back();
      };
      return { change: { network: own.named }, back };
    },
  },
  {
    name: 'several external networks, where the own router tells which',
    take: async (tenant, signal) => {
      const { routerId, back } = await makeOwnThings(tenant, signal);
      return { change: { network: { routerId } }, back };
    },
  },
  {
    name: 'an own floating IP that is free, on a network that it tells',
    take: async (tenant, signal) => {
      const { network } = await tenant.user(signal);
      const on = { floating_network_id: tenant.externalNetworkId };
      const { id, floating_ip_address: floatingIp } = await network.floatingIps.create(on, { signal });
      return { change: { network: {}, api: { floatingIp } }, back: () => network.floatingIps.delete(id) };
    },
  },
  {
    name: 'a flavor without a disk, with a root volume',
    take: async (tenant, signal) => {
      const flavor = { name: `${tenant.name}-diskless`, vcpus: 2, ram: 2048, disk: 0 };
      const { back } = await tenant.make('compute', '/flavors', 'flavor', flavor, signal);
      const rootVolume = { sizeGiB: 10, type: 'ssd' };
      return { change: { controlPlane: { count: 1, flavor: flavor.name, rootVolume } }, back };
    },
  },
];
