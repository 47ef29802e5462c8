import { describe, expect, test } from 'vitest';
import { fakeCloud } from './support/fake-cloud.ts';

describe('deleting', () => {
  test('what is not there is an error, or not, as one likes', async () => {
    const cloud = await fakeCloud({});
    const { servers } = cloud.client().compute;
    await expect(servers.delete('s')).rejects.toMatchObject({ kind: 'NotFound' });
    await expect(servers.delete('s', { missingOk: true })).resolves.toBeUndefined();
  });

  test.each(['', '.', '..'])('"%s" is not an id: nothing is sent', async (id) => {
    const cloud = await fakeCloud({});
    const networks = cloud.client().network.networks;
    await expect((async () => networks.delete(id))()).rejects.toMatchObject({ kind: 'InvalidRequest' });
    expect(cloud.seen).toEqual([]);
  });
});

test('the token tells project and catalogue without another request', async () => {
  const cloud = await fakeCloud({});
  const { identity } = cloud.client();
  expect(await identity.currentProject()).toMatchObject({ id: 'p1', name: 'demo' });
  expect((await identity.catalog()).map(({ type }) => type)).toContain('compute');
  expect(cloud.seen).toHaveLength(1);
});
