import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import type { ClusterDescription, CreateClusterResult, DeleteClusterResult } from '../../model/index.ts';
import { reapplied, type Reapplied, resetPoints, resetRun, type Run, runsOf } from '../support/resets.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

/**
 * Whatever a person resets in Temporal's UI: a cluster keeps one id, two operations never work on it at once, and it
 * can be deleted. Each test takes one run through every one of its workflow tasks, on a cluster of its own for each,
 * with and without the messages that came later.
 */
let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown, workflowId: string = randomUUID()): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId, taskQueue: house.taskQueue, args: [input] });

const result = async (type: string, input: unknown): Promise<unknown> => (await start(type, input)).result();

const askFor = (name: string) => start('createCluster', { name, cloud: 'sandbox' }, `createCluster/${name}/me`);

async function create(name: string): Promise<CreateClusterResult> {
  return (await (await askFor(name)).result()) as CreateClusterResult;
}

const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

const idsOf = (name: string): string[] => [
  ...new Set(house.activities.calls.flatMap(({ id }) => (id.startsWith(`${name}-`) ? [id] : []))),
];

/** Deletes a cluster and shows that it was one, that nothing works on it any more, and that its name is free. */
async function expectDeletable(name: string): Promise<void> {
  const { left, id } = (await (await start('deleteCluster', { name })).result()) as DeleteClusterResult;
  expect(left).toEqual([]);
  expect(idsOf(name)).toEqual([id]);
  const calls = house.activities.called(name).length;
  const running = [];
  for await (const { workflowId } of house.client.workflow.list({
    query: `WorkflowId STARTS_WITH "cluster/${name}" AND ExecutionStatus = "Running"`,
  }))
    running.push(workflowId);
  expect(running.filter((workflowId) => workflowId !== `cluster/${name}`)).toEqual([]);
  expect(house.activities.called(name)).toHaveLength(calls);
}

/**
 * Every point of a run to which it can be reset, times what is reapplied. A cluster is made for each, by `prepare`,
 * which returns the run.
 */
async function atEveryTask(
  prefix: string,
  prepare: (name: string) => Promise<Run>,
  check: (name: string, reset: Run, kept: Reapplied, task: number) => Promise<void>,
  modes: readonly Reapplied[] = reapplied,
): Promise<number> {
  const pattern = await prepare(`${prefix}-x`);
  const tasks = (await resetPoints(house.client, pattern)).length;
  const cases = Array.from({ length: tasks }, (_, task) => modes.map((kept) => ({ task, kept }))).flat();
  await Promise.all(
    cases.map(async ({ task, kept }) => {
      const name = `${prefix}-${task}-${kept === 'nothing' ? 'n' : 'e'}`;
      const run = await prepare(name);
      const point = (await resetPoints(house.client, run))[task];
      // A run may take its work in fewer tasks than the one that was counted.
      if (point === undefined) return;
      try {
        await check(name, await resetRun(house.client, run, point, kept), kept, task);
      } catch (error) {
        throw new Error(`${name}: reset of ${run.workflowId} to its task ${task + 1}, ${kept} reapplied`, {
          cause: error,
        });
      }
    }),
  );
  await check(`${prefix}-x`, pattern, 'everything', -1);
  return tasks;
}

/** Waits until a condition holds. */
async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 180_000; !(await holds());) {
    if (Date.now() > end) throw new Error(`waited for three minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const firstRun = async (workflowId: string): Promise<Run> => {
  const [run] = await runsOf(house.client, workflowId);
  if (run === undefined) throw new Error(`there is no ${workflowId}`);
  return run;
};

const currentRun = async (workflowId: string): Promise<Run> => {
  const { runId } = await house.client.workflow.getHandle(workflowId).describe();
  return { workflowId, runId };
};

const phaseOf = async (name: string) => (await describeCluster(name)).phase;

const held = new Map<string, () => void>();

/** Starts something that stays in an activity, the first time that it is called, until the cluster is released. */
async function startUntil(activity: keyof Activities, name: string, begin: () => Promise<unknown>): Promise<void> {
  const entered = house.activities.hold(activity, name);
  await begin();
  held.set(name, (await entered).release);
}

const createUntil = (activity: keyof Activities, name: string) => startUntil(activity, name, () => askFor(name));
const release = (name: string): void => held.get(name)?.();

/** The operation that works on a cluster now. */
const operationRun = async (name: string): Promise<Run> =>
  currentRun((await describeCluster(name)).running?.workflowId ?? '');

const untilReady = (name: string) => until(`${name} is Ready`, async () => (await phaseOf(name)) === 'Ready');

const untilGone = (name: string) =>
  until(`${name} is gone`, async () => {
    const { status } = await house.client.workflow.getHandle(`cluster/${name}`).describe();
    return status.name === 'COMPLETED';
  });

describe('a reset at every task', () => {
  it('of a cluster that is being created', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await createUntil('waitForApi', name);
      return currentRun(`cluster/${name}`);
    };
    const tasks = await atEveryTask('creating', prepare, async (name, _run, kept) => {
      release(name);
      // With its request the cluster creates itself; without it, its caller would ask again in ten minutes.
      if (kept === 'everything') await untilReady(name);
      await expectDeletable(name);
      expect(house.activities.overlaps(name)).toEqual([]);
    });
    expect(tasks).toBeGreaterThan(1);
  });

  it('of a cluster that is being created, and a deletion at once', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await createUntil('waitForApi', name);
      return currentRun(`cluster/${name}`);
    };
    await atEveryTask('stopping', prepare, async (name) => {
      await expectDeletable(name);
      expect(house.activities.overlaps(name)).toEqual([]);
    });
  });

  it.each([
    ['of a Ready cluster', 'ready', currentRun],
    ['of the run in which a Ready cluster was created', 'made', firstRun],
  ])('%s', { timeout: 300_000 }, async (_title, prefix, find) => {
    const prepare = async (name: string) => {
      await create(name);
      return find(`cluster/${name}`);
    };
    await atEveryTask(prefix, prepare, async (name, _run, kept) => {
      if (kept === 'everything') await untilReady(name);
      await expectDeletable(name);
      expect(house.activities.overlaps(name)).toEqual([]);
    });
  });

  it('of a cluster that is being deleted', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await create(name);
      await startUntil('deleteNetwork', name, () => start('deleteCluster', { name }));
      return currentRun(`cluster/${name}`);
    };
    await atEveryTask('deleting', prepare, async (name, _run, kept) => {
      release(name);
      if (kept === 'everything') await untilGone(name);
      else await expectDeletable(name);
      expect(idsOf(name)).toHaveLength(1);
      expect(house.activities.overlaps(name)).toEqual([]);
    });
  });

  it('of a cluster that was deleted', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await create(name);
      const run = await currentRun(`cluster/${name}`);
      await (await start('deleteCluster', { name })).result();
      return run;
    };
    await atEveryTask('deleted', prepare, async (name, _run, kept) => {
      // At its last task it has nothing to do but to end.
      if (kept === 'nothing') await result('deleteCluster', { name }).catch(() => undefined);
      await untilGone(name);
      expect(idsOf(name)).toHaveLength(1);
    });
  });

  it.each(['asking', 'asked'])('of the run that asks for a cluster: %s', { timeout: 300_000 }, async (prefix) => {
    const prepare = async (name: string) => {
      if (prefix === 'asking') await createUntil('waitForApi', name);
      else await create(name);
      return firstRun(`createCluster/${name}/me`);
    };
    const tasks = await atEveryTask(prefix, prepare, async (name, run, kept) => {
      const { id } = await describeCluster(name);
      release(name);
      if (kept === 'everything') {
        const handle = house.client.workflow.getHandle<() => Promise<CreateClusterResult>>(run.workflowId, run.runId);
        expect(await handle.result()).toMatchObject({ id });
      }
      await expectDeletable(name);
      expect(idsOf(name)).toEqual([id]);
    });
    expect(tasks).toBeGreaterThan(1);
  });

  it('of the run that asked for a deletion, while the name is a younger cluster’s', { timeout: 300_000 }, async () => {
    const younger = new Map<string, string>();
    const prepare = async (name: string) => {
      const { id } = await create(name);
      const workflowId = `deleteCluster/${name}/me`;
      await (await start('deleteCluster', { name, id }, workflowId)).result();
      const again = await start('createCluster', { name, cloud: 'sandbox' }, `createCluster/${name}/again`);
      younger.set(name, ((await again.result()) as CreateClusterResult).id);
      return firstRun(workflowId);
    };
    await atEveryTask('unasking', prepare, async (name, { workflowId, runId }, kept) => {
      const handle = house.client.workflow.getHandle(workflowId, runId);
      if (kept === 'everything') await handle.result().catch(() => undefined);
      expect(await describeCluster(name)).toMatchObject({ phase: 'Ready', id: younger.get(name) });
    });
  });

  it('of the operation that creates', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await createUntil('waitForApi', name);
      return operationRun(name);
    };
    const tasks = await atEveryTask(
      'making',
      prepare,
      async (name) => {
        release(name);
        await untilReady(name);
        await expectDeletable(name);
      },
      ['everything'],
    );
    expect(tasks).toBeGreaterThan(5);
  });

  it('of the operation that creates, and a deletion at once', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await createUntil('waitForApi', name);
      return operationRun(name);
    };
    await atEveryTask('unmaking', prepare, (name) => expectDeletable(name), ['everything']);
  });

  it('of the operation that deletes', { timeout: 300_000 }, async () => {
    const prepare = async (name: string) => {
      await create(name);
      await startUntil('sweep', name, () => start('deleteCluster', { name }));
      return operationRun(name);
    };
    const tasks = await atEveryTask(
      'taking',
      prepare,
      async (name) => {
        release(name);
        await untilGone(name);
        expect(idsOf(name)).toHaveLength(1);
      },
      ['everything'],
    );
    expect(tasks).toBeGreaterThan(3);
  });
});
