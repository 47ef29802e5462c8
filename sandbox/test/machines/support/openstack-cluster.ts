import type { OpenStackClient } from 'openstack-client-ts';
import { ClusterKit, vip } from './cluster-kit.ts';
import type { FakeVault } from './fake-vault.ts';
import { makeAuthority } from './pki.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const waiting = { deadlineMs: 60_000, interval: { startMs: 50, maxMs: 500 } };

/** A cluster that was asked of OpenStack. */
export interface OpenStackCluster {
  readonly kit: ClusterKit;
  readonly controlPlaneId: string;
  /** Asks for a group of workers in one call. */
  addWorkers(count: number): Promise<void>;
  /** Deletes what was made, but for the network. */
  remove(): Promise<void>;
}

/** Makes network, load balancer, floating IP and the first control plane, as an ordinary user. */
export async function createOnOpenStack(
  client: OpenStackClient,
  vault: FakeVault,
  name: string,
): Promise<OpenStackCluster> {
  const { compute, image, network, loadBalancer } = client;
  const [external] = await network.networks.list({ 'router:external': true });
  const [picture] = await image.images.list({ kube_version: 'v1.36.3' });
  const flavor = (await compute.flavors.list()).find((candidate) => candidate.name === 'm1.medium');
  if (external === undefined || picture === undefined || flavor === undefined)
    throw new Error('the cloud lacks its seeds');
  const { id: networkId } = await network.networks.create({ name });
  const subnet = await network.subnets.create({ network_id: networkId, ip_version: 4, cidr: '10.0.0.0/16', name });
  const router = await network.routers.create({ name, external_gateway_info: { network_id: external.id } });
  await network.routers.addInterface(router.id, { subnet_id: subnet.id });
  const balancer = await loadBalancer.loadBalancers.create({ name, vip_subnet_id: subnet.id, vip_address: vip });
  const settled = async () => loadBalancer.loadBalancers.waitActive(balancer.id, waiting);
  const { vip_port_id: portId } = await settled();
  const floating = await network.floatingIps.create({ floating_network_id: external.id, port_id: portId ?? '' });
  const kit = new ClusterKit(await makeAuthority(), vault, floating.floating_ip_address);
  const machine = { flavorRef: flavor.id, imageRef: picture.id, networks: [{ uuid: networkId }] };
  const listener = await loadBalancer.listeners.create({
    loadbalancer_id: balancer.id,
    protocol: 'TCP',
    protocol_port: 6443,
  });
  await settled();
  const pool = await loadBalancer.pools.create({
    listener_id: listener.id,
    protocol: 'TCP',
    lb_algorithm: 'ROUND_ROBIN',
  });
  await settled();
  const userData = base64(kit.wrappedUserData(kit.initYaml()));
  const { id: controlPlaneId } = await compute.servers.create({
    ...machine,
    name: `${name}-cp-1`,
    user_data: userData,
  });
  await compute.servers.waitActive(controlPlaneId, waiting);
  const [port] = await network.ports.list({ device_id: controlPlaneId });
  const address = port?.fixed_ips[0]?.ip_address ?? '';
  await loadBalancer.members(pool.id).setAll([{ address, protocol_port: 6443, subnet_id: subnet.id }]);
  return {
    kit,
    controlPlaneId,
    addWorkers: async (count) => {
      const workers = {
        ...machine,
        name: `${name}-w`,
        user_data: base64(kit.workerUserData()),
        min_count: count,
        max_count: count,
      };
      await compute.servers.create(workers);
    },
    remove: async () => {
      const servers = await compute.servers.listBrief();
      await Promise.all(
        servers.filter((server) => server.name.startsWith(`${name}-`)).map(({ id }) => compute.servers.delete(id)),
      );
      await settled();
      await network.floatingIps.delete(floating.id);
      await loadBalancer.loadBalancers.delete(balancer.id, { cascade: true });
    },
  };
}
