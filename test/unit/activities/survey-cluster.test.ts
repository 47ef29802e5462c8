import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Clouds } from '../../../activities/cloud/clouds.ts';
import { type ClusterNetwork, ensureNetwork } from '../../../activities/network/ensure-network.ts';
import { type Survey, surveyCluster } from '../../../activities/cloud/survey-cluster.ts';
import { clusterSpecSchema } from '../../../model/index.ts';
import { VaultClient } from '../../../vault/index.ts';
import { type EmulatedCloud, startEmulatedCloud } from '../../support/emulated-cloud.ts';

const spec = clusterSpecSchema.parse({ name: 'ceres', cloud: 'sandbox', controlPlane: { count: 1 } });

let emulated: EmulatedCloud;
beforeAll(async () => {
  emulated = await startEmulatedCloud();
});
afterAll(() => emulated.close());

// The credential's way through Vault has tests of its own; nobody listens at this one.
class OneCloud extends Clouds {
  override get() {
    return Promise.resolve(emulated.cloud);
  }
}
const clouds = new OneCloud(new VaultClient({ address: 'http://127.0.0.1:1', token: () => Promise.resolve('') }));

/** A try of an activity in a run of its workflow. */
const inRun = <T>(runId: string, attempt: number, work: () => Promise<T>): Promise<T> =>
  new MockActivityEnvironment({ attempt, workflowExecution: { workflowId: 'cluster/ceres/x', runId } }).run<
    [],
    T,
    () => Promise<T>
  >(work);

const survey = (id: string, runId: string): Promise<Survey> =>
  inRun(runId, 1, () => surveyCluster({ clouds })({ id, spec }));

const makeNetwork = (id: string, asked: Survey, runId: string, attempt = 1): Promise<ClusterNetwork> =>
  inRun(runId, attempt, () =>
    ensureNetwork({ clouds })({ id, spec, facts: { flavorIds: {}, imageIds: {} }, survey: asked }),
  );

const networks = (id: string) => emulated.cloud.client.network.networks.list({ name: id }).all();

it('stands for the first look of the run that asked', async () => {
  const id = 'ceres-aaaaaa';
  const asked = await survey(id, 'run-1');
  expect(asked).toEqual({ found: {}, runId: 'run-1' });
  await makeNetwork(id, asked, 'run-1');
  expect(await survey(id, 'run-2')).toEqual({ found: { network: 1, subnet: 1, router: 1 }, runId: 'run-2' });
});

it.each([
  ['a second try, whose first one’s answer was lost', 'run-1', 2],
  ['a workflow that was reset to a moment before', 'run-2', 1],
])('does not stand for %s: what is there is found', async (_what, runId, attempt) => {
  const id = `ceres-${runId.replace('-', '')}`;
  const asked = await survey(id, 'run-1');
  const made = await makeNetwork(id, asked, 'run-1');
  expect(await makeNetwork(id, asked, runId, attempt)).toEqual(made);
  expect(await networks(id)).toHaveLength(1);
});

it('says what is there, which is looked up again', async () => {
  const id = 'ceres-dddddd';
  const made = await makeNetwork(id, await survey(id, 'run-1'), 'run-1');
  expect(await makeNetwork(id, await survey(id, 'run-2'), 'run-2')).toEqual(made);
  expect(await networks(id)).toHaveLength(1);
});
