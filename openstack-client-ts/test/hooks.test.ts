import { describe, expect, test } from 'vitest';
import type { RequestInfo, RequestOutcome } from 'openstack-client-ts';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const GET = 'GET /networking/v2.0/networks/n';
const FOUND: Reply = { json: { network: { id: 'n', name: 'net' } } };

describe('hooks', () => {
  test('see every HTTP request: token, version document, pages, repetitions', async () => {
    const before: string[] = [];
    const after: string[] = [];
    const cloud = await fakeCloud({ [GET]: [{ status: 503 }, FOUND] });
    const client = cloud.client({
      hooks: {
        beforeRequest: ({ service, method, attempt }) => void before.push(`${service} ${method} ${attempt}`),
        afterResponse: (_info, { status }) => void after.push(String(status)),
      },
    });
    await client.network.networks.get('n');
    expect(before).toEqual(['identity POST 1', 'network GET 1', 'network GET 2']);
    expect(after).toEqual(['201', '503', '200']);
    expect(cloud.seen).toHaveLength(before.length);
  });

  test('can count: as many as the server saw, cut and refused ones too', async () => {
    let count = 0;
    const cloud = await fakeCloud({ [GET]: [{ cut: true }, { status: 401 }, FOUND] });
    const client = cloud.client({
      hooks: {
        afterResponse: () => {
          count++;
        },
      },
    });
    await client.network.networks.get('n');
    expect(count).toBe(cloud.seen.length);
    expect(count).toBe(5);
  });

  test('can limit how many requests are under way', async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const cloud = await fakeCloud({ [GET]: FOUND });
    const client = cloud.client({
      hooks: {
        beforeRequest: async () => {
          if (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve));
          running++;
          most = Math.max(most, running);
        },
        afterResponse: () => {
          running--;
          waiting.shift()?.();
        },
      },
    });
    await client.authenticate();
    await Promise.all(Array.from({ length: 12 }, () => client.network.networks.get('n')));
    expect(most).toBe(2);
    expect(running).toBe(0);
  });

  test('can delay a request: the delay is not part of its time-out', async () => {
    const cloud = await fakeCloud({ [GET]: FOUND });
    const beforeRequest = ({ service }: RequestInfo): Promise<void> | undefined =>
      service === 'network' ? new Promise((resolve) => setTimeout(resolve, 150)) : undefined;
    const client = cloud.client({ timeoutMs: 100, hooks: { beforeRequest: (info) => beforeRequest(info) } });
    await expect(client.network.networks.get('n')).resolves.toMatchObject({ id: 'n' });
  });

  test('that throw before a request keep it from being sent', async () => {
    const cloud = await fakeCloud({ [GET]: FOUND });
    let after = 0;
    const client = cloud.client({
      hooks: {
        beforeRequest: ({ service }) => {
          if (service === 'network') throw new Error('budget spent');
        },
        afterResponse: ({ service }) => {
          if (service === 'network') after++;
        },
      },
    });
    await expect(client.network.networks.get('n')).rejects.toThrow('budget spent');
    expect([cloud.count(GET), after]).toEqual([0, 0]);
  });

  test('are told how a request ended', async () => {
    const outcomes: RequestOutcome[] = [];
    const cloud = await fakeCloud({ [GET]: { status: 404, headers: { 'x-openstack-request-id': 'req-1' } } });
    const client = cloud.client({ hooks: { afterResponse: (_info, outcome) => void outcomes.push(outcome) } });
    await thrownBy(client.network.networks.get('n'));
    expect(outcomes[1]).toMatchObject({ status: 404, requestId: 'req-1', error: { kind: 'NotFound' } });
  });
});
