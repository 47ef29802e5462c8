import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type FakeCloud, fakeCloud, type Reply, type Seen, thrownBy } from './support/fake-cloud.ts';

const SWIFT = '/object-store/v1/AUTH_p1';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const stored = (request: Seen): Reply => ({ status: 201, headers: { etag: `"${md5(request.body)}"` } });

/** A cloud that takes any PUT below the account. */
const store = async (scripts: Parameters<typeof fakeCloud>[0] = {}): Promise<FakeCloud> => {
  const cloud = await fakeCloud(scripts);
  cloud.script('*', stored);
  return cloud;
};

describe('containers and objects', () => {
  test('are counted in headers', async () => {
    const headers = { 'x-container-object-count': '3', 'x-container-bytes-used': '42', 'x-container-meta-owner': 'me' };
    const account = { 'x-account-container-count': '2', 'x-account-object-count': '5', 'x-account-bytes-used': '99' };
    const cloud = await fakeCloud({
      [`HEAD ${SWIFT}/c`]: { status: 204, headers },
      [`HEAD ${SWIFT}`]: { status: 204, headers: account },
    });
    const { objectStore } = cloud.client();
    expect(await objectStore.containers.get('c')).toMatchObject({ objects: 3, bytes: 42, metadata: { owner: 'me' } });
    expect(await objectStore.account()).toMatchObject({ containers: 2, objects: 5, bytes: 99 });
  });

  test('are made, changed and deleted with metadata', async () => {
    const cloud = await fakeCloud({
      [`PUT ${SWIFT}/c`]: { status: 201 },
      [`POST ${SWIFT}/c`]: { status: 204 },
      [`DELETE ${SWIFT}/c`]: { status: 409, text: '<html><h1>Conflict</h1></html>' },
    });
    const { containers } = cloud.client().objectStore;
    await containers.create('c', { metadata: { Owner: 'me' }, headers: { 'x-container-read': '.r:*' } });
    expect(cloud.seen.at(-1)?.headers).toMatchObject({ 'x-container-meta-owner': 'me', 'x-container-read': '.r:*' });
    await containers.update('c', { metadata: { owner: '' } });
    expect(cloud.seen.at(-1)?.headers).toHaveProperty('x-container-meta-owner', '');
    await expect(containers.delete('c')).rejects.toMatchObject({ kind: 'Conflict' });
  });

  test('go in and out unchanged, whatever their names', async () => {
    const name = 'a b/ü?#%.txt';
    const path = `${SWIFT}/c/a%20b/%C3%BC%3F%23%25.txt`;
    const cloud = await fakeCloud({
      [`PUT ${path}`]: stored,
      [`GET ${path}`]: { text: 'héllo', headers: { etag: md5('héllo'), 'x-object-meta-k': 'v' } },
    });
    const { objects } = cloud.client().objectStore;
    const put = await objects.put('c', name, 'héllo', {
      contentType: 'text/plain',
      metadata: { k: 'v' },
      deleteAfter: 60,
    });
    expect(put.etag).toBe(md5('héllo'));
    expect(cloud.seen.at(-1)?.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-object-meta-k': 'v',
      'x-delete-after': '60',
    });
    expect((await objects.getBytes('c', name)).toString()).toBe('héllo');
    const { info, stream } = await objects.get('c', name, { range: 'bytes=0-1' });
    stream.destroy();
    expect(info).toMatchObject({ etag: md5('héllo'), metadata: { k: 'v' } });
    expect(cloud.seen.at(-1)?.headers['range']).toBe('bytes=0-1');
  });

  test('with dots for names do not lead elsewhere', async () => {
    const cloud = await fakeCloud({ [`PUT ${SWIFT}/c/a%2F..%2Fb`]: stored });
    await cloud.client().objectStore.objects.put('c', 'a/../b', 'x');
    expect(cloud.calls()).toEqual([`PUT ${SWIFT}/c/a%2F..%2Fb`]);
  });

  test('are seen level by level with a delimiter', async () => {
    const object = { name: 'a/1', bytes: 1, hash: 'h', last_modified: 'now' };
    const cloud = await fakeCloud({
      [`GET ${SWIFT}/c`]: ({ query }) => ({ json: query.has('marker') ? [] : [object, { subdir: 'a/b/' }] }),
    });
    const level = await cloud.client().objectStore.objects.listLevel('c', { prefix: 'a/', delimiter: '/' });
    expect(level).toEqual([object, { subdir: 'a/b/' }]);
    expect(cloud.calls()[1]).toContain('marker=a/b/');
  });
});

describe('large objects', () => {
  test('are cut into segments and put together by a manifest', async () => {
    const cloud = await store();
    const chunks = ['abc', 'defgh', 'i', 'jk'];
    const options = { segmentBytes: 4, metadata: { k: 'v' } };
    const result = await cloud.client().objectStore.objects.upload('c', 'big', Readable.from(chunks), options);
    expect(result).toMatchObject({ bytes: 11, segments: 3 });
    const puts = cloud.seen.filter(({ method }) => method === 'PUT');
    const [container, ...rest] = puts;
    const manifest = rest.pop();
    expect(container?.path).toBe(`${SWIFT}/c_segments`);
    expect(rest.map(({ body }) => body)).toEqual(['abcd', 'efgh', 'ijk']);
    expect(rest.map(({ headers }) => headers['etag'])).toEqual(['abcd', 'efgh', 'ijk'].map(md5));
    expect(manifest?.path).toBe(`${SWIFT}/c/big`);
    expect(manifest?.query.get('multipart-manifest')).toBe('put');
    expect(manifest?.headers['x-object-meta-k']).toBe('v');
    expect(JSON.parse(manifest?.body ?? '')).toEqual(
      rest.map(({ path, body }) => ({ path: path.slice(SWIFT.length), etag: md5(body), size_bytes: body.length })),
    );
  });

  test('send a segment again that failed', async () => {
    let failed = false;
    const cloud = await fakeCloud({});
    cloud.script('*', (request) => {
      if (request.body !== 'efgh' || failed) return stored(request);
      failed = true;
      return { status: 503 };
    });
    await cloud.client().objectStore.objects.upload('c', 'big', Readable.from(['abcdefgh']), { segmentBytes: 4 });
    expect(cloud.seen.filter(({ body }) => body === 'efgh')).toHaveLength(2);
  });

  test('of nothing are an empty object', async () => {
    const cloud = await store();
    const result = await cloud.client().objectStore.objects.upload('c', 'none', Readable.from([]));
    expect(result).toMatchObject({ bytes: 0, segments: 0 });
    expect(cloud.calls().at(-1)).toBe(`PUT ${SWIFT}/c/none`);
  });

  test('may be dynamic', async () => {
    const cloud = await store();
    await cloud
      .client()
      .objectStore.objects.putDynamicManifest('c', 'big', { container: 'c_segments', prefix: 'big/1/' });
    expect(cloud.seen.at(-1)?.headers['x-object-manifest']).toBe('c_segments/big/1/');
  });

  test('tell their segments', async () => {
    const segment = { name: '/s/1', bytes: 4, hash: 'h' };
    const cloud = await fakeCloud({ [`GET ${SWIFT}/c/big`]: { json: [segment] } });
    expect(await cloud.client().objectStore.objects.manifest('c', 'big')).toEqual([segment]);
    expect(cloud.calls()).toEqual([`GET ${SWIFT}/c/big?multipart-manifest=get`]);
  });

  const report = (changes: object): Reply => ({
    json: { 'Number Deleted': 3, 'Number Not Found': 0, 'Response Status': '200 OK', Errors: [], ...changes },
  });
  test('go with their segments', async () => {
    const cloud = await fakeCloud({ [`DELETE ${SWIFT}/c/big`]: report({}) });
    await cloud.client().objectStore.objects.deleteLarge('c', 'big');
    expect(cloud.calls()).toEqual([`DELETE ${SWIFT}/c/big?multipart-manifest=delete`]);
  });

  test('that go only in part are an error, although Swift says 200', async () => {
    const Errors = [['/c_segments/1', '403 Forbidden']];
    const cloud = await fakeCloud({
      [`DELETE ${SWIFT}/c/big`]: report({ 'Response Status': '403 Forbidden', Errors }),
    });
    const error = await thrownBy(cloud.client().objectStore.objects.deleteLarge('c', 'big'));
    expect(error).toMatchObject({ kind: 'Forbidden' });
    expect(error.message).toContain('/c_segments/1');
  });

  test('that are gone already are NotFound, or nothing', async () => {
    const gone = { 'Number Deleted': 0, 'Number Not Found': 1 };
    const cloud = await fakeCloud({ [`DELETE ${SWIFT}/c/big`]: report(gone) });
    const { objects } = cloud.client().objectStore;
    await expect(objects.deleteLarge('c', 'big')).rejects.toMatchObject({ kind: 'NotFound' });
    await expect(objects.deleteLarge('c', 'big', { missingOk: true })).resolves.toBeUndefined();
  });
});
