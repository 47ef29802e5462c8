import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterDescription, OperationProgress, NodeGroupResult } from '../../model/index.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown, workflowId: string = randomUUID()): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId, taskQueue: house.taskQueue, args: [input] });
const create = async (name: string, more: object = {}): Promise<unknown> =>
  (await start('createCluster', { name, cloud: 'sandbox', ...more })).result();
const resize = (name: string, count: number, more: object = {}): Promise<WorkflowHandle> =>
  start('resizeNodeGroup', { name, group: 'workers', count, ...more });
const resized = async (name: string, count: number, more: object = {}): Promise<NodeGroupResult> =>
  (await (await resize(name, count, more)).result()) as NodeGroupResult;
const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

const sizeOf = ({ spec }: ClusterDescription): number | undefined => spec.nodeGroups[0]?.count;
/** How many requests to the cluster have been let in beyond its creation and the first resize. */
const callersOf = async (name: string): Promise<number> => {
  const { events } = await house.client.workflow.getHandle(`cluster/${name}`).fetchHistory();
  const admitted = events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes) ?? [];
  return admitted.length - 1;
};
const TWO_GROUPS = { nodeGroups: [{ name: 'workers' }, { name: 'gpu' }] };
/** Has a new cluster with two groups resize one, until it is released: who asks for the other one waits. */
async function busyWithGpu(name: string) {
  await create(name, TWO_GROUPS);
  const held = house.activities.hold('lookAtGroup', name);
  const first = await resize(name, 4, { group: 'gpu' });
  return { first, release: (await held).release };
}
const callsSince = (name: string, before: number): string[] => house.activities.called(name).slice(before);

describe('a resize', () => {
  it('asks for what is missing, waits for it, and takes nothing away', async () => {
    await create('atlas');
    const before = house.activities.called('atlas').length;
    expect(await resized('atlas', 5)).toMatchObject({
      name: 'atlas',
      group: 'workers',
      count: 5,
      added: 2,
      removed: 0,
    });
    const calls = callsSince('atlas', before);
    expect(calls).toEqual(
      expect.arrayContaining(['checkCluster', 'admitMachines', 'ensureNodes', 'waitForNodes', 'revokeJoinTokens']),
    );
    expect(calls).not.toContain('removeMachines');
    const after = await describeCluster('atlas');
    expect(after).toMatchObject({ phase: 'Ready', last: { operation: 'resizeNodeGroup', outcome: 'completed' } });
    expect(sizeOf(after)).toBe(5);
    expect(after.observed?.nodeGroups).toMatchObject({ workers: { count: 5 } });
    expect(after.history.map(({ operation }) => operation)).toEqual(['createCluster', 'resizeNodeGroup']);
  });

  it('keeps which generations there are at its end; without a look nothing is known of them', async () => {
    await create('delos');
    const kubernetesVersion = '1.36.3';
    const unknown = [{ generation: '', count: 3, kubernetesVersion }];
    expect((await describeCluster('delos')).observed?.nodeGroups.workers?.generations).toEqual(unknown);
    const generations = [
      { generation: 'a000000000', count: 1, kubernetesVersion: '1.36.2' },
      { generation: 'b000000000', count: 3, kubernetesVersion },
    ];
    house.activities.set('lookAtGenerations', 'delos', () => Promise.resolve({ workers: generations }));
    expect(await resized('delos', 4)).toMatchObject({ count: 4, generations });
    expect((await describeCluster('delos')).observed?.nodeGroups).toEqual({
      workers: { count: 4, kubernetesVersion, generations },
    });
  });

  it('drains before it removes, wave after wave, and makes none', async () => {
    await create('boreas');
    const waves = [[{ id: 's-1', name: 'm-1' }], [{ id: 's-2', name: 'm-2' }]];
    house.activities.set('chooseSurplus', 'boreas', () => Promise.resolve(waves.shift() ?? []));
    const before = house.activities.called('boreas').length;
    const handle = await resize('boreas', 1);
    expect(await handle.result()).toMatchObject({ count: 1, added: 0, removed: 2 });
    const calls = callsSince('boreas', before);
    expect(calls).toEqual([
      ...['lookAtGroup', 'chooseSurplus', 'drainNodes', 'removeMachines'],
      ...['chooseSurplus', 'drainNodes', 'removeMachines', 'chooseSurplus', 'uncordonNodes', 'lookAtGenerations'],
    ]);
    const { last } = await describeCluster('boreas');
    const { steps, percent } = await house.client.workflow
      .getHandle(last?.workflowId ?? '')
      .query<OperationProgress>('progress');
    expect(percent).toBe(100);
    expect(steps.find(({ id }) => id === 'ensureNodes')?.state).toBe('skipped');
    expect(steps.find(({ id }) => id === 'removeSurplus')?.state).toBe('done');
  });

  it('does not wait for machines that are just joining where the others are enough', async () => {
    await create('gaia');
    const look = { present: 4, going: [], ready: 3, joining: 1, nextBatch: 2 };
    house.activities.set('lookAtGroup', 'gaia', () => Promise.resolve(look));
    const before = house.activities.called('gaia').length;
    await resized('gaia', 2);
    expect(callsSince('gaia', before)).not.toContain('waitForNodes');
    await resized('gaia', 4);
    expect(callsSince('gaia', before)).toContain('waitForNodes');
  });

  it('that is blocked gives the nodes back, and leaves a cluster that can be asked again', async () => {
    await create('chronos');
    house.activities.set('chooseSurplus', 'chronos', () => Promise.resolve([{ id: 's-1', name: 'm-1' }]));
    house.activities.set('drainNodes', 'chronos', () =>
      Promise.reject(ApplicationFailure.nonRetryable('default/web: the budget web', 'Kubernetes.DrainBlocked')),
    );
    const failure = await failureOf((await resize('chronos', 2)).result());
    expect(failure.type).toBe('Kubernetes.DrainBlocked');
    expect(house.activities.called('chronos')).toContain('uncordonNodes');
    expect(house.activities.called('chronos')).not.toContain('removeMachines');
    const failed = await describeCluster('chronos');
    expect(failed).toMatchObject({ phase: 'UpdateFailed', last: { failure: { type: 'Kubernetes.DrainBlocked' } } });
    // What is wanted and what is seen are two things now.
    expect([sizeOf(failed), failed.observed?.nodeGroups.workers?.count]).toEqual([2, 3]);

    house.activities.reset('drainNodes', 'chronos');
    house.activities.reset('chooseSurplus', 'chronos');
    await resized('chronos', 3);
    expect((await describeCluster('chronos')).phase).toBe('Ready');
  });

  it('gives the nodes back when it is cancelled, and makes way for a deletion', async () => {
    await create('dione');
    house.activities.set('chooseSurplus', 'dione', () => Promise.resolve([{ id: 's-1', name: 'm-1' }]));
    const entered = house.activities.block('drainNodes', 'dione');
    const run = await resize('dione', 2);
    await entered;
    const deletion = await start('deleteCluster', { name: 'dione' });
    expect(await deletion.result()).toMatchObject({ left: [] });
    expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
    const calls = house.activities.called('dione');
    expect(calls.indexOf('uncordonNodes')).toBeGreaterThan(-1);
    expect(calls.indexOf('uncordonNodes')).toBeLessThan(calls.indexOf('deleteInside'));
  });

  it('goes on for those who share it when one of them is cancelled', async () => {
    const { release } = await busyWithGpu('hera');
    // Two that wait are one; one of its callers leaves.
    const [leaving, staying] = [await resize('hera', 5), await resize('hera', 5)];
    await until(async () => {
      const { queued } = await describeCluster('hera');
      return queued.length === 1 && (await callersOf('hera')) === 2;
    });
    await leaving.cancel();
    await expect(leaving.result()).rejects.toThrow('cancelled');
    release();
    expect(await staying.result()).toMatchObject({ count: 5 });
    expect(sizeOf(await describeCluster('hera'))).toBe(5);
  });

  it('is not done when all who share it are cancelled', async () => {
    const { first, release } = await busyWithGpu('hermes');
    const waiting = [await resize('hermes', 5), await resize('hermes', 5)];
    await until(async () => (await callersOf('hermes')) === 2);
    for (const run of waiting) {
      await run.cancel();
      await expect(run.result()).rejects.toThrow('cancelled');
    }
    release();
    await first.result();
    expect((await describeCluster('hermes')).queued).toEqual([]);
    expect(sizeOf(await describeCluster('hermes'))).toBe(3);
  });

  it('waits its turn behind a creation; those of one group that wait become one, and all callers hear of it', async () => {
    const entered = house.activities.block('waitForApi', 'eos');
    const creation = await start('createCluster', { name: 'eos', cloud: 'sandbox', ...TWO_GROUPS });
    await entered;
    // Refused when its turn comes: the creation was cancelled.
    const early = await resize('eos', 4);
    await until(async () => (await describeCluster('eos')).queued.length === 1);
    await creation.cancel();
    expect((await failureOf(early.result())).type).toBe('Slipway.NotAdmitted');

    house.activities.reset('waitForApi', 'eos');
    await create('eos', TWO_GROUPS);
    const held = house.activities.hold('lookAtGroup', 'eos');
    const first = await resize('eos', 4, { group: 'gpu' });
    const { release } = await held;
    const second = await resize('eos', 5);
    await until(async () => (await describeCluster('eos')).queued.length === 1);
    const third = await resize('eos', 7, { min: 1 });
    // The cluster has taken it in when the request's own activity has ended.
    await until(async () => {
      const { events } = await third.fetchHistory();
      return events?.some(({ activityTaskCompletedEventAttributes: ended }) => ended != null) === true;
    });
    expect((await describeCluster('eos')).queued).toHaveLength(1);
    release();
    expect(await first.result()).toMatchObject({ count: 4 });
    expect(await second.result()).toMatchObject({ count: 7 });
    expect(await third.result()).toMatchObject({ count: 7 });
    const after = await describeCluster('eos');
    expect(sizeOf(after)).toBe(7);
    expect(after.history.filter(({ operation }) => operation === 'resizeNodeGroup')).toHaveLength(2);
  });
});

describe('a resize that cannot be', () => {
  it.each([
    [{ name: 'nobody', group: 'workers', count: 3 }, 'Slipway.ClusterNotFound'],
    [{ name: 'faunus', group: 'gpu', count: 3 }, 'Slipway.InvalidInput'],
    [{ name: 'faunus', group: 'workers', count: -1 }, 'Slipway.InvalidInput'],
    [{ name: 'faunus', group: 'workers', remove: ['a'] }, 'Slipway.InvalidInput'],
    [{ name: 'faunus', group: 'workers', count: 3, id: 'faunus-zzzzzz' }, 'Slipway.ClusterNotFound'],
  ])('%j is refused before anything happens: %s', async (input, type) => {
    if (input.name === 'faunus' && !house.activities.called('faunus').includes('revokeJoinTokens'))
      await create('faunus');
    expect((await failureOf((await start('resizeNodeGroup', input)).result())).type).toBe(type);
    expect(house.activities.called(input.name)).not.toContain('lookAtGroup');
  });
});
