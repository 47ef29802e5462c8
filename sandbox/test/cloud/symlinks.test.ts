import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCloud, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let root: string;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Reply> =>
  cloud.demo.send(method, `/object-store${root}${path}`, body, headers);
const link = (path: string, target: string, more: Record<string, string> = {}) =>
  ask('PUT', path, { 'x-symlink-target': target, ...more });
beforeAll(async () => {
  cloud = await testCloud();
  root = `/v1/AUTH_${cloud.demo.projectId}`;
  for (const box of ['/box', '/other']) await ask('PUT', box);
  await ask('PUT', '/other/a b', { 'content-type': 'text/plain' }, 'hello');
  expect((await link('/box/link', 'other/a%20b')).status).toBe(201);
  expect((await link('/box/static', 'other/a%20b', { 'x-symlink-target-etag': md5('hello') })).status).toBe(201);
});
afterAll(() => cloud.close());

describe('a symbolic link', () => {
  it('is announced, and leads to its target, by one level or two', async () => {
    expect((await cloud.nobody.get('/object-store/info')).at('symlink')).toEqual({
      symloop_max: 2,
      static_links: true,
    });
    await link('/box/2', 'box/link');
    await link('/box/3', 'box/2');
    for (const path of ['/box/link', '/box/static', '/box/2']) {
      const found = await ask('GET', path);
      expect([found.status, found.text, found.headers.get('content-type')]).toEqual([200, 'hello', 'text/plain']);
      expect(found.headers.get('content-location')).toBe(`${root}/other/a%20b`);
      expect((await ask('HEAD', path)).headers.get('content-length')).toBe('5');
    }
    const deep = await ask('GET', '/box/3');
    expect([deep.status, deep.text]).toEqual([409, 'Too many levels of symbolic links, maximum allowed is 2']);
  });

  it('tells of itself when it is asked, and in lists', async () => {
    const own = await ask('GET', '/box/static?symlink=get');
    expect([own.text, own.headers.get('x-symlink-target'), own.headers.get('x-symlink-target-etag')]).toEqual([
      '',
      'other/a%20b',
      md5('hello'),
    ]);
    expect((await ask('HEAD', '/box/link?symlink=get')).headers.get('content-type')).toBe('application/symlink');
    const listed: unknown = JSON.parse((await ask('GET', '/box?format=json&prefix=static')).text);
    expect(listed).toMatchObject([
      {
        ...{ name: 'static', bytes: 0, hash: md5(''), content_type: 'text/plain' },
        ...{ symlink_path: `${root}/other/a%20b`, symlink_etag: md5('hello'), symlink_bytes: 5 },
      },
    ]);
  });

  it('is copied as what it leads to, or as itself', async () => {
    await ask('PUT', '/box/copy', { 'x-copy-from': 'box/link' });
    expect((await ask('GET', '/box/copy?symlink=get')).text).toBe('hello');
    await ask('PUT', '/box/twin?symlink=get', { 'x-copy-from': 'box/link' });
    expect((await ask('HEAD', '/box/twin?symlink=get')).headers.get('x-symlink-target')).toBe('other/a%20b');
  });

  it('takes metadata for itself and says where it leads; without it its target stays', async () => {
    const posted = await fetch(`${cloud.running.url}/object-store${root}/box/twin`, {
      ...{ method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(10_000) },
      headers: { 'x-auth-token': cloud.demo.token, 'x-object-meta-a': 'b' },
    });
    expect([posted.status, posted.headers.get('location')]).toEqual([307, `${root}/other/a%20b`]);
    expect((await ask('DELETE', '/box/twin')).status).toBe(204);
    expect((await ask('GET', '/other/a%20b')).text).toBe('hello');
  });

  it('may lead to nothing; a static one must fit, and does no more when its target has changed', async () => {
    await link('/box/lost', 'other/none');
    expect((await ask('GET', '/box/lost')).status).toBe(404);
    const none = await link('/box/x', 'other/none', { 'x-symlink-target-etag': md5('hello') });
    expect([none.status, none.text]).toEqual([409, 'X-Symlink-Target does not exist']);
    await ask('PUT', '/other/c', {}, 'one');
    const wrong = await link('/box/x', 'other/c', { 'x-symlink-target-etag': md5('two') });
    expect([wrong.status, wrong.text]).toEqual([
      409,
      `Object Etag '${md5('one')}' does not match X-Symlink-Target-Etag header '${md5('two')}'`,
    ]);
    expect((await link('/box/x', 'other/c', { 'x-symlink-target-etag': md5('one') })).status).toBe(201);
    await ask('PUT', '/other/c', {}, 'two');
    expect((await ask('GET', '/box/x')).status).toBe(409);
  });

  it('gives nobody more than its target does', async () => {
    await ask('POST', '/box', { 'x-container-read': '.r:*' });
    expect((await cloud.nobody.get(`/object-store${root}/box/link`)).status).toBe(401);
    await ask('POST', '/other', { 'x-container-read': '.r:*' });
    expect((await cloud.nobody.get(`/object-store${root}/box/link`)).text).toBe('hello');
  });

  const form = 'X-Symlink-Target header must be of the form <container name>/<object name>';
  const refusals: readonly (readonly [target: string, status: number, words: string])[] = [
    ['/other/a', 412, form],
    ['other', 412, form],
    ['other/', 412, form],
    ['box/self', 400, 'Symlink cannot target itself'],
  ];
  it.each(refusals)('to %s is refused', async (target, status, words) => {
    const reply = await link('/box/self', target);
    expect([reply.status, reply.text]).toEqual([status, words]);
  });

  it('has no bytes of its own, and is made by a PUT', async () => {
    const full = await ask('PUT', '/box/y', { 'x-symlink-target': 'other/c' }, 'x');
    expect([full.status, full.text]).toEqual([400, 'Symlink requests require a zero byte body']);
    const posted = await ask('POST', '/other/c', { 'x-symlink-target': 'box/z' });
    expect([posted.status, posted.text]).toEqual([400, 'A PUT request is required to set a symlink target']);
  });

  it('may be a part of a large object', async () => {
    await link('/box/part-1', 'other/a%20b');
    await link('/box/part-2', 'other/c');
    await ask('PUT', '/other/large', { 'x-object-manifest': 'box/part-' }, '');
    expect((await ask('GET', '/other/large')).text).toBe('hellotwo');
    const parts = JSON.stringify([{ path: '/box/part-1' }, { path: '/box/part-2' }]);
    expect((await ask('PUT', '/other/static?multipart-manifest=put', {}, parts)).status).toBe(201);
    expect((await ask('GET', '/other/static')).text).toBe('hellotwo');
  });
});
