import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClusterDescription, type OperationProgress, searchAttributes } from '../../model/index.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

describe('an operation of a cluster', () => {
  let house: WorkflowHouse;
  beforeAll(async () => {
    house = await startWorkflowHouse();
  }, 120_000);
  afterAll(() => house.stop());

  const start = (type: string, input: unknown): Promise<WorkflowHandle> =>
    house.client.workflow.start(type, { workflowId: randomUUID(), taskQueue: house.taskQueue, args: [input] });
  const create = async (name: string): Promise<unknown> =>
    (await start('createCluster', { name, cloud: 'sandbox' })).result();
  const resize = (name: string, count: number, more: object = {}): Promise<WorkflowHandle> =>
    start('resizeNodeGroup', { name, group: 'workers', count, ...more });
  const describeCluster = (name: string): Promise<ClusterDescription> =>
    house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');
  const attentionOf = async (name: string) => (await describeCluster(name)).running?.attention;
  const working = async (name: string): Promise<WorkflowHandle> =>
    house.client.workflow.getHandle((await describeCluster(name)).running?.workflowId ?? '');
  const progressOf = async (handle: WorkflowHandle): Promise<OperationProgress> =>
    handle.query<OperationProgress>('progress');
  const listed = async (): Promise<string[]> => {
    const query = `WorkflowType = "cluster" AND ${searchAttributes.attention} IS NOT NULL`;
    const found: string[] = [];
    for await (const { workflowId } of house.client.workflow.list({ query })) found.push(workflowId);
    return found;
  };
  const surplus = (name: string, waves: number) => {
    let left = waves;
    house.activities.set('chooseSurplus', name, () =>
      Promise.resolve(left-- > 0 ? [{ id: `s-${left}`, name: `m-${left}` }] : []),
    );
  };
  const budget = 'the budget default/web needs 3 healthy pods and has 3';
  const blocked = () => Promise.reject(ApplicationFailure.nonRetryable(budget, 'Kubernetes.DrainBlocked'));
  /** A resize of a new cluster that a budget blocks, once it waits for a person. */
  const blockedResize = async (name: string): Promise<WorkflowHandle> => {
    await create(name);
    surplus(name, 1);
    house.activities.set('drainNodes', name, blocked);
    const run = await resize(name, 2, { onBlocked: 'pause' });
    await until(async () => (await attentionOf(name)) !== undefined);
    return run;
  };

  it('waits between two waves when it is paused, is found by that, and goes on', async () => {
    await create('atlas');
    surplus('atlas', 2);
    const held = house.activities.hold('drainNodes', 'atlas');
    const run = await resize('atlas', 1);
    const { release } = await held;
    const operation = await working('atlas');
    await operation.signal('pause');
    // What has begun is done first.
    expect(await attentionOf('atlas')).toBeUndefined();
    release();
    await until(async () => (await attentionOf('atlas')) !== undefined);
    expect(await attentionOf('atlas')).toMatchObject({ kind: 'Paused', reason: 'paused by a person' });
    expect(house.activities.called('atlas').filter((name) => name === 'removeMachines')).toHaveLength(1);
    const { steps } = await progressOf(operation);
    expect(steps.find(({ id }) => id === 'removeSurplus')?.state).toBe('paused');
    await until(async () => (await listed()).includes('cluster/atlas'));

    await operation.signal('resume');
    expect(await run.result()).toMatchObject({ removed: 2 });
    const after = await describeCluster('atlas');
    expect(after).toMatchObject({ phase: 'Ready' });
    expect(after.running).toBeUndefined();
    await until(async () => !(await listed()).includes('cluster/atlas'));
  });

  it('has let no machine join while it waits before it makes any: a token would be over when it goes on', async () => {
    await create('gaia');
    const held = house.activities.hold('lookAtGroup', 'gaia');
    const before = house.activities.called('gaia').length;
    const run = await resize('gaia', 5);
    const { release } = await held;
    const operation = await working('gaia');
    await operation.signal('pause');
    release();
    await until(async () => (await attentionOf('gaia')) !== undefined);
    expect(house.activities.called('gaia').slice(before)).toEqual(['lookAtGroup']);
    await operation.signal('resume');
    expect(await run.result()).toMatchObject({ added: 2 });
  });

  it('waits for a person where a budget blocks it, if that was asked for, and tries again', async () => {
    const run = await blockedResize('boreas');
    expect(await attentionOf('boreas')).toMatchObject({ kind: 'Blocked', reason: budget });
    const operation = await working('boreas');
    await operation.signal('resume');
    const drains = () => house.activities.called('boreas').filter((name) => name === 'drainNodes').length;
    await until(async () => drains() === 2 && (await attentionOf('boreas')) !== undefined);

    house.activities.reset('drainNodes', 'boreas');
    await operation.signal('resume');
    expect(await run.result()).toMatchObject({ removed: 1, forced: 0 });
    expect(drains()).toBe(3);
    const { steps } = await progressOf(operation);
    const step = steps.find(({ id }) => id === 'removeSurplus');
    expect(step?.state).toBe('done');
    expect(step?.detail).toBeUndefined();
  });

  it('ends when it is aborted, gives back what it has half done, and can be asked for again', async () => {
    const run = await blockedResize('chronos');
    await (await working('chronos')).signal('abort');
    expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
    expect(house.activities.called('chronos')).toContain('uncordonNodes');
    expect(house.activities.called('chronos')).not.toContain('removeMachines');
    expect(await describeCluster('chronos')).toMatchObject({ phase: 'UpdateFailed', last: { outcome: 'cancelled' } });
    await until(async () => !(await listed()).includes('cluster/chronos'));
    house.activities.reset('drainNodes', 'chronos');
    expect(await (await resize('chronos', 3)).result()).toMatchObject({ count: 3 });
  });

  it('makes way for a deletion while it is paused', async () => {
    const run = await blockedResize('dione');
    expect(await (await start('deleteCluster', { name: 'dione' })).result()).toMatchObject({ left: [] });
    expect((await failureOf(run.result())).type).toBe('Slipway.Cancelled');
  });

  it('passes over words about its waiting that are not its operation’s', async () => {
    await create('eos');
    const entered = house.activities.block('lookAtGroup', 'eos');
    const run = await resize('eos', 2);
    await entered;
    const cluster = house.client.workflow.getHandle('cluster/eos');
    const attention = { kind: 'Blocked', reason: 'x', since: '2026-01-01T00:00:00Z' };
    const { workflowId } = await working('eos');
    for (const change of [undefined, null, 'x', {}, { workflowId: 'other', attention }, { workflowId, attention: {} }])
      await cluster.signal('attention', change);
    expect(await attentionOf('eos')).toBeUndefined();
    await run.cancel();
    await expect(run.result()).rejects.toThrow('cancelled');
  });
});

describe('the deadline of an operation', () => {
  let temporal: TestTemporal;
  let client: Client;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    temporal = await startTestTemporal();
    const connection = await Connection.connect({ address: temporal.address });
    const native = await NativeConnection.connect({ address: temporal.address });
    client = new Client({ connection });
    const workflowsPath = fileURLToPath(new URL('../support/paused-steps.ts', import.meta.url));
    const worker = await Worker.create({ connection: native, taskQueue: 'paused', workflowsPath });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running.finally(() => temporal.stop());
      await Promise.all([connection.close(), native.close()]);
    };
  }, 120_000);
  afterAll(() => stop());

  const start = (first: number, second: number) =>
    client.workflow.start('pausedSteps', {
      workflowId: randomUUID(),
      taskQueue: 'paused',
      args: [{ first, second }],
    });

  it('does not count what it is paused', async () => {
    const run = await start(100, 100);
    await run.signal('pause');
    await sleep(3000);
    await run.signal('resume');
    expect(await run.result()).toBe('done');
  });

  it.each([
    ['later', 60_000, undefined],
    ['later, and is met then', 1000, 'Slipway.DeadlineExceeded'],
    ['never earlier', 1, 'Slipway.DeadlineExceeded'],
  ])('is %s when it is prolonged', async (_, by, type) => {
    // What is stopped would work for much longer, so that no slow machine is taken for an end in time.
    const works = type === undefined ? 2500 : 30_000;
    const options = { workflowId: randomUUID(), taskQueue: 'paused', args: [{ works, by }] };
    const started = Date.now();
    const run = await client.workflow.start('prolongedSteps', options);
    if (type === undefined) expect(await run.result()).toBe('done');
    else expect((await failureOf(run.result())).type).toBe(type);
    expect(Date.now() - started).toBeGreaterThan(950);
  });

  it('counts what it works, before a pause and after it', async () => {
    const run = await start(1000, 30_000);
    await run.signal('pause');
    await sleep(2500);
    const resumed = Date.now();
    await run.signal('resume');
    const failure = await failureOf(run.result());
    expect(failure.type).toBe('Slipway.DeadlineExceeded');
    expect(Date.now() - resumed).toBeLessThan(15_000);
  });
});
