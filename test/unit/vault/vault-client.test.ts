import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  VaultClient,
  VaultConfigError,
  VaultError,
  vaultFromEnvironment,
  vaultOptionsFromEnvironment,
  type VaultOptions,
} from '../../../vault/index.ts';

const TOKEN = 's.very-secret-token';
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((clean) => clean()));
});

type Reply = { status: number; body?: string } | 'reset' | 'hang';

/** A server that gives these replies in turn, the last one for ever, and records what came. */
async function scripted(...replies: Reply[]) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      const reply = replies[Math.min(seen.length, replies.length - 1)];
      seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
      if (reply === undefined || reply === 'reset') incoming.socket.destroy();
      else if (reply !== 'hang') outgoing.writeHead(reply.status).end(reply.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function client(address: string, options: Partial<VaultOptions> = {}): VaultClient {
  const vault = new VaultClient({ address, token: () => Promise.resolve(TOKEN), ...options });
  cleanups.push(() => vault.close());
  return vault;
}

async function failure(promise: Promise<unknown>): Promise<VaultError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof VaultError)) throw new Error(`expected a VaultError, got ${String(error)}`);
  return error;
}

const secret = (data: unknown) => ({ status: 200, body: JSON.stringify({ data: { data, metadata: { version: 1 } } }) });

describe('requests', () => {
  it('carry token, namespace and what a key/value read needs', async () => {
    const server = await scripted(secret({ a: 1 }));
    const vault = client(`${server.address}/`, { namespace: 'platform' });
    await expect(vault.kv.read('clouds/odd name', z.object({ a: z.number() }))).resolves.toEqual({ a: 1 });
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      url: '/v1/slipway/data/clouds/odd%20name',
      headers: { 'x-vault-token': TOKEN, 'x-vault-namespace': 'platform', 'x-vault-request': 'true' },
    });
  });

  it('ask for the token each time', async () => {
    const server = await scripted(secret({}));
    let calls = 0;
    const vault = client(server.address, { token: () => Promise.resolve(`token-${++calls}`) });
    await vault.kv.read('a', z.unknown());
    await vault.kv.read('a', z.unknown());
    expect(server.seen.map(({ headers }) => headers['x-vault-token'])).toEqual(['token-1', 'token-2']);
  });

  it('send no token where none is needed', async () => {
    const server = await scripted({ status: 200, body: '{"initialized":true,"sealed":true,"version":"1"}' });
    await expect(client(server.address).health()).resolves.toEqual({
      initialized: true,
      sealed: true,
      standby: false,
      version: '1',
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('x-vault-token');
  });
});

describe('retries', () => {
  it.each([429, 500, 502, 503, 412])('go on after %i', async (status) => {
    const server = await scripted({ status, body: '{"errors":["Vault is sealed"]}' }, secret({ a: 1 }));
    await expect(client(server.address).kv.read('a', z.unknown())).resolves.toEqual({ a: 1 });
    expect(server.seen).toHaveLength(2);
  });

  it('go on after a broken connection', async () => {
    const server = await scripted('reset', secret({ a: 1 }));
    await expect(client(server.address).kv.read('a', z.unknown())).resolves.toEqual({ a: 1 });
  });

  it('end after their time, with Vault’s words', async () => {
    const server = await scripted({ status: 503, body: '{"errors":["Vault is sealed"]}' });
    const started = Date.now();
    const error = await failure(client(server.address, { retryForMs: 600 }).kv.read('a', z.unknown()));
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(error).toMatchObject({ kind: 'unavailable', status: 503, words: ['Vault is sealed'] });
    expect(server.seen.length).toBeGreaterThan(1);
  });

  it.each([400, 404])('do not follow %i', async (status) => {
    const server = await scripted({ status, body: '{"errors":["no"]}' });
    await failure(client(server.address).kv.read('a', z.unknown()));
    expect(server.seen).toHaveLength(1);
  });

  it('do not follow 403, but one question for its cause does', async () => {
    const server = await scripted({ status: 403, body: '{"errors":["no"]}' });
    const error = await failure(client(server.address).kv.read('a', z.unknown()));
    expect(error).toMatchObject({ kind: 'unauthorized', path: 'slipway/data/a', status: 403 });
    expect(server.seen.map(({ url }) => url)).toEqual(['/v1/slipway/data/a', '/v1/auth/token/lookup-self']);
  });

  it('follow 403 with a newer token, and never for ever', async () => {
    const server = await scripted({ status: 403, body: '{"errors":["no"]}' });
    let calls = 0;
    const error = await failure(
      client(server.address, { token: () => Promise.resolve(`token-${++calls}`) }).kv.read('a', z.unknown()),
    );
    expect(error.kind).toBe('unauthorized');
    expect(server.seen.length).toBeLessThan(8);
    expect(new Set(server.seen.map(({ headers }) => headers['x-vault-token'])).size).toBeGreaterThan(1);
  });

  it('say nothing of the token when Vault becomes silent before it has told the cause', async () => {
    const server = await scripted({ status: 403, body: '{"errors":["no"]}' }, { status: 503 });
    const error = await failure(client(server.address, { retryForMs: 0 }).kv.read('a', z.unknown()));
    expect(error).toMatchObject({ kind: 'unavailable', status: 503 });
  });

  it('are not made for an unwrapping that may have arrived', async () => {
    const server = await scripted('reset');
    const error = await failure(client(server.address).wrapping.unwrap('w', z.unknown()));
    expect(error.kind).toBe('unavailable');
    expect(server.seen).toHaveLength(1);
  });

  it('stop when the signal is aborted', async () => {
    const server = await scripted({ status: 503 });
    const controller = new AbortController();
    const reason = new Error('cancelled by the test');
    const read = client(server.address, { retryForMs: 60_000 }).kv.read('a', z.unknown(), controller.signal);
    while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(reason);
    await expect(read).rejects.toSatisfy(
      (error: unknown) => error === reason || (error as Error).name === 'AbortError',
    );
  });
});

describe('errors', () => {
  it('say what was tried, why it failed and what to do', async () => {
    const server = await scripted({ status: 400, body: '{"errors":["1 error occurred:\\n\\t* bad key\\n\\n"]}' });
    const error = await failure(client(server.address).kv.read('clusters/a/x', z.unknown()));
    expect(error.kind).toBe('invalid');
    expect(error.message).toMatch(
      /^Vault: GET slipway\/data\/clusters\/a\/x: 400 1 error occurred: \* bad key\. It would be refused again/,
    );
  });

  it('tell a missing mount from a missing secret', async () => {
    const none = '{"errors":["no handler for route \\"slipway/data/a\\". route entry not found."]}';
    const noMount = await scripted({ status: 404, body: none });
    const noSecret = await scripted({ status: 404, body: '{"errors":[]}' });
    const error = await failure(client(noMount.address).kv.find('a', z.unknown()));
    expect(error.message).toContain('no secrets engine at "slipway/"');
    await expect(client(noSecret.address).kv.find('a', z.unknown())).resolves.toBeUndefined();
  });

  it('hold no secret: not the token, not what was written, not what was read', async () => {
    const echo = JSON.stringify({ errors: [`bad token ${TOKEN}`] });
    const refused = await scripted({ status: 400, body: echo });
    const written = await failure(client(refused.address).kv.write('a', { password: 'hunter2' }));
    const odd = await scripted(secret({ password: 'hunter2' }));
    const read = await failure(client(odd.address).kv.read('a', z.object({ password: z.number() })));
    expect(read).toMatchObject({ kind: 'invalid' });
    expect(read.message).toContain('password (invalid_type)');
    for (const error of [written, read]) {
      const all = `${error.message} ${JSON.stringify(error)} ${String(error.stack)} ${String(error.cause)}`;
      expect(all).not.toContain(TOKEN);
      expect(all).not.toContain('hunter2');
    }
  });

  it('know when something else answers', async () => {
    const page = await scripted({ status: 200, body: '<html>hello</html>' });
    const proxy = await scripted({ status: 502, body: '<html>bad gateway</html>' });
    expect((await failure(client(page.address).kv.read('a', z.unknown()))).message).toContain('not JSON');
    const error = await failure(client(proxy.address, { retryForMs: 0 }).kv.read('a', z.unknown()));
    expect(error).toMatchObject({ kind: 'unavailable', status: 502 });
  });

  it('come when nobody listens', async () => {
    const error = await failure(client('http://127.0.0.1:1', { retryForMs: 300 }).kv.read('a', z.unknown()));
    expect(error).toMatchObject({ kind: 'unavailable', status: undefined });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('come when an answer takes too long', async () => {
    const server = await scripted('hang');
    const error = await failure(client(server.address, { timeoutMs: 200, retryForMs: 0 }).kv.read('a', z.unknown()));
    expect(error.message).toContain('no answer from');
    expect(error.message).toContain('200 ms');
  });
});

describe('configuration by environment', () => {
  it('names the variable that is wrong', () => {
    expect(() => vaultOptionsFromEnvironment({})).toThrow(VaultConfigError);
    expect(() => vaultOptionsFromEnvironment({ VAULT_ADDR: 'vault:8200' })).toThrow(/VAULT_ADDR: must be a URL/);
    expect(() => vaultOptionsFromEnvironment({ VAULT_ADDR: 'http://v', VAULT_CACERT: '/no/such/file' })).toThrow(
      /VAULT_CACERT: \/no\/such\/file cannot be read/,
    );
  });

  it('reads the token from a file, or from the environment', async () => {
    const server = await scripted(secret({}));
    const directory = await mkdtemp(join(tmpdir(), 'slipway-token-'));
    cleanups.push(() => rm(directory, { recursive: true }));
    const file = join(directory, 'token');
    await writeFile(file, 'from-file\n', { mode: 0o600 });
    for (const environment of [{ VAULT_TOKEN: 'from-variable' }, { SLIPWAY_VAULT_TOKEN_FILE: file, VAULT_TOKEN: '' }]) {
      const vault = vaultFromEnvironment({ VAULT_ADDR: server.address, ...environment });
      cleanups.push(() => vault.close());
      await vault.kv.read('a', z.unknown());
    }
    expect(server.seen.map(({ headers }) => headers['x-vault-token'])).toEqual(['from-variable', 'from-file']);
  });
});
