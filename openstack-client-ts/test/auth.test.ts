import { describe, expect, test } from 'vitest';
import { type AuthOptions, UnauthorizedError } from 'openstack-client-ts';
import { fakeCloud, PASSWORD, type Seen, thrownBy, TOKEN, tokenReply } from './support/fake-cloud.ts';

const TOKENS = 'POST /identity/v3/auth/tokens';
const NETWORK = 'GET /networking/v2.0/networks/n';
const FOUND = { json: { network: { id: 'n', name: 'net' } } };

const newToken = (count: number): string => `${TOKEN}-${count}`;
const tokenOf = (request: Seen): string => String(request.headers['x-auth-token']);

describe('the request for a token', () => {
  const user = { name: 'demo', domain: { id: 'default' } };
  test.each<[string, AuthOptions, unknown]>([
    [
      'password, names, default domain',
      { username: 'demo', password: PASSWORD, project_name: 'web' },
      {
        identity: { methods: ['password'], password: { user: { ...user, password: PASSWORD } } },
        scope: { project: { name: 'web', domain: { id: 'default' } } },
      },
    ],
    [
      'password, ids',
      { user_id: 'u', password: PASSWORD, project_id: 'p' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u', password: PASSWORD } } },
        scope: { project: { id: 'p' } },
      },
    ],
    [
      'password, named domains',
      { username: 'a', user_domain_name: 'D', password: PASSWORD, project_name: 'w', project_domain_id: 'e' },
      {
        identity: {
          methods: ['password'],
          password: { user: { name: 'a', domain: { name: 'D' }, password: PASSWORD } },
        },
        scope: { project: { name: 'w', domain: { id: 'e' } } },
      },
    ],
    [
      'password, domain scope',
      { user_id: 'u', password: PASSWORD, domain_name: 'D' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u', password: PASSWORD } } },
        scope: { domain: { name: 'D' } },
      },
    ],
    [
      'password, system scope',
      { user_id: 'u', password: PASSWORD, system_scope: 'all' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u', password: PASSWORD } } },
        scope: { system: { all: true } },
      },
    ],
    [
      'password, trust',
      { user_id: 'u', password: PASSWORD, trust_id: 't' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u', password: PASSWORD } } },
        scope: { 'OS-TRUST:trust': { id: 't' } },
      },
    ],
    [
      'token',
      { token: 'old-token', project_id: 'p' },
      { identity: { methods: ['token'], token: { id: 'old-token' } }, scope: { project: { id: 'p' } } },
    ],
    [
      'application credential by id: no scope is sent',
      { application_credential_id: 'ac', application_credential_secret: 's3cret-value', project_id: 'p' },
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { id: 'ac', secret: 's3cret-value' },
        },
      },
    ],
    [
      'application credential by name',
      { application_credential_name: 'ci', username: 'demo', application_credential_secret: 's3cret-value' },
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { name: 'ci', user, secret: 's3cret-value' },
        },
      },
    ],
  ])('%s', async (_name, auth, expected) => {
    const cloud = await fakeCloud();
    const token = await cloud.client({ auth: { auth_url: `${cloud.url}/identity/v3`, ...auth } }).authenticate();
    expect(JSON.parse(cloud.seen[0]?.body ?? '')).toEqual({ auth: expected });
    expect(token.project?.id).toBe('p1');
  });

  test.each<[string, AuthOptions, RegExp]>([
    ['nothing to authenticate with', { username: 'demo' }, /no auth\.password/],
    ['no user', { password: PASSWORD }, /auth\.username/],
    [
      'a trust and a project',
      { user_id: 'u', password: PASSWORD, trust_id: 't', project_id: 'p' },
      /auth\.trust_id is a scope, and so is auth\.project_id/,
    ],
    [
      'a trust and an application credential',
      { application_credential_id: 'ac', application_credential_secret: 's3cret-value', trust_id: 't' },
      /auth\.trust_id does not go with an application credential/,
    ],
    ['no secret', { application_credential_id: 'ac' }, /application_credential_secret/],
  ])('%s: says what is missing and sends nothing', async (_name, auth, words) => {
    const cloud = await fakeCloud();
    const client = cloud.client({ auth: { auth_url: `${cloud.url}/identity/v3`, ...auth } });
    const error = await thrownBy(client.authenticate());
    expect(error).toMatchObject({ kind: 'Configuration' });
    expect(error.message).toMatch(words);
    expect(cloud.seen).toEqual([]);
  });

  test('a wrong password is Unauthorized, asked once, in words of Keystone', async () => {
    const error401 = {
      code: 401,
      message: 'The request you have made requires authentication.',
      title: 'Unauthorized',
    };
    const cloud = await fakeCloud({ [TOKENS]: { status: 401, json: { error: error401 } } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain('The request you have made requires authentication');
    expect(cloud.count(TOKENS)).toBe(1);
  });

  test('an application credential that is gone is Unauthorized, not a missing resource, also when it is deleted with', async () => {
    const message = 'Could not find Application Credential: ac.';
    const gone = { status: 404, json: { error: { code: 404, message, title: 'Not Found' } } };
    const cloud = await fakeCloud({ [TOKENS]: gone });
    const error = await thrownBy(cloud.client().network.networks.delete('n'));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain('Could not find Application Credential: ac');
  });
});

describe('the life of a token', () => {
  test('ten requests at once ask for one token', async () => {
    const cloud = await fakeCloud({ [NETWORK]: FOUND });
    const client = cloud.client();
    await Promise.all(Array.from({ length: 10 }, () => client.network.networks.get('n')));
    expect(cloud.count(TOKENS)).toBe(1);
    expect(cloud.count(NETWORK)).toBe(10);
  });

  test('ten requests at once that all meet 401 renew the token once, and each is repeated once', async () => {
    const refused = new Set<string>();
    const cloud = await fakeCloud({
      [TOKENS]: (_, count) => tokenReply(cloud.url, { value: newToken(count) }),
      [NETWORK]: (request) => (refused.has(tokenOf(request)) ? { status: 401 } : FOUND),
    });
    const client = cloud.client();
    await client.network.networks.get('n');
    refused.add(newToken(0));
    await Promise.all(Array.from({ length: 10 }, () => client.network.networks.get('n')));
    expect(cloud.count(TOKENS)).toBe(2);
    expect(cloud.count(NETWORK)).toBe(1 + 10 + 10);
  });

  test('a request that meets 401 late uses the token that others got meanwhile', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const refused = new Set<string>();
    const cloud = await fakeCloud({
      [TOKENS]: (_, count) => tokenReply(cloud.url, { value: newToken(count) }),
      [NETWORK]: (request) => (refused.has(tokenOf(request)) ? { status: 401 } : FOUND),
      'GET /networking/v2.0/networks/slow': (request) =>
        tokenOf(request) === newToken(0) ? { status: 401, after: slow } : FOUND,
    });
    const client = cloud.client();
    await client.network.networks.get('n');
    const late = client.network.networks.get('slow');
    await expect.poll(() => cloud.count('GET /networking/v2.0/networks/slow')).toBe(1);
    refused.add(newToken(0));
    await client.network.networks.get('n');
    release();
    await late;
    expect(cloud.count(TOKENS)).toBe(2);
  });

  test('401 after the renewal is Unauthorized: two requests, no more', async () => {
    const cloud = await fakeCloud({ [NETWORK]: { status: 401 } });
    const error = await thrownBy(cloud.client().network.networks.get('n'));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(cloud.count(NETWORK)).toBe(2);
    expect(cloud.count(TOKENS)).toBe(2);
  });

  test('a POST that meets 401 is sent again with its body', async () => {
    const cloud = await fakeCloud({
      'POST /networking/v2.0/networks': [{ status: 401 }, { status: 201, ...FOUND }],
    });
    await cloud.client().network.networks.create({ name: 'net' });
    const bodies = cloud.seen.filter(({ path }) => path.endsWith('/networks')).map(({ body }) => body);
    expect(bodies).toEqual(['{"network":{"name":"net"}}', '{"network":{"name":"net"}}']);
  });

  test.each([
    ['121 s left: used on', 3600, 3600 - 121, 1],
    ['119 s left: renewed', 3600, 3600 - 119, 2],
    ['a short life is used to its half', 100, 49, 1],
    ['and renewed after its half', 100, 51, 2],
  ])('%s', async (_name, life, passed, tokens) => {
    const cloud = await fakeCloud({ [TOKENS]: () => tokenReply(cloud.url, { life }), [NETWORK]: FOUND });
    const client = cloud.client();
    await client.network.networks.get('n');
    await atLater(passed * 1000, () => client.network.networks.get('n'));
    expect(cloud.count(TOKENS)).toBe(tokens);
  });

  test("a clock that differs from Keystone's by a day does no harm", async () => {
    const skew = -24 * 3600 * 1000;
    const cloud = await fakeCloud({ [TOKENS]: () => tokenReply(cloud.url, { skew }), [NETWORK]: FOUND });
    const client = cloud.client();
    await client.network.networks.get('n');
    await client.network.networks.get('n');
    expect(cloud.count(TOKENS)).toBe(1);
  });

  test('an abort frees the caller only: the others still get their token', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const cloud = await fakeCloud({ [TOKENS]: () => ({ ...tokenReply(cloud.url), after: slow }), [NETWORK]: FOUND });
    const client = cloud.client();
    const controller = new AbortController();
    const first = client.network.networks.get('n', { signal: controller.signal });
    const second = client.network.networks.get('n');
    await expect.poll(() => cloud.count(TOKENS)).toBe(1);
    controller.abort(new Error('changed my mind'));
    await expect(first).rejects.toThrow('changed my mind');
    release();
    await expect(second).resolves.toMatchObject({ id: 'n' });
    expect(cloud.count(TOKENS)).toBe(1);
  });

  test('a failed token is asked for again by the next request', async () => {
    const cloud = await fakeCloud({
      [TOKENS]: (_, count) => (count === 0 ? { status: 401 } : tokenReply(cloud.url)),
      [NETWORK]: FOUND,
    });
    const client = cloud.client();
    await expect(client.network.networks.get('n')).rejects.toBeInstanceOf(UnauthorizedError);
    await expect(client.network.networks.get('n')).resolves.toMatchObject({ id: 'n' });
  });
});

/** Runs `task` with the clock set forward. */
const atLater = async (ms: number, task: () => Promise<unknown>): Promise<void> => {
  const now = Date.now;
  Date.now = () => now() + ms;
  try {
    await task();
  } finally {
    Date.now = now;
  }
};
