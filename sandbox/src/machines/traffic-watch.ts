import type {
  CloudFloatingIp,
  CloudListener,
  CloudLoadBalancer,
  CloudMember,
  CloudPool,
  CloudView,
} from './cloud-view.ts';
import type { Machine, MachineDriver, VipForward } from './driver.ts';
import type { Backend, Forwarding, ForwardTarget } from './forwarding.ts';

const servingStates = new Set(['ACTIVE', 'PENDING_UPDATE']);
/** After a load balancer changed, its parts are read again for so long: the cloud's times have whole seconds only. */
const settlingMilliseconds = 3000;
const rereadMilliseconds = 15_000;

interface Parts {
  readonly listeners: readonly CloudListener[];
  readonly pools: readonly CloudPool[];
  readonly members: ReadonlyMap<string, { readonly version: string; readonly members: readonly CloudMember[] }>;
}

interface BalancedVip {
  readonly balancerId: string;
  readonly forward: VipForward;
  readonly backends: readonly Backend[];
}

/** Follows load balancers and floating IPs, and tells the driver and the forwarding what leads where. */
export class TrafficWatch {
  readonly #view: CloudView;
  readonly #driver: MachineDriver;
  readonly #forwarding: Forwarding;
  readonly #directPorts: readonly number[];
  readonly #machines: () => ReadonlyMap<string, Machine>;
  #parts: Parts = { listeners: [], pools: [], members: new Map() };
  #subnetNetworks = new Map<string, string>();
  #balancersLooked = '';
  #changedAt = 0;
  #partsReadAt = 0;
  #told = '';

  constructor(
    view: CloudView,
    driver: MachineDriver,
    forwarding: Forwarding,
    machines: () => ReadonlyMap<string, Machine>,
    /** The ports of servers with a floating IP of their own that are forwarded. */
    directPorts: readonly number[],
  ) {
    this.#view = view;
    this.#driver = driver;
    this.#forwarding = forwarding;
    this.#machines = machines;
    this.#directPorts = directPorts;
  }

  /** Looks once. Returns whether anything had changed. @throws what the cloud answers */
  async poll(signal: AbortSignal): Promise<boolean> {
    const [balancers, addresses] = await Promise.all([
      this.#view.loadBalancers(signal),
      this.#view.floatingIps(signal),
    ]);
    await this.#readParts(balancers, signal);
    const vips = this.#vips(balancers);
    const targets = this.#targets(balancers, addresses, vips);
    const inside = [...vips.map(({ forward }) => forward), ...insideOf(targets)];
    const now = JSON.stringify([inside, targets]);
    const changed = now !== this.#told;
    if (changed) {
      await this.#driver.setVips(inside);
      this.#told = now;
    }
    this.#forwarding.apply(targets);
    return changed;
  }

  async #readParts(balancers: readonly CloudLoadBalancer[], signal: AbortSignal): Promise<void> {
    const now = Date.now();
    const looks = JSON.stringify(balancers);
    if (looks !== this.#balancersLooked) this.#changedAt = now;
    const settled = now - this.#changedAt > settlingMilliseconds;
    if (settled && now - this.#partsReadAt < rereadMilliseconds) return;
    const everything = now - this.#partsReadAt >= rereadMilliseconds;
    const [listeners, pools] = await Promise.all([this.#view.listeners(signal), this.#view.pools(signal)]);
    const members = new Map(this.#parts.members);
    for (const pool of pools) {
      const known = this.#parts.members.get(pool.id);
      if (!everything && known?.version === pool.version && known.members.every(({ usable }) => usable)) continue;
      members.set(pool.id, { version: pool.version, members: await this.#view.members(pool.id, signal) });
    }
    const existing = new Set(pools.map(({ id }) => id));
    for (const id of members.keys()) if (!existing.has(id)) members.delete(id);
    this.#parts = { listeners, pools, members };
    this.#balancersLooked = looks;
    this.#partsReadAt = everything ? now : this.#partsReadAt;
    await this.#learnSubnets(signal);
  }

  async #learnSubnets(signal: AbortSignal): Promise<void> {
    const named = [...this.#parts.members.values()].flatMap(({ members }) =>
      members.flatMap(({ subnetId }) => subnetId ?? []),
    );
    if (named.every((id) => this.#subnetNetworks.has(id))) return;
    this.#subnetNetworks = new Map((await this.#view.subnets(signal)).map(({ id, networkId }) => [id, networkId]));
  }

  #vips(balancers: readonly CloudLoadBalancer[]): readonly BalancedVip[] {
    const serving = new Map(
      balancers
        .filter(({ status, enabled }) => enabled && servingStates.has(status))
        .map((balancer) => [balancer.id, balancer]),
    );
    return this.#parts.listeners.flatMap(({ loadBalancerId, enabled, port, poolId }) => {
      const balancer = serving.get(loadBalancerId);
      if (balancer === undefined || !enabled) return [];
      const members = (poolId === undefined ? undefined : this.#parts.members.get(poolId)?.members) ?? [];
      const usable = members.filter((member) => member.usable);
      const forward: VipForward = {
        networkId: balancer.vipNetworkId,
        address: balancer.vipAddress,
        port,
        members: usable.map((member) => ({ address: member.address, port: member.port })),
      };
      const backends = usable.map((member) => ({
        networkId: this.#subnetNetworks.get(member.subnetId ?? '') ?? balancer.vipNetworkId,
        address: member.address,
        port: member.port,
      }));
      return [{ balancerId: balancer.id, forward, backends }];
    });
  }

  #targets(
    balancers: readonly CloudLoadBalancer[],
    addresses: readonly CloudFloatingIp[],
    vips: readonly BalancedVip[],
  ): readonly ForwardTarget[] {
    const balancerByPort = new Map(balancers.map(({ id, vipPortId }) => [vipPortId, id]));
    const placeByPort = new Map(
      [...this.#machines().values()].flatMap(({ interfaces }) =>
        interfaces.map((place) => [place.portId, place] as const),
      ),
    );
    return addresses.flatMap(({ address, portId, fixedAddress }) => {
      if (portId === undefined) return [];
      const balancerId = balancerByPort.get(portId);
      if (balancerId !== undefined) {
        return vips
          .filter((vip) => vip.balancerId === balancerId)
          .map(({ forward, backends }) => ({ address, port: forward.port, backends }));
      }
      const place = placeByPort.get(portId);
      if (place === undefined) return [];
      const { networkId } = place;
      return this.#directPorts.map((port) => ({
        address,
        port,
        backends: [{ networkId, address: fixedAddress ?? place.address, port }],
      }));
    });
  }
}

/** A floating IP also answers in the networks of what is behind it, where their router sends it back. */
function insideOf(targets: readonly ForwardTarget[]): VipForward[] {
  return targets.flatMap(({ address, port, backends }) => {
    const networks = [...new Set(backends.map(({ networkId }) => networkId))];
    return networks.map((networkId) => ({
      networkId,
      address,
      port,
      members: backends
        .filter((backend) => backend.networkId === networkId)
        .map((backend) => ({ address: backend.address, port: backend.port })),
    }));
  });
}
