import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createActivities, type Activities } from '../../activities/index.ts';
import { findTool } from '../../local/tools.ts';
import { clusterSpecSchema } from '../../model/index.ts';
import { greeter, runner, writeChart } from '../support/charts.ts';
import { inActivity } from '../support/in-activity.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** Moments at which Helm is killed, of an installation and of a change each. */
const MOMENTS = 10;
/** Milliseconds between two of them: together longer than either takes. */
const APART = 120;

let house: TestStack;
let folder: string;
let id: string;
let core: CoreV1Api;
let activities: Activities;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-charts-'));
  for (const chart of [greeter('1.0.0'), runner('1.0.0'), runner('2.0.0')]) await writeChart(folder, chart);
  const workerEnvironment = { SLIPWAY_CHART_FOLDER: folder, SLIPWAY_CHART_SOURCE: 'folder', TMPDIR: folder };
  house = await startTestStack({ workers: 1, workerEnvironment });
  const { clusters } = house.slipway;
  const nodeGroups = [{ name: 'workers', count: 1 }];
  id = (
    await (await clusters.create({ name: 'atlas', cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups })).result()
  ).id;
  const config = new KubeConfig();
  config.loadFromString(await clusters.kubeconfig('atlas'));
  core = config.makeApiClient(CoreV1Api);
  vi.stubEnv('TMPDIR', folder);
  const { path } = await findTool('helm', { signal: AbortSignal.timeout(300_000) });
  const { vault, temporal } = house;
  activities = createActivities({
    ...{ vault, temporal: temporal.client, taskQueue: 'none' },
    helm: {
      program: await killable(path),
      environment: { PATH: '/usr/bin:/bin' },
      ...{ chartSource: 'folder', chartFolder: folder },
    },
  });
}, 240_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await house.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Helm as a program that is killed, once, so many seconds after it began to change something, where a file says so. */
async function killable(helm: string): Promise<string> {
  const [program, moment] = [join(folder, 'helm'), join(folder, 'moment')];
  const script = `#!/bin/sh
case " $* " in *" --rollback-on-failure "*)
  if [ -e '${moment}' ]; then after=$(cat '${moment}'); rm '${moment}'; timeout -s KILL "$after" '${helm}' "$@"; exit $?; fi ;;
esac
exec '${helm}' "$@"
`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  return program;
}

const specOf = (greeting: string) =>
  clusterSpecSchema.parse({
    ...{ name: 'atlas', cloud: 'sandbox' },
    addons: { custom: [{ name: 'greeter', chart: 'greeter', version: '1.0.0', values: { greeting } }] },
  });

describe('a release', () => {
  it('ends deployed, and nothing pending, when Helm is killed at many moments of installing and changing it', async () => {
    const met = new Set<string>();
    for (let moment = 0; moment < MOMENTS; moment++) {
      for (const greeting of ['hello', 'servus']) {
        const target = { id, spec: specOf(greeting) };
        const ensure = () => inActivity(() => activities.ensureRelease({ ...target, addon: 'greeter' }));
        const look = () => inActivity(() => activities.lookAtReleases({ ...target, details: true }));
        await writeFile(join(folder, 'moment'), `${(100 + moment * APART) / 1000}`);
        const ended = await ensure().then(
          () => 'whole',
          () => 'killed',
        );
        met.add(`${ended}: ${(await look())[0]?.status ?? 'none'}`);
        await ensure();
        expect(await look(), `${greeting} at ${moment}`).toMatchObject([
          { key: 'greeter', status: 'deployed', drift: false },
        ]);
        expect(await ensure()).toMatchObject({ changed: false });
        const { data } = await core.readNamespacedConfigMap({ name: 'greeter', namespace: 'greeter' });
        expect(data?.['greeting']).toBe(greeting);
      }
      await inActivity(() => activities.removeRelease({ id, release: 'greeter', namespace: 'greeter' }));
    }
    // It was killed before it had begun, too; what it was killed over most of the time is the machine's to say.
    expect([...met]).toContain('killed: none');
  }, 240_000);

  it('that somebody else made is left alone', async () => {
    const elsewhere = { id: 'atlas-aaaaaa', spec: specOf('hello') };
    await house.vault.kv.write('clusters/atlas-aaaaaa/kubeconfig', {
      kubeconfig: await house.slipway.clusters.kubeconfig('atlas'),
    });
    await inActivity(() => activities.ensureRelease({ ...elsewhere, addon: 'greeter' }));
    await expect(
      inActivity(() => activities.ensureRelease({ id, spec: specOf('servus'), addon: 'greeter' })),
    ).rejects.toMatchObject({ type: 'Addon.Conflict' });
    await expect(
      inActivity(() => activities.removeRelease({ id, release: 'greeter', namespace: 'greeter' })),
    ).rejects.toMatchObject({ type: 'Addon.Conflict' });
    await inActivity(() => activities.removeRelease({ id: 'atlas-aaaaaa', release: 'greeter', namespace: 'greeter' }));
    expect((await readdir(folder)).filter((name) => name.startsWith('slipway-helm-'))).toEqual([]);
  }, 60_000);

  it('of which the worker is killed in the middle is finished by the next one, and no Helm outlives its worker', async () => {
    const { clusters } = house.slipway;
    for (const version of ['1.0.0', '2.0.0']) {
      await writeChart(folder, runner(version));
      // No node has this label yet, so Helm waits.
      const nodeSelector = { 'test.slipway.dev/place': `v${version}` };
      const custom = [{ name: 'runs', chart: 'runner', version, required: true, values: { nodeSelector } }];
      const applied = (await clusters.applyAddons({ name: 'atlas', addons: { custom } })).result();
      await until(async () => (await statuses()).some((status) => status.startsWith('pending-')));
      expect(await helms()).not.toEqual([]);
      await house.stack.workers().at(-1)?.kill();
      await until(async () => (await helms()).length === 0);
      for (const { metadata } of (await core.listNode()).items) await label(metadata?.name ?? '', nodeSelector);
      await house.stack.addWorker(AbortSignal.timeout(60_000));
      expect(await applied).toMatchObject({ changed: 1, addons: { runs: { version, state: 'ready' } } });
      expect((await clusters.lookAtAddons('atlas')).addons).toMatchObject([
        { key: 'runs', installed: { status: 'deployed', version } },
      ]);
    }
  }, 240_000);
});

/** What Helm says of the revisions of the release "runs". */
async function statuses(): Promise<string[]> {
  const list = await core.listNamespacedSecret({ namespace: 'runs', labelSelector: 'owner=helm' });
  return list.items.map(({ metadata }) => metadata?.labels?.['status'] ?? '');
}

/** Processes that change the release "runs". */
async function helms(): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).filter((line) => line.includes('\0upgrade\0runs\0') && line.includes(folder));
}

const label = (name: string, labels: Readonly<Record<string, string>>) =>
  core.patchNode({
    name,
    body: Object.entries(labels).map(([key, value]) => ({
      ...{ op: 'add', path: `/metadata/labels/${key.replace('/', '~1')}` },
      value,
    })),
  });
