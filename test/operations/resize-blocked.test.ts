import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCluster } from '../support/small-cluster.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  // The shortest deadline of a drain is a minute; a step of this worker ends sooner.
  house = await startTestStack({ workers: 1, workerEnvironment: { SLIPWAY_STEP_TIMEOUT: '20' } });
}, 120_000);
afterAll(() => house.stop());

it('a node group is not shrunk where a budget never gives way, says which, and gives the nodes back; unless it is forced', async () => {
  const { resize, machines, deploy, nodes, core, describe: look, remove } = await makeCluster(house, 'dione', 2);
  await deploy(2, 2);
  const [pod] = (await core.listNamespacedPod({ namespace: 'default' })).items;
  const node = pod?.spec?.nodeName ?? '';
  const failure = await resize({ count: 1, remove: [node], drainMinutes: 1 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ type: 'Kubernetes.DrainBlocked' });
  expect(String(failure)).toMatch(/default\/web-.*: The disruption budget web/);
  expect((await nodes()).filter(({ spec }) => spec?.unschedulable)).toEqual([]);
  expect(await machines()).toHaveLength(2);
  expect((await look()).description).toMatchObject({
    phase: 'UpdateFailed',
    observed: { nodeGroups: { workers: { count: 2 } } },
  });

  expect(await resize({ count: 1, remove: [node], drainMinutes: 1, onBlocked: 'force' })).toMatchObject({
    removed: 1,
    forced: 1,
  });
  expect(await machines()).toHaveLength(1);
  await remove();
}, 240_000);
