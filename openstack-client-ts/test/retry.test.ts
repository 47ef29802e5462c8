import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  OpenStackClient,
  OpenStackError,
  RateLimitedError,
  UnavailableError,
} from 'openstack-client-ts';
import { fakeCloud, PASSWORD, type Reply, thrownBy } from './support/fake-cloud.ts';

const GET = 'GET /networking/v2.0/networks/n';
const POST = 'POST /networking/v2.0/networks';
const PUT = 'PUT /networking/v2.0/networks/n';
const DELETE = 'DELETE /networking/v2.0/networks/n';
const FOUND: Reply = { json: { network: { id: 'n', name: 'net' } } };
const later = (seconds: number | string): Reply['headers'] => ({ 'retry-after': String(seconds) });

describe('what is repeated', () => {
  test.each<[string, Reply]>([
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['408', { status: 408 }],
    ['425', { status: 425 }],
    ['429', { status: 429 }],
    ['a connection cut without an answer', { cut: true }],
  ])('a GET after %s', async (_name, failure) => {
    const cloud = await fakeCloud({ [GET]: [failure, failure, FOUND] });
    await expect(cloud.client().network.networks.get('n')).resolves.toMatchObject({ id: 'n' });
    expect(cloud.count(GET)).toBe(3);
  });

  test('a PUT and a DELETE, because they are idempotent', async () => {
    const cloud = await fakeCloud({ [PUT]: [{ status: 502 }, FOUND], [DELETE]: [{ status: 502 }, { status: 204 }] });
    const { networks } = cloud.client().network;
    await networks.update('n', { name: 'net' });
    await networks.delete('n');
    expect([cloud.count(PUT), cloud.count(DELETE)]).toEqual([2, 2]);
  });

  test('a DELETE whose answer was lost has worked if the repetition finds nothing', async () => {
    const cloud = await fakeCloud({ [DELETE]: [{ cut: true }, { status: 404 }] });
    await expect(cloud.client().network.networks.delete('n')).resolves.toBeUndefined();
    const other = await fakeCloud({ [DELETE]: { status: 404 } });
    await expect(other.client().network.networks.delete('n')).rejects.toMatchObject({ kind: 'NotFound' });
  });

  test.each<[string, Reply]>([
    ['429', { status: 429 }],
    ['503 with Retry-After', { status: 503, headers: later(0) ?? {} }],
  ])('a POST after %s', async (_name, refusal) => {
    const cloud = await fakeCloud({ [POST]: [refusal, { status: 201, ...FOUND }] });
    await expect(cloud.client().network.networks.create({})).resolves.toMatchObject({ id: 'n' });
    expect(cloud.count(POST)).toBe(2);
  });

  test('a POST that was refused at the door', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const client = new OpenStackClient({
      auth: { auth_url: `${url}/identity/v3`, username: 'demo', password: PASSWORD },
      retry: { retries: 2, baseDelayMs: 1, maxDelayMs: 1 },
    });
    const error = await thrownBy(client.authenticate());
    await client.close();
    expect(error).toMatchObject({ kind: 'Unavailable', code: 'ECONNREFUSED', mayHaveArrived: false, attempts: 3 });
  });
});

describe('what is not repeated', () => {
  test.each<[string, Reply]>([
    ['was cut after it was sent', { cut: true }],
    ['met 500', { status: 500 }],
    ['met 502', { status: 502 }],
    ['met 503 without Retry-After', { status: 503 }],
    ['met 504', { status: 504 }],
  ])('a POST that %s', async (_name, failure) => {
    const cloud = await fakeCloud({ [POST]: [failure, { status: 201, ...FOUND }] });
    const error = await thrownBy(cloud.client().network.networks.create({}));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ mayHaveArrived: true, attempts: 1 });
    expect(cloud.count(POST)).toBe(1);
  });

  test.each([400, 403, 404, 409, 413, 422])('a GET after %i', async (status) => {
    const cloud = await fakeCloud({ [GET]: { status } });
    await thrownBy(cloud.client().network.networks.get('n'));
    expect(cloud.count(GET)).toBe(1);
  });

  test('a router interface, which Neutron refuses the second time', async () => {
    const line = 'PUT /networking/v2.0/routers/r/add_router_interface';
    const cloud = await fakeCloud({ [line]: { cut: true } });
    await thrownBy(cloud.client().network.routers.addInterface('r', { subnet_id: 's' }));
    expect(cloud.count(line)).toBe(1);
  });

  test('a bare stream, which can not be sent twice; a function that opens one can', async () => {
    const line = 'PUT /image/v2/images/i/file';
    const cloud = await fakeCloud({ [line]: [{ status: 503 }, { status: 503 }, { status: 204 }] });
    const { images } = cloud.client().image;
    await expect(images.upload('i', Readable.from(['data']))).rejects.toBeInstanceOf(UnavailableError);
    expect(cloud.count(line)).toBe(1);
    await images.upload('i', () => Readable.from(['da', 'ta']));
    expect(cloud.count(line)).toBe(3);
    expect(cloud.seen.at(-1)?.body).toBe('data');
  });

  test('more often than the policy says', async () => {
    const cloud = await fakeCloud({ [GET]: { status: 503 } });
    const client = cloud.client({ retry: { retries: 2, baseDelayMs: 1, maxDelayMs: 1 } });
    const error = await thrownBy(client.network.networks.get('n'));
    expect(error).toMatchObject({ attempts: 3 });
    expect(cloud.count(GET)).toBe(3);
  });
});

test('nothing is repeated after the budget: a request that took its whole time-out is the caller’s', async () => {
  const cloud = await fakeCloud({ [GET]: { hang: true } });
  const client = cloud.client({ timeoutMs: 100, retry: { budgetMs: 50, baseDelayMs: 1 } });
  await expect(client.network.networks.get('n')).rejects.toMatchObject({ kind: 'Unavailable', attempts: 1 });
  expect(cloud.count(GET)).toBe(1);
});

describe('Retry-After', () => {
  test('is waited for', async () => {
    const cloud = await fakeCloud({ [GET]: [{ status: 429, headers: later(1) ?? {} }, FOUND] });
    const started = performance.now();
    await cloud.client().network.networks.get('n');
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  test.each([11, 61, 3600])('beyond the limit is the caller’s: %i s', async (seconds) => {
    const cloud = await fakeCloud({ [GET]: { status: 429, headers: later(seconds) ?? {} } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryAfter: seconds });
    expect(cloud.count(GET)).toBe(1);
  });

  test('may be a date', async () => {
    const date = new Date(Date.now() + 120_000).toUTCString();
    const cloud = await fakeCloud({ [GET]: { status: 429, headers: later(date) ?? {} } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    if (!(error instanceof RateLimitedError)) throw error;
    expect(error.retryAfter).toBeGreaterThan(90);
    expect(error.retryAfter).toBeLessThanOrEqual(120);
  });

  test('comes with 503 too', async () => {
    const cloud = await fakeCloud({ [GET]: { status: 503, headers: later(90) ?? {} } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    expect(error).toMatchObject({ kind: 'Unavailable', retryAfter: 90 });
    expect(error.message).toContain('retry after 90 s');
  });

  test('that can not be read is as good as none', async () => {
    const cloud = await fakeCloud({ [GET]: [{ status: 429, headers: later('soon') ?? {} }, FOUND] });
    await expect(cloud.client().network.networks.get('n')).resolves.toMatchObject({ id: 'n' });
  });
});

describe('time-outs', () => {
  test('a request without an answer ends after its time-out, and says so', async () => {
    const cloud = await fakeCloud({ [GET]: { hang: true } });
    const client = cloud.client({ timeoutMs: 100, retry: { retries: 0 } });
    const error = await thrownBy(client.network.networks.get('n'));
    expect(error).toMatchObject({ kind: 'Unavailable', mayHaveArrived: true });
    expect(error.message).toContain('no complete response within 100 ms');
  });

  test('a call can have its own', async () => {
    const cloud = await fakeCloud({ [GET]: { hang: true } });
    const client = cloud.client({ retry: { retries: 0 } });
    await expect(client.network.networks.get('n', { timeoutMs: 50 })).rejects.toThrow('within 50 ms');
  });

  test('a GET that timed out is repeated', async () => {
    const cloud = await fakeCloud({ [GET]: [{ hang: true }, FOUND] });
    await expect(cloud.client({ timeoutMs: 200 }).network.networks.get('n')).resolves.toMatchObject({ id: 'n' });
  });
});

test('an unusable host name is Unavailable, a URL that is none is Configuration', async () => {
  const make = (auth_url: string): OpenStackClient =>
    new OpenStackClient({ auth: { auth_url, username: 'demo', password: PASSWORD }, retry: { retries: 0 } });
  const nowhere = make('http://cloud.invalid/v3');
  const error = await thrownBy(nowhere.authenticate());
  await nowhere.close();
  expect(error).toBeInstanceOf(OpenStackError);
  expect(error).toMatchObject({ kind: 'Unavailable', mayHaveArrived: false });
  const broken = make('not a url');
  await expect(broken.authenticate()).rejects.toBeInstanceOf(ConfigurationError);
  await broken.close();
});

/** A port on which nobody listens. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
