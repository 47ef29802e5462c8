import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClientFailureType,
  type ClusterSnapshot,
  type ClusterSummary,
  SlipwayClient,
  type SlipwayError,
} from '../../../client/index.ts';
import { FailureType } from '../../../model/index.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../../support/workflow-house.ts';

let house: WorkflowHouse;
let slipway: SlipwayClient;
beforeAll(async () => {
  house = await startWorkflowHouse();
  slipway = new SlipwayClient({ temporal: house.client, taskQueue: house.taskQueue, uiUrl: 'http://ui.example.org/' });
});
afterAll(() => house.stop());

const spec = (name: string) => ({ name, cloud: 'sandbox' });

/** The error of a promise that must fail. */
async function failure(promise: Promise<unknown>): Promise<SlipwayError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toHaveProperty('name', 'SlipwayError');
  // Checked by its name just above.
  return outcome as SlipwayError;
}

/** Polls until the condition holds. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error('it did not happen within 15 s');
}

describe('a cluster from creation to deletion', () => {
  it('is created, followed, listed, described, counted and deleted', async () => {
    house.activities.set('waitForNodes', 'atlas', async () => {
      heartbeat({ detail: 'nodes Ready', done: 1, of: 3 });
      await sleep(2500, undefined, { signal: cancellationSignal() });
    });
    const request = await slipway.clusters.create(spec('atlas'));
    expect(request.workflowId).toMatch(/^createCluster\/atlas\/[0-9a-f]{12}$/);
    expect(request.uiUrl).toBe(
      `http://ui.example.org/namespaces/default/workflows/${encodeURIComponent(request.workflowId)}`,
    );

    const result = request.result();
    const seen: ClusterSnapshot[] = [];
    for await (const snapshot of slipway.clusters.watch('atlas', { until: result, intervalMs: 500 }))
      seen.push(snapshot);
    expect(await result).toMatchObject({
      name: 'atlas',
      controlPlanes: 3,
      nodes: 3,
      apiEndpoint: 'https://127.64.0.9:6443',
    });
    const details = seen.flatMap(({ progress }) => progress?.steps ?? []).filter(({ id }) => id === 'waitForNodes');
    expect(details.map(({ detail }) => detail)).toContain('nodes Ready 1/3');
    expect(seen.at(-1)).toMatchObject({
      description: { phase: 'Ready' },
      operation: { outcome: 'completed' },
      progress: { percent: 100 },
    });
    expect(seen.every(({ uiUrl }) => uiUrl?.startsWith('http://ui.example.org/'))).toBe(true);

    const described = await slipway.clusters.describe('atlas');
    expect(described.description).toMatchObject({ name: 'atlas', cloud: 'sandbox', phase: 'Ready' });
    expect(described.progress).toBeUndefined();
    const listed = await eventually(async () => {
      const found: ClusterSummary[] = [];
      for await (const cluster of slipway.clusters.list({ cloud: 'sandbox', phase: 'Ready' })) found.push(cluster);
      return found.find(({ name }) => name === 'atlas');
    });
    expect(listed).toMatchObject({
      id: described.description.id,
      createdAt: described.description.createdAt,
      cloud: 'sandbox',
      phase: 'Ready',
      kubernetesVersion: '1.36.3',
    });

    const events = await eventually(async () => {
      const counted = await slipway.clusters.historyEvents('atlas');
      return counted.runs.length >= 3 ? counted : undefined;
    });
    expect(new Set(events.runs.map(({ type }) => type))).toEqual(new Set(['createCluster', 'cluster']));
    expect(events.runs.map(({ workflowId }) => workflowId)).toContain(`cluster/atlas/${described.description.id}`);
    expect(events.total).toBe(events.runs.reduce((sum, run) => sum + run.events, 0));
    expect(events.largest).toBeLessThanOrEqual(events.total);

    const deletion = await slipway.clusters.delete('atlas');
    expect(deletion.workflowId).toBe(`deleteCluster/atlas/${described.description.id}`);
    expect(await deletion.result()).toMatchObject({ name: 'atlas', left: [] });
    expect(await slipway.clusters.get('atlas')).toBeUndefined();
    expect(await failure(slipway.clusters.describe('atlas'))).toMatchObject({ type: FailureType.ClusterNotFound });
    expect(await failure(slipway.clusters.delete('atlas'))).toMatchObject({ type: FailureType.ClusterNotFound });
  });

  it('may be asked for twice with one specification: both get the same result', async () => {
    const [one, other] = await Promise.all([
      slipway.clusters.create(spec('twice')),
      // The order of the fields and a default that is written out do not matter.
      slipway.clusters.create({ cloud: 'sandbox', controlPlane: { count: 3 }, name: 'twice' }),
    ]);
    expect(other.workflowId).toBe(one.workflowId);
    const [first, second] = await Promise.all([one.result(), other.result()]);
    expect(second).toEqual(first);
    const later = await slipway.clusters.create(spec('twice'));
    expect(await later.result()).toEqual(first);
  });

  it('is refused under a taken name with another specification', async () => {
    await (await slipway.clusters.create(spec('taken'))).result();
    const other = await slipway.clusters.create({ ...spec('taken'), controlPlane: { count: 1 } });
    const error = await failure(other.result());
    expect(error).toMatchObject({ type: FailureType.NameTaken, workflowId: other.workflowId });
    expect(error.message).toMatch(/taken/);
  });
});

describe('a cluster that has lost its workflow', () => {
  it('is said to be lost by every door, and comes back by adoption', { timeout: 90_000 }, async () => {
    const { id } = await (await slipway.clusters.create(spec('lost'))).result();
    await house.client.workflow.getHandle('cluster/lost').terminate('a test');
    const { description } = await slipway.clusters.describe('lost');
    expect(description).toMatchObject({ id, phase: 'Ready', lost: { status: 'terminated' } });
    expect(description).not.toHaveProperty('running');
    const phaseOf = async () => {
      for await (const { name, phase } of slipway.clusters.list()) if (name === 'lost') return phase;
      return undefined;
    };
    await expect.poll(phaseOf, { timeout: 20_000 }).toBe('Lost');
    expect(await slipway.clusters.adopt('lost')).toMatchObject({ id, phase: 'Ready' });
    expect((await slipway.clusters.describe('lost')).description).not.toHaveProperty('lost');
    await expect.poll(phaseOf, { timeout: 20_000 }).toBe('Ready');
    expect(await failure(slipway.clusters.adopt('lost'))).toMatchObject({ type: FailureType.NotAdmitted });

    await house.client.workflow.getHandle('cluster/lost').terminate('a test');
    expect(await (await slipway.clusters.delete('lost')).result()).toMatchObject({ id, left: [] });
    await expect.poll(phaseOf, { timeout: 20_000 }).toBeUndefined();
  });

  it('is deleted by an id of which Temporal knows nothing', async () => {
    const error = await failure((await slipway.clusters.delete('gone', { id: 'gone-abcdef' })).result());
    expect(error).toMatchObject({
      type: FailureType.ClusterNotFound,
      message: expect.stringContaining('gone-abcdef') as unknown,
    });
    expect(await failure(slipway.clusters.delete('gone', { id: 'gone' }))).toMatchObject({
      type: FailureType.InvalidInput,
    });
  });
});

describe('failures', () => {
  it('answers an input that does not fit before anything is sent', async () => {
    const error = await failure(slipway.clusters.create({ ...spec('bad'), nodeGroups: [{ name: 'a', count: -1 }] }));
    expect(error).toMatchObject({
      type: FailureType.InvalidInput,
      issues: [{ path: 'nodeGroups[0].count', reason: 'must be at least 0' }],
    });
    expect(await slipway.clusters.get('bad')).toBeUndefined();
  });

  it('says that a cloud is not known, in the workflow’s words', async () => {
    const request = await slipway.clusters.create({ name: 'cloudless', cloud: 'nowhere' });
    expect(await failure(request.result())).toMatchObject({ type: FailureType.UnknownCloud });
    expect(await slipway.clusters.get('cloudless')).toBeUndefined();
  });

  it('hands an activity’s failure on with its type and message, without Temporal’s wrappers', async () => {
    house.activities.set('checkCluster', 'poor', () =>
      Promise.reject(ApplicationFailure.nonRetryable('12 cores are missing', FailureType.PreflightFailed)),
    );
    const request = await slipway.clusters.create(spec('poor'));
    const error = await failure(request.result());
    expect(error).toMatchObject({ type: FailureType.PreflightFailed, workflowId: request.workflowId });
    expect(error.message).toContain('12 cores are missing');
    const [last] = await collect(slipway.clusters.watch('poor'));
    expect(last).toMatchObject({ description: { phase: 'CreateFailed' }, operation: { outcome: 'failed' } });
  });

  it('shows how often a step was tried and why it failed', async () => {
    house.activities.set('ensureNetwork', 'flaky', () =>
      activityInfo().attempt > 2 ? Promise.resolve() : Promise.reject(new Error('Neutron says 503')),
    );
    const request = await slipway.clusters.create(spec('flaky'));
    const details = new Set<string | undefined>();
    for await (const { progress } of slipway.clusters.watch('flaky', { until: request.result(), intervalMs: 500 })) {
      details.add(progress?.steps.find(({ id }) => id === 'ensureNetwork')?.detail);
    }
    expect([...details].join('\n')).toMatch(/try [23]: Neutron says 503/);
  });

  it('says that the request was cancelled or terminated', async () => {
    const entered = house.activities.block('waitForApi', 'stopped');
    const request = await slipway.clusters.create(spec('stopped'));
    await entered;
    await house.client.workflow.getHandle(request.workflowId).cancel();
    expect(await failure(request.result())).toMatchObject({ type: FailureType.Cancelled });

    const blocked = house.activities.block('waitForApi', 'killed');
    const other = await slipway.clusters.create(spec('killed'));
    await blocked;
    await house.client.workflow.getHandle(other.workflowId).terminate('by a test');
    const error = await failure(other.result());
    expect(error.type).toBe(ClientFailureType.Terminated);
    expect(error.message).toContain('by a test');
  });

  it('stops waiting when it is told to, or after the time it was given; the operation goes on', async () => {
    const entered = house.activities.block('waitForApi', 'slow');
    const request = await slipway.clusters.create(spec('slow'));
    await entered;
    expect(await failure(request.result({ timeoutMs: 300 }))).toMatchObject({ type: ClientFailureType.TimedOut });
    expect(await failure(request.result({ signal: AbortSignal.timeout(200) }))).toMatchObject({
      type: ClientFailureType.Aborted,
    });
    const watching = collect(slipway.clusters.watch('slow', { signal: AbortSignal.timeout(800) }));
    expect(await failure(watching)).toMatchObject({ type: ClientFailureType.Aborted });
    const { description } = await slipway.clusters.describe('slow');
    expect(description).toMatchObject({ phase: 'Creating', running: { operation: 'createCluster' } });
  });

  it('needs Vault for a kubeconfig, and reads it from there', async () => {
    await (await slipway.clusters.create(spec('config'))).result();
    expect(await failure(slipway.clusters.kubeconfig('config'))).toMatchObject({ type: ClientFailureType.NoVault });
    const asked: string[] = [];
    const vault = {
      kv: {
        find: <T>(path: string, schema: { parse: (value: unknown) => T }) => {
          asked.push(path);
          return Promise.resolve(schema.parse({ kubeconfig: 'apiVersion: v1\n' }));
        },
      },
    };
    const withVault = new SlipwayClient({ temporal: house.client, taskQueue: house.taskQueue, vault });
    expect(await withVault.clusters.kubeconfig('config')).toBe('apiVersion: v1\n');
    expect(asked).toEqual(['clusters/x/kubeconfig']);

    const entered = house.activities.block('waitForNodes', 'early');
    await slipway.clusters.create(spec('early'));
    await entered;
    expect(await withVault.clusters.kubeconfig('early')).toBe('apiVersion: v1\n');
    expect(asked[1]).toMatch(/^clusters\/early-[a-z2-7]{6}\/kubeconfig$/);
  });
});

describe('an operation whose workflow is not there, though the cluster says that it runs', () => {
  it('is described and watched without its steps, until they can be read', async () => {
    const entered = house.activities.block('waitForApi', 'young');
    await slipway.clusters.create(spec('young'));
    await entered;
    let started = false;
    const early = new SlipwayClient({ temporal: childless(() => !started), taskQueue: house.taskQueue });

    const described = await early.clusters.describe('young');
    expect(described).toMatchObject({
      description: { phase: 'Creating' },
      operation: { operation: 'createCluster', workflowId: `cluster/young/${described.description.id}` },
    });
    expect(described.progress).toBeUndefined();

    const seen: ClusterSnapshot[] = [];
    for await (const snapshot of early.clusters.watch('young', { intervalMs: 500 })) {
      seen.push(snapshot);
      if (snapshot.progress !== undefined) break;
      started = true;
    }
    expect(seen.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(seen[1]?.progress?.steps.find(({ id }) => id === 'waitForApi')).toMatchObject({ state: 'running' });
    expect((await early.clusters.describe('young')).progress?.steps.length).toBeGreaterThan(5);
  });

  it('shows what is known when the operation ended before it had steps', async () => {
    await (await slipway.clusters.create(spec('stepless'))).result();
    const requestedBy = 'deleteCluster/stepless/by-hand';
    // The cluster trusts its callers; the operation parses its input again, as what runs it may be of another version.
    await house.client.workflow.getHandle('cluster/stepless').executeUpdate('run', {
      args: [{ operation: 'deleteCluster', input: { name: '' }, requestedBy, requestId: randomUUID() }],
    });
    await eventually(async () => (await slipway.clusters.get('stepless'))?.last?.failure);
    const [last] = await collect(slipway.clusters.watch('stepless'));
    expect(last).toMatchObject({ operation: { operation: 'deleteCluster', outcome: 'failed' } });
    expect(last?.progress).toBeUndefined();
  });

  it('still says that nobody answers, instead of leaving the steps out', async () => {
    const entered = house.activities.block('waitForApi', 'unheard');
    await slipway.clusters.create(spec('unheard'));
    await entered;
    const deaf = new Client({
      connection: house.client.connection,
      interceptors: {
        workflow: [
          {
            query: (input, next) =>
              input.queryType === 'progress' ? Promise.reject(new Error('the answer was lost')) : next(input),
          },
        ],
      },
    });
    const client = new SlipwayClient({ temporal: deaf, taskQueue: house.taskQueue });
    expect((await failure(client.clusters.describe('unheard'))).message).toContain('the answer was lost');
    expect(
      (await failure(collect(client.clusters.watch('unheard', { signal: AbortSignal.timeout(10_000) })))).message,
    ).toContain('the answer was lost');
  });

  /**
   * A client of the real server for which operations' workflows are not there: it asks for ones that nobody started.
   */
  function childless(missing: () => boolean): Client {
    const moved = <I extends { workflowExecution: { workflowId?: string } }>(input: I): I =>
      missing() && /^cluster\/.+\//.test(input.workflowExecution.workflowId ?? '')
        ? { ...input, workflowExecution: { workflowId: `${input.workflowExecution.workflowId}/not-started` } }
        : input;
    return new Client({
      connection: house.client.connection,
      interceptors: {
        workflow: [{ query: (input, next) => next(moved(input)), describe: (input, next) => next(moved(input)) }],
      },
    });
  }
});

describe('an operation that runs', () => {
  it('is paused, resumed and aborted where it is declared so', async () => {
    await (await slipway.clusters.create(spec('selene'))).result();
    expect((await failure(slipway.clusters.pause('selene'))).type).toBe(FailureType.NotAdmitted);
    expect((await failure(slipway.clusters.pause('nobody'))).type).toBe(FailureType.ClusterNotFound);

    house.activities.set('chooseSurplus', 'selene', () => Promise.resolve([{ id: 's-1', name: 'm-1' }]));
    const held = house.activities.hold('lookAtGroup', 'selene');
    const resize = await slipway.clusters.resizeNodeGroup({ name: 'selene', group: 'workers', count: 2 });
    const { release } = await held;
    expect(await slipway.clusters.pause('selene')).toMatchObject({ operation: 'resizeNodeGroup' });
    release();
    const attention = await eventually(
      async () => (await slipway.clusters.describe('selene')).description.running?.attention,
    );
    expect(attention.kind).toBe('Paused');
    const waiting = await eventually(async () => {
      const found: ClusterSummary[] = [];
      for await (const cluster of slipway.clusters.list({ attention: true })) found.push(cluster);
      return found.length === 0 ? undefined : found;
    });
    expect(waiting).toMatchObject([{ name: 'selene', phase: 'Updating', attention: 'Paused' }]);
    await slipway.clusters.abort('selene');
    expect((await failure(resize.result())).type).toBe(FailureType.Cancelled);
  });

  it('is not, where it has no safe point', async () => {
    const entered = house.activities.block('waitForNodes', 'helios');
    const creation = await slipway.clusters.create(spec('helios'));
    await entered;
    const refused = await failure(slipway.clusters.abort('helios'));
    expect(refused.type).toBe(FailureType.NotAdmitted);
    expect(refused.message).toContain(`temporal workflow cancel --workflow-id ${creation.workflowId}`);
  });
});

describe('an installation that is not whole', () => {
  it('says that no worker polls, and starts nothing', async () => {
    const lonely = new SlipwayClient({ temporal: house.client, taskQueue: 'nobody-here' });
    const error = await failure(lonely.clusters.create(spec('lonely')));
    expect(error.type).toBe(ClientFailureType.NoWorker);
    expect(error.message).toMatch(/no worker polls task queue "nobody-here" in namespace "default"/);
    expect(await slipway.clusters.get('lonely')).toBeUndefined();
  });

  it('says that there is no such namespace', async () => {
    const temporal = new Client({ connection: house.client.connection, namespace: 'nowhere' });
    const error = await failure(new SlipwayClient({ temporal, taskQueue: house.taskQueue }).clusters.get('a'));
    expect(error.type).toBe(ClientFailureType.NamespaceNotFound);
    expect(error.message).toMatch(/no namespace "nowhere"/);
  });

  it('says that nothing answers, when it connects and when the connection breaks', async () => {
    const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1', SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '1' };
    const error = await failure(SlipwayClient.connect(environment));
    expect(error.type).toBe(ClientFailureType.TemporalUnreachable);
    expect(error.message).toMatch(/127\.0\.0\.1:1/);

    const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 500 });
    const broken = new SlipwayClient({ temporal: new Client({ connection }), address: '127.0.0.1:1' });
    const later = await failure(broken.clusters.get('a'));
    expect(later.type).toBe(ClientFailureType.TemporalUnreachable);
    await broken.close();
  });

  it('says which variable is wrong', async () => {
    const wrong = await failure(SlipwayClient.connect({ VAULT_ADDR: 'vault', TEMPORAL_ADDRESS: '127.0.0.1:1' }));
    expect(wrong.type).toBe(ClientFailureType.Configuration);
    expect(wrong.message).toContain('VAULT_ADDR');
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('an answer of workers of another release', () => {
  const check = { id: 'cloud.images', title: 'Images', ok: true, detail: 'one' };
  const answered = async (report: unknown) => {
    house.activities.set('checkCloud', '', () => Promise.resolve(report));
    try {
      return await slipway.checkCloud(`cloud-${randomUUID().slice(0, 8)}`);
    } finally {
      house.activities.reset('checkCloud', '');
    }
  };

  it('is read as far as this release knows it', async () => {
    const newer = { checks: [{ ...check, since: 'yesterday' }], seconds: 3 };
    expect(await answered(newer)).toEqual({ checks: [check] });
  });

  it('that lacks what this release needs is an error that says where', async () => {
    const error = await failure(answered({ checks: [{ ...check, ok: 'yes' }] }));
    expect(error.type).toBe(ClientFailureType.UnknownAnswer);
    expect(error.message).toMatch(/checks\.0\.ok: .*Use the release of Slipway that the workers run/);
  });
});
