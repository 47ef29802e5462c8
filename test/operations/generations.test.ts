import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_PLANE_GROUP, groupTag, ownerTag } from '../../model/index.ts';
import { makeCluster } from '../support/small-cluster.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(() => house.stop());

const KUBERNETES = '1.36.3';

/** The servers of a machine group, with what they say of their generation. */
const serversOf = async (id: string, group: string) =>
  (await house.openstack.compute.servers.list({ tags: [ownerTag(id), groupTag(group)] })).map((server) => ({
    ...{ id: server.id, name: server.name, createdAt: server.created ?? '' },
    tags: server.tags.filter((tag) => tag.startsWith('slipway.generation=')),
    metadata: server.metadata['slipway.generation'] ?? '',
  }));

/** What a machine looks like that was made before there were generations. */
async function forgetGeneration(id: string, group: string, server: string): Promise<void> {
  const { servers } = house.openstack.compute;
  await servers.setTags(server, [ownerTag(id), groupTag(group)]);
  await servers.updateMetadata(server, { 'slipway.generation': '' });
}

describe('a machine', () => {
  it('carries its generation as tag, metadata and label, from its creation on and after a resize', async () => {
    const {
      id,
      core,
      resize,
      replaceControlPlane,
      describe: describeCluster,
      remove,
    } = await makeCluster(house, 'atlas', 2);
    /** The one generation that all machines of a group carry everywhere. */
    const generationOf = async (group: string, count: number): Promise<string> => {
      const servers = await serversOf(id, group);
      const { items } = await core.listNode({ labelSelector: `slipway.dev/node-group=${group}` });
      const labels = items.map(({ metadata }) => metadata?.labels?.['slipway.dev/generation']);
      const [generation = ''] = servers.map(({ metadata }) => metadata);
      expect(generation).toMatch(/^[0-9a-f]{10}$/);
      const same = <T>(value: T): T[] => Array.from({ length: count }, () => value);
      expect(servers.map(({ metadata }) => metadata)).toEqual(same(generation));
      expect(servers.map(({ tags }) => tags)).toEqual(same([`slipway.generation=${generation}`]));
      expect(labels).toEqual(same(generation));
      return generation;
    };
    const observed = async () => (await describeCluster()).description.observed;
    const seen = (count: number, generation: string) => ({
      ...{ count, kubernetesVersion: KUBERNETES },
      generations: [{ generation, count, kubernetesVersion: KUBERNETES }],
    });
    const [workers, controlPlane] = [await generationOf('workers', 2), await generationOf(CONTROL_PLANE_GROUP, 1)];
    expect(workers).not.toBe(controlPlane);
    expect(await observed()).toEqual({
      controlPlane: seen(1, controlPlane),
      nodeGroups: { workers: seen(2, workers) },
      addons: {},
    });

    const { generations } = await resize({ count: 3 });
    expect(generations).toEqual(seen(3, workers).generations);
    expect(await generationOf('workers', 3)).toBe(workers);
    await replaceControlPlane({});
    expect(await generationOf(CONTROL_PLANE_GROUP, 1)).toBe(controlPlane);
    expect(await observed()).toEqual({
      controlPlane: seen(1, controlPlane),
      nodeGroups: { workers: seen(3, workers) },
      addons: {},
    });
    await remove();
  }, 120_000);

  it('without a generation goes before all that have one, also when it is the youngest', async () => {
    const { id, resize, machines, describe: describeCluster, remove } = await makeCluster(house, 'boreas', 2);
    await resize({ count: 3 });
    const servers = await serversOf(id, 'workers');
    const [youngest, other] = [...servers].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    if (youngest === undefined || other === undefined) throw new Error('there are three servers');
    await forgetGeneration(id, 'workers', youngest.id);
    await resize({ count: 2 });
    expect((await machines()).sort()).toEqual(
      servers
        .map(({ name }) => name)
        .filter((name) => name !== youngest.name)
        .sort(),
    );

    await forgetGeneration(id, 'workers', other.id);
    const { generations } = await resize({ count: 3 });
    expect(generations).toEqual([
      { generation: '', count: 1, kubernetesVersion: KUBERNETES },
      { generation: other.metadata, count: 2, kubernetesVersion: KUBERNETES },
    ]);
    expect((await describeCluster()).description.observed?.nodeGroups.workers?.generations).toEqual(generations);
    await remove();
  }, 120_000);
});
