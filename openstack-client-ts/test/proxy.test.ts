import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cloudOptions, connect, environmentProxies, loadCloud, proxyFor, type ProxyOptions } from 'openstack-client-ts';
import { makePair, type Pair } from './support/certificates.ts';
import { fakeCloud, PASSWORD, thrownBy } from './support/fake-cloud.ts';
import { httpProxy } from './support/http-proxy.ts';

const HOST = 'cloud.example';
/** Nothing listens there. */
const DEAD = 'http://127.0.0.1:9';
const NETWORKS = { 'GET /networking/v2.0/networks': { json: { networks: [] } } };

let server: Pair;
beforeAll(async () => {
  server = await makePair('server');
});

const portOf = (url: string): string => new URL(url).port;

describe('a proxy', () => {
  test('tunnels TLS, which is checked with the authority of the cloud', async () => {
    const cloud = await fakeCloud(NETWORKS, server, HOST);
    const proxy = await httpProxy();
    const client = cloud.client({ proxy: { https: proxy.url, http: DEAD }, tls: { ca: server.cert } });
    expect(await client.network.networks.list()).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${HOST}:${portOf(cloud.url)}`]));
    const untrusting = cloud.client({ proxy: { https: proxy.url } });
    expect(await thrownBy(untrusting.authenticate())).toMatchObject({ kind: 'Configuration', attempts: 1 });
    const careless = cloud.client({ proxy: { https: proxy.url }, tls: { verify: false } });
    await expect(careless.authenticate()).resolves.toMatchObject({ user: { id: 'u1' } });
  });

  test('lets a certificate of the client through', async () => {
    const user = await makePair('user');
    const strict = { ...server, ca: user.cert, requestCert: true, rejectUnauthorized: true };
    const cloud = await fakeCloud(NETWORKS, strict, HOST);
    const proxy = await httpProxy();
    const client = cloud.client({ proxy: { https: proxy.url }, tls: { ca: server.cert, ...user } });
    expect(await client.network.networks.list()).toEqual([]);
  });

  test('is asked for plain HTTP without a tunnel, which proxies open to port 443 only', async () => {
    const cloud = await fakeCloud(NETWORKS, undefined, HOST);
    const proxy = await httpProxy({ tunnelTo: ['443'] });
    expect(await cloud.client({ proxy: { http: proxy.url, https: DEAD } }).network.networks.list()).toEqual([]);
    expect(proxy.asked).toContain(`GET ${cloud.url}/networking/v2.0/networks`);
  });

  test('gets its credential, and is named without it', async () => {
    const cloud = await fakeCloud(NETWORKS, server, HOST);
    const proxy = await httpProxy({ credential: 'me:pr@xy-secret' });
    const url = proxy.url.replace('http://', 'http://me:pr%40xy-secret@');
    const tls = { ca: server.cert };
    expect(await cloud.client({ proxy: { https: url }, tls }).network.networks.list()).toEqual([]);
    const wrong = proxy.url.replace('http://', 'http://me:pr%40xy-wrong@');
    const error = await thrownBy(cloud.client({ proxy: { https: wrong }, tls, retry: { retries: 0 } }).authenticate());
    expect(error.message).toMatch(/407.*by way of the proxy http:\/\/127\.0\.0\.1:/);
    expect(JSON.stringify([error.message, cloud.log])).not.toContain('xy-wrong');
  });

  test('that opens no tunnel surely sent nothing', async () => {
    const cloud = await fakeCloud(NETWORKS, server, HOST);
    const proxy = await httpProxy({ tunnelTo: ['443'] });
    const client = cloud.client({ proxy: { https: proxy.url }, tls: { ca: server.cert }, retry: { retries: 1 } });
    const error = await thrownBy(client.authenticate());
    expect(error).toMatchObject({ kind: 'Unavailable', mayHaveArrived: false, attempts: 2 });
    expect(error.message).toMatch(/403.*by way of the proxy/);
  });

  test('that is down is named', async () => {
    const cloud = await fakeCloud(NETWORKS, server, HOST);
    const client = cloud.client({ proxy: { https: DEAD }, retry: { retries: 0 } });
    const error = await thrownBy(client.authenticate());
    expect(error).toMatchObject({ kind: 'Unavailable', mayHaveArrived: false });
    expect(error.message).toContain('by way of the proxy http://127.0.0.1:9');
  });

  test.each(['socks5h://127.0.0.1:9', 'http://:'])(
    'of another kind (%s) is refused when it is needed',
    async (https) => {
      const cloud = await fakeCloud(NETWORKS, server, HOST);
      await expect(cloud.client({ proxy: { https } }).authenticate()).rejects.toMatchObject({ kind: 'Configuration' });
    },
  );

  test('may be slow: the time-out of a request covers it', async () => {
    const cloud = await fakeCloud({ 'POST /identity/v3/auth/tokens': { hang: true } }, server, HOST);
    const proxy = await httpProxy();
    const options = { proxy: { https: proxy.url }, tls: { ca: server.cert }, timeoutMs: 300, retry: { retries: 0 } };
    const error = await thrownBy(cloud.client(options).authenticate());
    expect(error.message).toMatch(/no complete response within 300 ms/);
  });
});

describe('no proxy is asked', () => {
  test('for this machine’s own addresses, whatever is set', async () => {
    const cloud = await fakeCloud(NETWORKS);
    const dead: ProxyOptions = { http: DEAD, https: DEAD };
    expect(await cloud.client({ proxy: dead }).network.networks.list()).toEqual([]);
    for (const host of ['localhost', '127.4.5.6', 'LOCALHOST', '127.0.0.1', '[::1]', 'nova.localhost']) {
      expect(proxyFor(`https://${host}/`, dead), host).toBeUndefined();
    }
  });

  test.each<[string, string, boolean]>([
    ['example.org', 'https://example.org/', true],
    ['example.org', 'https://nova.example.org/', true],
    ['example.org', 'https://notexample.org/', false],
    ['.example.org', 'https://example.org/', true],
    ['*.example.org', 'https://nova.EXAMPLE.org/', true],
    ['Example.ORG:8774', 'https://nova.example.org:8774/', true],
    ['example.org:8774', 'https://nova.example.org:9696/', false],
    ['example.org:443', 'https://example.org/', true],
    ['10.0.0.0/8', 'https://10.20.30.40:5000/', true],
    ['10.0.0.0/8', 'https://11.0.0.1/', false],
    ['10.0.0.0/8', 'https://example.org/', false],
    ['10.0.0.7', 'https://10.0.0.7/', true],
    ['0.0.7', 'https://10.0.0.7/', false],
    ['2001:db8::/32', 'https://[2001:db8::5]:5000/', true],
    ['2001:db8::5', 'https://[2001:db8::5]/', true],
    ['[2001:db8::5]:5000', 'https://[2001:db8::5]:5000/', true],
    ['[2001:db8::5]:5000', 'https://[2001:db8::5]:5001/', false],
    ['10.0.0.0/99', 'https://10.0.0.1/', false],
    ['*', 'https://example.org/', true],
    ['other.org, example.org', 'https://example.org/', true],
    ['other.org example.org', 'https://example.org/', true],
    ['', 'https://example.org/', false],
    ['.', 'https://example.org/', false],
  ])('with NO_PROXY=%s for %s: %s', (no_proxy, url, direct) => {
    const proxy = proxyFor(url, environmentProxies({ https_proxy: DEAD, no_proxy }));
    expect(proxy).toBe(direct ? undefined : DEAD);
  });
});

describe('the environment', () => {
  test.each<[string, Record<string, string>, ProxyOptions]>([
    [
      'names a proxy for each scheme',
      { HTTPS_PROXY: 'http://s', HTTP_PROXY: 'http://p' },
      { https: 'http://s', http: 'http://p' },
    ],
    ['names one for all', { ALL_PROXY: 'http://a', HTTP_PROXY: 'http://p' }, { https: 'http://a', http: 'http://p' }],
    [
      'in lower case wins',
      { HTTPS_PROXY: 'http://S', https_proxy: 'http://s' },
      { https: 'http://s', http: undefined },
    ],
    ['that is empty in lower case names none', { HTTPS_PROXY: 'http://S', https_proxy: '' }, { https: undefined }],
    ['has nothing for https in HTTP_PROXY', { HTTP_PROXY: 'http://p' }, { https: undefined, http: 'http://p' }],
    ['names exceptions', { NO_PROXY: 'a, .b,,c ' }, { noProxy: ['a', '.b', 'c'] }],
  ])('%s', (_name, env, expected) => {
    expect(environmentProxies(env)).toMatchObject(expected);
  });

  test('is honoured by connect and loadCloud, and not by an entry at hand', async () => {
    const cloud = await fakeCloud(NETWORKS, undefined, HOST);
    const proxy = await httpProxy();
    const auth = { auth_url: `${cloud.url}/identity/v3`, username: 'demo', password: PASSWORD };
    const env = { HTTP_PROXY: proxy.url.replace('http://', ''), HOME: '/nowhere', OS_AUTH_URL: auth.auth_url };
    const client = await connect({ auth, env });
    onTestFinished(() => client.close());
    expect(await client.network.networks.list()).toEqual([]);
    expect(proxy.asked).toHaveLength(2);
    expect((await loadCloud({ env, cwd: '/nowhere' })).proxy?.http).toBe(env.HTTP_PROXY);
    expect((await cloudOptions({ auth }, 'cloud mine')).proxy).toBeUndefined();
  });
});
