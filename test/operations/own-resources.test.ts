import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { makeOwnNetwork } from '../support/own-network.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

const rowsSchema = z.looseObject({
  projects: z.record(
    z.string(),
    z.looseObject({ resources: z.record(z.string(), z.array(z.looseObject({ id: z.string().optional() }))) }),
  ),
});

/** The project's resources with all their fields, as the sandbox holds them: the ones with these ids. */
async function rows(ids: readonly string[]): Promise<unknown[]> {
  const answer = await fetch(`${house.stack.endpoints.cloudUrl}/_sandbox/inventory?project=demo`);
  const { projects } = rowsSchema.parse(await answer.json());
  return Object.values(projects).flatMap(({ resources }) =>
    Object.values(resources).flatMap((list) => list.filter(({ id }) => ids.includes(id ?? ''))),
  );
}

it('uses a user’s own network, router, security groups and floating IP, and leaves them as they were, byte for byte', async () => {
  const { network } = house.openstack;
  const { network: own, subnet, router, floatingIp } = await makeOwnNetwork(house.openstack, { cidr: '10.99.0.0/24' });
  const group = await network.securityGroups.create({ name: 'own-group', description: 'for every machine' });
  const rule = await network.securityGroupRules.create({
    security_group_id: group.id,
    direction: 'ingress',
    protocol: 'tcp',
    port_range_min: 22,
    port_range_max: 22,
  });
  const ids = [own.id, subnet.id, router.id, group.id, rule.id, floatingIp.id];
  const before = await rows(ids);
  const inventory = await house.sandbox.inventory(AbortSignal.timeout(10_000));
  expect(before).toHaveLength(ids.length);

  const creation = await house.slipway.clusters.create({
    name: 'ceres',
    cloud: 'sandbox',
    network: { networkId: own.id, subnetId: subnet.id, routerId: router.id },
    api: { floatingIp: floatingIp.floating_ip_address },
    controlPlane: { count: 1, securityGroups: [group.id] },
    nodeGroups: [{ name: 'workers', count: 2, securityGroups: [group.id] }],
  });
  const result = await creation.result();
  expect(result.apiEndpoint).toBe(`https://${floatingIp.floating_ip_address}:6443`);

  const ports = await network.ports.list({ network_id: own.id });
  const machines = ports.filter(({ device_owner: owner }) => owner.startsWith('compute:'));
  expect(machines).toHaveLength(3);
  expect(machines.every((port) => port.security_groups.includes(group.id))).toBe(true);
  expect(await network.networks.list({ name: result.id })).toEqual([]);
  expect(await network.routers.list({ name: result.id })).toEqual([]);

  for (const count of [3, 1]) {
    const resize = await house.slipway.clusters.resizeNodeGroup({ name: 'ceres', group: 'workers', count });
    expect(await resize.result()).toMatchObject({ count });
  }

  const deletion = await house.slipway.clusters.delete('ceres');
  expect((await deletion.result()).left).toEqual([]);
  expect(withoutTimes(await rows(ids))).toEqual(withoutTimes(before));
  expect(await house.sandbox.inventory(AbortSignal.timeout(10_000))).toEqual(inventory);
});

/**
 * Neutron itself counts a resource's revision and the time of its last change when a port comes and goes on it; a
 * floating IP that was lent is DOWN again. Nothing else may differ.
 */
function withoutTimes(resources: unknown[]): unknown[] {
  return resources.map((row) => ({ ...z.looseObject({}).parse(row), updated_at: '', revision_number: 0 }));
}
