import { describe, expect, test } from 'vitest';
import { VersionIgnoredError } from 'openstack-client-ts';
import { type Call } from './support/calls.ts';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const SERVERS = 'GET /compute/v2.1/servers/detail';
const SERVER = 'DELETE /compute/v2.1/servers/s1';
const foreign = { json: { servers: [{ id: 's1', name: 'web', status: 'ACTIVE' }] } };
const refusal = { status: 400, json: { badRequest: { code: 400, message: 'tags is unexpected' } } };

const list: Call['call'] = (cloud) => cloud.compute.servers.list({ tags: ['mine'] });
const remove: Call['call'] = (cloud) => cloud.compute.servers.delete('s1', { missingOk: true });

describe('an answer in another microversion than was asked for', () => {
  test.each<[string, Call['call'], string, Reply, Partial<VersionIgnoredError>]>([
    ['a list in an older one', list, SERVERS, { ...foreign, version: '2.1' }, { answered: '2.1', status: 200 }],
    ['a list in a newer one', list, SERVERS, { ...foreign, version: '2.96' }, { answered: '2.96' }],
    ['a list in none', list, SERVERS, { ...foreign, version: null }, { answered: undefined }],
    ['204 in an older one', remove, SERVER, { status: 204, version: '2.1' }, { answered: '2.1', status: 204 }],
    ['204 in none', remove, SERVER, { status: 204, version: null }, { answered: undefined }],
    ['a refusal in an older one', list, SERVERS, { ...refusal, version: '2.1' }, { answered: '2.1', status: 400 }],
    ['404 in an older one, which proves nothing', remove, SERVER, { status: 404, version: '2.1' }, { status: 404 }],
    [
      'the header of another service',
      list,
      SERVERS,
      { ...foreign, version: null, headers: { 'openstack-api-version': 'volume 2.79' } },
      { answered: undefined },
    ],
  ])('is not used: %s', async (_name, call, line, reply, facts) => {
    const headers = { 'x-openstack-request-id': 'req-7', ...reply.headers };
    const cloud = await fakeCloud({ [line]: { ...reply, headers } });
    const error = await thrownBy(call(cloud.client()));
    expect(error).toBeInstanceOf(VersionIgnoredError);
    expect(error).toMatchObject({ kind: 'VersionIgnored', service: 'compute', asked: '2.79', requestId: 'req-7' });
    expect(error).toMatchObject({ ...facts, attempts: 1 });
    expect(error.message).toMatch(/compute was asked for microversion 2\.79, and .*passes the version headers on/);
  });

  test('keeps the words of the refusal, which are about the other version', async () => {
    const cloud = await fakeCloud({ [SERVERS]: { ...refusal, version: '2.1' } });
    const error = await thrownBy(list(cloud.client()));
    expect(error.message).toContain('it answered in 2.1: tags is unexpected');
    expect(error.cause).toMatchObject({ kind: 'InvalidRequest' });
  });

  test('is found with Cinder’s name of itself, and with an alias in the catalogue', async () => {
    const cloud = await fakeCloud({ 'GET /volume/v3/p1/volumes/detail': { json: { volumes: [] }, version: '3.0' } });
    const error = await thrownBy(cloud.client().blockStorage.volumes.list());
    expect(error).toMatchObject({ service: 'block-storage', asked: '3.59', answered: '3.0' });
    await expect(cloud.client().service('volumev3').request('GET', '/volumes/detail')).rejects.toThrow(/asked for/);
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('volume 3.59');
  });

  test('is found where a call brings the header itself', async () => {
    const cloud = await fakeCloud({ 'GET /compute/v2.1/flavors': { json: {}, version: '2.1' } });
    const headers = { 'OpenStack-API-Version': 'compute 2.61' };
    const error = await thrownBy(cloud.client().compute.service.request('GET', '/flavors', { headers }));
    expect(error).toMatchObject({ asked: '2.61', answered: '2.1' });
  });

  test('ends a wait at once', async () => {
    const cloud = await fakeCloud({
      'GET /compute/v2.1/servers/s1': { json: { server: { id: 's1', name: 'web', status: 'BUILD' } }, version: '2.1' },
    });
    await expect(cloud.client().compute.servers.waitActive('s1')).rejects.toMatchObject({ kind: 'VersionIgnored' });
  });
});

describe('an answer is taken', () => {
  const empty = { json: { servers: [] } };

  test('with the header of old alone', async () => {
    const headers = { 'x-openstack-nova-api-version': '2.79' };
    const cloud = await fakeCloud({ [SERVERS]: { ...empty, version: null, headers } });
    expect(await cloud.client().compute.servers.list()).toEqual([]);
  });

  test('with several services in one header', async () => {
    const headers = { 'openstack-api-version': 'placement 1.39, compute 2.79' };
    const cloud = await fakeCloud({ [SERVERS]: { ...empty, version: null, headers } });
    expect(await cloud.client().compute.servers.list()).toEqual([]);
  });

  test('without the header where none was asked for', async () => {
    const cloud = await fakeCloud({ 'GET /networking/v2.0/networks': { json: { networks: [] } } });
    const client = cloud.client({ microversions: { network: '2.0', placement: undefined } });
    expect(await client.network.networks.list()).toEqual([]);
    expect(cloud.seen.at(-1)?.headers).not.toHaveProperty('openstack-api-version');
  });

  test.each<[string, Reply, string]>([
    ['a proxy’s login page', { status: 401, version: null }, 'Unauthorized'],
    ['a path that is not there', { status: 404, version: null }, 'NotFound'],
    ['a proxy’s refusal', { status: 403, version: null }, 'Forbidden'],
    ['a service that is down', { status: 503, version: '2.1' }, 'Unavailable'],
    ['too many requests', { status: 429, version: '2.1', headers: { 'retry-after': '600' } }, 'RateLimited'],
    ['a version it does not have', { status: 406 }, 'InvalidRequest'],
  ])('for what it is: %s', async (_name, reply, kind) => {
    const cloud = await fakeCloud({ [SERVERS]: reply });
    await expect(cloud.client({ retry: { retries: 0 } }).compute.servers.list()).rejects.toMatchObject({ kind });
  });
});

describe('latest', () => {
  test.each<[string, string | null, boolean]>([
    ['is whatever the service calls it', '2.103', true],
    ['is not what a service speaks unasked', '2.1', false],
    ['is not nothing', null, false],
  ])('%s', async (_name, version, taken) => {
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [] }, version } });
    const listed = cloud.client({ microversions: { compute: 'latest' } }).compute.servers.list();
    if (taken) expect(await listed).toEqual([]);
    else expect(await thrownBy(listed)).toMatchObject({ kind: 'VersionIgnored', asked: 'latest' });
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('compute latest');
  });
});

describe('the least that a caller needs', () => {
  test.each<[string, Record<string, string>, string]>([
    ['raises an older setting', { compute: '2.1' }, '2.79'],
    ['raises 2.9, which is older than 2.79', { compute: '2.9' }, '2.79'],
    ['leaves a newer one', { compute: '2.96' }, '2.96'],
    ['stands where nothing is set', {}, '2.79'],
    ['stands for latest, which is no number', { compute: 'latest' }, '2.79'],
  ])('%s', async (_name, microversions, sent) => {
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [] } } });
    await cloud.client({ microversions, minimumMicroversions: { compute: '2.79' } }).compute.servers.list();
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe(`compute ${sent}`);
  });

  test('may be said by another name of the service than the setting', async () => {
    const cloud = await fakeCloud({ 'GET /volume/v3/p1/volumes/detail': { json: { volumes: [] } } });
    const client = cloud.client({
      microversions: { volume: '3.0' },
      minimumMicroversions: { 'block-storage': '3.59' },
    });
    await client.blockStorage.volumes.list();
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('volume 3.59');
  });

  test('does not bind a call that asks for itself', async () => {
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [] } } });
    const client = cloud.client({ minimumMicroversions: { compute: '2.79' } });
    await client.compute.servers.list({}, { microversion: '2.47' });
    expect(cloud.seen.at(-1)?.headers['openstack-api-version']).toBe('compute 2.47');
  });
});
