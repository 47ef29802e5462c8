import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cloudEntrySchema, cloudPath } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const FAR = 'cloud.example';

/** A proxy for plain HTTP that finds every host on this machine, and remembers whom it was asked for. */
const asked: string[] = [];
const proxy = createServer((incoming, outgoing) => {
  const { host, port, pathname, search } = new URL(incoming.url ?? '');
  asked.push(host);
  const { method, headers } = incoming;
  const onward = httpRequest({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
});

let house: TestStack;
beforeAll(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  // The processes of the stack get these as they would from a user's shell; gRPC's client reads lower case only.
  // Nothing is at port 9.
  const { port } = proxy.address() as AddressInfo;
  const shell = { http_proxy: `http://127.0.0.1:${port}`, https_proxy: 'http://127.0.0.1:9', no_proxy: undefined };
  for (const [name, value] of Object.entries(shell)) {
    vi.stubEnv(name, value);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
  house = await startTestStack({ workers: 1 });
}, 120_000);
afterAll(async () => {
  await house.stop();
  vi.unstubAllEnvs();
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
});

it('the stack of this machine works without the proxies of its shell', async () => {
  const { clusters } = house.slipway;
  const spec = { name: 'near', cloud: 'sandbox', controlPlane: { count: 1 } } as const;
  await (await clusters.create(spec)).result();
  expect(await (await clusters.delete('near')).result()).toMatchObject({ left: [] });
  expect(asked).toEqual([]);
}, 120_000);

it('a cloud elsewhere is reached through them', async () => {
  const sandbox = await house.vault.kv.find(cloudPath('sandbox'), cloudEntrySchema);
  const { cloud = { auth: { auth_url: '' } } } = sandbox ?? {};
  const url = new URL(cloud.auth.auth_url);
  url.hostname = FAR;
  const signal = AbortSignal.timeout(60_000);
  const entry = { cloud: { ...cloud, auth: { ...cloud.auth, auth_url: url.href } }, settings: {} };
  await house.stack.writeSecret(cloudPath('far'), entry, signal);
  const { checks } = await house.slipway.checkCloud('far', { signal });
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(asked)).toEqual(new Set([url.host]));
}, 90_000);
