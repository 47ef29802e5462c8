import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOwnNetwork } from '../support/own-network.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

it('puts every machine on the subnet that is named, where the network has another, and leaves no port', async () => {
  const { network } = house.openstack;
  const { network: own, router, subnet: other } = await makeOwnNetwork(house.openstack, { cidr: '10.99.0.0/24' });
  const range = { network_id: own.id, ip_version: 4 as const, cidr: '10.99.1.0/24' };
  const subnet = await network.subnets.create({ ...range, name: 'for-machines' });
  await network.routers.addInterface(router.id, { subnet_id: subnet.id });
  const inventory = await house.sandbox.inventory(AbortSignal.timeout(10_000));

  const creation = await house.slipway.clusters.create({
    name: 'vesta',
    cloud: 'sandbox',
    network: { networkId: own.id, subnetId: subnet.id },
    controlPlane: { count: 1 },
    nodeGroups: [{ name: 'workers', count: 3 }],
  });
  await creation.result();
  const ports = await network.ports.list({ network_id: own.id });
  const machines = ports.filter(({ device_owner: owner }) => owner.startsWith('compute:'));
  expect(machines).toHaveLength(4);
  const subnets = machines.flatMap(({ fixed_ips: ips }) => ips.map(({ subnet_id: on }) => on));
  expect(subnets).toEqual([subnet.id, subnet.id, subnet.id, subnet.id]);
  expect(subnets).not.toContain(other.id);

  const deletion = await house.slipway.clusters.delete('vesta');
  expect((await deletion.result()).left).toEqual([]);
  expect(await house.sandbox.inventory(AbortSignal.timeout(10_000))).toEqual(inventory);
});
