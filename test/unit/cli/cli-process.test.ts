import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { heartbeat } from '@temporalio/activity';
import { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkflowHouse, type WorkflowHouse } from '../../support/workflow-house.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DEADLINE_MS = 25_000;

/** Starts the real command line as a process of its own. */
function start(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', 'cli/main.ts', ...args], {
    cwd: ROOT,
    // Nothing of the tester's own Temporal, Vault or stack.
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TEMPORAL_CONFIG_FILE: '/dev/null', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, output, ended };
}

describe('the command line without any server', () => {
  it('prints a plan as one JSON object and nothing else', async () => {
    const { code, stdout, stderr } = await start(['plan', '-f', 'examples/cluster.yaml', '--json'], {}).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, spec: { name: 'atlas' } });
  });

  it('says that Temporal does not answer, with code 3', async () => {
    const variables = { TEMPORAL_ADDRESS: '127.0.0.1:1', SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '1' };
    const { code, stdout, stderr } = await start(['list', '--json'], variables).ended;
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { type: 'Client.TemporalUnreachable' } });
    expect(stderr).toMatch(/cannot reach Temporal at 127\.0\.0\.1:1/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the command line against real workflows', () => {
  let house: WorkflowHouse;
  let variables: Record<string, string>;
  beforeAll(async () => {
    house = await startWorkflowHouse();
    const { connection } = house.client;
    variables = { TEMPORAL_ADDRESS: connection instanceof Connection ? connection.options.address : '' };
  });
  afterAll(() => house.stop());

  it('creates, lists, describes and deletes', async () => {
    house.activities.set('waitForNodes', 'atlas', async () => {
      heartbeat({ detail: 'nodes Ready', done: 2, of: 3 });
      await sleep(4000);
    });
    const created = await start(['create', '-f', 'examples/cluster.yaml', '--watch'], variables).ended;
    // Standard error is empty: no warning of a library either, which would tear a live tree.
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(
      /createCluster atlas[\s\S]*Nodes Ready - nodes Ready 2\/3[\s\S]*Cluster atlas is Ready/,
    );

    const [listed, described] = await Promise.all([
      start(['list', '--json'], variables).ended,
      start(['describe', 'atlas', '--json'], variables).ended,
    ]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ ok: true, clusters: [{ name: 'atlas', phase: 'Ready' }] });
    expect(JSON.parse(described.stdout)).toMatchObject({ ok: true, description: { name: 'atlas', phase: 'Ready' } });

    const refused = await start(['delete', 'atlas'], variables).ended;
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('say --yes') as string });
    expect((await start(['describe', 'atlas'], variables).ended).stdout).toMatch(/Phase +Ready/);
    const deleted = await start(['delete', 'atlas', '--yes', '--json'], variables).ended;
    expect(JSON.parse(deleted.stdout)).toMatchObject({ ok: true, operation: 'deleteCluster', left: [] });
  }, 90_000);

  it('leaves the operation running at Ctrl-C, with code 130', async () => {
    const entered = house.activities.block('waitForApi', 'endless');
    const { child, ended } = start(['create', '--name', 'endless', '--cloud', 'sandbox', '--json'], variables);
    await entered;
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { type: 'Client.Aborted' } });
    expect(stderr).toMatch(/The operation goes on: follow it with "slipway watch endless"/);
    const described = await start(['describe', 'endless', '--json'], variables).ended;
    expect(JSON.parse(described.stdout)).toMatchObject({ description: { running: { operation: 'createCluster' } } });
  }, 60_000);
});
