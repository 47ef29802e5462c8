import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterDescription, ReplaceControlPlaneResult } from '../../model/index.ts';
import { FakeControlPlane } from '../support/fake-control-plane.ts';
import { until } from '../support/until.ts';
import { failureOf } from '../support/workflow-failure.ts';
import { startWorkflowHouse, type WorkflowHouse } from '../support/workflow-house.ts';

let house: WorkflowHouse;
beforeAll(async () => {
  house = await startWorkflowHouse();
}, 120_000);
afterAll(() => house.stop());

const start = (type: string, input: unknown): Promise<WorkflowHandle> =>
  house.client.workflow.start(type, { workflowId: randomUUID(), taskQueue: house.taskQueue, args: [input] });
/** A cluster whose control plane has so many machines: serials from 0. */
const make = async (name: string, count: 1 | 3 | 5): Promise<FakeControlPlane> => {
  await (await start('createCluster', { name, cloud: 'sandbox', controlPlane: { count } })).result();
  return new FakeControlPlane(house.activities, name, count);
};
const replace = (name: string, more: object = {}): Promise<WorkflowHandle> =>
  start('replaceControlPlane', { name, ...more });
const replaced = async (name: string, more: object = {}): Promise<ReplaceControlPlaneResult> =>
  (await (await replace(name, more)).result()) as ReplaceControlPlaneResult;
/** The words with which a replacement fails. */
const wordsOf = async (name: string, more: object = {}): Promise<string> =>
  (await failureOf((await replace(name, more)).result())).message;
const describeCluster = (name: string): Promise<ClusterDescription> =>
  house.client.workflow.getHandle(`cluster/${name}`).query<ClusterDescription>('describe');

describe('replacing the control plane', () => {
  it('drains a single machine before another one is asked for, and takes it away when that one is well', async () => {
    const plane = await make('atlas', 1);
    expect(await replaced('atlas')).toMatchObject({ name: 'atlas', count: 1, added: 1, removed: 1 });
    expect(plane.story).toEqual(['drain cp-0', 'ask cp-1', 'wait cp-1', 'behind cp-1', 'remove cp-0']);
    const { phase, last } = await describeCluster('atlas');
    expect([phase, last?.operation, last?.outcome]).toEqual(['Ready', 'replaceControlPlane', 'completed']);
  });

  it('replaces three one after the other: never fewer than three that are well, never more than four', async () => {
    const plane = await make('boreas', 3);
    expect(await replaced('boreas')).toMatchObject({ count: 3, added: 3, removed: 3 });
    expect(plane.names()).toEqual(['cp-3', 'cp-4', 'cp-5']);
    expect([plane.fewestReady, plane.mostPresent]).toEqual([3, 4]);
  });

  it('replaces those that are named only', async () => {
    const plane = await make('castor', 3);
    const machines = [plane.machine('cp-1')];
    expect(await replaced('castor', { machines })).toMatchObject({ count: 3, added: 1, removed: 1 });
    expect(plane.names()).toEqual(['cp-0', 'cp-2', 'cp-3']);
    // Asked for again by somebody who does not know that it is done.
    expect(await replaced('castor', { machines })).toMatchObject({ added: 0, removed: 0 });
  });

  it('changes the number, and the cluster’s specification with it', async () => {
    const plane = await make('delos', 1);
    expect(await replaced('delos', { count: 3 })).toMatchObject({ count: 3, added: 2, removed: 0 });
    expect(plane.story.filter((line) => line.startsWith('drain'))).toEqual([]);
    const larger = await describeCluster('delos');
    expect([larger.spec.controlPlane.count, larger.observed?.controlPlane.count]).toEqual([3, 3]);
    expect(await replaced('delos', { count: 1 })).toMatchObject({ count: 1, added: 0, removed: 2 });
    expect(plane.names()).toHaveLength(1);
    expect((await describeCluster('delos')).spec.controlPlane.count).toBe(1);
  });

  it('forgets what is lost before it moves anything', async () => {
    await make('eos', 1);
    const before = house.activities.called('eos').length;
    await replaced('eos');
    const calls = house.activities.called('eos').slice(before);
    expect(calls.indexOf('forgetLostControlPlanes')).toBeGreaterThan(0);
    expect(calls.indexOf('forgetLostControlPlanes')).toBeLessThan(calls.indexOf('drainNodes'));
  });

  it('waits for a machine that an earlier try has asked for, before anything else moves', async () => {
    const plane = await make('faunus', 3);
    plane.begin('cp-3');
    expect(await replaced('faunus', { machines: [plane.machine('cp-0')] })).toMatchObject({ removed: 1 });
    expect(plane.story.slice(0, 2)).toEqual(['wait cp-3', 'behind cp-3']);
    expect(plane.names()).toEqual(['cp-1', 'cp-2', 'cp-3']);
  });

  it('takes away a machine that Nova could not build, and asks for another', async () => {
    const plane = await make('gaia', 1);
    plane.failNext(1);
    expect(await replaced('gaia')).toMatchObject({ count: 1 });
    expect(plane.story).toContain('remove cp-1');
    expect(plane.names()).toEqual(['cp-2']);
  });

  it('gives up after three, with Nova’s words, and what it drained takes pods again', async () => {
    const plane = await make('helios', 1);
    plane.failNext(3);
    expect(await wordsOf('helios')).toMatch(/could not build a control plane, 3 times; the last one, .*No valid host/);
    expect(house.activities.called('helios')).toContain('uncordonNodes');
    expect(plane.names()).toContain('cp-0');
    expect((await describeCluster('helios')).phase).toBe('UpdateFailed');
  });

  it('removes nothing when etcd would not be whole', async () => {
    const plane = await make('iris', 3);
    house.activities.set('removeEtcdMember', 'iris', () => {
      throw ApplicationFailure.nonRetryable('cp-1 still learns', 'Etcd.NotSafe');
    });
    expect(await wordsOf('iris')).toMatch(/cp-1 still learns/);
    expect(plane.names()).toEqual(['cp-0', 'cp-1', 'cp-2', 'cp-3']);
  });

  it('refuses a smaller number with a name that is not there', async () => {
    const plane = await make('juno', 3);
    expect(await wordsOf('juno', { count: 1, machines: ['juno-abcdef-cp-7'] })).toMatch(
      /cp-7 is no machine of the control plane, and with 1 to stay another one would go/,
    );
    expect(plane.names()).toHaveLength(3);
  });

  it('becomes one with another that waits and asks for the same', async () => {
    const plane = await make('leto', 1);
    const held = house.activities.hold('ensureServerGroups', 'leto');
    const first = await replace('leto');
    const { release } = await held;
    const others = [await replace('leto'), await replace('leto')];
    await until(async () => {
      const { events } = await house.client.workflow.getHandle('cluster/leto').fetchHistory();
      // All three; the creation was let in by an earlier run.
      return events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length === 3;
    });
    release();
    await Promise.all([first, ...others].map((one) => one.result()));
    expect(plane.names()).toEqual(['cp-2']);
  });

  it('refuses a number that etcd cannot have', async () => {
    await make('kore', 1);
    expect(await wordsOf('kore', { count: 2 })).toMatch(/count/);
  });
});
