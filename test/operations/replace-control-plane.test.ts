import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCluster } from '../support/small-cluster.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

describe('a control plane', () => {
  it('is replaced, one machine after the other, and changes its number, behind the same load balancer', async () => {
    const before = await house.sandbox.inventory(AbortSignal.timeout(10_000));
    const { id, replaceControlPlane, controlPlanes, loseControlPlane, balancers, remove } = await makeCluster(
      house,
      'atlas',
      1,
    );
    const [balancer] = await balancers();
    expect(await controlPlanes()).toEqual([`${id}-cp-0`]);
    expect(await replaceControlPlane({})).toMatchObject({ count: 1, added: 1, removed: 1 });
    expect(await controlPlanes()).toEqual([`${id}-cp-1`]);
    expect(await replaceControlPlane({ count: 3 })).toMatchObject({ count: 3, added: 2, removed: 0 });
    expect(await controlPlanes()).toEqual([1, 2, 3].map((serial) => `${id}-cp-${serial}`));
    expect(await replaceControlPlane({ machines: [`${id}-cp-2`] })).toMatchObject({ count: 3, added: 1, removed: 1 });
    expect(await controlPlanes()).toEqual([1, 3, 4].map((serial) => `${id}-cp-${serial}`));
    // A server that somebody deletes leaves a node, a member of the load balancer, and one of etcd.
    await loseControlPlane(`${id}-cp-3`);
    expect(await replaceControlPlane({ count: 3 })).toMatchObject({ count: 3, added: 1, removed: 0 });
    expect(await controlPlanes()).toEqual([1, 4, 5].map((serial) => `${id}-cp-${serial}`));
    expect(await replaceControlPlane({ count: 1 })).toMatchObject({ count: 1, added: 0, removed: 2 });
    expect(await controlPlanes()).toHaveLength(1);
    expect(await balancers()).toEqual([balancer]);
    await remove();
    expect(await house.sandbox.inventory(AbortSignal.timeout(10_000))).toEqual(before);
  }, 300_000);
});
