import { beforeAll, describe, expect, test } from 'vitest';
import { makePair, type Pair } from './support/certificates.ts';
import { fakeCloud, thrownBy } from './support/fake-cloud.ts';

describe('TLS', () => {
  let server: Pair;
  let user: Pair;
  beforeAll(async () => {
    server = await makePair('server');
    user = await makePair('user');
  });

  test('an unknown authority is refused, not repeated, and explained', async () => {
    const cloud = await fakeCloud({}, server);
    const error = await thrownBy(cloud.client().authenticate());
    expect(error).toMatchObject({ kind: 'Configuration', attempts: 1 });
    expect(error.message).toMatch(/TLS failed: .*self-signed.*Set cacert/);
    expect(cloud.seen).toEqual([]);
  });

  test('a given authority is trusted', async () => {
    const cloud = await fakeCloud({}, server);
    await expect(cloud.client({ tls: { ca: server.cert } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });

  test('the check can be switched off', async () => {
    const cloud = await fakeCloud({}, server);
    await expect(cloud.client({ tls: { verify: false } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });

  test('a client certificate is shown', async () => {
    const cloud = await fakeCloud({}, { ...server, ca: user.cert, requestCert: true, rejectUnauthorized: true });
    const tls = { ca: server.cert };
    await expect(cloud.client({ tls, retry: { retries: 0 } }).authenticate()).rejects.toThrow();
    await expect(cloud.client({ tls: { ...tls, ...user } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });
});

test('connections are kept and used again', async () => {
  const cloud = await fakeCloud({ 'GET /networking/v2.0/networks': { json: { networks: [] } } });
  const client = cloud.client({ connections: 1 });
  for (let i = 0; i < 5; i++) await client.network.networks.list();
  expect(new Set(cloud.seen.map(({ port }) => port)).size).toBe(1);
});
