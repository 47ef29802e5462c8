import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AdoptClusterResult,
  ClusterDescription,
  CreateClusterResult,
  DeleteClusterResult,
} from '../../model/index.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

/** A cluster whose workflow was terminated: it is still there, and so is the way back to it. */
let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown, workflowId: string = randomUUID()): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId, taskQueue: house.taskQueue, args: [input] });

const result = async (type: string, input: unknown): Promise<unknown> => (await start(type, input)).result();

const create = async (name: string): Promise<CreateClusterResult> =>
  (await result('createCluster', { name, cloud: 'sandbox' })) as CreateClusterResult;

const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

const lose = (name: string) => house.client.workflow.getHandle(`cluster/${name}`).terminate('a test');

/** How many of the calls for a cluster have made something. */
const made = (name: string): number => house.activities.called(name).filter((one) => one.startsWith('ensure')).length;
const keptOf = (name: string): string[] => [...house.kept.keys()].filter((path) => path.includes(`/${name}-`));

describe('what is known of a cluster', () => {
  it('is kept before anything is made, renewed when it is Ready, and forgotten last', async () => {
    const { release } = await (async () => {
      const held = house.activities.hold('checkCluster', 'atlas');
      void create('atlas');
      return held;
    })();
    const [path = ''] = keptOf('atlas');
    expect(path).toMatch(/^clusters\/atlas-[a-z2-7]{6}\/specification$/);
    expect(house.kept.get(path)).toMatchObject({
      record: { phase: 'Creating', spec: { name: 'atlas', cloud: 'sandbox' } },
    });
    expect(made('atlas')).toBe(0);
    release();
    await expect.poll(() => house.kept.get(path), { timeout: 30_000 }).toMatchObject({ record: { phase: 'Ready' } });

    const left = [{ service: 'network', type: 'port', id: 'p-1', name: 'x', reason: 'in use' }];
    house.activities.set('sweep', 'atlas', () => Promise.resolve({ left }));
    await failureOf(result('deleteCluster', { name: 'atlas' }));
    await expect
      .poll(() => house.kept.get(path), { timeout: 30_000 })
      .toMatchObject({ record: { phase: 'DeleteFailed' } });
    await result('deleteCluster', { name: 'atlas', abandon: true });
    expect(keptOf('atlas')).toEqual([]);
  });
});

describe('a cluster that has lost its workflow', { timeout: 90_000 }, () => {
  it('is adopted as it was, once, and can be deleted', async () => {
    const created = await create('boreas');
    await lose('boreas');
    const adopted = (await result('adoptCluster', { name: 'boreas' })) as AdoptClusterResult;
    expect(adopted).toEqual({ name: 'boreas', id: created.id, cloud: 'sandbox', phase: 'Ready' });
    expect(await describeCluster('boreas')).toMatchObject({
      ...{ id: created.id, phase: 'Ready', apiEndpoint: created.apiEndpoint, kubeconfigPath: created.kubeconfigPath },
    });
    const again = await failureOf(result('adoptCluster', { name: 'boreas' }));
    expect(again).toMatchObject({ type: 'Slipway.NotAdmitted' });
    expect(again.message).toContain('there is nothing to adopt');
    expect(await result('deleteCluster', { name: 'boreas' })).toMatchObject({ id: created.id, left: [] });
    expect(keptOf('boreas')).toEqual([]);
  });

  it('keeps its name', async () => {
    const { id } = await create('chronos');
    await lose('chronos');
    const before = made('chronos');
    const failure = await failureOf(create('chronos'));
    expect(failure.type).toBe('Slipway.NameTaken');
    expect(failure.message).toContain(`slipway adopt chronos`);
    expect(failure.message).toContain(`--id ${id}`);
    expect(made('chronos')).toBe(before);
    await result('deleteCluster', { name: 'chronos' });
    expect((await create('chronos')).id).not.toBe(id);
  });

  it('is deleted by its name or id without being adopted, by two at once as by one', async () => {
    const { id } = await create('dione');
    await lose('dione');
    const [one, two] = (await Promise.all([
      result('deleteCluster', { name: 'dione' }),
      result('deleteCluster', { name: 'dione', id }),
    ])) as DeleteClusterResult[];
    expect([one, two]).toMatchObject([
      { id, left: [] },
      { id, left: [] },
    ]);
    expect(house.activities.called('dione').filter((name) => name === 'sweep')).toHaveLength(1);
    expect(keptOf('dione')).toEqual([]);
    const gone = await failureOf(result('deleteCluster', { name: 'dione', id }));
    expect(gone.type).toBe('Slipway.ClusterNotFound');
  });

  it('is deleted by its id beside a living cluster of its name', async () => {
    const old = await create('eos');
    const [path = ''] = keptOf('eos');
    const secret = house.kept.get(path);
    await lose('eos');
    // Vault was away when the second one was made.
    house.kept.delete(path);
    const living = await create('eos');
    house.kept.set(path, secret);
    expect(await failureOf(result('adoptCluster', { name: 'eos', id: old.id }))).toMatchObject({
      type: 'Slipway.NotAdmitted',
      message: expect.stringContaining('only deleted by its id') as unknown,
    });
    const before = house.activities.called('eos').length;
    expect(await result('deleteCluster', { name: 'eos', id: old.id })).toMatchObject({ id: old.id, left: [] });
    const calls = house.activities.calls.filter(({ id }) => id.startsWith('eos-')).slice(before);
    expect([...new Set(calls.map(({ id }) => id))]).toEqual([old.id]);
    expect(await describeCluster('eos')).toMatchObject({ id: living.id, phase: 'Ready' });
    expect(await result('deleteCluster', { name: 'eos' })).toMatchObject({ id: living.id });
  });

  it('has its creation resumed or deleted when it was lost in the middle of it', async () => {
    const entered = house.activities.block('waitForApi', 'faunus');
    const creation = await start('createCluster', { name: 'faunus', cloud: 'sandbox' });
    await entered;
    await lose('faunus');
    expect(await result('adoptCluster', { name: 'faunus' })).toMatchObject({ phase: 'CreateFailed' });
    house.activities.reset('waitForApi', 'faunus');
    const resumed = await create('faunus');
    expect(
      house.activities.calls.filter(({ id }) => id.startsWith('faunus-')).every(({ id }) => id === resumed.id),
    ).toBe(true);
    expect(house.activities.overlaps('faunus')).toEqual([]);
    await creation.terminate('a test');
    expect(await result('deleteCluster', { name: 'faunus' })).toMatchObject({ id: resumed.id, left: [] });
  });

  it('has its deletion repeated when it was lost in the middle of it', async () => {
    const { id } = await create('gaia');
    const entered = house.activities.block('deleteNetwork', 'gaia');
    const deletion = await start('deleteCluster', { name: 'gaia' });
    await entered;
    await lose('gaia');
    expect(await result('adoptCluster', { name: 'gaia' })).toMatchObject({ phase: 'DeleteFailed' });
    house.activities.reset('deleteNetwork', 'gaia');
    expect(await result('deleteCluster', { name: 'gaia' })).toMatchObject({ id, left: [] });
    expect(house.activities.overlaps('gaia')).toEqual([]);
    await deletion.terminate('a test');
  });

  it('is not adopted when nothing is kept of it', async () => {
    expect(await failureOf(result('adoptCluster', { name: 'nobody' }))).toMatchObject({
      type: 'Slipway.ClusterNotFound',
    });
    const failure = await failureOf(result('adoptCluster', { name: 'nobody', id: 'nobody-abcdef' }));
    expect(failure.message).toContain('Say the cloud');
    expect(await failureOf(result('adoptCluster', { name: 'nobody', id: 'other-abcdef' }))).toMatchObject({
      type: 'Slipway.InvalidInput',
    });
  });
});
