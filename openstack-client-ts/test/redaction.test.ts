import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fakeCloud, PASSWORD, thrownBy, TOKEN, tokenReply } from './support/fake-cloud.ts';

const GET = 'GET /networking/v2.0/networks/n';
const SECRET = 'application-credential-secret-value';
const FERNET = 'gAAAAABmZmZmYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3ODkw';
const hash = (token: string): string => `{SHA256}${createHash('sha256').update(token).digest('hex')}`;

/** Everything a person or a program could print of an error. */
const printed = (error: unknown): string => inspect(error, { depth: 10, showHidden: true });

describe('secrets', () => {
  test('are in no log line, whatever happens', async () => {
    const cloud = await fakeCloud({
      [GET]: [
        { json: { network: { id: 'n', name: 'n' } } },
        { status: 401 },
        { status: 403, text: `no ${TOKEN}` },
        { cut: true },
      ],
    });
    const client = cloud.client({ retry: { retries: 0 } });
    await client.network.networks.get('n');
    await thrownBy(client.network.networks.get('n'));
    await thrownBy(client.network.networks.get('n'));
    const log = JSON.stringify(cloud.log);
    expect(cloud.log.length).toBeGreaterThanOrEqual(5);
    expect(log).not.toContain(TOKEN);
    expect(log).not.toContain(PASSWORD);
    expect(log).toContain(hash(TOKEN));
  });

  test('are in no error, though OpenStack repeats them', async () => {
    const words = `Could not find token: ${TOKEN}, password ${PASSWORD}, and ${FERNET}`;
    const cloud = await fakeCloud({ [GET]: { status: 404, json: { error: { message: words, code: 404 } } } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    for (const secret of [TOKEN, PASSWORD, FERNET]) expect(printed(error)).not.toContain(secret);
    expect(error.message).toContain(hash(TOKEN));
    expect(error.message).toContain(hash(FERNET));
  });

  test('are in no error about the token itself', async () => {
    const cloud = await fakeCloud({ 'POST /identity/v3/auth/tokens': { status: 401, text: `bad secret ${SECRET}` } });
    const auth = {
      auth_url: `${cloud.url}/identity/v3`,
      application_credential_id: 'ac',
      application_credential_secret: SECRET,
    };
    const error = await thrownBy(cloud.client({ auth }).authenticate());
    expect(printed(error)).not.toContain(SECRET);
    expect(JSON.stringify(cloud.log)).not.toContain(SECRET);
  });

  test('of an unreadable token answer stay out of the error', async () => {
    const cloud = await fakeCloud({
      'POST /identity/v3/auth/tokens': {
        headers: { 'x-subject-token': TOKEN },
        json: { token: { expires_at: TOKEN } },
      },
    });
    expect(printed(await thrownBy(cloud.client().authenticate()))).not.toContain(TOKEN);
  });

  test('in URLs are taken out', async () => {
    const lines: string[] = [];
    const cloud = await fakeCloud({});
    const url = cloud.url.replace('http://', 'http://user:pass-in-url@');
    cloud.script('POST /identity/v3/auth/tokens', () =>
      tokenReply(cloud.url, {
        catalog: [{ type: 'network', endpoints: [{ interface: 'public', url: `${url}/networking/v2.0` }] }],
      }),
    );
    const client = cloud.client({ hooks: { beforeRequest: (info) => void lines.push(info.url) } });
    const call = client
      .service('network')
      .request('GET', '/networks/n', { query: { temp_url_sig: 'signature-value' } });
    const error = await thrownBy(call);
    const all = [printed(error), ...lines, JSON.stringify(cloud.log)].join('\n');
    expect(all).not.toContain('pass-in-url');
    expect(all).not.toContain('signature-value');
    expect(lines.at(-1)).toContain('temp_url_sig=REDACTED');
  });

  test('are not in the client when it is printed', async () => {
    const cloud = await fakeCloud({});
    const client = cloud.client();
    await client.authenticate();
    const text = inspect(client, { depth: 10 }) + JSON.stringify(client);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(PASSWORD);
  });

  test('bodies are not logged', async () => {
    const cloud = await fakeCloud({
      'POST /compute/v2.1/servers': { status: 202, json: { server: { id: 's', adminPass: 'pw-of-admin' } } },
    });
    const server = { name: 's', flavorRef: 'f', networks: 'none', user_data: 'c2VjcmV0IHVzZXIgZGF0YQ==' } as const;
    await cloud.client().compute.servers.create(server);
    const log = JSON.stringify(cloud.log);
    expect(log).not.toContain(server.user_data);
    expect(log).not.toContain('pw-of-admin');
  });
});

test('a log line says what was asked and how it ended', async () => {
  const cloud = await fakeCloud({ [GET]: { status: 404, headers: { 'x-openstack-request-id': 'req-9' } } });
  await thrownBy(cloud.client().network.networks.get('n'));
  expect(cloud.log.map(({ level }) => level)).toEqual(['debug', 'warn']);
  expect(cloud.log[1]).toMatchObject({
    service: 'network',
    method: 'GET',
    status: 404,
    requestId: 'req-9',
    attempt: 1,
  });
  expect(cloud.log[1]?.message).toMatch(/^GET http.*\/networks\/n 404 in \d+ ms$/);
});
