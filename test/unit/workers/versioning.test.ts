import { randomUUID } from 'node:crypto';
import { WorkflowContinuedAsNewError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectTemporal } from '../../../temporal/index.ts';
import type { TemporalAccess } from '../../../temporal/index.ts';
import { currentBuild } from '../../../workers/deployment.ts';
import { startTestTemporal } from '../../support/temporal-server.ts';
import type { TestTemporal } from '../../support/temporal-server.ts';
import { TestWorkers } from './support/worker.ts';

/* Two builds of one worker at once, against a real Temporal. */

let temporal: TestTemporal;
let workers: TestWorkers;
let access: TemporalAccess;

beforeAll(async () => {
  temporal = await startTestTemporal();
  const environment = { TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_ADDRESS: temporal.address };
  // Nothing is encrypted, so Vault is never asked.
  const vault = { VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'unused' };
  workers = new TestWorkers({ ...environment, ...vault, SLIPWAY_VERSIONING: 'on', SLIPWAY_SHUTDOWN_GRACE: '2' });
  access = await connectTemporal(environment);
});
afterAll(async () => {
  await access.connection.close();
  await workers.stopAll();
  await temporal.stop();
});

const options = () => ({ taskQueue: 'slipway', workflowId: randomUUID(), workflowExecutionTimeout: 90_000 });
const current = () =>
  currentBuild(access.connection.workflowService, { namespace: 'default', deploymentName: 'slipway', buildId: '' });

test('operations stay on their build, new ones start on the promoted one, and what lives for ever moves on', async () => {
  const { client } = access;
  const one = await workers.start({ SLIPWAY_BUILD_ID: 'one' });
  expect(await current()).toBe('one');
  const [pinned, idle, signalled, moving] = [options(), options(), options(), options()];
  const pinnedHandle = await client.workflow.start('pinned', pinned);
  const ask = (workflowId: string) => client.workflow.getHandle(workflowId).executeUpdate<string, []>('ask');
  await client.workflow.start('longLived', idle);
  const { firstExecutionRunId } = await client.workflow.start('longLived', signalled);
  await client.workflow.start('movable', moving);
  for (const { workflowId } of [idle, signalled, moving]) expect(await ask(workflowId)).toBe('one');

  // "first" leaves the choice to the operator once there is a current build.
  const two = await workers.start({ SLIPWAY_BUILD_ID: 'two' });
  expect(await current()).toBe('one');
  await two.stop();
  await workers.start({ SLIPWAY_BUILD_ID: 'two', SLIPWAY_DEPLOYMENT_PROMOTE: 'on' });
  expect(await current()).toBe('two');

  await pinnedHandle.signal('again');
  expect(await pinnedHandle.result()).toEqual(['one', 'one']);
  const fresh = await client.workflow.start('pinned', options());
  await fresh.signal('again');
  expect(await fresh.result()).toEqual(['two', 'two']);

  const firstRun = client.workflow.getHandle(signalled.workflowId, firstExecutionRunId, { followRuns: false });
  await firstRun.signal('again');
  // An update that reaches a run which is just ending is refused.
  await expect(firstRun.result()).rejects.toThrow(WorkflowContinuedAsNewError);
  expect(await ask(signalled.workflowId)).toBe('two');
  expect(await ask(idle.workflowId)).toBe('one');
  // Only what is not pinned outlives the last worker of its build without having run in between.
  await one.stop();
  expect(await ask(moving.workflowId)).toBe('two');
}, 90_000);
