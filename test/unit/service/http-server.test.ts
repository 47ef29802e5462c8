import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { RequestError } from '../../../service/http-errors.ts';
import { listen, sendJson } from '../../../service/http-server.ts';
import type { HttpServer, Routes } from '../../../service/http-server.ts';
import { createLogger } from '../../../service/logging.ts';

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

let lines = '';
const logger = createLogger({ level: 'debug', format: 'json' }, { write: (line) => void (lines += line) });

async function serve(routes: Routes, { host = '127.0.0.1', ...options }: { host?: string; timeoutMs?: number } = {}) {
  lines = '';
  const server = await listen({ host, port: 0 }, { logger, ...options }, routes);
  servers.push(server);
  return server;
}

/** A route that reads text of at most eight bytes, and one that never answers. */
const routes: Routes = (app) => {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 8 }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.post('/echo', { bodyLimit: 8 }, (request, reply) => sendJson(reply, 200, request.body));
    done();
  });
  app.get('/hang', () => new Promise(() => undefined));
  app.get('/refused', () => {
    throw new RequestError(409, 'not now');
  });
  app.get('/broken', () => {
    throw new Error('the disk is full');
  });
};

test('answers at the address it names, also over IPv6', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const { url } = await serve(routes, { host });
    expect(url).toMatch(host === '::1' ? /^http:\/\/\[::1\]:\d+$/ : /^http:\/\/127\.0\.0\.1:\d+$/);
    expect(new URL(url).port).not.toBe('0');
    expect(await (await fetch(`${url}/echo`, { method: 'POST', body: 'hello' })).json()).toBe('hello');
  }
});

test('an address in use is named', async () => {
  const { url } = await serve(routes);
  const port = Number(new URL(url).port);
  await expect(listen({ host: '127.0.0.1', port }, { logger }, routes)).rejects.toThrow(
    new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`),
  );
});

test.each([
  ['GET', '/other'],
  ['POST', '/other'],
  ['PUT', '/echo'],
  ['GET', '/%zz'],
  ['PROPFIND', '/echo'],
])('%s %s is not found, and its body is not read', async (method, path) => {
  const { url } = await serve(routes);
  const body = method === 'POST' || method === 'PUT' ? { body: 'x'.repeat(2 ** 21) } : {};
  const answer = await fetch(`${url}${path}`, { method, ...body });
  expect([answer.status, await answer.text()]).toEqual([404, '{"error":"not found"}\n']);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a body that is too large is refused, with the limit', async () => {
  const { url } = await serve(routes);
  const streamed = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('123456789'));
      controller.close();
    },
  });
  for (const init of [{ body: '123456789' }, { body: streamed, duplex: 'half' as const }]) {
    const answer = await fetch(`${url}/echo`, { method: 'POST', ...init });
    expect([answer.status, await answer.json()]).toEqual([413, { error: 'the body is larger than 8 bytes' }]);
  }
});

test('a refusal says why; a fault of ours is in the log, and single requests are not', async () => {
  const { url } = await serve(routes);
  const refused = await fetch(`${url}/refused`);
  expect([refused.status, await refused.json()]).toEqual([409, { error: 'not now' }]);
  expect(lines).toBe('');
  const broken = await fetch(`${url}/broken?token=abc`);
  expect([broken.status, await broken.json()]).toEqual([500, { error: 'the request failed; the log says why' }]);
  expect(lines).toContain('the disk is full');
  expect(lines).toContain('"path":"/broken"');
  expect(lines).not.toContain('abc');
});

test.each([
  ['nothing at all', ''],
  ['half a head', 'GET /other HTTP/1.1\r\n'],
  ['half a body', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe'],
])('who sends %s in time is told so, and the connection ends', async (_, sent) => {
  const { url } = await serve(routes, { timeoutMs: 300 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => void (answer += chunk.toString()));
  socket.write(sent);
  const started = Date.now();
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('closing ends connections that are open, also those that wait for an answer', async () => {
  const server = await serve(routes);
  const { port } = new URL(server.url);
  const idle = connect(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  const waiting = fetch(`${server.url}/hang`).catch(() => 'ended');
  await fetch(`${server.url}/other`);
  const ended = once(idle, 'close');
  await server.close();
  await ended;
  expect(await waiting).toBe('ended');
  await expect(fetch(server.url)).rejects.toThrow();
});
