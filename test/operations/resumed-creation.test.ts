import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultPaths } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Machines never boot here: a creation gets as far as the wait for the API. */
describe('a creation that is resumed after a control plane was lost', () => {
  let house: TestStack;
  beforeAll(async () => {
    house = await startTestStack({ workers: 1, machines: 'none' });
  }, 120_000);
  afterAll(() => house.stop());

  it('makes that machine anew while none was let in, and all of them afterwards', async () => {
    const { vault, slipway } = house;
    const first = await createMachines('phoebe');
    expect(first.size).toBe(5);
    const { id = '' } = (await slipway.clusters.get('phoebe')) ?? {};
    const [lost, others] = [`${id}-cp-1`, [...first.keys()].filter((name) => name !== `${id}-cp-1`)];

    await remove(first.get(lost));
    const second = await createMachines('phoebe');
    expect(others.filter((name) => second.get(name) !== first.get(name))).toEqual([]);
    expect(second.get(lost)).toMatch(/./);
    expect(second.size).toBe(5);

    // What the admission of machines leaves in Vault, which these never come to.
    await vault.kv.create(vaultPaths(id).machinesAdmitted, {});
    const intact = await createMachines('phoebe');
    expect(intact).toEqual(second);

    await remove(intact.get(lost));
    const third = await createMachines('phoebe');
    expect(third.size).toBe(5);
    const old = new Set(intact.values());
    expect([...third.values()].filter((server) => old.has(server))).toEqual([]);
    expect((await (await slipway.clusters.delete('phoebe')).result()).left).toEqual([]);
  }, 90_000);

  /**
   * Runs a creation until all that it waits for is the API, and cancels it; returns the machines' ids by their names.
   */
  async function createMachines(name: string): Promise<Map<string, string>> {
    const { slipway, openstack, temporal } = house;
    const spec = { cloud: 'sandbox', controlPlane: { count: 3 }, nodeGroups: [{ name: 'workers', count: 2 }] };
    const creation = await slipway.clusters.create({ name, ...spec });
    const ended = creation.result().catch(() => undefined);
    const signal = AbortSignal.timeout(20_000);
    while (!(await waitsForApi(name))) await sleep(100, undefined, { signal });
    const servers = await openstack.compute.servers.listBrief({ name: `^${name}-` });
    await temporal.client.workflow.getHandle(creation.workflowId).cancel();
    await ended;
    return new Map(servers.map((server) => [server.name, server.id]));
  }

  async function waitsForApi(name: string): Promise<boolean> {
    if ((await house.slipway.clusters.get(name)) === undefined) return false;
    const { progress } = await house.slipway.clusters.describe(name);
    return progress?.steps.some(({ id, state }) => id === 'waitForApi' && state === 'running') ?? false;
  }

  async function remove(server = ''): Promise<void> {
    const { servers } = house.openstack.compute;
    await servers.delete(server);
    await servers.waitGone(server, { deadlineMs: 20_000 });
  }
});
