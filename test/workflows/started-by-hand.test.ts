import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type Payload } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClusterDescription,
  clusterSpecSchema,
  type CreateClusterResult,
  type DeleteClusterResult,
  newRecord,
} from '../../model/index.ts';
import * as workflows from '../../workflows/index.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

/** What anybody can do in Temporal's UI or with its command line, on purpose or not. */
let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown, workflowId: string = randomUUID()): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId, taskQueue: house.taskQueue, args: [input] });

const create = async (name: string): Promise<CreateClusterResult> =>
  (await (await start('createCluster', { name, cloud: 'sandbox' })).result()) as CreateClusterResult;

const remove = async (name: string): Promise<DeleteClusterResult> =>
  (await (await start('deleteCluster', { name })).result()) as DeleteClusterResult;

const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Payloads that no converter reads. */
const unreadable: [string, Payload][] = [
  ['JSON that is cut short', { metadata: { encoding: bytes('json/plain') }, data: bytes('{"name":"at') }],
  ['an encoding that nobody knows', { metadata: { encoding: bytes('binary/other') }, data: bytes('atlas') }],
  ['no encoding', { metadata: {}, data: bytes('atlas') }],
];

/** Starts a workflow with a payload as it is. */
async function startWith(workflowType: string, payload: Payload): Promise<WorkflowHandle> {
  const workflowId = randomUUID();
  await house.client.workflowService.startWorkflowExecution({
    namespace: house.client.options.namespace,
    workflowId,
    workflowType: { name: workflowType },
    taskQueue: { name: house.taskQueue },
    input: { payloads: [payload] },
    requestId: randomUUID(),
  });
  return house.client.workflow.getHandle(workflowId);
}

const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' });
const record = newRecord('atlas-abcdef', spec, '2026-01-02T03:04:05.000Z');

describe('a workflow of type cluster that was started by hand', () => {
  it.each([
    ['nothing', undefined, 'input: is required'],
    ['null', null, 'must be an object, not null'],
    ['text', 'atlas', 'must be an object, not a string'],
    ['a specification', { name: 'atlas', cloud: 'sandbox' }, 'id: is required'],
    ['what it took in an earlier version', { spec }, 'id: is required'],
    ['an id that is none', { ...record, id: 'atlas' }, 'id: is not the id of a cluster'],
    ['the id of a cluster with another name', { ...record, id: 'boreas-abcdef' }, 'id: is not one of this name'],
    ['a specification that is wrong', { ...record, spec: { ...spec, cloud: '' } }, 'spec.cloud: '],
    ['an operation that nobody knows', { ...record, queue: [{ operation: 'x', input: {}, callers: [] }] }, 'queue[0]'],
    ['a phase that nobody knows', { ...record, phase: 'Happy' }, 'phase: must be one of'],
    ['a record', record, 'is of a cluster whose workflow is cluster/atlas, not '],
  ])('with %s ends with words', async (_title, input, words) => {
    const failure = await failureOf((await start('cluster', input)).result());
    expect(failure.type).toBe('Slipway.InvalidInput');
    expect(failure.message).toContain(words);
    expect(failure.message).toContain('ask for a cluster by createCluster');
  });

  it('with a record, under its own name, is a cluster with that id', async () => {
    await start('cluster', record, 'cluster/atlas');
    expect(await describeCluster('atlas')).toMatchObject({ id: record.id, phase: 'Creating' });
    expect(await create('atlas')).toMatchObject({ id: record.id });
    expect(await remove('atlas')).toMatchObject({ id: record.id, left: [] });
  });
});

describe('an input that cannot be read', () => {
  const types = Object.keys(workflows);
  it.each(types.flatMap((type) => unreadable.map(([title, payload]) => ({ type, title, payload }))))(
    'ends $type with words: $title',
    async ({ type, payload }) => {
      const failure = await failureOf((await startWith(type, payload)).result());
      expect(failure.type).toBe('Slipway.InvalidInput');
      expect(failure.message).toContain('input: cannot be read: ');
    },
  );
});

describe('a living cluster', () => {
  it('bears messages with anything in them', async () => {
    await create('boreas');
    const handle = house.client.workflow.getHandle('cluster/boreas');
    const { namespace } = house.client.options;
    const execution = { workflowId: 'cluster/boreas' };
    for (const [, payload] of unreadable) {
      for (const signalName of ['cancelOperation', 'operationEnded', 'nobody-listens']) {
        await house.client.workflowService.signalWorkflowExecution({
          ...{ namespace, workflowExecution: execution, signalName },
          input: { payloads: [payload] },
        });
      }
    }
    for (const garbage of [
      undefined,
      null,
      'x',
      {},
      { operation: 'toString', input: {} },
      { operation: 'createCluster' },
    ]) {
      await handle.signal('cancelOperation', garbage);
      await expect(handle.executeUpdate('run', { args: [garbage] })).rejects.toThrow();
    }
    expect((await describeCluster('boreas')).phase).toBe('Ready');
    expect((await remove('boreas')).left).toEqual([]);
  });

  it('is deletable after its operation was terminated, when that has really stopped', { timeout: 60_000 }, async () => {
    const entered = house.activities.block('waitForServers', 'chronos');
    const creation = await start('createCluster', { name: 'chronos', cloud: 'sandbox' });
    await entered;
    const { running } = await describeCluster('chronos');
    await house.client.workflow.getHandle(running?.workflowId ?? '').terminate('a test');
    expect((await failureOf(creation.result())).message).toMatch(/terminated/);
    expect(await describeCluster('chronos')).toMatchObject({ phase: 'CreateFailed' });
    expect((await remove('chronos')).left).toEqual([]);
    expect(house.activities.overlaps('chronos')).toEqual([]);
  });

  it('does not mind that those who asked are terminated', async () => {
    const held = house.activities.hold('waitForServers', 'dione');
    const creation = await start('createCluster', { name: 'dione', cloud: 'sandbox' });
    const { release } = await held;
    await creation.terminate('a test');
    release();
    await expect.poll(async () => (await describeCluster('dione')).phase, { timeout: 20_000 }).toBe('Ready');
    expect((await remove('dione')).left).toEqual([]);
  });

  it('answers a caller that reminds it, and tries again for one that asks again', async () => {
    house.activities.set('ensureControlPlane', 'eos', () =>
      Promise.reject(ApplicationFailure.nonRetryable('Quota exceeded', 'OpenStack.QuotaExceeded')),
    );
    const input = { name: 'eos', cloud: 'sandbox' };
    const creation = await house.client.workflow.start('createCluster', {
      workflowId: randomUUID(),
      taskQueue: house.taskQueue,
      args: [input],
    });
    await failureOf(creation.result());
    house.activities.reset('ensureControlPlane', 'eos');
    const { workflowId: requestedBy, firstExecutionRunId: requestId } = creation;
    const request = { operation: 'createCluster', input: clusterSpecSchema.parse(input), requestedBy, requestId };
    const ask = (reminder: boolean) =>
      house.client.workflow.getHandle('cluster/eos').executeUpdate('run', { args: [{ ...request, reminder }] });
    expect(await ask(true)).toMatchObject({
      ended: { outcome: 'failed', failure: { type: 'OpenStack.QuotaExceeded' } },
    });
    expect(await ask(false)).not.toHaveProperty('ended');
    await expect.poll(async () => (await describeCluster('eos')).phase, { timeout: 20_000 }).toBe('Ready');
    expect(await ask(true)).toMatchObject({ ended: { outcome: 'completed' } });
    expect((await remove('eos')).left).toEqual([]);
  });
});
