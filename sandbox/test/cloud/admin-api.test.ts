import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { field, imageId, logIn, makeNetwork, passwordAuth, testCloud, until, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-cloud-'));
  cloud = await testCloud();
});
afterEach(async () => {
  await cloud.close();
  await rm(folder, { recursive: true, force: true });
});

const admin = (method: string, path: string, body?: object) => cloud.nobody.send(method, `/_sandbox${path}`, body);
const server = async (name: string, more: object = {}) => {
  const network =
    (await cloud.demo.neutron('GET', '/networks?name=net')).at('networks.0.id') ??
    (await makeNetwork(cloud.demo)).network;
  const image = await imageId(cloud.demo);
  return cloud.demo.nova('POST', '/servers', {
    server: { name, flavorRef: '2', imageRef: image, networks: [{ uuid: network }], ...more },
  });
};

describe('the admin API', () => {
  it('logs and counts requests without their secrets', async () => {
    await admin('POST', '/reset');
    const password = cloud.running.cloud.passwords.get('demo') ?? '';
    await logIn(cloud.running.url, passwordAuth('demo', password));
    await server('logged', { user_data: Buffer.from('top secret').toString('base64') });
    const log = await admin('GET', '/requests');
    expect(log.text).not.toContain(password);
    expect(log.text).not.toContain(Buffer.from('top secret').toString('base64'));
    expect(log.text).not.toContain(cloud.demo.token);
    const creations = await admin('GET', '/requests?service=compute&method=POST&user=demo');
    expect(creations.list('requests')).toHaveLength(1);
    expect(creations.at('requests.0')).toMatchObject({
      path: '/compute/v2.1/servers',
      status: 202,
      project: 'demo',
      body: { server: { name: 'logged', user_data: '***' } },
    });
    const counters = await admin('GET', '/counters');
    expect(counters.at('byRoute')).toMatchObject({
      'POST /compute/v2.1/servers': 1,
      'POST /identity/v3/auth/tokens': 1,
    });
    expect(counters.at('byUser.demo')).toBeTypeOf('number');
    await admin('POST', '/reset');
    expect((await admin('GET', '/counters')).at('total')).toBe(0);
  });

  it('lists everything a project has, byte for byte the same while nothing changes', async () => {
    const { network, subnet } = await makeNetwork(cloud.demo);
    const first = (await admin('GET', '/inventory?project=demo')).text;
    expect((await admin('GET', '/inventory?project=demo')).text).toBe(first);
    const made = (
      await cloud.demo.octavia('POST', '/loadbalancers', { loadbalancer: { vip_subnet_id: subnet } })
    ).string('loadbalancer.id');
    const during = await admin('GET', '/inventory?project=demo');
    expect(during.list('projects.demo.resources.loadBalancers')).toHaveLength(1);
    expect(during.list('projects.demo.resources.networks').map((row) => field(row, 'id'))).toEqual([network]);
    await until(
      () => cloud.demo.octavia('DELETE', `/loadbalancers/${made}`),
      (reply) => reply.status === 204,
    );
    await until(
      () => cloud.demo.octavia('GET', `/loadbalancers/${made}`),
      (reply) => reply.status === 404,
    );
    expect((await admin('GET', '/inventory?project=demo')).text).toBe(first);
    expect((await admin('GET', '/inventory?project=nobody')).status).toBe(404);
  });

  it('computes the critical path from its own latencies, which can be changed at any time', async () => {
    const path = async (planes: number, workers: number) =>
      (await admin('GET', `/critical-path?controlPlanes=${planes}&workers=${workers}`)).at('seconds');
    expect(await path(3, 3)).toBe(0);
    await admin('PUT', '/latency', { profile: 'typical' });
    expect(await path(3, 3)).toBe(71);
    expect(await path(1, 0)).toBe(60);
    await admin('PUT', '/latency', { loadBalancer: { create: 10 } });
    expect(await path(1, 2)).toBe(66);
    const steps = await admin('GET', '/critical-path?controlPlanes=1&workers=2');
    expect(steps.list('steps').map((step) => field(step, 'seconds'))).toEqual([40, 3, 12, 11]);
    expect((await admin('PUT', '/latency', { server: { build: -1 } })).status).toBe(400);
    await admin('PUT', '/latency', { requestDelayMs: 50 });
    const started = Date.now();
    await cloud.demo.nova('GET', '/servers');
    expect(Date.now() - started).toBeGreaterThanOrEqual(49);
  });

  it('sets quotas by project name', async () => {
    expect((await admin('PUT', '/quotas/demo', { compute: { instances: 0 } })).at('compute.instances')).toBe(0);
    expect((await server('none')).string('forbidden.message')).toContain('Quota exceeded for instances: Requested 1');
    expect((await admin('PUT', '/quotas/demo', { compute: { colours: 1 } })).status).toBe(400);
  });

  it('makes things fail: the next of a name, or one that is there', async () => {
    await admin('POST', '/failures', {
      kind: 'server',
      namePattern: '^bad',
      count: 1,
      message: 'Build of instance aborted: no luck',
    });
    const bad = (await server('bad-1')).string('server.id');
    const failed = await until(
      () => cloud.demo.nova('GET', `/servers/${bad}`),
      (reply) => reply.at('server.status') === 'ERROR',
    );
    expect(failed.at('server.fault.message')).toBe('Build of instance aborted: no luck');
    const good = (await server('bad-2')).string('server.id');
    await until(
      () => cloud.demo.nova('GET', `/servers/${good}`),
      (reply) => reply.at('server.status') === 'ACTIVE',
    );
    expect(
      (await admin('POST', '/failures', { kind: 'server', id: good, message: 'the host caught fire' })).status,
    ).toBe(200);
    expect((await cloud.demo.nova('GET', `/servers/${good}`)).at('server.fault.message')).toBe('the host caught fire');
    await admin('POST', '/failures', { kind: 'loadbalancer', namePattern: '.*' });
    const { subnet } = await makeNetwork(cloud.demo, '10.77.0.0/24', 'lb');
    const lb = (
      await cloud.demo.octavia('POST', '/loadbalancers', { loadbalancer: { name: 'x', vip_subnet_id: subnet } })
    ).string('loadbalancer.id');
    await until(
      () => cloud.demo.octavia('GET', `/loadbalancers/${lb}`),
      (reply) => reply.at('loadbalancer.provisioning_status') === 'ERROR',
    );
    expect((await admin('POST', '/failures', { kind: 'server' })).status).toBe(400);
  });

  it('takes console output for a server, which its owner can read', async () => {
    const id = (await server('talks')).string('server.id');
    await until(
      () => cloud.demo.nova('GET', `/servers/${id}`),
      (reply) => reply.at('server.status') === 'ACTIVE',
    );
    await admin('POST', `/servers/${id}/console`, { text: 'one\ntwo\n' });
    await admin('POST', `/servers/${id}/console`, { text: 'three\n' });
    const output = (length?: number) =>
      cloud.demo.nova('POST', `/servers/${id}/action`, {
        'os-getConsoleOutput': length === undefined ? {} : { length },
      });
    expect((await output()).at('output')).toBe('one\ntwo\nthree\n');
    expect((await output(1)).at('output')).toBe('three\n');
    expect((await admin('POST', '/servers/none/console', { text: 'x' })).status).toBe(404);
  });

  it('saves a cloud with what is due in it, and another process goes on from there', async () => {
    await admin('PUT', '/latency', { server: { build: 0.3 } });
    const id = (await server('survivor')).string('server.id');
    const file = join(folder, 'state.json');
    expect((await admin('POST', '/save', { file })).status).toBe(201);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await testCloud({ state: file });
    try {
      expect(second.demo.projectId).toBe(cloud.demo.projectId);
      await until(
        () => second.demo.nova('GET', `/servers/${id}`),
        (reply) => reply.at('server.status') === 'ACTIVE',
      );
      expect((await second.demo.neutron('GET', `/ports?device_id=${id}`)).list('ports')).toHaveLength(1);
    } finally {
      await second.close();
    }
  });

  it('answers an unknown path of its own and of every service with an error, never with a success', async () => {
    const paths = [
      '/_sandbox/x',
      '/identity/v3/x',
      '/compute/v2.1/x',
      '/networking/v2.0/x',
      '/image/v2/x',
      '/load-balancer/v2/x',
      '/volume/v3/x',
      '/dns/v2/x',
      '/x',
    ];
    for (const path of paths) expect([path, (await cloud.demo.get(path)).status]).toEqual([path, 404]);
    expect((await cloud.demo.send('PATCH', '/compute/v2.1/servers', {})).status).toBe(404);
    expect((await cloud.demo.send('PATCH', '/image/v2/images', {})).status).toBe(405);
    const expired = await admin('POST', '/tokens/expire');
    expect(expired.status).toBe(200);
    expect((await cloud.demo.nova('GET', '/servers')).status).toBe(401);
  });
});
