import { describe, expect, test } from 'vitest';
import { type ClientOptions, compareMicroversions } from 'openstack-client-ts';
import { type FakeCloud, fakeCloud, type Reply, type Script, thrownBy, tokenReply } from './support/fake-cloud.ts';

const TOKENS = 'POST /identity/v3/auth/tokens';
type Endpoint = { interface: string; region?: string; region_id?: string; url: string };

const endpoint = (url: string, changes: Partial<Endpoint> = {}): Endpoint => ({
  interface: 'public',
  region_id: 'one',
  url,
  ...changes,
});

/** A cloud whose catalogue is given by service type. */
const cloudWith = async (
  catalog: (url: string) => Record<string, Endpoint[]>,
  scripts: Record<string, Script> = {},
): Promise<FakeCloud> => {
  const cloud: FakeCloud = await fakeCloud({
    ...scripts,
    [TOKENS]: () => {
      const entries = Object.entries(catalog(cloud.url)).map(([type, endpoints]) => ({ type, endpoints }));
      return tokenReply(cloud.url, { catalog: entries });
    },
  });
  return cloud;
};

const endpointOf = async (cloud: FakeCloud, service: string, options: Partial<ClientOptions> = {}): Promise<string> =>
  (await cloud.client(options).service(service).endpoint()).replace(cloud.url, '');

const version = (id: string, href: string): unknown => ({ id, status: 'CURRENT', links: [{ rel: 'self', href }] });

describe('the catalogue', () => {
  test.each([
    ['block-storage', 'volumev3'],
    ['block-storage', 'block-store'],
    ['block-storage', 'block-storage'],
    ['volumev3', 'block-storage'],
    ['shared-file-system', 'sharev2'],
    ['container-infra', 'container-infrastructure'],
  ])('%s is found as %s', async (asked, listed) => {
    const cloud = await cloudWith((url) => ({ [listed]: [endpoint(`${url}/x/v3/p1`)] }));
    expect(await endpointOf(cloud, asked)).toBe('/x/v3/p1');
  });

  test('the official name wins over an alias', async () => {
    const cloud = await cloudWith((url) => ({
      volumev2: [endpoint(`${url}/old/v2`)],
      volumev3: [endpoint(`${url}/volumev3/v3`)],
      'block-storage': [endpoint(`${url}/block/v3`)],
    }));
    expect(await endpointOf(cloud, 'block-storage')).toBe('/block/v3');
  });

  const spread = (url: string): Record<string, Endpoint[]> => ({
    compute: [
      endpoint(`${url}/one/v2.1`),
      endpoint(`${url}/two/v2.1`, { region_id: 'two' }),
      endpoint(`${url}/two-internal/v2.1`, { region_id: 'two', interface: 'internal' }),
      endpoint(`${url}/old/v2.1`, { region_id: 'old', interface: 'adminURL' }),
    ],
  });
  test.each<[string, Partial<ClientOptions>, string]>([
    ['region', { region: 'two' }, '/two/v2.1'],
    ['region and interface', { region: 'two', interface: 'internal' }, '/two-internal/v2.1'],
    ['an interface of old', { region: 'old', interface: 'admin' }, '/old/v2.1'],
    ['an override', { endpointOverrides: { compute: 'http://127.0.0.1:1/nova/v2.1' } }, 'http://127.0.0.1:1/nova/v2.1'],
  ])('is chosen from by %s', async (_name, options, expected) => {
    expect(await endpointOf(await cloudWith(spread), 'compute', options)).toBe(expected);
  });

  test.each<[string, string, Partial<ClientOptions>, RegExp]>([
    ['a service that is not there', 'dns', {}, /no service dns; it has: compute/],
    ['a region that is not there', 'compute', { region: 'three' }, /no public endpoint in region three.*public in one/],
    [
      'an interface that is not there',
      'compute',
      { region: 'one', interface: 'admin' },
      /no admin endpoint in region one/,
    ],
    ['several regions and none named', 'compute', {}, /several regions \(one, two\)/],
  ])('explains %s', async (_name, service, options, words) => {
    const cloud = await cloudWith(spread);
    const error = await thrownBy(endpointOf(cloud, service, options));
    expect(error).toMatchObject({ kind: 'Configuration' });
    expect(error.message).toMatch(words);
  });

  test.each([['block-storage'], ['block_storage'], ['volume'], ['volumev3']])(
    'an override may be given as %s, with the project filled in',
    async (key) => {
      const cloud = await cloudWith(() => ({}));
      const endpointOverrides = { [key]: 'http://127.0.0.1:1/v3/%(project_id)s' };
      expect(await endpointOf(cloud, 'block-storage', { endpointOverrides })).toBe('http://127.0.0.1:1/v3/p1');
    },
  );
});

describe('the version of a service', () => {
  test('in the catalogue is taken without a request', async () => {
    const cloud = await cloudWith((url) => ({ compute: [endpoint(`${url}/compute/v2.1/`)] }));
    expect(await endpointOf(cloud, 'compute')).toBe('/compute/v2.1');
    expect(cloud.calls()).toEqual([]);
  });

  test.each<[string, string, string, unknown, string]>([
    [
      'Neutron behind a proxy: scheme, host and path stay the catalogue’s',
      'network',
      '/cloud/networking',
      { versions: [version('v2.0', 'http://10.0.0.1:9696/v2.0/')] },
      '/cloud/networking/v2.0',
    ],
    [
      'Glance, newest of many',
      'image',
      '/image',
      { versions: [version('v2.17', 'http://internal/image/v2/'), version('v2.0', 'http://internal/image/v2/')] },
      '/image/v2',
    ],
    [
      'Octavia',
      'load-balancer',
      '/lb',
      { versions: [version('v2.0', 'http://x/lb/v2'), version('v2.27', 'http://x/lb/v2')] },
      '/lb/v2',
    ],
    [
      'Nova',
      'compute',
      '/compute/',
      { versions: [version('v2.0', 'http://x/compute/v2/'), version('v2.1', 'http://x/compute/v2.1/')] },
      '/compute/v2.1',
    ],
    ['a document without links', 'dns', '/dns', { versions: [{ id: 'v2' }] }, '/dns/v2'],
    ['a document of another kind', 'dns', '/dns', { hello: 'world' }, '/dns/v2'],
  ])('%s', async (_name, service, path, document, expected) => {
    const base = path.replace(/\/$/, '');
    const cloud = await cloudWith((url) => ({ [service]: [endpoint(url + path)] }), {
      [`GET ${base}/`]: { status: service === 'image' ? 300 : 200, json: document },
    });
    expect(await endpointOf(cloud, service)).toBe(expected);
  });

  test.each<[string, string, string, string, unknown]>([
    [
      'a gateway’s path of another version',
      'network',
      '/api/v1/network',
      '/api/v1/network/v2.0',
      version('v2.0', 'http://n/v2.0/'),
    ],
    [
      'a gateway’s path of the same version',
      'network',
      '/api/v2/network',
      '/api/v2/network/v2.0',
      version('v2.0', 'http://n/v2.0/'),
    ],
    [
      'a gateway’s path that ends in another version',
      'network',
      '/network/v1',
      '/network/v1/v2.0',
      version('v2.0', 'http://n/v2.0/'),
    ],
    [
      'a gateway’s version in the service’s own links',
      'network',
      '/api/v1/network',
      '/api/v1/network/v2.0',
      version('v2.0', 'http://n/api/v1/network/v2.0'),
    ],
    [
      'links that lead through another version',
      'image',
      '/api/v1/image',
      '/api/v1/image/v2',
      version('v2.9', 'http://n/v2/of/v1'),
    ],
    [
      'a service of old that has nothing newer',
      'block-storage',
      '/volume/v2',
      '/volume/v2',
      version('v2.0', 'http://n/v2/'),
    ],
    ['a service of old behind a project', 'block-storage', '/volume/v2/p1', '/volume/v2/p1', undefined],
  ])('behind %s is looked for', async (_name, service, path, expected, found) => {
    const cloud = await cloudWith((url) => ({ [service]: [endpoint(url + path)] }), {
      [`GET ${path}/`]: found === undefined ? { status: 404 } : { json: { versions: [found] } },
    });
    expect(await endpointOf(cloud, service)).toBe(expected);
    expect(cloud.calls()).toEqual([`GET ${path}/`]);
  });

  test.each<[string, string]>([
    ['network', '/api/v1/network/v2.0'],
    ['compute', '/api/v3/compute/v2.1/0123456789abcdef0123456789abcdef'],
    ['block-storage', '/api/v1/volume/v3/p1'],
    ['object-store', '/swift/v1/AUTH_of-somebody-else'],
    ['object-store', '/swift/v1'],
  ])('of %s at the end of %s is taken without a request', async (service, path) => {
    const cloud = await cloudWith((url) => ({ [service]: [endpoint(url + path)] }));
    expect(await endpointOf(cloud, service)).toBe(path);
    expect(cloud.calls()).toEqual([]);
  });

  test.each<[string, Reply]>([
    ['hidden', { status: 404 }],
    ['forbidden', { status: 403 }],
    ['behind a login', { status: 401 }],
    ['not JSON', { text: '<html></html>' }],
  ])('is the well-known one where the document is %s', async (_name, reply) => {
    const cloud = await cloudWith((url) => ({ network: [endpoint(`${url}/networking`)] }), {
      'GET /networking/': reply,
    });
    expect(await endpointOf(cloud, 'network')).toBe('/networking/v2.0');
  });

  test('is not guessed while the service is down, and asked for again afterwards', async () => {
    const document = { versions: [version('v2.0', 'http://x/v2.0/')] };
    const down = { status: 503 };
    const cloud = await cloudWith((url) => ({ network: [endpoint(`${url}/networking`)] }), {
      'GET /networking/': [down, down, { json: document }],
    });
    const service = cloud.client({ retry: { retries: 1, baseDelayMs: 1, maxDelayMs: 1 } }).service('network');
    await expect(service.endpoint()).rejects.toMatchObject({ kind: 'Unavailable' });
    await expect(service.endpoint()).resolves.toBe(`${cloud.url}/networking/v2.0`);
  });

  test('is asked for once, however many requests need it', async () => {
    const cloud = await cloudWith((url) => ({ network: [endpoint(`${url}/networking`)] }), {
      'GET /networking/': { json: { versions: [version('v2.0', 'http://x/v2.0/')] } },
      'GET /networking/v2.0/networks': { json: { networks: [] } },
    });
    const client = cloud.client();
    await Promise.all([client.network.networks.list(), client.network.networks.list()]);
    await client.network.networks.list();
    expect(cloud.count('GET /networking/')).toBe(1);
  });

  test('of Keystone is found from an auth_url without one', async () => {
    const cloud = await fakeCloud({
      'GET /identity/': { status: 300, json: { versions: { values: [version('v3.14', 'http://internal:5000/v3/')] } } },
    });
    const auth = { auth_url: `${cloud.url}/identity`, user_id: 'u', password: 'password-of-u' };
    await expect(cloud.client({ auth }).authenticate()).resolves.toMatchObject({ user: { id: 'u1' } });
  });
});

describe('microversions', () => {
  const SERVERS = 'GET /compute/v2.1/servers/detail';
  const EMPTY = { json: { servers: [] } };

  test('are sent in both headers', async () => {
    const cloud = await fakeCloud({ [SERVERS]: EMPTY });
    await cloud.client().compute.servers.list();
    expect(cloud.seen.at(-1)?.headers).toMatchObject({
      'openstack-api-version': 'compute 2.79',
      'x-openstack-nova-api-version': '2.79',
    });
  });

  test('of a call and of a client win over the default', async () => {
    const cloud = await fakeCloud({ [SERVERS]: EMPTY });
    await cloud.client({ microversions: { compute: '2.90' } }).compute.servers.list();
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('compute 2.90');
    await cloud.client().compute.servers.list({}, { microversion: '2.96' });
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('compute 2.96');
  });

  test('Cinder is called `volume`, and its setting may be too', async () => {
    const cloud = await fakeCloud({ 'GET /volume/v3/p1/volumes/detail': { json: { volumes: [] } } });
    await cloud.client().blockStorage.volumes.list();
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('volume 3.59');
    await cloud.client({ microversions: { volume: '3.70' } }).blockStorage.volumes.list();
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('volume 3.70');
  });

  test('are not sent where a service has none', async () => {
    const cloud = await fakeCloud({ 'GET /networking/v2.0/networks': { json: { networks: [] } } });
    await cloud.client().network.networks.list();
    expect(cloud.seen.at(-1)?.headers).not.toHaveProperty('openstack-api-version');
  });

  test('are negotiated within the range of the service, which is asked once', async () => {
    const range = { id: 'v2.1', status: 'CURRENT', version: '2.90', min_version: '2.1', links: [] };
    const cloud = await fakeCloud({ 'GET /compute/v2.1/': { json: { version: range } } });
    const { service } = cloud.client().compute;
    expect(await service.negotiate(['2.60', '2.96', '2.9', '2.79'])).toBe('2.79');
    expect(await service.negotiate(['2.96'])).toBeUndefined();
    expect(await service.microversions()).toEqual({ min: '2.1', max: '2.90' });
    expect(cloud.calls()).toEqual(['GET /compute/v2.1/']);
  });

  test('are found although the URL goes on with a project', async () => {
    const range = { id: 'v3.0', version: '3.71', min_version: '3.0', links: [] };
    const cloud = await fakeCloud({ 'GET /volume/v3/': { json: { versions: [range] } } });
    expect(await cloud.client().blockStorage.service.microversions()).toEqual({ min: '3.0', max: '3.71' });
  });

  test('are found although a gateway’s path has a version of its own', async () => {
    const range = { id: 'v3.0', version: '3.71', min_version: '3.0', links: [] };
    const cloud = await cloudWith((url) => ({ volumev3: [endpoint(`${url}/api/v1/volume/v3/p1`)] }), {
      'GET /api/v1/volume/v3/': { json: { versions: [range] } },
    });
    expect(await cloud.client().blockStorage.service.microversions()).toEqual({ min: '3.0', max: '3.71' });
  });

  test('are numbers, not decimals', () => {
    expect(compareMicroversions('2.9', '2.10')).toBeLessThan(0);
    expect(compareMicroversions('2.79', '2.79')).toBe(0);
    expect(compareMicroversions('3.0', '2.96')).toBeGreaterThan(0);
  });
});
