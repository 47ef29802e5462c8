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
  const { id } = await creation.result();
  /** Where the machines are; a port that is made for a machine and has none is a leak. */
  const subnetsOfMachines = async (): Promise<(string | undefined)[]> => {
    const ports = await network.ports.list({ network_id: own.id });
    expect(ports.filter(({ device_id: device, name }) => device === '' && name.startsWith(`${id}-workers`))).toEqual(
      [],
    );
    const machines = ports.filter(({ device_owner: owner }) => owner.startsWith('compute:'));
    return machines.flatMap(({ fixed_ips: ips }) => ips.map(({ subnet_id: on }) => on));
  };
  expect(await subnetsOfMachines()).toEqual(Array.from({ length: 4 }, () => subnet.id));
  for (const count of [4, 1]) {
    const resize = await house.slipway.clusters.resizeNodeGroup({ name: 'vesta', group: 'workers', count });
    await resize.result();
    expect(await subnetsOfMachines()).toEqual(Array.from({ length: 1 + count }, () => subnet.id));
  }
  expect(other.id).not.toBe(subnet.id);

  const deletion = await house.slipway.clusters.delete('vesta');
  expect((await deletion.result()).left).toEqual([]);
  expect(await house.sandbox.inventory(AbortSignal.timeout(10_000))).toEqual(inventory);
});
