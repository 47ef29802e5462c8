import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';

const limit = () => AbortSignal.timeout(20_000);

describe('the deletion of a cluster', () => {
  let house: TestStack;
  beforeAll(async () => {
    house = await startTestStack({ workers: 1 });
  }, 120_000);
  afterAll(() => house.stop());

  it('leaves nothing at ten random moments of a creation', async () => {
    const { slipway, sandbox } = house;
    const before = await sandbox.inventory(limit());
    const started = Date.now();
    const spec = { cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups: [{ name: 'workers', count: 2 }] };
    await (await slipway.clusters.create({ ...spec, name: 'measure' })).result();
    const duration = Date.now() - started;
    await (await slipway.clusters.delete('measure')).result();

    const moments = Array.from({ length: 10 }, () => Math.round(Math.random() * duration));
    for (const [index, moment] of moments.entries()) {
      const name = `moment-${index}`;
      const creation = await slipway.clusters.create({ ...spec, name });
      const outcome = creation.result().then(
        () => 'Ready',
        () => 'cancelled',
      );
      // The request is under way until the cluster's workflow has it; before that there is no cluster to delete.
      await untilKnown(house, name);
      await sleep(moment);
      const { left } = await (await slipway.clusters.delete(name)).result();
      expect(left, `deleted after ${moment} ms`).toEqual([]);
      expect(await sandbox.inventory(limit()), `deleted after ${moment} ms (creation: ${await outcome})`).toEqual(
        before,
      );
      expect(await house.vault.kv.listTree('clusters'), `deleted after ${moment} ms`).toEqual([]);
    }
  }, 150_000);
});

describe('a cluster whose machines never boot', () => {
  let house: TestStack;
  beforeAll(async () => {
    house = await startTestStack({ workers: 1, machines: 'none' });
  }, 120_000);
  afterAll(() => house.stop());

  it('is deleted without a trace', async () => {
    const { slipway, sandbox } = house;
    const before = await sandbox.inventory(limit());
    const creation = await slipway.clusters.create({
      name: 'stillborn',
      cloud: 'sandbox',
      controlPlane: { count: 1 },
      nodeGroups: [{ name: 'workers', count: 1 }],
    });
    const outcome = creation.result().then(
      () => 'Ready',
      (error: unknown) => (error instanceof Error && 'type' in error ? error.type : error),
    );
    await untilKnown(house, 'stillborn');
    while ((await house.openstack.compute.servers.list()).length < 2) await sleep(200, undefined, { signal: limit() });
    const { left, removed } = await (await slipway.clusters.delete('stillborn')).result();
    expect(left).toEqual([]);
    expect(removed['server']).toBe(2);
    expect(await outcome).toBe('Slipway.Cancelled');
    expect(await sandbox.inventory(limit())).toEqual(before);
  });
});

async function untilKnown({ slipway }: TestStack, name: string): Promise<void> {
  const signal = limit();
  while ((await slipway.clusters.get(name)) === undefined) await sleep(20, undefined, { signal });
}
