import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddonsInput } from '../../cli/input/addons-input.ts';
import { greeter, metricsServer, runner, widgets, writeChart } from '../support/charts.ts';
import { exportHistories } from '../support/histories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const SECRET = 'correct-horse-battery-staple';

let house: TestStack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-charts-'));
  for (const chart of [metricsServer, greeter('1.0.0'), runner('1.0.0'), widgets('1.0.0', 'colour')]) {
    await writeChart(folder, chart);
  }
  const workerEnvironment = { SLIPWAY_CHART_FOLDER: folder, SLIPWAY_CHART_SOURCE: 'folder' };
  house = await startTestStack({ workers: 1, workerEnvironment });
  await house.stack.writeSecret('addons/greeter', { password: SECRET }, AbortSignal.timeout(10_000));
}, 180_000);
afterAll(async () => {
  await house.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A cluster with these addons, and what a test asks of it. */
async function withAddons(name: string, addons: AddonsInput) {
  const { clusters } = house.slipway;
  const spec = { name, cloud: 'sandbox', controlPlane: { count: 1 as const } };
  const created = await (
    await clusters.create({ ...spec, nodeGroups: [{ name: 'workers', count: 1 }], addons })
  ).result();
  const config = new KubeConfig();
  config.loadFromString(await clusters.kubeconfig(name));
  const core = config.makeApiClient(CoreV1Api);
  return {
    ...{ created, core, config },
    apply: async (wanted: AddonsInput) => (await clusters.applyAddons({ name, addons: wanted })).result(),
    look: (options: { addons?: AddonsInput; diff?: boolean } = {}) => clusters.lookAtAddons(name, options),
    greeting: async (release: string, namespace = release) =>
      (await core.readNamespacedConfigMap({ name: release, namespace })).data?.['greeting'],
    record: async () => (await clusters.describe(name)).description,
    remove: async () => (await clusters.delete(name)).result(),
  };
}

const ready = (version = '1.0.0') => ({ version, state: 'ready' });
const greeting = (values: object, more: object = {}) => ({
  ...{ name: 'greeter', chart: 'greeter', version: '1.0.0', values: { ...values } },
  ...more,
});

describe('addons', () => {
  it('come with a cluster, are changed and removed, and are not touched where all is well', async () => {
    const secretValues = { password: 'addons/greeter#password' };
    const first = {
      metricsServer: {},
      custom: [greeting({ greeting: 'hello' }, { after: ['metricsServer'], secretValues })],
    };
    const { created, core, apply, look, greeting: said, record, remove } = await withAddons('atlas', first);
    expect(created.addons).toEqual({ metricsServer: ready('3.13.1'), greeter: ready() });
    expect(await said('greeter')).toBe('hello');
    const { data } = await core.readNamespacedSecret({ name: 'greeter', namespace: 'greeter' });
    expect(Buffer.from(data?.['password'] ?? '', 'base64').toString()).toBe(SECRET);

    // The same wish once more: nothing is done, no revision is made.
    expect(await apply(first)).toMatchObject({ changed: 0, removed: 0 });
    const before = await look();
    expect(before.addons.map(({ key, installed }) => [key, installed?.revision, installed?.drift])).toEqual([
      ['metricsServer', 1, false],
      ['greeter', 1, false],
    ]);

    const second = { custom: [greeting({ greeting: 'servus' }), { name: 'runs', chart: 'runner', version: '1.0.0' }] };
    const { addons: compared } = await look({ addons: second, diff: true });
    expect(
      compared.map(({ key, wanted, objects }) => [
        key,
        wanted,
        objects?.map(({ name, change, fields }) => [change, name, fields]),
      ]),
    ).toEqual([
      [
        'greeter',
        true,
        [
          ['change', 'ConfigMap greeter/greeter', ['data.greeting']],
          ['change', 'Secret greeter/greeter', ['stringData.password']],
        ],
      ],
      ['runs', true, [['add', 'Deployment runs/runs', []]]],
      ['metricsServer', false, undefined],
    ]);
    expect(await apply(second)).toMatchObject({
      ...{ changed: 2, removed: 1 },
      addons: { greeter: ready(), runs: ready() },
    });
    expect(await said('greeter')).toBe('servus');
    const { observed, phase } = await record();
    expect(phase).toBe('Ready');
    expect(observed?.addons).toEqual({ greeter: ready(), runs: ready() });
    const { addons } = await look();
    expect(addons.map(({ key, installed }) => [key, installed?.status, installed?.revision])).toEqual([
      ['greeter', 'deployed', 2],
      ['runs', 'deployed', 1],
    ]);
    expect(await apply({})).toMatchObject({ changed: 0, removed: 2, addons: {} });
    expect((await look()).addons).toEqual([]);
    await remove();

    // What is secret is in no history, nor in what a worker has written.
    const { client, dataConverter } = house.temporal;
    for (const { workflowId, decoded, undecoded } of await exportHistories(client, dataConverter)) {
      expect(`${decoded}\n${undecoded}`.includes(SECRET), workflowId).toBe(false);
    }
    expect((await house.logs()).includes(SECRET)).toBe(false);
  }, 180_000);

  it('that fail are shown where they are optional, with those that come after; a required one fails the operation', async () => {
    const bad = greeting({ greeting: 'UPPER' }, { name: 'bad' });
    const late = greeting({}, { name: 'late', after: ['bad'] });
    const { created, apply, record, remove } = await withAddons('boreas', { custom: [bad, late, greeting({})] });
    const states = { bad: { version: '1.0.0', state: 'failed' }, late: { version: '1.0.0', state: 'waiting' } };
    expect(created.addons).toEqual({ ...states, greeter: ready() });
    expect((await record()).phase).toBe('Ready');

    await expect(apply({ custom: [{ ...bad, required: true }, greeting({})] })).rejects.toMatchObject({
      type: 'Addon.ValuesRefused',
      message: expect.stringMatching(/bad: .*does not match pattern/) as string,
    });
    expect((await record()).phase).toBe('UpdateFailed');
    expect(await apply({ custom: [greeting({})] })).toMatchObject({
      changed: 0,
      removed: 0,
      addons: { greeter: ready() },
    });
    expect((await record()).phase).toBe('Ready');

    // A chart that the worker cannot have.
    await expect(
      apply({ custom: [{ name: 'none', chart: 'nothing', version: '1.0.0', required: true }] }),
    ).rejects.toMatchObject({
      type: 'Addon.ChartUnavailable',
    });
    await remove();
  }, 180_000);

  it('bring their custom resource definitions, and newer ones with a newer chart', async () => {
    const wanted = (version: string) => ({ custom: [{ name: 'widgets', chart: 'widgets', version, required: true }] });
    const { config, apply, remove } = await withAddons('chronos', wanted('1.0.0'));
    const objects = config.makeApiClient(CustomObjectsApi);
    const widget = {
      group: 'test.slipway.dev',
      version: 'v1',
      namespace: 'widgets',
      plural: 'widgets',
      name: 'widgets',
    };
    expect(await objects.getNamespacedCustomObject(widget)).toMatchObject({ spec: { colour: 'round' } });
    await writeChart(folder, widgets('2.0.0', 'shape'));
    expect(await apply(wanted('2.0.0'))).toMatchObject({ changed: 1, addons: { widgets: ready('2.0.0') } });
    expect(await objects.getNamespacedCustomObject(widget)).toMatchObject({ spec: { shape: 'round' } });
    await remove();
  }, 120_000);
});
