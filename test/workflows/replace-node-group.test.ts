import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterDescription, OperationProgress, NodeGroupResult } from '../../model/index.ts';
import { FakeNodeGroup } from '../support/fake-node-group.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId: randomUUID(), taskQueue: house.taskQueue, args: [input] });
/** A new cluster whose group has so many machines. */
const create = async (name: string, count: number): Promise<FakeNodeGroup> => {
  const nodeGroups = [{ name: 'workers', count }];
  await (await start('createCluster', { name, cloud: 'sandbox', nodeGroups })).result();
  return new FakeNodeGroup(house.activities, name, count);
};
const replace = (name: string, more: object = {}): Promise<WorkflowHandle> =>
  start('replaceNodeGroup', { name, group: 'workers', ...more });
const replaced = async (name: string, more: object = {}): Promise<NodeGroupResult> =>
  (await (await replace(name, more)).result()) as NodeGroupResult;
const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');
const runningOf = async (name: string): Promise<WorkflowHandle> =>
  house.client.workflow.getHandle((await describeCluster(name)).running?.workflowId ?? '');
const rollOf = async (name: string): Promise<WorkflowHandle> =>
  house.client.workflow.getHandle(`${(await runningOf(name)).workflowId}/roll`);
const called = (name: string, activity: string): number =>
  house.activities.called(name).filter((one) => one === activity).length;
/** Whether a run was signalled so. */
const heard = async (run: WorkflowHandle, signal: string): Promise<boolean> => {
  const { events } = await run.fetchHistory();
  return events?.some((one) => one.workflowExecutionSignaledEventAttributes?.signalName === signal) === true;
};
/** Holds the first drain; the later ones are the group's again. */
const drainHeld = (name: string, group: FakeNodeGroup) =>
  house.activities.hold('drainNodes', name).finally(() => group.drains());

describe('a node group', () => {
  it('is replaced one by one: a new machine is Ready before an old one goes', async () => {
    const group = await create('atlas', 3);
    expect(await replaced('atlas')).toMatchObject({ count: 3, added: 3, removed: 3, forced: 0 });
    expect(group.names).toEqual(['m-3', 'm-4', 'm-5']);
    expect([group.fewestReady, group.mostPresent]).toEqual([3, 4]);
    expect(group.story.slice(0, 3)).toEqual(['make 1', 'drain m-0', 'remove m-0']);
    const { last, observed } = await describeCluster('atlas');
    expect(observed?.nodeGroups['workers']?.count).toBe(3);
    // What the child has done is a part of what the operation tells.
    const { percent, steps } = await house.client.workflow
      .getHandle(last?.workflowId ?? '')
      .query<OperationProgress>('progress');
    expect(percent).toBe(100);
    expect(steps.find(({ id }) => id === 'roll/removeMachines')).toMatchObject({ state: 'done', counts: { done: 3 } });
    expect(called('atlas', 'revokeJoinTokens')).toBe(2);
  });

  it.each([
    ['a tenth beyond it', { maxSurge: '10%' }, 20, 22],
    ['none beyond it, where some may be missing', { maxSurge: 0, maxUnavailable: 3 }, 17, 20],
  ])('goes by whole waves: %s', async (_, limits, fewest, most) => {
    const name = `boreas-${most}`;
    const group = await create(name, 20);
    expect(await replaced(name, limits)).toMatchObject({ added: 20, removed: 20 });
    expect([group.fewestReady, group.mostPresent]).toEqual([fewest, most]);
    const wave = most - fewest;
    expect(group.story.filter((one) => one.startsWith('remove')).length).toBeLessThanOrEqual(Math.ceil(20 / wave) + 1);
  });

  it('has only the named machines replaced', async () => {
    const group = await create('chronos', 3);
    expect(await replaced('chronos', { machines: ['m-1'] })).toMatchObject({ added: 1, removed: 1 });
    expect(group.names).toEqual(['m-0', 'm-2', 'm-3']);
  });

  it('takes over a wish for its size with the next wave', async () => {
    const group = await create('dione', 3);
    const held = drainHeld('dione', group);
    const run = await replace('dione');
    const { release } = await held;
    const resize = await start('resizeNodeGroup', { name: 'dione', group: 'workers', count: 5 });
    const roll = await rollOf('dione');
    await until(() => heard(roll, 'handOver'));
    release();
    for (const one of [run, resize]) expect(await one.result()).toMatchObject({ count: 5, takenOver: 1 });
    expect(group.names).toHaveLength(5);
    const after = await describeCluster('dione');
    expect(after).toMatchObject({ phase: 'Ready', queued: [], observed: { nodeGroups: { workers: { count: 5 } } } });
  });

  it('waits between two waves when a person pauses it; its cluster says so', async () => {
    const group = await create('eos', 2);
    const held = drainHeld('eos', group);
    const run = await replace('eos');
    const { release } = await held;
    const operation = await runningOf('eos');
    await operation.signal('pause');
    const roll = await rollOf('eos');
    await until(() => heard(roll, 'pause'));
    release();
    await until(async () => (await describeCluster('eos')).running?.attention !== undefined);
    expect((await describeCluster('eos')).running?.attention?.kind).toBe('Paused');
    expect(group.story.filter((one) => one.startsWith('remove'))).toHaveLength(1);
    await operation.signal('resume');
    expect(await run.result()).toMatchObject({ removed: 2 });
    expect((await describeCluster('eos')).running).toBeUndefined();
  });

  it('does not let a machine that hangs hold the others, and waits for a person at its deadline', async () => {
    const group = await create('gaia', 4);
    group.blocked.add('m-0');
    const run = await replace('gaia', { maxSurge: 2, onBlocked: 'pause', drainMinutes: 1 });
    await until(() => Promise.resolve(['m-1', 'm-2', 'm-3'].every((name) => !group.names.includes(name))));
    expect(group.names).toContain('m-0');
    // Its minute passes.
    for (let tries = 0; tries < 8 && (await describeCluster('gaia')).running?.attention === undefined; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect((await describeCluster('gaia')).running?.attention).toMatchObject({
      kind: 'Blocked',
      reason: 'left: 1 pod',
    });
    group.blocked.clear();
    await (await runningOf('gaia')).signal('resume');
    expect(await run.result()).toMatchObject({ removed: 4, forced: 0 });
  }, 180_000);

  it.each(['cancel', 'abort'] as const)('gives back what it has cordoned at a %s, and ends', async (how) => {
    const name = `hades-${how}`;
    await create(name, 2);
    const entered = house.activities.block('drainNodes', name);
    const run = await replace(name);
    await entered;
    if (how === 'cancel') await run.cancel();
    else await (await runningOf(name)).signal('abort');
    await expect(run.result()).rejects.toThrow();
    await until(async () => (await describeCluster(name)).running === undefined);
    expect(called(name, 'uncordonNodes')).toBe(1);
    expect(called(name, 'removeMachines')).toBe(0);
    expect(await describeCluster(name)).toMatchObject({ phase: 'UpdateFailed', last: { outcome: 'cancelled' } });
  });

  it('makes way for a deletion', async () => {
    await create('hera', 2);
    const entered = house.activities.block('drainNodes', 'hera');
    const run = await replace('hera');
    await entered;
    expect(await (await start('deleteCluster', { name: 'hera' })).result()).toMatchObject({ left: [] });
    expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
  });

  it('says so when nothing may be removed because too few are Ready', async () => {
    const group = await create('iris', 2);
    house.activities.set('planGroupRollout', 'iris', () =>
      Promise.resolve({
        ...{ present: 3, ready: 1, joining: 0, create: 0, remove: [], left: 1, done: false, nextBatch: 2 },
        limits: { surge: 1, unavailable: 0 },
      }),
    );
    const failure = await failureOf((await replace('iris')).result());
    expect([failure.type, failure.message]).toEqual([
      'Slipway.NotAdmitted',
      expect.stringMatching(/only 1 of the 3 machines of workers are Ready: with maxSurge 1 and maxUnavailable 0/),
    ]);
    expect(group.story).toEqual([]);
  });

  it('of many waves has no run of more than 1,500 events', async () => {
    await create('leto', 60);
    expect(await replaced('leto')).toMatchObject({ added: 60, removed: 60 });
    const { last } = await describeCluster('leto');
    const roll = `${last?.workflowId ?? ''}/roll`;
    await until(async () => {
      let closed = 0;
      for await (const { status } of house.client.workflow.list({ query: `WorkflowId = "${roll}"` }))
        closed += status.name === 'RUNNING' ? 0 : 1;
      return closed >= 3;
    });
    let runs = 0;
    for await (const { historyLength } of house.client.workflow.list({ query: `WorkflowId = "${roll}"` })) {
      expect(historyLength).toBeLessThan(1500);
      runs += 1;
    }
    expect(runs).toBeGreaterThanOrEqual(3);
  }, 180_000);
});

describe('a replacement that cannot be', () => {
  it.each([
    [{ group: 'gpu' }, /no node group gpu/],
    [{ maxSurge: 0 }, /no machine can be replaced/],
    [{ maxSurge: 'many' }, /maxSurge/],
    [{ machines: [] }, /machines/],
  ])('%j is refused before anything happens', async (more, reason) => {
    if (!house.activities.called('faunus').includes('ensureNodes')) await create('faunus', 1);
    const failure = await failureOf((await replace('faunus', more)).result());
    expect([failure.type, failure.message]).toEqual(['Slipway.InvalidInput', expect.stringMatching(reason)]);
    expect(house.activities.called('faunus')).not.toContain('planGroupRollout');
  });

  it('is one that somebody starts by its part', async () => {
    const failure = await failureOf((await start('rollGroup', { id: 'atlas-k3f7x2' })).result());
    expect(failure.message).toMatch(/a part of replaceNodeGroup/);
  });
});
