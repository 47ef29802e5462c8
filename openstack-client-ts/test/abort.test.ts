import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const GET = 'GET /networking/v2.0/networks/n';
const FOUND: Reply = { json: { network: { id: 'n', name: 'net' } } };
const REASON = new Error('the user went away');

describe('an abort', () => {
  test('before a call: nothing is sent', async () => {
    const cloud = await fakeCloud({ [GET]: FOUND });
    const client = cloud.client();
    await client.authenticate();
    expect(await thrownBy(client.network.networks.get('n', { signal: AbortSignal.abort(REASON) }))).toBe(REASON);
    expect(cloud.count(GET)).toBe(0);
  });

  test.each<[string, Reply]>([
    ['while the answer is awaited', { hang: true }],
    ['while a repetition is awaited', { status: 503, headers: { 'retry-after': '9' } }],
  ])('%s ends the call with its reason at once', async (_name, reply) => {
    const cloud = await fakeCloud({ [GET]: reply });
    const controller = new AbortController();
    const call = cloud.client().network.networks.get('n', { signal: controller.signal });
    const caught = thrownBy(call);
    await expect.poll(() => cloud.count(GET)).toBe(1);
    const started = performance.now();
    controller.abort(REASON);
    expect(await caught).toBe(REASON);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(cloud.count(GET)).toBe(1);
  });

  test('while a limiter holds the request back: nothing is sent', async () => {
    const cloud = await fakeCloud({ [GET]: FOUND });
    const controller = new AbortController();
    const client = cloud.client({
      hooks: {
        beforeRequest: ({ service }) => {
          if (service === 'network') controller.abort(REASON);
        },
      },
    });
    expect(await thrownBy(client.network.networks.get('n', { signal: controller.signal }))).toBe(REASON);
    expect(cloud.count(GET)).toBe(0);
  });

  test('in the middle of a list ends it', async () => {
    const link = [{ rel: 'next', href: '?marker=a' }];
    const list = 'GET /networking/v2.0/networks';
    const page: Reply = { json: { networks: [{ id: 'a', name: 'a' }], networks_links: link } };
    const cloud = await fakeCloud({ [list]: [page, { hang: true }] });
    const controller = new AbortController();
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { id } of cloud.client().network.networks.list({}, { signal: controller.signal })) ids.push(id);
    })();
    const caught = thrownBy(reading);
    await expect.poll(() => cloud.count(list)).toBe(2);
    controller.abort(REASON);
    expect(await caught).toBe(REASON);
    expect(ids).toEqual(['a']);
  });

  test('ends a wait, in a poll and between polls', async () => {
    for (const reply of [{ hang: true }, { json: { server: { id: 's', status: 'BUILD' } } }]) {
      const cloud = await fakeCloud({ 'GET /compute/v2.1/servers/s': reply });
      const controller = new AbortController();
      const caught = thrownBy(
        cloud.client().compute.servers.waitActive('s', { signal: controller.signal, interval: { startMs: 20_000 } }),
      );
      await expect.poll(() => cloud.count('GET /compute/v2.1/servers/s')).toBe(1);
      controller.abort(REASON);
      expect(await caught).toBe(REASON);
    }
  });

  test('ends a download in the middle', async () => {
    const cloud = await fakeCloud({
      'GET /object-store/v1/AUTH_p1/c/o': { text: 'partial', headers: { 'content-length': '1000' } },
    });
    const controller = new AbortController();
    const { stream } = await cloud.client().objectStore.objects.get('c', 'o', { signal: controller.signal });
    const caught = thrownBy(stream.toArray());
    controller.abort(REASON);
    expect(await caught).toBe(REASON);
  });
});

test('a signal that lives long gathers no listeners', async () => {
  const cloud = await fakeCloud({ [GET]: FOUND, 'GET /object-store/v1/AUTH_p1/c/o': { text: 'whole' } });
  const client = cloud.client();
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) await client.network.networks.get('n', { signal });
  await client.objectStore.objects.getBytes('c', 'o', { signal });
  await expect.poll(() => getEventListeners(signal, 'abort').length).toBe(0);
});
