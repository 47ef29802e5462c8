import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeleteClusterResult } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** How often the worker is killed while clusters are created and others deleted. */
const KILLS = 20;
/**
 * A creation and a deletion start after every fourth kill, so that one kill meets several of each, at different
 * moments.
 */
const PAIRS = 5;

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

const limit = () => AbortSignal.timeout(30_000);
const spec = { cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups: [{ name: 'workers', count: 2 }] };
const names = (kind: string) => Array.from({ length: PAIRS }, (_, index) => `${kind}-${index}`);

const create = async (name: string) => (await house.slipway.clusters.create({ ...spec, name })).result();

/** As anybody may start it: without asking the cluster first, which needs a worker. */
const remove = async (name: string): Promise<DeleteClusterResult> => {
  const options = { workflowId: `delete ${name}`, taskQueue: 'slipway', args: [{ name }] as [unknown] };
  return house.temporal.client.workflow.execute<(input: unknown) => Promise<DeleteClusterResult>>(
    'deleteCluster',
    options,
  );
};

it(`ends the same, without doubles or leaks, when the worker is killed ${KILLS} times during creations and deletions`, async () => {
  const { stack, slipway, sandbox } = house;
  const before = await sandbox.inventory(limit());
  const [made, removed] = [names('made'), names('gone')];
  await Promise.all([...removed, 'undisturbed'].map(create));
  const reference = await kindsOf('undisturbed');
  expect(reference['servers']).toBe(3);

  const creations: Promise<unknown>[] = [];
  const deletions: Promise<DeleteClusterResult>[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const index = kill / (KILLS / PAIRS);
    const [toMake, toRemove] = [made[index], removed[index]];
    if (toMake !== undefined) creations.push(create(toMake));
    if (toRemove !== undefined) deletions.push(remove(toRemove));
    await sleep(Math.random() * 600);
    await stack.workers().at(-1)?.kill();
    await stack.addWorker(AbortSignal.timeout(60_000));
  }

  // Every creation ends as one that nobody disturbed, every deletion with nothing.
  expect(await Promise.all(creations)).toHaveLength(PAIRS);
  for (const name of made) {
    expect((await slipway.clusters.get(name))?.phase, name).toBe('Ready');
    expect(await kindsOf(name), name).toEqual(reference);
  }
  expect((await Promise.all(deletions)).flatMap(({ left }) => left)).toEqual([]);
  for (const name of removed) expect(await kindsOf(name), name).toEqual({});

  await Promise.all([...made, 'undisturbed'].map(remove));
  expect(await sandbox.inventory(limit())).toEqual(before);
  expect(await house.vault.kv.listTree('clusters')).toEqual([]);
  // Twenty workers start one after the other: seconds each, many where every file that they open is traced (`fresh`).
}, 1_200_000);

/** How many resources of each type carry a cluster's name. */
async function kindsOf(name: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of await house.sandbox.inventory(limit())) {
    if (one.name.startsWith(`${name}-`)) counts[one.type] = (counts[one.type] ?? 0) + 1;
  }
  return counts;
}
