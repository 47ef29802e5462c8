import { afterEach, expect, test } from 'vitest';
import { healthEndpoints } from '../../../workers/health.ts';
import type { Health } from '../../../workers/health.ts';
import { listen } from '../../../workers/http-server.ts';
import type { HttpServer } from '../../../workers/http-server.ts';
import { createMetrics } from '../../../workers/metrics.ts';

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function serve(health: Partial<Health>, metrics = createMetrics('b')) {
  const all: Health = { isPolling: () => true, hasFailed: () => false, dependencies: [], ...health };
  const server = await listen({ host: '127.0.0.1', port: 0 }, healthEndpoints(all, metrics.registry));
  servers.push(server);
  return async (path: string) => {
    const answer = await fetch(`${server.url}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
}

test('a worker that polls and reaches everything is alive and ready', async () => {
  const get = await serve({ dependencies: [{ name: 'temporal', check: () => Promise.resolve() }] });
  expect((await get('/healthz')).status).toBe(200);
  expect(await get('/readyz')).toEqual({
    status: 200,
    body: '{"ok":true,"polling":true,"problems":{},"warnings":{}}\n',
  });
  expect((await get('/other')).status).toBe(404);
});

test('what is missing is named with the reason, and a dependency that hangs does not hang the answer', async () => {
  const get = await serve({
    isPolling: () => false,
    dependencies: [
      { name: 'vault', check: () => Promise.reject(new Error('sealed')) },
      { name: 'temporal', check: () => new Promise(() => undefined) },
    ],
  });
  const started = Date.now();
  const answer = await get('/readyz');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toEqual({
    ok: false,
    polling: false,
    problems: { vault: 'sealed', temporal: 'no answer in time' },
    warnings: {},
  });
  expect(Date.now() - started).toBeLessThan(6_000);
  expect((await get('/healthz')).status).toBe(200);
});

test('a warning does not make a worker unready', async () => {
  const get = await serve({
    dependencies: [{ name: 'vault', check: () => Promise.resolve(), warning: () => 'the token ends soon' }],
  });
  const answer = await get('/readyz');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ ok: true, warnings: { vault: 'the token ends soon' } });
});

test('a worker that has failed is not alive', async () => {
  const get = await serve({ hasFailed: () => true });
  expect((await get('/healthz')).status).toBe(503);
});

test('requests to OpenStack and activities are counted', async () => {
  const metrics = createMetrics('b');
  const get = await serve({}, metrics);
  metrics.onOpenStackRequest({ cloud: 'c', service: 'compute', method: 'GET', status: 503, seconds: 0.2 });
  metrics.activities.started('ensureNetwork')('failed', 'OpenStack.Unavailable');
  const end = metrics.activities.started('waitForServers');
  const { body } = await get('/metrics');
  expect(body).toContain('slipway_openstack_requests_total{cloud="c",service="compute",method="GET",status="503"} 1');
  expect(body).toContain(
    'slipway_openstack_request_seconds_bucket{le="0.25",cloud="c",service="compute",method="GET"} 1',
  );
  expect(body).toContain(
    'slipway_activities_total{activity="ensureNetwork",outcome="failed",failure="OpenStack.Unavailable"} 1',
  );
  expect(body).toContain('slipway_activities_running{activity="waitForServers"} 1');
  expect(body).toContain('slipway_build_info{build_id="b"} 1');
  end('completed');
  expect((await get('/metrics')).body).toContain('slipway_activities_running{activity="waitForServers"} 0');
});

test('an address in use is named', async () => {
  const get = await serve({});
  expect(get).toBeDefined();
  const port = Number(new URL(servers[0]?.url ?? '').port);
  await expect(listen({ host: '127.0.0.1', port }, () => undefined)).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}`,
  );
});
