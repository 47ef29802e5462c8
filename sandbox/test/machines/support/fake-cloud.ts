import type {
  CloudFloatingIp,
  CloudListener,
  CloudLoadBalancer,
  CloudMember,
  CloudPool,
  CloudPort,
  CloudServer,
  CloudView,
} from '../../../src/machines/cloud-view.ts';

/** The network that every fake server is on, but for those beside it. */
const networkId = 'net-1';
const subnet = { id: 'subnet-1', networkId, cidr: '10.0.0.0/16', gateway: '10.0.0.1', dnsNameservers: ['10.0.0.2'] };
const otherSubnet = { ...subnet, id: 'subnet-2', networkId: 'net-2' };
const image = {
  id: 'image-1',
  name: 'ubuntu-24.04-kube-v1.36.3',
  properties: { kube_version: 'v1.36.3', os_distro: 'ubuntu' },
};
const flavor = { name: 'm1.medium', vcpus: 2, ramMiB: 4096, diskGiB: 40 };

/** A cloud in memory: what a test puts in is what the machine side sees. */
export class FakeCloud implements CloudView {
  readonly calls: string[] = [];
  readonly byId = new Map<string, CloudServer>();
  readonly portList: CloudPort[] = [];
  balancers: CloudLoadBalancer[] = [];
  listenerList: CloudListener[] = [];
  poolMembers = new Map<string, CloudMember[]>();
  addresses: CloudFloatingIp[] = [];
  #clock = Date.now();
  #poolVersion = 0;

  /** Adds an ACTIVE server with one port, on the network of all or on another one with the same addresses. */
  addServer(
    id: string,
    address: string,
    userData: string,
    place: 'same' | 'other network' = 'same',
    name: string = id,
  ): void {
    const { id: subnetId, networkId } = place === 'same' ? subnet : otherSubnet;
    const port = { id: `port-${id}`, networkId, deviceId: id, macAddress: 'fa:16:3e:00:00:01' };
    this.portList.push({ ...port, fixedIps: [{ subnetId, address }] });
    const server = {
      id,
      name,
      projectId: 'project-1',
      userId: 'user-1',
      availabilityZone: 'nova',
      metadata: { role: 'test' },
    };
    const encoded = Buffer.from(userData).toString('base64');
    this.byId.set(id, {
      ...server,
      status: 'ACTIVE',
      updated: this.#tick(),
      imageId: image.id,
      volumeIds: [],
      keyName: 'key',
      flavor,
      userData: encoded,
    });
  }

  deleteServer(id: string): void {
    const server = this.byId.get(id);
    if (server !== undefined) this.byId.set(id, { ...server, status: 'DELETED', updated: this.#tick() });
  }

  /** A load balancer with one TCP listener on 6443. */
  setBalancer(vip: string, members: readonly string[], status = 'ACTIVE'): void {
    this.#poolVersion += 1;
    const usable = { port: 6443, subnetId: subnet.id, usable: true };
    this.poolMembers.set(
      'pool-1',
      members.map((address) => ({ address, ...usable })),
    );
    this.listenerList = [{ id: 'listener-1', loadBalancerId: 'lb-1', enabled: true, port: 6443, poolId: 'pool-1' }];
    const place = { vipAddress: vip, vipNetworkId: networkId, vipPortId: 'port-vip' };
    this.balancers = [{ id: 'lb-1', status, enabled: true, updated: this.#tick(), ...place }];
  }

  servers(changesSince: string | undefined): Promise<readonly CloudServer[]> {
    this.calls.push('servers');
    const all = [...this.byId.values()];
    return Promise.resolve(
      all.filter(({ status, updated }) =>
        changesSince === undefined ? status !== 'DELETED' : updated >= changesSince,
      ),
    );
  }

  ports(by: 'device_id' | 'id', ids: readonly string[]): Promise<readonly CloudPort[]> {
    this.calls.push('ports');
    const wanted = new Set(ids);
    return Promise.resolve(this.portList.filter((port) => wanted.has(by === 'id' ? port.id : port.deviceId)));
  }

  subnets() {
    this.calls.push('subnets');
    return Promise.resolve([subnet, otherSubnet]);
  }

  images() {
    this.calls.push('images');
    return Promise.resolve([image]);
  }

  imageOfVolume() {
    this.calls.push('imageOfVolume');
    return Promise.resolve(undefined);
  }

  publicKey() {
    this.calls.push('publicKey');
    return Promise.resolve('ssh-ed25519 AAAA test');
  }

  loadBalancers() {
    return Promise.resolve(this.balancers);
  }

  listeners() {
    return Promise.resolve(this.listenerList);
  }

  pools(): Promise<readonly CloudPool[]> {
    return Promise.resolve([{ id: 'pool-1', loadBalancerId: 'lb-1', version: String(this.#poolVersion) }]);
  }

  members(poolId: string) {
    return Promise.resolve(this.poolMembers.get(poolId) ?? []);
  }

  floatingIps() {
    return Promise.resolve(this.addresses);
  }

  /** Times as Nova writes them, never the same twice. */
  #tick(): string {
    this.#clock += 1000;
    return `${new Date(this.#clock).toISOString().slice(0, 19)}Z`;
  }
}
