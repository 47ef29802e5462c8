import { afterEach, expect, test } from 'vitest';
import { healthEndpoints } from '../../../service/health.ts';
import type { Health } from '../../../service/health.ts';
import { listen } from '../../../service/http-server.ts';
import type { HttpServer } from '../../../service/http-server.ts';
import { createLogger } from '../../../service/logging.ts';
import { createRegistry } from '../../../service/metrics.ts';

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const logger = createLogger({ level: 'error', format: 'json' });

async function serve(health: Partial<Health>, registry = createRegistry('b')) {
  const all: Health = { hasFailed: () => false, states: () => ({ polling: true }), dependencies: [], ...health };
  const server = await listen({ host: '127.0.0.1', port: 0 }, { logger }, healthEndpoints(all, registry));
  servers.push(server);
  return async (path: string, method = 'GET') => {
    const answer = await fetch(`${server.url}${path}`, { method });
    const { headers } = answer;
    const kept = [headers.get('content-type'), headers.get('cache-control')];
    return { status: answer.status, body: await answer.text(), kept };
  };
}

test('a process whose states are true and that reaches everything is alive and ready', async () => {
  const get = await serve({ dependencies: [{ name: 'temporal', check: () => Promise.resolve() }] });
  expect((await get('/healthz')).status).toBe(200);
  expect(await get('/readyz')).toEqual({
    status: 200,
    body: '{"ok":true,"polling":true,"problems":{},"warnings":{}}\n',
    kept: ['application/json', 'no-store'],
  });
  expect((await get('/other')).status).toBe(404);
});

test('what is missing is named with the reason, and a dependency that hangs does not hang the answer', async () => {
  const get = await serve({
    states: () => ({ polling: false }),
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

test('a warning does not make a process unready', async () => {
  const get = await serve({
    dependencies: [{ name: 'vault', check: () => Promise.resolve(), warning: () => 'the token ends soon' }],
  });
  const answer = await get('/readyz');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ ok: true, warnings: { vault: 'the token ends soon' } });
});

test('a process that has failed is not alive', async () => {
  const get = await serve({ hasFailed: () => true });
  expect((await get('/healthz')).status).toBe(503);
});

test('one without states of its own is ready by its dependencies', async () => {
  const server = await listen(
    { host: '127.0.0.1', port: 0 },
    { logger },
    healthEndpoints({ hasFailed: () => false, dependencies: [] }, createRegistry('b')),
  );
  servers.push(server);
  const answer = await fetch(`${server.url}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true, problems: {}, warnings: {} }]);
});

test('the metrics tell the build and what the process uses', async () => {
  const get = await serve({});
  const { status, body, kept } = await get('/metrics');
  expect(status).toBe(200);
  expect(body).toContain('slipway_build_info{build_id="b"} 1');
  expect(body).toContain('process_resident_memory_bytes');
  expect(kept).toEqual([createRegistry('b').contentType, 'no-store']);
});

test('HEAD is answered like GET, without the body; other methods are not found', async () => {
  const get = await serve({ hasFailed: () => true });
  expect(await get('/healthz', 'HEAD')).toMatchObject({
    status: 503,
    body: '',
    kept: ['application/json', 'no-store'],
  });
  expect((await get('/metrics', 'HEAD')).status).toBe(200);
  const notFound = { status: 404, body: '{"error":"not found"}\n', kept: ['application/json', 'no-store'] };
  expect(await get('/healthz', 'POST')).toEqual(notFound);
  expect(await get('/healthz?verbose')).toMatchObject({ status: 503 });
});

test('an endpoint that fails gives the reason', async () => {
  const get = await serve({
    hasFailed: () => {
      throw new Error('no worker');
    },
  });
  expect(await get('/healthz')).toMatchObject({ status: 500, body: '{"error":"Error: no worker"}\n' });
});
