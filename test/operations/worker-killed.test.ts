import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** How often the worker is killed during the creations, and again during the deletions. */
const KILLS = 20;
/** Clusters under way at once, so that one kill meets many different moments. */
const CLUSTERS = 5;

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1, latency: 'instant' });
}, 120_000);
afterAll(() => house.stop());

const limit = () => AbortSignal.timeout(30_000);
const names = Array.from({ length: CLUSTERS }, (_, index) => `cat-${index}`);

/** Kills the worker with SIGKILL at random moments, each time starts another, and starts the next run of the operation meanwhile. */
async function killWhile(start: (name: string) => Promise<unknown>): Promise<unknown[]> {
  const { stack } = house;
  const started: Promise<unknown>[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const name = names[kill / (KILLS / CLUSTERS)];
    if (name !== undefined) started.push(start(name));
    await sleep(Math.random() * 600);
    const worker = stack.workers().at(-1);
    await worker?.kill();
    await stack.addWorker(AbortSignal.timeout(60_000));
  }
  return Promise.all(started);
}

it(`ends the same, without doubles or leaks, when the worker is killed ${KILLS} times during creations and ${KILLS} times during deletions`, async () => {
  const { slipway, sandbox } = house;
  const before = await sandbox.inventory(limit());
  const spec = { cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups: [{ name: 'workers', count: 2 }] };
  const created = await killWhile(async (name) => (await slipway.clusters.create({ ...spec, name })).result());
  expect(created).toHaveLength(CLUSTERS);

  // Exactly what a creation makes that nobody disturbed, for each cluster.
  const reference = await kindsOf('undisturbed', async () => {
    await (await slipway.clusters.create({ ...spec, name: 'undisturbed' })).result();
  });
  for (const name of names) expect(await kindsOf(name), name).toEqual(reference);
  for (const name of names) expect((await slipway.clusters.get(name))?.phase).toBe('Ready');

  await (await slipway.clusters.delete('undisturbed')).result();
  const deleted = await killWhile(async (name) => (await (await slipway.clusters.delete(name)).result()).left);
  expect(deleted).toEqual(names.map(() => []));
  expect(await sandbox.inventory(limit())).toEqual(before);
  expect(await house.vault.kv.listTree('clusters')).toEqual([]);
}, 400_000);

/** How many resources of each type carry a cluster's name. */
async function kindsOf(name: string, make?: () => Promise<void>): Promise<Record<string, number>> {
  await make?.();
  const counts: Record<string, number> = {};
  for (const one of await house.sandbox.inventory(limit())) {
    if (one.name.startsWith(`${name}-`)) counts[one.type] = (counts[one.type] ?? 0) + 1;
  }
  return counts;
}
