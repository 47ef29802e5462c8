import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { codecServer } from '../../../codec-server/codec-server.ts';
import { listen } from '../../../service/http-server.ts';
import type { HttpServer } from '../../../service/http-server.ts';
import { createLogger } from '../../../service/logging.ts';
import { CodecKeys, EncryptionCodec } from '../../../temporal/index.ts';

const UI = 'http://localhost:8233';
const keys = { current: 'k', keys: { k: randomBytes(32) } };
const codec = new EncryptionCodec(new CodecKeys(() => Promise.resolve(keys)), true);
let server: HttpServer;
let lines = '';

beforeAll(async () => {
  const logger = createLogger({ level: 'info', format: 'json' }, { write: (line) => void (lines += line) });
  server = await listen({ host: '127.0.0.1', port: 0 }, { logger }, codecServer(codec, [UI], logger));
});
afterAll(() => server.close());

const answerSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string().optional() })),
});
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const plain = {
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from('{"name":"atlas"}').toString('base64'),
};

test('encodes and decodes payloads as the UI and the command line send them, at any depth of the path', async () => {
  const encoded = answerSchema.parse(await (await post('/any/where/encode', { payloads: [plain] })).json());
  expect(JSON.stringify(encoded)).not.toContain(plain.data);
  expect(answerSchema.parse(await (await post('/decode', encoded)).json())).toEqual({ payloads: [plain] });
  expect(await (await post('/decode', {})).json()).toEqual({ payloads: [] });
});

test('decodes what a worker encrypted, and lets plain payloads pass', async () => {
  const [encrypted] = await codec.encode([defaultPayloadConverter.toPayload({ name: 'atlas' })]);
  const json = {
    metadata: Object.fromEntries(
      Object.entries(encrypted?.metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(encrypted?.data ?? []).toString('base64'),
  };
  expect(await (await post('/decode', { payloads: [json, plain] })).json()).toEqual({ payloads: [plain, plain] });
});

test('the UI may ask, with its own headers', async () => {
  const preflight = await fetch(`${server.url}/decode`, {
    method: 'OPTIONS',
    headers: { origin: UI, 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('vary')).toBe('Origin');
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
  expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
  expect(preflight.headers.get('access-control-allow-origin')).toBe(UI);
  const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/);
  expect(allowed).toEqual(
    expect.arrayContaining(['authorization', 'authorization-extras', 'x-namespace', 'content-type']),
  );
  const answer = await post('/decode', { payloads: [plain] }, { origin: UI });
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, UI]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-credentials': 'true',
    'cache-control': 'no-store',
    'content-type': 'application/json',
    vary: 'Origin',
  });
});

test('another page may not, in any way', async () => {
  const origin = 'https://evil.example.org';
  for (const answer of [
    await post('/decode', { payloads: [plain] }, { origin }),
    await fetch(`${server.url}/decode`, { method: 'OPTIONS', headers: { origin } }),
  ]) {
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  }
  const simple = await post('/decode', { payloads: [plain] }, { 'content-type': 'text/plain' });
  expect(simple.status).toBe(415);
});

test.each([
  ['/decode', 'not json', 400],
  ['/decode', { payloads: [{ data: '%%%' }] }, 400],
  ['/decode', { payloads: 'x' }, 400],
  ['/other', { payloads: [] }, 404],
])('POST %s with %j is answered %i', async (path, body, status) => {
  const answer = await post(path, body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toHaveProperty('message');
});

test('a payload that does not decrypt is the asker’s error, with the reason; no payload reaches the log', async () => {
  const broken = { metadata: { encoding: Buffer.from('binary/encrypted').toString('base64') }, data: plain.data };
  const answer = await post('/decode', { payloads: [broken] });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('no encryption-key-id');
  expect(lines).not.toContain('atlas');
});

test.each([
  ['GET', '/decode', 405, 'use POST'],
  ['PUT', '/any/encode', 405, 'use POST'],
  ['GET', '/other', 404, 'POST to /encode or /decode'],
  ['DELETE', '/other', 404, 'POST to /encode or /decode'],
])('%s %s is answered %i: %s', async (method, path, status, message) => {
  const answer = await fetch(`${server.url}${path}`, { method });
  expect([answer.status, await answer.json()]).toEqual([status, { message }]);
});

test('a body without a type, of another type or of a type that cannot be read is refused', async () => {
  for (const type of ['', 'text/plain', 'application/json/x']) {
    const answer = await post('/decode', { payloads: [] }, { 'content-type': type });
    expect([answer.status, await answer.json()]).toEqual([415, { message: 'send JSON' }]);
  }
});

test('a body of 32 MiB is read, a larger one refused', async () => {
  const limit = 32 * 1024 * 1024;
  const fits = '{"payloads":[]}'.padEnd(limit);
  expect((await post('/decode', fits)).status).toBe(200);
  const answer = await post('/decode', `${fits} `);
  expect([answer.status, await answer.json()]).toEqual([413, { message: `the body is larger than ${limit} bytes` }]);
});

test('keys that cannot be read are our fault, and the log says why', async () => {
  const sealed = new EncryptionCodec(new CodecKeys(() => Promise.reject(new Error('Vault is sealed'))), true);
  let log = '';
  const logger = createLogger({ level: 'info', format: 'json' }, { write: (line) => void (log += line) });
  const broken = await listen({ host: '127.0.0.1', port: 0 }, { logger }, codecServer(sealed, [UI], logger));
  try {
    const answer = await fetch(`${broken.url}/encode?from=ui`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ payloads: [plain] }),
    });
    expect([answer.status, await answer.json()]).toEqual([500, { message: 'the codec failed; its log says why' }]);
    expect(log).toContain('Vault is sealed');
    expect(log).toContain('"path":"/encode"');
    expect(log).not.toContain(plain.data);
  } finally {
    await broken.close();
  }
});

test('tells that it is there', async () => {
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ ok: true });
});
