import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { cancellationSignal, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clusterSpecSchema, type OperationProgress } from '../../model/index.ts';
import { startTestTemporal } from '../support/temporal-server.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import type { items, groups, parentOfSteps } from '../support/step-workflows.ts';

/** What the activity does that the workflows of these tests ask for. */
let work: (what: string) => Promise<string>;
const asked: string[] = [];

let client: Client;
let stop: () => Promise<void>;
beforeAll(async () => {
  // What fails here is meant to.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const temporal = await startTestTemporal();
  const connection = await Connection.connect({ address: temporal.address });
  const native = await NativeConnection.connect({ address: temporal.address });
  client = new Client({ connection });
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const worker = await Worker.create({
    ...{ connection: native, taskQueue: 'steps', workflowsPath: file('../support/step-workflows.ts') },
    interceptors: { workflowModules: [file('../../workflows/activity-ids.ts')] },
    maxHeartbeatThrottleInterval: '100ms',
    activities: {
      work: async (what: string) => {
        asked.push(what);
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 100);
        try {
          return await work(what);
        } finally {
          clearInterval(beat);
        }
      },
    },
  });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running.finally(() => temporal.stop());
    await Promise.all([connection.close(), native.close()]);
  };
}, 120_000);
afterAll(() => stop());
beforeEach(() => {
  asked.length = 0;
  work = () => Promise.resolve(Context.current().info.activityId);
});

const start = <W extends (input: never) => Promise<unknown>>(type: string, input: Parameters<W>[0]) =>
  client.workflow.start(type, { workflowId: randomUUID(), taskQueue: 'steps', args: [input] });
const progressOf = (run: Pick<WorkflowHandle, 'query'>): Promise<OperationProgress> =>
  run.query<OperationProgress>('progress');
const states = async (run: WorkflowHandle): Promise<Record<string, string>> =>
  Object.fromEntries((await progressOf(run)).steps.map(({ id, state }) => [id, state]));
const no = (message: string) => Promise.reject(ApplicationFailure.nonRetryable(message));
/** Until it is cancelled. */
const forEver = () =>
  new Promise<string>((_, reject) => {
    const signal = cancellationSignal();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

it('an activity has the path of its step as its id, and which one it is of those of the path', async () => {
  const run = await client.workflow.start('activityIds', { workflowId: randomUUID(), taskQueue: 'steps' });
  expect(await run.result()).toEqual([...['1', 'a#1', 'a#2', 'a#3'], ...['b#1', 'b/c/m-1#1', 'b/c/m-2#1']]);
});

describe('a step over items', () => {
  it('does so many at once, and no more', async () => {
    let [now, most] = [0, 0];
    work = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 30));
      now -= 1;
      return '';
    };
    const run = await start<typeof items>('items', { count: 12, atOnce: 3, onFailure: 'stop' });
    expect(await run.result()).toEqual([12, []]);
    expect(most).toBe(3);
    expect((await progressOf(run)).steps.map(({ id, counts }) => [id, counts])).toEqual([
      ['items', { done: 12 }],
      ['last', undefined],
    ]);
  });

  it('stops at the first failure: what is under way is cancelled, and nothing more begins', async () => {
    work = (what) => (what === 'm-1' ? no('Nova is gone') : forEver());
    const run = await start<typeof items>('items', { count: 9, atOnce: 3, onFailure: 'stop' });
    expect((await failureOf(run.result())).message).toBe('Nova is gone');
    expect(asked.sort()).toEqual(['m-0', 'm-1', 'm-2']);
    const { steps } = await progressOf(run);
    expect(steps[0]).toMatchObject({ state: 'failed', counts: { failed: 1, cancelled: 2, pending: 6 } });
    expect(steps[1]).toMatchObject({ id: 'items/m-1', parent: 'items', state: 'failed', detail: 'Nova is gone' });
  });

  it('goes on with the others where failures are collected', async () => {
    work = (what) => (what === 'm-1' || what === 'm-4' ? no(what) : Promise.resolve(''));
    const run = await start<typeof items>('items', { count: 6, atOnce: 2, onFailure: 'collect' });
    expect(await run.result()).toEqual([4, ['m-1', 'm-4']]);
  });

  it('shows a few of a thousand, and costs by each change, not by each item', async () => {
    work = (what) => (what === 'm-0' ? no('Nova is gone') : forEver());
    const started = Date.now();
    const run = await start<typeof items>('items', {
      count: 1000,
      atOnce: 3,
      onFailure: 'collect',
      asks: ['m-0', 'm-999'],
    });
    await until(() => Promise.resolve(asked.includes('m-999')));
    const seconds = (Date.now() - started) / 1000;
    const progress = await progressOf(run);
    expect(progress.steps[0]?.counts).toEqual({ failed: 1, running: 1, done: 998 });
    expect(progress.steps.map(({ id }) => id)).toEqual(['items', 'items/m-0', 'items/m-999', 'last']);
    expect(JSON.stringify(progress).length).toBeLessThan(2000);
    expect(seconds).toBeLessThan(30);
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
  });
});

describe('a group of steps', () => {
  it('that fails ends its own steps only; another group takes it back, and the rest goes on', async () => {
    work = async (what) => {
      if (what === 'one') return no('it broke');
      if (what === 'two') return forEver();
      if (what === 'beside') await until(() => Promise.resolve(asked.includes('undo')));
      return what;
    };
    const run = await start<typeof groups>('groups', { catches: true });
    expect(await run.result()).toBe('undo');
    expect(await states(run)).toEqual({
      ...{ forward: 'failed', 'forward/one': 'failed', 'forward/two': 'cancelled' },
      ...{ back: 'done', 'back/undo': 'done', beside: 'done' },
    });
    expect((await progressOf(run)).percent).toBe(100);
  });

  it('that takes back is shown as skipped when it was not needed', async () => {
    const run = await start<typeof groups>('groups', { catches: true });
    expect(await run.result()).toBe('forward');
    expect(await states(run)).toMatchObject({ forward: 'done', back: 'skipped', 'back/undo': 'skipped' });
  });

  it('whose failure nobody catches ends the operation', async () => {
    work = (what) => (what === 'one' ? no('it broke') : forEver());
    const run = await start<typeof groups>('groups', { catches: false });
    expect((await failureOf(run.result())).message).toBe('it broke');
    expect(await states(run)).toMatchObject({ forward: 'failed', beside: 'cancelled', back: 'pending' });
  });

  it('is cancelled with the operation, and nothing takes it back then', async () => {
    work = forEver;
    const run = await start<typeof groups>('groups', { catches: true });
    await until(() => Promise.resolve(asked.length === 3));
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect(asked).not.toContain('undo');
    expect(await states(run)).toMatchObject({ forward: 'cancelled', beside: 'cancelled' });
  });
});

describe('a child workflow of a step', () => {
  const parent = async (limitMs = 60_000, runs = 1) => {
    const childId = randomUUID();
    const run = await start<typeof parentOfSteps>('parentOfSteps', { childId, limitMs, runs });
    return { run, child: client.workflow.getHandle(childId) };
  };
  /** An activity that is held until the returned function is called. */
  const held = (what: string) => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    work = (one) => (one === what ? released.then(() => one) : Promise.resolve(one));
    return release;
  };
  const signalsOf = async (run: WorkflowHandle): Promise<string[]> => {
    const { events } = await run.fetchHistory();
    return (events ?? []).flatMap((one) => one.workflowExecutionSignaledEventAttributes?.signalName ?? []);
  };
  const startedIds = async (run: WorkflowHandle) => (await progressOf(run)).steps.map(({ id }) => id);

  it('is named by the step while it works; afterwards its steps are the step’s', async () => {
    const release = held('first 1');
    const { run, child } = await parent();
    await until(() => Promise.resolve(asked.includes('first 1')));
    const before = await progressOf(run);
    expect(before.steps[1]?.child).toEqual({ workflowId: child.workflowId, share: 80 });
    expect((await progressOf(child)).steps[0]).toMatchObject({ id: 'first', state: 'running' });
    release();
    expect(await run.result()).toBe('second 1, wish 0');
    expect(await startedIds(run)).toEqual(['before', 'roll', 'roll/first', 'roll/second', 'after']);
    expect((await progressOf(run)).steps[1]).not.toHaveProperty('child');
  });

  it('waits at its own safe point when its operation is paused, which does not count, and goes on', async () => {
    const release = held('first 1');
    const { run, child } = await parent(6000);
    await until(() => Promise.resolve(asked.includes('first 1')));
    await run.signal('pause');
    await until(async () => (await signalsOf(child)).includes('pause'));
    release();
    await until(async () => (await states(child))['second'] === 'paused');
    await new Promise((resolve) => setTimeout(resolve, 7000));
    await run.signal('resume');
    expect(await run.result()).toBe('second 1, wish 0');
  }, 60_000);

  it('hears of a pause and of wishes that came before it', async () => {
    // The child may otherwise be past its safe point when it is told.
    const release = held('first 1');
    const childId = randomUUID();
    const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' });
    const input = { name: 'atlas', group: 'workers', count: 3 };
    const args = [{ childId, limitMs: 60_000, runs: 1 }];
    const options = { workflowId: randomUUID(), taskQueue: 'steps', args };
    const run = await client.workflow.signalWithStart('parentOfSteps', { ...options, signal: 'pause' });
    await run.signal('handOver', { number: 2, input, spec });
    const child = client.workflow.getHandle(childId);
    await until(() => Promise.resolve(asked.includes('first 1')));
    await until(async () => (await signalsOf(child)).length === 2);
    release();
    await until(async () => (await states(child))['second'] === 'paused');
    await run.signal('resume');
    expect(await run.result()).toBe('second 1, wish 2');
  });

  it('may work as long as the wish may that its operation was handed', async () => {
    const release = held('first 1');
    const { run } = await parent(3000);
    const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' });
    await run.signal('handOver', { number: 1, input: { name: 'atlas', group: 'workers', count: 3 }, spec });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    release();
    expect(await run.result()).toBe('second 1, wish 1');
  });

  it('that fails ends the operation with its failure', async () => {
    work = (what) => (what === 'second 1' ? no('it broke') : Promise.resolve(what));
    const { run } = await parent();
    expect((await failureOf(run.result())).message).toContain('it broke');
    expect(await states(run)).toMatchObject({ roll: 'failed', after: 'pending' });
  });

  it.each([
    ['is cancelled', (run: WorkflowHandle) => run.cancel()],
    ['is aborted', (run: WorkflowHandle) => run.signal('abort')],
  ])('ends before its operation when that %s, also after it has continued as new', async (_, how) => {
    work = (what) => (what === 'second 2' ? forEver() : Promise.resolve(what));
    const { run, child } = await parent(60_000, 3);
    await until(() => Promise.resolve(asked.includes('second 2')));
    await how(run);
    await expect(run.result()).rejects.toThrow();
    expect((await child.describe()).status.name).toBe('CANCELLED');
  });

  it('is stopped at the deadline of its operation', async () => {
    work = forEver;
    const { run, child } = await parent(2000);
    expect((await failureOf(run.result())).type).toBe('Slipway.DeadlineExceeded');
    expect((await child.describe()).status.name).toBe('CANCELLED');
  });
});
