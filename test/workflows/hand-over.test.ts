import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterDescription, NodeGroupResult } from '../../model/index.ts';
import { resetPoints, resetRun } from '../support/resets.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

/** What is asked of a node group that is just being changed is taken over by the operation that does so. */
let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId: randomUUID(), taskQueue: house.taskQueue, args: [input] });
const resize = (name: string, count: number, more: object = {}): Promise<WorkflowHandle> =>
  start('resizeNodeGroup', { name, group: 'workers', count, ...more });
const resultOf = async (run: WorkflowHandle): Promise<NodeGroupResult> => (await run.result()) as NodeGroupResult;
const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');
const sizeOf = ({ spec }: ClusterDescription): number | undefined => spec.nodeGroups[0]?.count;
const workedOn = ({ history }: ClusterDescription) => history.filter((one) => one.operation === 'resizeNodeGroup');
const times = (name: string, activity: string): number =>
  house.activities.called(name).filter((called) => called === activity).length;
const surplus = (name: string, waves: number) => {
  let left = waves;
  house.activities.set('chooseSurplus', name, (input) =>
    Promise.resolve(
      (input as { count: number }).count < 3 && left-- > 0 ? [{ id: `s-${left}`, name: `m-${left}` }] : [],
    ),
  );
};
const operationOf = async (name: string): Promise<WorkflowHandle> =>
  house.client.workflow.getHandle((await describeCluster(name)).running?.workflowId ?? '');

/** Whether an operation has been told of so many wishes. */
const heardOf = async (operation: WorkflowHandle, wishes: number): Promise<boolean> => {
  const { events } = await operation.fetchHistory();
  const heard = events?.filter(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'handOver',
  );
  return heard?.length === wishes;
};

/** A cluster whose group is just made smaller by two waves, in the middle of the first. */
async function shrinking(name: string) {
  await (await start('createCluster', { name, cloud: 'sandbox' })).result();
  surplus(name, 2);
  const held = house.activities.hold('drainNodes', name);
  const first = await resize(name, 1);
  const { release } = await held;
  return { first, release, operation: await operationOf(name) };
}

/** The same, once the operation has been told of one more wish. */
async function handed(name: string, count: number, more: object = {}) {
  const { first, release, operation } = await shrinking(name);
  const second = await resize(name, count, more);
  await until(() => heardOf(operation, 1));
  return { first, second, release, operation };
}

describe('a wish for a group that is just being changed', () => {
  it('is taken after the wave, and all callers hear of the end', async () => {
    const { first, second, release } = await handed('atlas', 7);
    const meanwhile = await describeCluster('atlas');
    expect(meanwhile).toMatchObject({ queued: [], phase: 'Updating' });
    expect(sizeOf(meanwhile)).toBe(7);
    expect(house.kept.size).toBeGreaterThan(0);
    release();
    const wanted = { count: 7, added: 4, removed: 1, takenOver: 1 };
    expect(await resultOf(first)).toMatchObject(wanted);
    expect(await resultOf(second)).toMatchObject(wanted);
    expect(times('atlas', 'removeMachines')).toBe(1);
    const after = await describeCluster('atlas');
    expect(after).toMatchObject({ phase: 'Ready', observed: { nodeGroups: { workers: { count: 7 } } } });
    expect(workedOn(after)).toHaveLength(1);
  });

  it('takes the place of an earlier one that was not taken yet', async () => {
    const { first, second, release, operation } = await handed('boreas', 9);
    const third = await resize('boreas', 5, { min: 1 });
    await until(() => heardOf(operation, 2));
    release();
    for (const run of [first, second, third])
      expect(await resultOf(run)).toMatchObject({ count: 5, added: 2, takenOver: 2 });
    expect((await describeCluster('boreas')).spec.nodeGroups[0]).toMatchObject({ count: 5, min: 1 });
  });

  it('is kept outside of Temporal before it is worked on', async () => {
    const { first, second, release } = await handed('chronos', 6);
    expect([...house.kept.values()].map((secret) => JSON.stringify(secret)).join()).toMatch(
      /"name":"chronos".*"name":"workers","count":6/,
    );
    release();
    await Promise.all([first.result(), second.result()]);
  });

  it('that the operation has not taken when it ends is done after it', async () => {
    const { first, second, release, operation } = await handed('dione', 7);
    // A run that was reset to before the wish does not know of it.
    const { runId } = await operation.describe();
    const [point = 0] = await resetPoints(house.client, { workflowId: operation.workflowId, runId });
    await resetRun(house.client, { workflowId: operation.workflowId, runId }, point, 'nothing');
    release();
    expect(await resultOf(first)).toMatchObject({ count: 1 });
    expect(await resultOf(second)).toMatchObject({ count: 7, added: 4 });
    const after = await describeCluster('dione');
    expect(after).toMatchObject({ phase: 'Ready', queued: [] });
    expect(sizeOf(after)).toBe(7);
    expect(workedOn(after)).toHaveLength(2);
  });

  it.each(['lookAtGroup', 'checkCluster'] as const)(
    'that cannot be, as %s says, fails by itself: the first one does not',
    async (activity) => {
      const name = `eos-${activity === 'lookAtGroup' ? 'l' : 'c'}`;
      const { first, second, release } = await handed(name, 7);
      house.activities.set(activity, name, () =>
        Promise.reject(ApplicationFailure.nonRetryable('no such machine', 'Slipway.InvalidInput')),
      );
      release();
      expect(await resultOf(first)).not.toHaveProperty('takenOver');
      expect((await failureOf(second.result())).message).toBe('no such machine');
      const after = await describeCluster(name);
      expect(after.phase).toBe('UpdateFailed');
      expect(after.history.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'failed']);
    },
  );

  it('does not share the failure of the operation: it is tried by itself', async () => {
    const { first, second, release } = await handed('faunus', 7);
    house.activities.set('removeMachines', 'faunus', () =>
      Promise.reject(ApplicationFailure.nonRetryable('Nova is gone', 'OpenStack.Unavailable')),
    );
    release();
    expect((await failureOf(first.result())).type).toBe('OpenStack.Unavailable');
    surplus('faunus', 0);
    expect(await resultOf(second)).toMatchObject({ count: 7 });
    expect(await describeCluster('faunus')).toMatchObject({ phase: 'Ready' });
  });

  it('is stopped with the operation when a person aborts it', async () => {
    const { first, second, operation } = await handed('gaia', 7);
    await operation.signal('abort');
    for (const run of [first, second]) expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
    expect(await describeCluster('gaia')).toMatchObject({ phase: 'UpdateFailed', queued: [] });
  });

  it('makes way for a deletion', async () => {
    const { first, second } = await handed('hades', 7);
    expect(await (await start('deleteCluster', { name: 'hades' })).result()).toMatchObject({ left: [] });
    for (const run of [first, second]) expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
  });

  it('goes on when those leave who asked before', async () => {
    const { first, second, release } = await handed('hera', 7);
    await first.cancel();
    await expect(first.result()).rejects.toThrow('cancelled');
    release();
    expect(await resultOf(second)).toMatchObject({ count: 7, takenOver: 1 });
  });

  it('is taken when a person lets the operation go on', async () => {
    const { first, release, operation } = await shrinking('hermes');
    await operation.signal('pause');
    release();
    await until(async () => (await describeCluster('hermes')).running?.attention !== undefined);
    const second = await resize('hermes', 7);
    await until(() => heardOf(operation, 1));
    await operation.signal('resume');
    for (const run of [first, second]) expect(await resultOf(run)).toMatchObject({ count: 7, removed: 1 });
  });

  it('is not lost by a reset of the cluster’s workflow', async () => {
    const { first, second, release } = await handed('ilos', 7);
    const { runId } = await house.client.workflow.getHandle('cluster/ilos').describe();
    const points = await resetPoints(house.client, { workflowId: 'cluster/ilos', runId });
    await resetRun(house.client, { workflowId: 'cluster/ilos', runId }, points.at(-1) ?? 0);
    release();
    for (const run of [first, second]) expect(await resultOf(run)).toMatchObject({ count: 7 });
    expect(sizeOf(await describeCluster('ilos'))).toBe(7);
  });

  it('is no other message that bears its name', async () => {
    const { first, release, operation } = await shrinking('juno');
    const { spec } = await describeCluster('juno');
    const input = { name: 'juno', group: 'workers', count: 9 };
    for (const message of [
      undefined,
      'x',
      {},
      { number: 1 },
      { number: 'x', input, spec },
      { number: 1, input, spec: {} },
    ])
      await operation.signal('handOver', message);
    await operation.signal('handOver', { number: 1, input: { ...input, count: -1 }, spec });
    release();
    expect(await resultOf(first)).toMatchObject({ count: 1, removed: 2 });
  });
});
