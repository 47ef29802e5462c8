import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftOver, type SandboxResource } from '../../local/sandbox-admin.ts';
import { vaultPaths } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Clusters that have lost their workflows, on a cloud: what of them is found there, and that it goes. */
let stack: TestStack;
let before: SandboxResource[];
const signal = new AbortController().signal;
beforeAll(async () => {
  stack = await startTestStack({ workers: 1 });
  before = await stack.sandbox.inventory(signal);
}, 120_000);
afterAll(() => stack.stop());

async function create(name: string): Promise<string> {
  const spec = {
    name,
    cloud: 'sandbox',
    controlPlane: { count: 1 as const },
    nodeGroups: [{ name: 'workers', count: 2 }],
  };
  return (await (await stack.slipway.clusters.create(spec)).result()).id;
}

const lose = (name: string) => stack.temporal.client.workflow.getHandle(`cluster/${name}`).terminate('a test');

describe('a cluster that has lost its workflow', { timeout: 300_000 }, () => {
  it('is found with all that it has, adopted and deleted; one that has its workflow is not told', async () => {
    const { clusters } = stack.slipway;
    await create('living');
    const id = await create('atlas');
    expect(await clusters.findOrphans()).toMatchObject({ orphans: [], total: 0, problems: [] });
    await lose('atlas');
    const { orphans } = await clusters.findOrphans();
    expect(orphans).toMatchObject([{ id, name: 'atlas', cloud: 'sandbox', kept: true, phase: 'Ready', servers: 3 }]);
    expect(orphans[0]?.resources).toMatchObject({
      server: 3,
      'load balancer': 1,
      network: 1,
      router: 1,
      'floating IP': 1,
    });
    expect(orphans[0]?.vcpus).toBeGreaterThan(0);
    expect(orphans[0]?.ramMiB).toBeGreaterThan(0);

    expect(await clusters.adopt('atlas')).toEqual({ name: 'atlas', id, cloud: 'sandbox', phase: 'Ready' });
    expect(await clusters.kubeconfig('atlas')).toContain(id);
    expect(await clusters.findOrphans()).toMatchObject({ total: 0 });
    expect(await (await clusters.delete('atlas')).result()).toMatchObject({ id, left: [] });
    expect(await (await clusters.delete('living')).result()).toMatchObject({ left: [] });
    expect(leftOver(before, await stack.sandbox.inventory(signal))).toEqual([]);
  });

  it('is deleted by its id and cloud when Vault knows nothing of it, beside a living one of its name', async () => {
    const { clusters } = stack.slipway;
    const old = await create('boreas');
    await lose('boreas');
    await stack.vault.kv.removeTree(vaultPaths(old).root);
    const living = await create('boreas');
    expect(await clusters.findOrphans()).toMatchObject({ orphans: [{ id: old, kept: false, servers: 3 }] });

    const deletion = await clusters.delete('boreas', { id: old, cloud: 'sandbox' });
    expect(await deletion.result()).toMatchObject({ id: old, removed: { server: 3, 'server group': 2 }, left: [] });
    expect(await clusters.get('boreas')).toMatchObject({ id: living, phase: 'Ready' });
    expect(await clusters.findOrphans()).toMatchObject({ total: 0 });
    expect(await (await clusters.delete('boreas')).result()).toMatchObject({
      id: living,
      removed: { server: 3 },
      left: [],
    });
    expect(leftOver(before, await stack.sandbox.inventory(signal))).toEqual([]);
  });
});
