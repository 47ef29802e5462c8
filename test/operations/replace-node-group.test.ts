import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENERATION_METADATA, groupTag, ownerTag } from '../../model/index.ts';
import { makeCluster } from '../support/small-cluster.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

const limit = () => AbortSignal.timeout(10_000);
const without = (all: readonly string[], some: readonly string[]) => all.filter((one) => !some.includes(one));

describe('the machines of a node group', () => {
  it('are all replaced, those that are named, and those of older generations; names are new each time', async () => {
    const before = await house.sandbox.inventory(limit());
    const { id, machines, nodes, replaceNodeGroup, resize, remove } = await makeCluster(house, 'atlas', 3);
    const seen = new Set(await machines());
    const note = async () => {
      const now = await machines();
      now.forEach((name) => seen.add(name));
      return now;
    };
    const first = await machines();
    expect(await replaceNodeGroup({ maxSurge: '50%' })).toMatchObject({ count: 3, added: 3, removed: 3, forced: 0 });
    const second = await note();
    expect(without(second, first)).toHaveLength(3);
    expect(seen.size).toBe(6);

    const [named = ''] = second;
    expect(await replaceNodeGroup({ machines: [named] })).toMatchObject({ added: 1, removed: 1 });
    const third = await note();
    expect(third).not.toContain(named);
    expect(without(third, second)).toHaveLength(1);
    expect(seen.size).toBe(7);

    // Two are of another generation than one that is made now.
    const { servers } = house.openstack.compute;
    const old = (await servers.list({ tags: [ownerTag(id), groupTag('workers')] })).slice(0, 2);
    for (const { id: server } of old) await servers.updateMetadata(server, { [GENERATION_METADATA]: '0123456789' });
    expect(await replaceNodeGroup({ outdated: true, maxSurge: 0, maxUnavailable: 2 })).toMatchObject({
      ...{ added: 2, removed: 2 },
      generations: [expect.objectContaining({ count: 3 }) as unknown],
    });
    const fourth = await note();
    for (const { name } of old) expect(fourth).not.toContain(name);
    expect(seen.size).toBe(9);
    expect(await replaceNodeGroup({ outdated: true })).toMatchObject({ added: 0, removed: 0 });

    // The youngest go, and their names do not come back.
    expect(await resize({ count: 0 })).toMatchObject({ removed: 3 });
    await resize({ count: 2 });
    for (const name of await machines()) expect(seen).not.toContain(name);
    expect((await nodes()).filter(({ spec }) => spec?.unschedulable)).toEqual([]);
    await remove();
    expect(await house.sandbox.inventory(limit())).toEqual(before);
    expect(await house.vault.kv.listTree(`clusters/${id}`)).toEqual([]);
  }, 240_000);

  it('are given back when it is aborted', async () => {
    const { machines, nodes, replaceNodeGroup, deploy, remove } = await makeCluster(house, 'boreas', 2);
    await deploy(2, 2);
    const all = await machines();
    // The budget never lets a pod go.
    const blocked = replaceNodeGroup({ maxSurge: 2, drainMinutes: 10 }).catch((error: unknown) => error);
    await until(async () => (await nodes()).some(({ spec }) => spec?.unschedulable === true));
    await house.slipway.clusters.abort('boreas');
    expect(await blocked).toMatchObject({ type: 'Slipway.Cancelled' });
    expect((await nodes()).filter(({ spec }) => spec?.unschedulable)).toEqual([]);
    expect(await machines()).toEqual(expect.arrayContaining(all));
    await remove();
  }, 120_000);

  it('are removed by force when a budget blocks them to their deadline; a resize meanwhile is taken over', async () => {
    const { machines, nodes, replaceNodeGroup, resize, deploy, readyPods, remove } = await makeCluster(
      house,
      'dione',
      2,
    );
    await deploy(2, 2);
    const first = await machines();
    const replacing = replaceNodeGroup({ maxSurge: 2, drainMinutes: 1, onBlocked: 'force' });
    await until(async () => (await nodes()).some(({ spec }) => spec?.unschedulable === true));
    const [replaced, resized] = await Promise.all([replacing, resize({ count: 4 })]);
    for (const one of [replaced, resized]) expect(one).toMatchObject({ count: 4, takenOver: 1 });
    expect(replaced).toMatchObject({ added: 4, removed: 2 });
    expect(replaced.forced).toBeGreaterThan(0);
    const after = await machines();
    expect(after).toHaveLength(4);
    expect(without(after, first)).toHaveLength(4);
    await until(async () => (await readyPods()) === 2);
    await remove();
  }, 240_000);

  it('are replaced to the end when the worker is killed meanwhile', async () => {
    const { machines, replaceNodeGroup, remove } = await makeCluster(house, 'chronos', 4);
    const first = await machines();
    const run = replaceNodeGroup({ maxSurge: 1 });
    for (let kill = 0; kill < 3; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 1000 + 2000 * kill));
      await house.stack.workers().at(-1)?.kill();
      await house.stack.addWorker(AbortSignal.timeout(60_000));
    }
    expect(await run).toMatchObject({ count: 4, removed: 4 });
    const after = await machines();
    expect(after).toHaveLength(4);
    expect(without(after, first)).toHaveLength(4);
    await remove();
  }, 300_000);
});
