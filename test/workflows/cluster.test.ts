import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ClusterDescription,
  CreateClusterResult,
  DeleteClusterResult,
  OperationProgress,
} from '../../model/index.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown, workflowId: string = randomUUID()): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId, taskQueue: house.taskQueue, args: [input] });

const create = async (name: string, more: object = {}, workflowId?: string): Promise<CreateClusterResult> =>
  (await (
    await start('createCluster', { name, cloud: 'sandbox', ...more }, workflowId)
  ).result()) as CreateClusterResult;

const remove = async (name: string): Promise<DeleteClusterResult> =>
  (await (await start('deleteCluster', { name })).result()) as DeleteClusterResult;

const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

const quotaExceeded = () =>
  Promise.reject(
    ApplicationFailure.nonRetryable('Quota exceeded for cores (Request-ID: req-1)', 'OpenStack.QuotaExceeded'),
  );

describe('a cluster', () => {
  it('is created, described and deleted', async () => {
    const result = await create('atlas');
    expect(result).toMatchObject({ name: 'atlas', apiEndpoint: 'https://127.64.0.9:6443', controlPlanes: 3, nodes: 3 });
    expect(result.id).toMatch(/^atlas-[a-z2-7]{6}$/);
    const description = await describeCluster('atlas');
    expect(description).toMatchObject({
      phase: 'Ready',
      id: result.id,
      kubeconfigPath: result.kubeconfigPath,
      queued: [],
    });

    const deleted = await remove('atlas');
    expect(deleted).toMatchObject({
      name: 'atlas',
      id: result.id,
      removed: { server: 2, 'load balancer': 1, secret: 4 },
      left: [],
    });
    // The cluster's own workflow ends, and its name is free again at once.
    expect((await create('atlas')).id).not.toBe(result.id);
  });

  it('refuses a second creation with its name, and says so', async () => {
    await create('boreas');
    const failure = await failureOf(create('boreas', { controlPlane: { count: 1 } }));
    expect(failure.type).toBe('Slipway.NameTaken');
    expect(failure.message).toMatch(/the name boreas is taken by cluster boreas-[a-z2-7]{6} \(Ready\)/);
  });

  it('gives the same caller that repeats its request the same result', async () => {
    const first = await create('chronos', {}, 'createCluster/chronos/me');
    const second = await create('chronos', {}, 'createCluster/chronos/me');
    expect(second).toEqual(first);
    expect(house.activities.called('chronos').filter((name) => name === 'ensureNetwork')).toHaveLength(1);
  });

  it('keeps a failed creation with its cause, and resumes it', async () => {
    house.activities.set('ensureControlPlane', 'dione', quotaExceeded);
    const failure = await failureOf(create('dione'));
    expect(failure).toMatchObject({
      type: 'OpenStack.QuotaExceeded',
      message: 'Quota exceeded for cores (Request-ID: req-1)',
    });
    const failed = await describeCluster('dione');
    expect(failed).toMatchObject({
      phase: 'CreateFailed',
      last: { outcome: 'failed', failure: { type: 'OpenStack.QuotaExceeded' } },
    });

    const other = await failureOf(create('dione', { controlPlane: { count: 1 } }));
    expect(other.type).toBe('Slipway.NameTaken');

    house.activities.reset('ensureControlPlane', 'dione');
    const resumed = await create('dione');
    expect(resumed.id).toBe(failed.id);
    expect((await describeCluster('dione')).phase).toBe('Ready');
  });

  it('can be deleted while it is created: the creation is cancelled first', async () => {
    const entered = house.activities.block('waitForApi', 'eos');
    const creation = await start('createCluster', { name: 'eos', cloud: 'sandbox' });
    await entered;
    const deleted = await remove('eos');
    expect(deleted.left).toEqual([]);
    expect((await failureOf(creation.result())).type).toBe('Slipway.Cancelled');
    const calls = house.activities.called('eos');
    expect(calls.indexOf('deleteInside')).toBeGreaterThan(calls.indexOf('waitForApi'));
    expect(calls).not.toContain('admitMachines');
  });

  it('stops its creation when the run that asked for it is cancelled', async () => {
    const entered = house.activities.block('waitForServers', 'faunus');
    const creation = await start('createCluster', { name: 'faunus', cloud: 'sandbox' });
    await entered;
    await creation.cancel();
    await expect(creation.result()).rejects.toThrow();
    expect(await describeCluster('faunus')).toMatchObject({ phase: 'CreateFailed', last: { outcome: 'cancelled' } });
  });

  it('outlives a request to cancel its own workflow', async () => {
    await create('gaia');
    await house.client.workflow.getHandle('cluster/gaia').cancel();
    expect((await describeCluster('gaia')).phase).toBe('Ready');
    expect((await remove('gaia')).left).toEqual([]);
  });

  it('says what a deletion left behind, and goes when it is deleted again or abandoned', async () => {
    await create('hades');
    const left = [{ service: 'network', type: 'port', id: 'p-1', name: 'x', reason: 'in use by a router' }];
    house.activities.set('sweep', 'hades', () => Promise.resolve({ left }));
    house.activities.set('deleteNetwork', 'hades', quotaExceeded);
    const failure = await failureOf(remove('hades'));
    expect(failure.type).toBe('Slipway.LeftBehind');
    expect(failure.message).toMatch(/port x \(p-1\): in use by a router.*What went wrong: Quota exceeded for cores/);
    expect(failure.details).toEqual([{ left }]);
    // The steps after the one that failed were done nevertheless.
    expect(house.activities.called('hades')).toContain('deleteSecrets');
    const { phase, last } = await describeCluster('hades');
    expect(phase).toBe('DeleteFailed');
    // Who looks at the run sees which one it was.
    const run = house.client.workflow.getHandle(last?.workflowId ?? '');
    const { steps } = await run.query<OperationProgress>('progress');
    expect(steps.find(({ id }) => id === 'deleteNetwork')).toMatchObject({
      state: 'tolerated',
      detail: expect.stringMatching(/^Quota exceeded for cores/) as unknown,
    });
    expect(steps.find(({ id }) => id === 'deleteSecrets')?.state).toBe('done');

    const abandoned = (await (
      await start('deleteCluster', { name: 'hades', abandon: true })
    ).result()) as DeleteClusterResult;
    expect(abandoned.left).toEqual(left);
  });

  it('tells its end also to those whose worker died while they asked, and is gone since', async () => {
    await create('hemera');
    const cluster = house.client.workflow.getHandle('cluster/hemera');
    house.activities.loseAnswer('hemera', () => cluster.result());
    expect(await remove('hemera')).toMatchObject({ name: 'hemera', left: [] });
  });

  it('is not deleted for a request that an older one of its name was deleted for', async () => {
    const older = await create('hebe');
    const cluster = house.client.workflow.getHandle('cluster/hebe');
    const younger = new Promise<CreateClusterResult>((resolve) =>
      house.activities.loseAnswer('hebe', async () => {
        await cluster.result();
        resolve(await create('hebe'));
      }),
    );
    expect(await remove('hebe')).toMatchObject({ id: older.id, left: [] });
    const { id } = await younger;
    // As long as it takes to ask again.
    await sleep(2_000);
    expect(await describeCluster('hebe')).toMatchObject({ id, phase: 'Ready', queued: [] });
  });

  it('makes servers again that somebody deleted meanwhile', async () => {
    let rounds = 0;
    house.activities.set('waitForServers', 'leda', () =>
      Promise.resolve({ failed: [], missing: rounds++ === 0 ? 1 : 0, nextBatch: {} }),
    );
    await create('leda');
    expect(house.activities.called('leda').filter((name) => name === 'ensureNodes')).toHaveLength(2);
  });

  it('can be abandoned although the cloud lets nobody look', async () => {
    await create('maia');
    house.activities.set('sweep', 'maia', quotaExceeded);
    const deletion = await start('deleteCluster', { name: 'maia', abandon: true });
    expect(((await deletion.result()) as DeleteClusterResult).left).toMatchObject([{ type: 'unknown' }]);
  });

  it('replaces servers that Nova could not build, three times at most', async () => {
    let rounds = 0;
    const failed = [{ id: 's-1', name: 'ilos-1', fault: 'No valid host was found' }];
    house.activities.set('waitForServers', 'ilos', () =>
      Promise.resolve({ failed: rounds++ === 0 ? failed : [], missing: 0, nextBatch: {} }),
    );
    await create('ilos');
    const calls = house.activities.called('ilos');
    expect(calls.filter((name) => name === 'ensureControlPlane')).toHaveLength(2);

    house.activities.set('waitForServers', 'juno', () => Promise.resolve({ failed, missing: 0, nextBatch: {} }));
    const failure = await failureOf(create('juno'));
    expect(failure).toMatchObject({ type: 'OpenStack.ResourceInError' });
    expect(failure.message).toContain('No valid host was found');
  });

  it('looks for machines that have lost their control plane before it makes any, also in place of others', async () => {
    let rounds = 0;
    const failed = [{ id: 's-3', name: 'rhea-cp-0', fault: 'No valid host was found' }];
    house.activities.set('waitForServers', 'rhea', () =>
      Promise.resolve({ failed: rounds++ === 0 ? failed : [], missing: 0, nextBatch: {} }),
    );
    await create('rhea');
    const calls = house.activities.called('rhea');
    const places = (wanted: string) => calls.flatMap((name, index) => (name === wanted ? [index] : []));
    const [first = 0, second = 0, ...more] = places('removeStrandedMachines');
    expect(more).toEqual([]);
    for (const request of ['ensureControlPlane', 'ensureNodes']) {
      const [made = 0, again = 0] = places(request);
      expect(first).toBeLessThan(made);
      expect(made).toBeLessThan(second);
      expect(second).toBeLessThan(again);
    }
  });

  it('lets no machine join before every server stays: it could join a control plane that is replaced', async () => {
    const failed = [{ id: 's-2', name: 'themis-cp-0', fault: 'No valid host was found' }];
    house.activities.set('waitForServers', 'themis', () => Promise.resolve({ failed, missing: 0, nextBatch: {} }));
    await failureOf(create('themis'));
    expect(house.activities.called('themis')).not.toContain('admitMachines');
  });
});

describe('a request that cannot be admitted', () => {
  it.each([
    ['deleteCluster', { name: 'nobody' }, 'Slipway.ClusterNotFound', 'there is no cluster nobody'],
    ['createCluster', { name: 'kratos', cloud: 'nowhere' }, 'Slipway.UnknownCloud', 'there is no cloud nowhere'],
    ['createCluster', { name: 'kratos' }, 'Slipway.InvalidInput', 'cloud: '],
    [
      'createCluster',
      { name: 'kratos', cloud: 'sandbox', flavour: 'x' },
      'Slipway.InvalidInput',
      'flavour: unknown field',
    ],
    ['createCluster', undefined, 'Slipway.InvalidInput', ''],
    ['createCluster', 'kratos', 'Slipway.InvalidInput', ''],
  ])('%s %j fails with %s and starts no cluster', async (type, input, failureType, message) => {
    const failure = await failureOf((await start(type, input)).result());
    expect(failure.type).toBe(failureType);
    expect(failure.message).toContain(message);
    await expect(house.client.workflow.getHandle('cluster/kratos').describe()).rejects.toThrow(/not found/);
  });
});
