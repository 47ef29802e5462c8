import { describe, expect, test } from 'vitest';
import { ResourceInErrorError, TimeoutError, waitForStates } from 'openstack-client-ts';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const SERVER = 'GET /compute/v2.1/servers/s';
const server = (status: string, more: object = {}): Reply => ({ json: { server: { id: 's', status, ...more } } });
const fast = { interval: { startMs: 1, maxMs: 2 } };

describe('a wait', () => {
  test('ends at the target with the last value seen', async () => {
    const cloud = await fakeCloud({ [SERVER]: [server('BUILD'), server('BUILD'), server('ACTIVE', { name: 'web' })] });
    const seen: string[] = [];
    const onPoll = (_value: unknown, state: string): void => void seen.push(state);
    await expect(cloud.client().compute.servers.waitActive('s', { ...fast, onPoll })).resolves.toMatchObject({
      name: 'web',
    });
    expect(seen).toEqual(['BUILD', 'BUILD', 'ACTIVE']);
  });

  test("ends at ERROR with Nova's fault", async () => {
    const fault = { message: 'No valid host was found. There are not enough hosts available.', code: 500 };
    const cloud = await fakeCloud({ [SERVER]: [server('BUILD'), server('ERROR', { fault })] });
    const error = await thrownBy(cloud.client().compute.servers.waitActive('s', fast));
    expect(error).toBeInstanceOf(ResourceInErrorError);
    expect(error).toMatchObject({ kind: 'ResourceInError', state: 'ERROR' });
    expect(error.message).toContain(
      'server s is in state ERROR, not ACTIVE: No valid host was found. There are not enough hosts',
    );
  });

  test('ends at its deadline, and counts what it observed', async () => {
    const cloud = await fakeCloud({ [SERVER]: [server('BUILD'), { status: 503 }, server('BUILD'), server('PAUSED')] });
    const client = cloud.client({ retry: { retries: 0 } });
    const error = await thrownBy(client.compute.servers.waitActive('s', { ...fast, deadlineMs: 1500 }));
    if (!(error instanceof TimeoutError)) throw error;
    expect(error.observed).toMatchObject({ BUILD: 2, 'Unavailable (503)': 1 });
    expect(error.message).toMatch(
      /server s did not become ACTIVE within 1\.5 s; observed: BUILD 2×, Unavailable \(503\) 1×, PAUSED \d+×; last: PAUSED/,
    );
  });

  test('keeps its deadline while a poll hangs', async () => {
    const cloud = await fakeCloud({ [SERVER]: { hang: true } });
    const error = await thrownBy(cloud.client().compute.servers.waitActive('s', { deadlineMs: 100 }));
    expect(error).toMatchObject({ kind: 'Timeout' });
    expect(error.message).toContain('observed: nothing');
  });

  test('outlives an outage shorter than its deadline', async () => {
    const down = Array.from({ length: 6 }, (): Reply => ({ status: 502 }));
    const cloud = await fakeCloud({ [SERVER]: [...down, server('ACTIVE')] });
    await expect(cloud.client().compute.servers.waitActive('s', fast)).resolves.toMatchObject({ status: 'ACTIVE' });
  });

  test.each([403, 400])('does not outlive %i', async (status) => {
    const cloud = await fakeCloud({ [SERVER]: { status } });
    await expect(cloud.client().compute.servers.waitActive('s', fast)).rejects.toMatchObject({ status });
  });

  test('for something to be there fails when it is gone', async () => {
    const cloud = await fakeCloud({ [SERVER]: [server('BUILD'), { status: 404 }] });
    await expect(cloud.client().compute.servers.waitActive('s', fast)).rejects.toMatchObject({ kind: 'NotFound' });
  });

  test.each<[string, Reply]>([
    ['404', { status: 404 }],
    ['DELETED', server('DELETED')],
    ['SOFT_DELETED', server('SOFT_DELETED')],
  ])('for something to be gone ends with %s', async (_name, last) => {
    const cloud = await fakeCloud({ [SERVER]: [server('ACTIVE'), last] });
    await expect(cloud.client().compute.servers.waitGone('s', fast)).resolves.toBeUndefined();
  });

  test('with pending states given fails on any other', async () => {
    const line = 'GET /load-balancer/v2/lbaas/loadbalancers/b';
    const balancer = (status: string): Reply => ({
      json: { loadbalancer: { id: 'b', name: 'b', provisioning_status: status } },
    });
    const cloud = await fakeCloud({ [line]: [balancer('PENDING_CREATE'), balancer('PENDING_DELETE')] });
    const error = await thrownBy(cloud.client().loadBalancer.loadBalancers.waitActive('b', fast));
    expect(error.message).toContain('load balancer b is in state PENDING_DELETE, not ACTIVE');
    const other = await fakeCloud({ [line]: [balancer('PENDING_CREATE'), balancer('STRANGE')] });
    await expect(other.client().loadBalancer.loadBalancers.waitActive('b', fast)).rejects.toMatchObject({
      state: 'STRANGE',
    });
  });

  test('polls first often, then seldom', async () => {
    const times: number[] = [];
    let polls = 0;
    await waitForStates({
      subject: 'a clock',
      states: { target: ['done'] },
      poll: () => Promise.resolve(++polls),
      state: (value) => {
        times.push(performance.now());
        return value > 6 ? 'done' : 'going';
      },
      interval: { startMs: 10, maxMs: 40, factor: 2 },
    });
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    for (const [i, least] of [10, 20, 40, 40, 40, 40].entries()) expect(gaps[i]).toBeGreaterThanOrEqual(least - 2);
    expect(times.at(-1)).toBeLessThan((times[0] ?? 0) + 1000);
  });

  test('honours Retry-After between polls', async () => {
    const limited: Reply = { status: 429, headers: { 'retry-after': '1' } };
    const cloud = await fakeCloud({ [SERVER]: [limited, server('ACTIVE')] });
    const started = performance.now();
    await cloud.client({ retry: { retries: 0 } }).compute.servers.waitActive('s', fast);
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });
});
