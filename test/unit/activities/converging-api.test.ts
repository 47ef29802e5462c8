import { FailureType } from '../../../model/index.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConvergingCluster, startConvergingCluster } from '../../support/converging-cluster.ts';
import { type EmulatedCloud, startEmulatedCloud } from '../../support/emulated-cloud.ts';

// Each has a project of its own: the quotas are small.
let emulated: EmulatedCloud;
beforeEach(async () => {
  emulated = await startEmulatedCloud();
});
afterEach(() => emulated.close());

/** A cluster with its three control planes. */
async function livingCluster(name: string, api = {}): Promise<ConvergingCluster> {
  const cluster = await startConvergingCluster(emulated, name, { public: false, ...api });
  await cluster.create();
  await cluster.balancer();
  await cluster.boot(0, 1, 2);
  cluster.changes();
  return cluster;
}

/** The members of the API's pool, by id. */
async function membersOf({ person, balancer }: ConvergingCluster) {
  const { id, pools } = await balancer();
  const pool = pools[0]?.id ?? '';
  const members = await person.loadBalancer.members(pool).list();
  return { balancerId: id, pool, members: new Map(members.map((one) => [one.id, one])) };
}

it('changes nothing where all is as it is wanted', async () => {
  const cluster = await livingCluster('vesta', { allowedCidrs: ['192.0.2.0/24'] });
  const { loadBalancerId } = await cluster.converge();
  expect(loadBalancerId).toBe((await cluster.balancer()).id);
  await cluster.firewall();
  expect(cluster.changes()).toEqual([]);
  expect(await cluster.create({ repaired: true })).toMatchObject({ loadBalancerId });
  expect(cluster.changes()).toEqual([]);
});

it('brings members back that somebody removed, removes what somebody added, and touches no other', async () => {
  const cluster = await livingCluster('ceres');
  const { person, balancer, port, id } = cluster;
  const before = await membersOf(cluster);
  const [lost, ...kept] = [...before.members.values()];
  const members = person.loadBalancer.members(before.pool);
  await members.delete(lost?.id ?? '');
  await balancer();
  const added = await members.create({ name: 'mine', address: '10.6.77.77', protocol_port: 6443 });
  await balancer();
  await members.create({ name: 'other-port', address: kept[0]?.address ?? '', protocol_port: 22 });
  await balancer();

  await cluster.converge();
  // What is missing comes before anything goes.
  expect(cluster.changes().map((change) => change.split(' ')[0])).toEqual(['POST', 'DELETE', 'DELETE']);
  const after = await membersOf(cluster);
  expect(after.balancerId).toBe(before.balancerId);
  expect([...after.members.values()].map(({ name }) => name).sort()).toEqual([0, 1, 2].map((n) => `${id}-cp-${n}`));
  expect([...after.members.keys()]).not.toContain(added.id);
  for (const one of kept) expect(after.members.get(one.id)).toMatchObject({ name: one.name, address: one.address });
  const back = [...after.members.values()].find(({ name }) => name === lost?.name);
  expect(back?.address).toBe((await port(lost?.name ?? '')).fixed_ips[0]?.ip_address);
  await cluster.converge();
  expect(cluster.changes()).toEqual([]);
});

it('wants the machines that there are, whatever their serial numbers', async () => {
  const cluster = await livingCluster('pallas');
  const { person, id } = cluster;
  await cluster.boot(3);
  const [leaving] = await person.compute.servers.list({ name: `^${id}-cp-0$` });
  await person.compute.servers.delete(leaving?.id ?? '');
  await person.compute.servers.waitGone(leaving?.id ?? '', { deadlineMs: 10_000 });
  const { ports } = await cluster.converge();
  expect(ports).toHaveLength(3);
  const { members } = await membersOf(cluster);
  const names = [1, 2, 3].map((serial) => `${id}-cp-${serial}`);
  expect([...members.values()].map(({ name }) => name).sort()).toEqual(names);
});

it('leaves a machine behind the load balancer whose port has lost its mark', async () => {
  const cluster = await livingCluster('hebe');
  const { person, id, port } = cluster;
  await person.network.ports.update((await port(`${id}-cp-1`)).id, { description: 'mine' });
  const before = await membersOf(cluster);
  await cluster.converge();
  expect(cluster.changes()).toEqual([]);
  expect((await membersOf(cluster)).members).toEqual(before.members);
});

it('changes nothing, and makes no port, where the port of the VIP or of all machines is unknown', async () => {
  const cluster = await livingCluster('iris');
  const { person, id, port } = cluster;
  const vip = await port(`${id}-api`);
  await person.network.ports.update(vip.id, { description: 'mine' });
  await expect(cluster.converge()).rejects.toMatchObject({ type: FailureType.OpenStackNotFound });
  await person.network.ports.update(vip.id, { description: vip.description ?? '' });
  for (const serial of [0, 1, 2])
    await person.network.ports.update((await port(`${id}-cp-${serial}`)).id, { description: 'mine' });
  await expect(cluster.converge()).rejects.toThrow(/no port of a control plane .*nothing was changed/);
  expect(cluster.changes()).toEqual([]);
});

it('brings the listener’s ranges to what is wanted, both ways, in one request', async () => {
  const narrow = { public: false, allowedCidrs: ['192.0.2.0/24'] };
  const cluster = await livingCluster('juno', narrow);
  const { person, balancer } = cluster;
  const { listeners } = person.loadBalancer;
  const { id, listeners: made } = await balancer();
  const listener = made[0]?.id ?? '';
  const ranges = async () => [...((await listeners.get(listener)).allowed_cidrs ?? [])].sort();
  const wanted = await ranges();
  expect(wanted).toEqual(['10.6.0.0/16', '192.0.2.0/24']);

  await listeners.update(listener, { allowed_cidrs: ['192.0.2.0/24', '198.51.100.0/24'] });
  await balancer();
  await cluster.converge();
  expect(await ranges()).toEqual(wanted);
  expect(cluster.changes()).toHaveLength(1);
  await listeners.update(listener, { allowed_cidrs: null });
  await balancer();
  await cluster.converge();
  expect(await ranges()).toEqual(wanted);
  await cluster.converge({ public: false, allowedCidrs: ['198.51.100.0/24', '203.0.113.0/24'] });
  expect(await ranges()).toEqual(['10.6.0.0/16', '198.51.100.0/24', '203.0.113.0/24']);
  await cluster.converge({ public: false });
  expect(await ranges()).toEqual([]);
  expect((await balancer()).id).toBe(id);
});

it('asks OVN for no ranges', async () => {
  const api = { public: false, loadBalancerProvider: 'ovn', allowedCidrs: ['192.0.2.0/24'] };
  const cluster = await livingCluster('metis', api);
  await cluster.converge();
  expect(cluster.changes()).toEqual([]);
});

it('has the members looked after again', async () => {
  const cluster = await livingCluster('flora');
  const { person, balancer, id } = cluster;
  const { healthMonitors } = person.loadBalancer;
  const [monitor] = (await healthMonitors.list()).filter(({ name }) => name === `${id}-api`);
  await healthMonitors.delete(monitor?.id ?? '');
  const { id: before } = await balancer();
  await cluster.converge();
  const again = (await healthMonitors.list()).filter(({ name }) => name === `${id}-api`);
  expect(again).toMatchObject([{ type: 'TCP', delay: 10, timeout: 5, max_retries: 5, max_retries_down: 3 }]);
  expect((await balancer()).id).toBe(before);
});

it('leaves other listeners of the load balancer, and other load balancers, alone', async () => {
  const cluster = await livingCluster('eunomia');
  const { person, balancer } = cluster;
  const { id: loadbalancer_id, vip_subnet_id: subnet } = await balancer();
  const { listeners, pools, loadBalancers } = person.loadBalancer;
  const members = (id: string) => person.loadBalancer.members(id);
  const pool = await pools.create({ name: 'web', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN', loadbalancer_id });
  await balancer();
  await members(pool.id).create({ name: 'web', address: '10.6.50.50', protocol_port: 443 });
  await balancer();
  await listeners.create({
    name: 'web',
    protocol: 'TCP',
    protocol_port: 443,
    loadbalancer_id,
    default_pool_id: pool.id,
  });
  await balancer();
  const other = await loadBalancers.create({
    name: 'other',
    vip_subnet_id: subnet ?? '',
    listeners: [
      {
        ...{ name: 'other', protocol: 'TCP', protocol_port: 6443 },
        default_pool: {
          ...{ name: 'other', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' },
          members: [{ name: 'other', address: '10.6.60.60', protocol_port: 6443 }],
        },
      },
    ],
  });
  await loadBalancers.waitActive(other.id, { deadlineMs: 10_000 });
  await cluster.converge();
  expect(cluster.changes()).toEqual([]);
  expect(await members(pool.id).list()).toHaveLength(1);
});

it('removes no load balancer in ERROR of a living cluster, says what to do, and replaces it for a creation', async () => {
  const cluster = await livingCluster('thetis');
  const { person, balancer } = cluster;
  const { id, vip_address: address } = await balancer();
  await emulated.failLoadBalancer(id);
  const failure = { type: FailureType.OpenStackResourceInError, nonRetryable: true };
  await expect(cluster.converge()).rejects.toMatchObject(failure);
  await expect(cluster.converge()).rejects.toThrow(/not removed, and nothing was changed.*--cascade.*fail it over/s);
  await expect(cluster.create()).rejects.toMatchObject(failure);
  expect(cluster.changes()).toEqual([]);
  expect((await person.loadBalancer.loadBalancers.get(id)).provisioning_status).toBe('ERROR');

  const { loadBalancerId, vip } = await cluster.create({ repaired: true });
  expect(loadBalancerId).not.toBe(id);
  expect(vip).toBe(address);
  expect((await balancer()).id).toBe(loadBalancerId);
});

it('makes the load balancer of a living cluster anew when it is gone, with the same address', async () => {
  const cluster = await livingCluster('lutetia');
  const { person, balancer } = cluster;
  const { id, vip_address: address } = await balancer();
  await person.loadBalancer.loadBalancers.delete(id, { cascade: true });
  await person.loadBalancer.loadBalancers.waitGone(id, { deadlineMs: 10_000 });
  await cluster.converge();
  expect((await balancer()).vip_address).toBe(address);
  expect((await membersOf(cluster)).members.size).toBe(3);
});

it('leaves a load balancer on another port than the VIP’s to the repair of a creation', async () => {
  const cluster = await startConvergingCluster(emulated, 'egeria', { public: false });
  const { person, balancer, port, id } = cluster;
  await cluster.create();
  const { id: first } = await balancer();
  const vip = await port(`${id}-api`);
  await person.network.ports.update(vip.id, { description: 'lost its mark' });
  cluster.changes();
  await expect(cluster.create()).rejects.toMatchObject({ type: FailureType.OpenStackConflict });
  expect((await balancer()).id).toBe(first);
  await cluster.create({ repaired: true });
  const { id: second, vip_port_id: now } = await balancer();
  expect(second).not.toBe(first);
  expect(now).not.toBe(vip.id);
});

it('keeps the address by which the API is known, however old another one is', async () => {
  const cluster = await startConvergingCluster(emulated, 'fides', { public: true });
  const { person, port, id } = cluster;
  const { floatingIp } = await cluster.create();
  await cluster.balancer();
  await cluster.boot(0, 1, 2);
  const vip = await port(`${id}-api`);
  const { floatingIps } = person.network;
  const [known] = await floatingIps.list({ port_id: vip.id });
  const values = { floating_network_id: known?.floating_network_id ?? '', description: known?.description ?? '' };
  // The newer one is the one in use.
  const newer = await floatingIps.create(values);
  await floatingIps.update(known?.id ?? '', { port_id: null });
  await floatingIps.update(newer.id, { port_id: vip.id });
  expect(newer.floating_ip_address).not.toBe(floatingIp);
  expect(await cluster.converge()).toMatchObject({ floatingIp: newer.floating_ip_address });
});
