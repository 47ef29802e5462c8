import { makeOwnThings } from './own-things.ts';
import { type RowScenario, type Taken, unfit } from './scenario.ts';
import type { Tenant } from './tenant.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

type Different = NonNullable<Parameters<typeof makeOwnThings>[2]>;

/** The tenant's cluster on a network of its user's own. */
async function onOwn(tenant: Tenant, signal: AbortSignal, different: Different = {}): Promise<Taken> {
  const { named, back } = await makeOwnThings(tenant, signal, different);
  return { change: { network: named }, back };
}

/** The tenant's cluster on a network of its own, behind its user's router. */
async function onRouter(tenant: Tenant, signal: AbortSignal, different: Different = {}): Promise<Taken> {
  const { routerId, back } = await makeOwnThings(tenant, signal, different);
  return { change: { network: { externalNetwork: tenant.name, routerId } }, back };
}

/** The user's own network and subnet. */
const OWN_NETWORK_SCENARIOS: readonly RowScenario[] = [
  unfit('network', 'the network', new RegExp(`network ${ABSENT} does not exist`), () => ({
    change: { network: { networkId: ABSENT, subnetId: ABSENT } },
  })),
  unfit('networkDown', 'a network that is up', /network \S+ is administratively down/, (tenant, signal) =>
    onOwn(tenant, signal, { network: { admin_state_up: false } }),
  ),
  unfit('networkExternal', 'a network for machines', /network \S+ is an external network/, async (tenant, signal) => {
    const values = { name: `${tenant.name}-outside`, 'router:external': true, project_id: tenant.projectId };
    const network = await tenant.make('network', '/networks', 'network', values, signal);
    const range = { network_id: network.id, ip_version: 4, cidr: '203.0.113.0/24', project_id: tenant.projectId };
    const subnet = await tenant.make('network', '/subnets', 'subnet', range, signal);
    return { change: { network: { networkId: network.id, subnetId: subnet.id } }, back: network.back };
  }),
  unfit(
    'networkPortSecurity',
    'port security of the network',
    /network \S+ has port_security_enabled false/,
    (tenant, signal) => onOwn(tenant, signal, { network: { port_security_enabled: false } }),
  ),
  unfit('subnet', 'the subnet', new RegExp(`subnet ${ABSENT} does not exist`), async (tenant, signal) => {
    const { networkId, back } = await makeOwnThings(tenant, signal);
    return { change: { network: { networkId, subnetId: ABSENT } }, back };
  }),
  unfit('subnetElsewhere', 'the subnet on the network', /subnet \S+ is not on network \S+/, async (tenant, signal) => {
    const one = await makeOwnThings(tenant, signal);
    const other = await makeOwnThings(tenant, signal);
    const back = async () => {
      await one.back();
      await other.back();
    };
    return { change: { network: { networkId: one.networkId, subnetId: other.subnetId } }, back };
  }),
  unfit('subnetVersion', 'IPv4 on the subnet', /subnet \S+ is IPv6: machines need IPv4/, (tenant, signal) =>
    onOwn(tenant, signal, { subnet: { ip_version: 6, cidr: 'fd00:98::/64' }, connected: false }),
  ),
  unfit('subnetDhcp', 'DHCP on the subnet', /subnet \S+ has DHCP off/, (tenant, signal) =>
    onOwn(tenant, signal, { subnet: { enable_dhcp: false } }),
  ),
  unfit(
    'subnetGateway',
    'the subnet’s gateway',
    /subnet \S+ has neither a gateway nor a default route/,
    (tenant, signal) => onOwn(tenant, signal, { subnet: { gateway_ip: null }, connected: false }),
  ),
  unfit(
    'subnetOverlap',
    'a subnet beside the pods’ range',
    /subnet \S+ \(10\.244\.7\.0\/24\) overlaps kubernetes\.podCidr \(10\.244\.0\.0\/16\)/,
    (tenant, signal) => onOwn(tenant, signal, { subnet: { cidr: '10.244.7.0/24' } }),
  ),
  unfit(
    'subnetOverlap',
    'a subnet beside the services’ range',
    /subnet \S+ \(10\.0\.0\.0\/8\) overlaps .*subnet \S+ \(10\.0\.0\.0\/8\) overlaps kubernetes\.serviceCidr/,
    (tenant, signal) => onOwn(tenant, signal, { subnet: { cidr: '10.0.0.0/8' } }),
  ),
  unfit(
    'subnetAddresses',
    'free addresses on the subnet',
    /subnet \S+ has 3 free addresses, the cluster needs 5 more/,
    async (tenant, signal) => {
      const pool = { start: '10.98.0.10', end: '10.98.0.13' };
      const own = await makeOwnThings(tenant, signal, { subnet: { allocation_pools: [pool] } });
      const { ports } = (await tenant.user(signal)).network;
      const port = await ports.create({ network_id: own.networkId }, { signal });
      const back = async () => {
        await ports.delete(port.id);
        await own.back();
      };
      return { change: { network: own.named }, back };
    },
  ),
];

/** The way out. */
const ROUTER_SCENARIOS: readonly RowScenario[] = [
  unfit('routerMissing', 'the router', new RegExp(`router ${ABSENT} does not exist`), (tenant) => ({
    change: { network: { externalNetwork: tenant.name, routerId: ABSENT } },
  })),
  unfit('routerDown', 'a router that is up', /router \S+ is administratively down/, (tenant, signal) =>
    onRouter(tenant, signal, { router: { admin_state_up: false } }),
  ),
  unfit(
    'routerGateway',
    'the gateway of the named router',
    /router \S+ has no gateway to an external network/,
    (tenant, signal) => onRouter(tenant, signal, { router: { external_gateway_info: null } }),
  ),
  unfit(
    'routerGateway',
    'the gateway of the router on the own subnet',
    /router \S+ has no gateway to an external network/,
    (tenant, signal) => onOwn(tenant, signal, { router: { external_gateway_info: null } }),
  ),
  unfit(
    'routerElsewhere',
    'the router’s way to the named external network',
    /router \S+ leads to network \S+, the API’s floating IP is on \S+/,
    async (tenant, signal) => {
      const { routerId, back } = await makeOwnThings(tenant, signal);
      return { change: { network: { externalNetwork: 'public', routerId } }, back };
    },
  ),
  unfit(
    'routerElsewhere',
    'the router’s way to the own floating IP',
    /router \S+ leads to network \S+, the API’s floating IP is on \S+/,
    async (tenant, signal) => {
      const { named, back } = await makeOwnThings(tenant, signal);
      const { network } = await tenant.user(signal);
      const [outside] = await network.networks.list({ name: 'public' }, { signal });
      const floatingIp = await network.floatingIps.create({ floating_network_id: outside?.id ?? '' }, { signal });
      return {
        change: { network: named, api: { floatingIp: floatingIp.floating_ip_address } },
        back: async () => {
          await network.floatingIps.delete(floatingIp.id);
          await back();
        },
      };
    },
  ),
  unfit(
    'routerSubnet',
    'the router on the subnet',
    /router \S+ is not connected to subnet \S+/,
    async (tenant, signal) => {
      const { named, routerId, back } = await makeOwnThings(tenant, signal, { connected: false });
      return { change: { network: { ...named, routerId } }, back };
    },
  ),
  unfit('routerNone', 'a router on the subnet', /no router is on subnet \S+/, (tenant, signal) =>
    onOwn(tenant, signal, { connected: false }),
  ),
  unfit(
    'routerOverlap',
    'a range that is free on the router',
    /network\.cidr 10\.6\.0\.0\/16 overlaps subnet doctor-\w+ \(10\.6\.7\.0\/24\) on router \S+/,
    (tenant, signal) => onRouter(tenant, signal, { subnet: { cidr: '10.6.7.0/24' } }),
  ),
  unfit(
    'routerOverlap',
    'a range that is free on the router’s external network',
    /network\.cidr 198\.51\.0\.0\/16 overlaps subnet doctor-\w+ \(198\.51\.100\.0\/24\) on router \S+/,
    async (tenant, signal) => {
      const { routerId, back } = await makeOwnThings(tenant, signal);
      return { change: { network: { externalNetwork: tenant.name, routerId, cidr: '198.51.0.0/16' } }, back };
    },
  ),
];

/** Where the API is reached from outside. */
const OUTSIDE_SCENARIOS: readonly RowScenario[] = [
  unfit(
    'externalNetwork',
    'the external network',
    /external network doctor-\w+ does not exist or is not unique; there are .*public/,
    async (tenant, signal) => {
      await tenant.removeExternalNetwork();
      return { back: () => tenant.makeExternalNetwork(signal) };
    },
  ),
  unfit(
    'externalNetworkMany',
    'a choice of the external network',
    /several external networks \(doctor-\w+, public\)/,
    () => ({
      change: { network: {} },
    }),
  ),
  unfit('externalNetworkNone', 'every external network', /there is no external network/, async (tenant, signal) => {
    const { networks } = (await tenant.user(signal)).network;
    const outside = await networks.list({ 'router:external': true }, { signal });
    const set = async (external: boolean) => {
      for (const { id } of outside)
        await tenant.change('network', `/networks/${id}`, { network: { 'router:external': external } }, signal);
    };
    await set(false);
    return { change: { network: {} }, back: () => set(true) };
  }),
  unfit(
    'externalNetworkSubnet',
    'addresses of the external network',
    /external network doctor-\w+-empty has no IPv4 subnet/,
    async (tenant, signal) => {
      const values = { name: `${tenant.name}-empty`, 'router:external': true };
      const { back } = await tenant.make('network', '/networks', 'network', values, signal);
      return { change: { network: { externalNetwork: values.name } }, back };
    },
  ),
  unfit(
    'externalNetworkOverlap',
    'a range beside the external network’s',
    /network\.cidr 198\.51\.0\.0\/16 overlaps subnet doctor-\w+ \(198\.51\.100\.0\/24\) of external network doctor-\w+/,
    (tenant) => ({ change: { network: { externalNetwork: tenant.name, cidr: '198.51.0.0/16' } } }),
  ),
  unfit('floatingIp', 'the floating IP', /floating IP 198\.51\.100\.77 does not exist in this project/, () => ({
    change: { api: { floatingIp: '198.51.100.77' } },
  })),
  unfit(
    'floatingIpUsed',
    'a floating IP that nobody uses',
    /floating IP 198\.51\.100\.\d+ is in use by port \S+ \(compute:someone web\)/,
    async (tenant, signal) => {
      const own = await makeOwnThings(tenant, signal);
      const { network } = await tenant.user(signal);
      const device = { device_id: 'web', device_owner: 'compute:someone' };
      const port = await network.ports.create({ network_id: own.networkId, ...device }, { signal });
      const on = { floating_network_id: tenant.externalNetworkId, port_id: port.id };
      const floatingIp = await network.floatingIps.create(on, { signal });
      return {
        change: { network: own.named, api: { floatingIp: floatingIp.floating_ip_address } },
        back: async () => {
          await network.floatingIps.delete(floatingIp.id);
          await network.ports.delete(port.id);
          await own.back();
        },
      };
    },
  ),
  unfit(
    'loadBalancerService',
    'Octavia in the catalogue',
    /this cloud offers no load balancers/,
    async (tenant, signal) => {
      await tenant.setService(['load-balancer'], false, signal);
      return { back: () => tenant.setService(['load-balancer'], true, signal) };
    },
  ),
  unfit(
    'provider',
    'the load balancer provider',
    /load balancer provider f5 does not exist; there are amphora/,
    () => ({
      change: { api: { loadBalancerProvider: 'f5' } },
    }),
  ),
];

/** Everything of the network that a cluster needs. */
export const NETWORK_SCENARIOS = [...OWN_NETWORK_SCENARIOS, ...ROUTER_SCENARIOS, ...OUTSIDE_SCENARIOS];
