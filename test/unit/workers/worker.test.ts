import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectTemporal } from '../../../temporal/index.ts';
import type { TemporalAccess } from '../../../temporal/index.ts';
import { searchAttributes } from '../../../model/index.ts';
import { startTestTemporal } from '../../support/temporal-server.ts';
import type { TestTemporal } from '../../support/temporal-server.ts';
import { startTestVault } from '../../support/vault-server.ts';
import type { TestVault } from '../../support/vault-server.ts';
import { TestWorkers } from './support/worker.ts';
import type { TestWorker } from './support/worker.ts';

/* One worker process with the codec on, against a real Temporal and a real Vault. */

let temporal: TestTemporal;
let vault: TestVault;
let workers: TestWorkers;
let worker: TestWorker;
let environment: Record<string, string>;
/** A service that knows nothing of the codec. */
let plain: TemporalAccess;

beforeAll(async () => {
  [temporal, vault] = await Promise.all([startTestTemporal(), startTestVault()]);
  environment = {
    TEMPORAL_CONFIG_FILE: '/dev/null',
    TEMPORAL_ADDRESS: temporal.address,
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.token,
    SLIPWAY_PAYLOAD_CODEC: 'on',
    SLIPWAY_SHUTDOWN_GRACE: '2',
  };
  workers = new TestWorkers(environment);
  worker = await workers.start();
  plain = await connectTemporal({ TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_ADDRESS: temporal.address });
});
afterAll(async () => {
  await plain.connection.close();
  await workers.stopAll();
  await Promise.all([temporal.stop(), vault.stop()]);
});

const options = (name: string) => ({
  taskQueue: 'slipway',
  workflowId: `${name}-${randomUUID()}`,
  workflowExecutionTimeout: 60_000,
});

/** A history as the server has it, undecoded, as text in which any payload can be found. */
async function storedHistory(client: Client, workflowId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
}

test('a plain start is taken; what the worker writes is encrypted, failure texts too; who has the keys reads it', async () => {
  const start = options('greeting');
  const handle = await plain.client.workflow.start('greeting', { ...start, args: [{ name: 'atlas' }] });
  await expect(handle.result()).rejects.toThrow(/set VAULT_ADDR/);
  const stored = await storedHistory(plain.client, start.workflowId);
  expect(stored).toContain('atlas');
  expect(stored).not.toContain('hello');

  const reader = await connectTemporal({ ...environment, SLIPWAY_PAYLOAD_CODEC: 'off' });
  try {
    expect(await reader.client.workflow.getHandle(start.workflowId).result()).toBe('hello atlas');
    const failing = options('failing');
    const failed = reader.client.workflow.execute('failing', { ...failing, args: [{ text: 'quota of project P' }] });
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect(JSON.stringify(chain(error))).toContain('quota of project P');
    const history = await storedHistory(reader.client, failing.workflowId);
    expect(history.split('quota of project P')).toHaveLength(2); // The plain input, and nothing else.
    expect(history).toContain('Encoded failure');
  } finally {
    await reader.connection.close();
  }
});

test('with the codec on the input is encrypted as well', async () => {
  const writer = await connectTemporal(environment);
  try {
    const start = options('greeting');
    expect(await writer.client.workflow.execute('greeting', { ...start, args: [{ name: 'atlas' }] })).toBe(
      'hello atlas',
    );
    expect(await storedHistory(writer.client, start.workflowId)).not.toContain('atlas');
  } finally {
    await writer.connection.close();
  }
});

test('it is ready, has registered the search attributes and counts what it does', async () => {
  expect(await (await fetch(`${worker.health}/readyz`)).json()).toEqual({
    ok: true,
    polling: true,
    problems: {},
    warnings: {},
  });
  const { customAttributes } = await plain.connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.values(searchAttributes)));
  const metrics = await (await fetch(`${worker.health}/metrics`)).text();
  expect(metrics).toMatch(/slipway_activities_total\{activity="greet",outcome="completed",failure=""\} \d/);
  expect(metrics).toContain('slipway_activities_total{activity="fail",outcome="failed",failure="Test.Failed"} 1');
});

test('a killed worker is noticed within its activities’ heartbeat time-out, and another one goes on', async () => {
  const reader = await connectTemporal({ ...environment, SLIPWAY_PAYLOAD_CODEC: 'off' });
  try {
    const start = options('interrupted');
    const handle = await reader.client.workflow.start('interrupted', start);
    const beats = async () => (await handle.describe()).raw.pendingActivities?.[0];
    await expect.poll(async () => (await beats())?.heartbeatDetails?.payloads?.length, { timeout: 10_000 }).toBe(1);
    const first = (await beats())?.lastHeartbeatTime;
    // It says nothing itself any more; the regular heartbeats repeat what it said.
    await expect.poll(async () => (await beats())?.lastHeartbeatTime, { timeout: 10_000 }).not.toEqual(first);
    expect((await beats())?.heartbeatDetails?.payloads).toHaveLength(1);

    const other = await workers.start();
    const killed = Date.now();
    await worker.kill();
    expect(await handle.result()).toBe('attempt 2');
    expect(Date.now() - killed).toBeLessThan(10_000);
    worker = other;
  } finally {
    await reader.connection.close();
  }
});

test('SIGTERM ends it in an orderly way: its activities are given back, the process ends by itself', async () => {
  const next = await workers.start();
  const reader = await connectTemporal({ ...environment, SLIPWAY_PAYLOAD_CODEC: 'off' });
  try {
    const handle = await reader.client.workflow.start('interrupted', options('interrupted'));
    await expect
      .poll(async () => (await handle.describe()).raw.pendingActivities?.[0]?.state, { timeout: 10_000 })
      .toBeTruthy();
    await Promise.all([worker.stop(), handle.result()]);
    expect(await worker.output()).toMatch(/"msg":"ended"/);
  } finally {
    worker = next;
    await reader.connection.close();
  }
});

test('nothing secret was logged, and no payload', async () => {
  const text = await workers.output();
  expect(text.includes('taking tasks')).toBe(true);
  for (const secret of [vault.token, 'hello atlas']) expect(text.includes(secret)).toBe(false);
});

function chain(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...chain(error.cause)] : [];
}
