import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, slowly, testCloud, until, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

const cinder = (method: string, path: string, body?: object): Promise<Reply> =>
  cloud.demo.send(method, `/volume/v3/${cloud.demo.projectId}${path}`, body, {
    'openstack-api-version': 'volume 3.70',
  });
const swift = (method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Reply> =>
  cloud.demo.send(method, `/object-store/v1/AUTH_${cloud.demo.projectId}${path}`, body, headers);
const dns = (method: string, path: string, body?: object): Promise<Reply> =>
  cloud.demo.send(method, `/dns/v2${path}`, body);

describe('Cinder', () => {
  it('makes volumes and snapshots with time, and refuses to delete what is in use', async () => {
    const made = await slowly(cloud, { volume: { create: 1 } }, () =>
      cinder('POST', '/volumes', { volume: { name: 'v', size: 2, metadata: { owner: 'me' } } }),
    );
    const id = made.string('volume.id');
    expect([made.status, made.at('volume.status')]).toEqual([202, 'creating']);
    const early = await cinder('POST', '/snapshots', { snapshot: { volume_id: id } });
    expect([early.status, early.string('badRequest.message')]).toEqual([
      400,
      expect.stringContaining('status must be available'),
    ]);
    await until(
      () => cinder('GET', `/volumes/${id}`),
      (reply) => reply.at('volume.status') === 'available',
    );
    const snapshot = (await cinder('POST', '/snapshots', { snapshot: { volume_id: id, name: 's' } })).string(
      'snapshot.id',
    );
    expect((await cinder('DELETE', `/volumes/${id}`)).string('badRequest.message')).toContain('have snapshots');
    await until(
      () => cinder('GET', `/snapshots/${snapshot}`),
      (reply) => reply.at('snapshot.status') === 'available',
    );
    expect((await cinder('GET', "/volumes/detail?metadata={'owner':'me'}")).list('volumes')).toHaveLength(1);
    expect((await cinder('DELETE', `/snapshots/${snapshot}`)).status).toBe(202);
    await until(
      () => cinder('GET', `/snapshots/${snapshot}`),
      (reply) => reply.status === 404,
    );
    expect((await cinder('DELETE', `/volumes/${id}`)).status).toBe(202);
    const gone = await until(
      () => cinder('GET', `/volumes/${id}`),
      (reply) => reply.status === 404,
    );
    expect(gone.at('itemNotFound.message')).toBe(`Volume ${id} could not be found.`);
  });

  it('refuses beyond the quota with 413 and Retry-After', async () => {
    cloud.running.cloud.setLimits('block-storage', cloud.demo.projectId, { volumes: 1, gigabytes: 5 });
    const large = await cinder('POST', '/volumes', { volume: { size: 6 } });
    expect([large.status, large.at('overLimit.message')]).toEqual([
      413,
      'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 6G, quota is 5G and 0G has been consumed.',
    ]);
    expect((await cinder('POST', '/volumes', { volume: { size: 1 } })).status).toBe(202);
    const second = await cinder('POST', '/volumes', { volume: { size: 1 } });
    expect([second.status, second.headers.get('retry-after'), second.at('overLimit.message')]).toEqual([
      413,
      '0',
      "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.",
    ]);
    expect((await cinder('GET', '/limits')).at('limits.absolute.totalVolumesUsed')).toBe(1);
  });
});

describe('Swift', () => {
  it('stores, lists with prefix, delimiter and marker, ranges, copies and deletes', async () => {
    expect((await swift('PUT', '/box', undefined, { 'x-container-meta-owner': 'me' })).status).toBe(201);
    expect((await swift('PUT', '/box')).status).toBe(202);
    for (const name of ['a/1', 'a/2', 'b']) {
      const put = await swift('PUT', `/box/${name}`, `body of ${name}`, {
        'content-type': 'text/plain',
        'x-object-meta-n': name,
      });
      expect([put.status, put.headers.get('etag')]).toEqual([
        201,
        createHash('md5').update(`body of ${name}`).digest('hex'),
      ]);
    }
    const list = async (query: string): Promise<string> =>
      JSON.stringify(JSON.parse((await swift('GET', `/box?format=json&${query}`)).text));
    expect(await list('delimiter=/')).toMatch(/"subdir":"a\/".*"name":"b"/);
    expect(await list('prefix=a/&marker=a/1')).toMatch(/^\[\{"name":"a\/2"/);
    expect((await swift('GET', '/box?prefix=a', undefined, { accept: 'text/plain' })).text).toBe('a/1\na/2\n');
    const head = await swift('HEAD', '/box');
    expect([head.headers.get('x-container-object-count'), head.headers.get('x-container-meta-owner')]).toEqual([
      '3',
      'me',
    ]);
    const part = await swift('GET', '/box/b', undefined, { range: 'bytes=0-3' });
    expect([part.status, part.text, part.headers.get('content-range'), part.headers.get('x-object-meta-n')]).toEqual([
      206,
      'body',
      'bytes 0-3/9',
      'b',
    ]);
    expect((await swift('GET', '/box/b', undefined, { range: 'bytes=50-60' })).status).toBe(416);
    expect((await swift('PUT', '/box/wrong', 'x', { etag: '0'.repeat(32) })).status).toBe(422);
    expect((await swift('PUT', '/box/b', 'x', { 'if-none-match': '*' })).status).toBe(412);
    expect((await swift('PUT', '/box/copy', undefined, { 'x-copy-from': '/box/b' })).status).toBe(201);
    expect((await swift('GET', '/box/copy')).text).toBe('body of b');
    expect((await swift('DELETE', '/box')).status).toBe(409);
    for (const name of ['a/1', 'a/2', 'b', 'copy']) expect((await swift('DELETE', `/box/${name}`)).status).toBe(204);
    expect((await swift('DELETE', '/box')).status).toBe(204);
    expect((await swift('GET', '/box')).status).toBe(404);
    expect((await cloud.nobody.get(`/object-store/v1/AUTH_${cloud.demo.projectId}`)).status).toBe(401);
    expect((await cloud.demo.get(`/object-store/v1/AUTH_${cloud.admin.projectId}`)).status).toBe(403);
  });

  it('puts large objects together from their segments, dynamic and static', async () => {
    await swift('PUT', '/seg');
    await swift('PUT', '/seg/p/1', 'one');
    await swift('PUT', '/seg/p/2', 'two');
    await swift('PUT', '/seg/dynamic', '', { 'x-object-manifest': 'seg/p/' });
    expect((await swift('GET', '/seg/dynamic')).text).toBe('onetwo');
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const manifest = [
      { path: '/seg/p/1', etag: md5('one'), size_bytes: 3 },
      { path: '/seg/p/2', etag: md5('two'), size_bytes: 3 },
    ];
    expect(
      (await swift('PUT', '/seg/static?multipart-manifest=put', JSON.stringify([{ ...manifest[0], etag: 'bad' }])))
        .status,
    ).toBe(400);
    expect((await swift('PUT', '/seg/static?multipart-manifest=put', JSON.stringify(manifest))).status).toBe(201);
    const head = await swift('HEAD', '/seg/static');
    expect([
      head.headers.get('content-length'),
      head.headers.get('x-static-large-object'),
      head.headers.get('etag'),
    ]).toEqual(['6', 'True', `"${md5(md5('one') + md5('two'))}"`]);
    expect((await swift('GET', '/seg/static', undefined, { range: 'bytes=2-3' })).text).toBe('et');
    await swift('DELETE', '/seg/static?multipart-manifest=delete');
    expect((await swift('GET', '/seg/p/1')).status).toBe(404);
  });
});

describe('Designate', () => {
  it('takes zones and recordsets from PENDING to ACTIVE, and refuses what cannot be', async () => {
    const made = await dns('POST', '/zones', { name: 'example.org.', email: 'ops@example.org' });
    const zone = made.string('id');
    expect([made.status, made.at('status'), made.at('action')]).toEqual([202, 'PENDING', 'CREATE']);
    await until(
      () => dns('GET', `/zones/${zone}`),
      (reply) => reply.at('status') === 'ACTIVE',
    );
    const record = { name: 'api.example.org.', type: 'A', records: ['10.0.0.1'] };
    const set = (await dns('POST', `/zones/${zone}/recordsets`, record)).string('id');
    await until(
      () => dns('GET', `/zones/${zone}/recordsets/${set}`),
      (reply) => reply.at('status') === 'ACTIVE',
    );
    const twice = await dns('POST', `/zones/${zone}/recordsets`, record);
    expect([twice.status, twice.at('type')]).toEqual([409, 'duplicate_recordset']);
    const outside = await dns('POST', `/zones/${zone}/recordsets`, { ...record, name: 'api.example.com.' });
    expect([outside.status, outside.at('type')]).toEqual([400, 'invalid_recordset_location']);
    expect((await dns('POST', '/zones', { name: 'no-dot', email: 'ops@example.org' })).at('type')).toBe(
      'invalid_object',
    );
    expect(
      (await dns('GET', `/zones/${zone}/recordsets?type=A`)).list('recordsets').map((row) => field(row, 'name')),
    ).toEqual(['api.example.org.']);
    expect((await dns('DELETE', `/zones/${zone}`)).at('action')).toBe('DELETE');
    const gone = await until(
      () => dns('GET', `/zones/${zone}`),
      (reply) => reply.status === 404,
    );
    expect(gone.at('type')).toBe('zone_not_found');
  });
});

describe('Glance', () => {
  it('keeps properties at the top level, filters by them, and holds the bytes', async () => {
    const image = (method: string, path: string, body?: string, type = 'application/json') =>
      cloud.demo.send(method, `/image/v2/images${path}`, body, { 'content-type': type });
    const made = await image(
      'POST',
      '',
      JSON.stringify({ name: 'i', disk_format: 'raw', container_format: 'bare', kube_version: 'v9' }),
    );
    const id = made.string('id');
    expect([made.status, made.at('status'), made.at('kube_version')]).toEqual([201, 'queued', 'v9']);
    expect((await image('PUT', `/${id}/file`, 'bytes', 'application/octet-stream')).status).toBe(204);
    expect((await image('GET', '?kube_version=v9&status=active')).list('images')).toHaveLength(1);
    expect((await image('GET', `/${id}/file`)).text).toBe('bytes');
    const patch = JSON.stringify([{ op: 'replace', path: '/visibility', value: 'public' }]);
    expect((await image('PATCH', `/${id}`, patch, 'application/openstack-images-v2.1-json-patch')).status).toBe(403);
    expect((await cloud.admin.get('/image/v2/images?kube_version=v9')).list('images')).toHaveLength(1);
    expect((await image('DELETE', `/${id}`)).status).toBe(204);
    const gone = await image('GET', `/${id}`);
    expect([gone.status, gone.text]).toEqual([404, expect.stringContaining(`No image found with ID ${id}`)]);
  });
});
