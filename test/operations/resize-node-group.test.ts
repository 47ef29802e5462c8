import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCluster } from '../support/small-cluster.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

describe('a node group', () => {
  it('is grown three times, shrunk twice, emptied and grown again; names are new each time, and nothing is left', async () => {
    const before = await house.sandbox.inventory(AbortSignal.timeout(10_000));
    const { resize, machines, core, remove } = await makeCluster(house, 'atlas', 1);
    const seen = new Set(await machines());
    for (const count of [2, 4, 5, 3, 1, 0, 2]) {
      const known = new Set(await machines());
      const result = await resize({ count });
      expect(result).toMatchObject({
        count,
        added: Math.max(0, count - known.size),
        removed: Math.max(0, known.size - count),
      });
      const now = await machines();
      expect(now).toHaveLength(count);
      for (const name of now.filter((one) => !known.has(one))) expect(seen).not.toContain(name);
      for (const name of now) seen.add(name);
    }
    // No token of Slipway's lets anybody join any more; kubeadm made one of its own, which nobody has ever seen.
    const { items } = await core.listNamespacedSecret({ namespace: 'kube-system' });
    const described = items.map(({ data }) => Buffer.from(data?.description ?? '', 'base64').toString());
    expect(described.filter((text) => text.startsWith('Slipway'))).toEqual([]);
    await remove();
    expect(await house.sandbox.inventory(AbortSignal.timeout(10_000))).toEqual(before);
  }, 120_000);

  it('has its named machines replaced one for one: the new one is there before the old one goes', async () => {
    const { resize, machines, remove } = await makeCluster(house, 'boreas', 2);
    const [first = '', second = ''] = await machines();
    expect(await resize({ count: 2, remove: [first] })).toMatchObject({ count: 2, added: 1, removed: 1 });
    const after = await machines();
    expect(after).toContain(second);
    expect(after).not.toContain(first);
    // The same wish once more is had already; a wrong name takes no other machine with it.
    expect(await resize({ count: 2, remove: [first] })).toMatchObject({ added: 0, removed: 0 });
    await expect(resize({ count: 1, remove: ['boreas-typo'] })).rejects.toThrow(
      /boreas-typo is no machine of group workers/,
    );
    expect(await machines()).toEqual(after);
    await resize({ count: 1, remove: [second] });
    expect(await machines()).toEqual(after.filter((name) => name !== second));
    await remove();
  }, 60_000);

  it('gives way to budgets: pods move before their machine goes', async () => {
    const { resize, machines, deploy, readyPods, remove } = await makeCluster(house, 'chronos', 3);
    await deploy(3, 2);
    let least = 3;
    const shrunk = new AbortController();
    const probe = (async () => {
      while (!shrunk.signal.aborted) {
        least = Math.min(least, await readyPods());
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await resize({ count: 1 });
    shrunk.abort();
    await probe;
    expect(least).toBeGreaterThanOrEqual(2);
    expect(await machines()).toHaveLength(1);
    await until(async () => (await readyPods()) === 3);
    await remove();
  }, 60_000);

  it('keeps the cordon of a person', async () => {
    const { resize, machines, core, nodes, remove } = await makeCluster(house, 'eos', 2);
    const [first = ''] = await machines();
    await core.patchNode({ name: first, body: [{ op: 'add', path: '/spec/unschedulable', value: true }] });
    await resize({ count: 3 });
    expect((await nodes()).filter(({ spec }) => spec?.unschedulable).map(({ metadata }) => metadata?.name)).toEqual([
      first,
    ]);
    await remove();
  }, 60_000);
});
