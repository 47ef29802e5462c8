import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCloud, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let root: string;
beforeAll(async () => {
  cloud = await testCloud();
  root = `/v1/AUTH_${cloud.demo.projectId}`;
  const { demo } = cloud;
  const swift = `/object-store${root}`;
  await demo.post(swift, undefined, { 'x-account-meta-temp-url-key': 'account key' });
  await demo.put(`${swift}/box`, undefined, { 'x-container-meta-temp-url-key-2': 'box key' });
  await demo.put(`${swift}/other`);
  const metadata = { 'x-object-meta-owner': 'me', 'x-object-meta-public-kind': 'ball' };
  for (const name of ['box/a', 'box/b/ä c', 'other/a']) await demo.put(`${swift}/${encodeURI(name)}`, name, metadata);
});
afterAll(() => cloud.close());

interface Wanted {
  readonly method?: string;
  readonly signedMethod?: string;
  readonly key?: string;
  readonly digest?: string;
  readonly expires?: number | string;
  readonly signedPath?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly range?: string;
}
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** Asks without a token, with a signature. */
function ask(path: string, wanted: Wanted = {}) {
  const { method = 'GET', key = 'account key', digest = 'sha256', more = {}, range } = wanted;
  const expires = wanted.expires ?? inAnHour();
  const seconds = typeof expires === 'string' ? Date.parse(expires) / 1000 : expires;
  const signed = [wanted.signedMethod ?? method, String(seconds), wanted.signedPath ?? `${root}${path}`];
  const text = [...(range === undefined ? [] : [`ip=${range}`]), ...signed].join('\n');
  const query = new URLSearchParams({
    temp_url_sig: createHmac(digest, key).update(text).digest('hex'),
    temp_url_expires: String(expires),
    ...(range !== undefined && { temp_url_ip_range: range }),
    ...more,
  });
  const url = `/object-store${root}${encodeURI(path)}?${query.toString()}`;
  return cloud.nobody.send(method, url, wanted.body, wanted.headers);
}

describe('a temporary URL', () => {
  it('lets in without a token, by every digest that is announced, and with both kinds of keys', async () => {
    const info = await cloud.nobody.get('/object-store/info');
    for (const digest of info.list('tempurl.allowed_digests').map(String))
      expect([digest, (await ask('/box/a', { digest })).text]).toEqual([digest, 'box/a']);
    expect((await ask('/box/a', { key: 'box key' })).text).toBe('box/a');
    expect((await ask('/box/b/ä c')).text).toBe('box/b/ä c');
    expect(
      (await ask('/box/a', { expires: new Date(inAnHour() * 1000).toISOString().replace('.000', '') })).status,
    ).toBe(200);
  });

  it('shows how to keep what is read, and no metadata that is not public', async () => {
    const { headers } = await ask('/box/b/ä c');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="%C3%A4 c"; filename*=UTF-8''%C3%A4%20c`);
    expect(Date.parse(headers.get('expires') ?? '')).toBeGreaterThan(Date.now());
    expect([headers.get('x-object-meta-owner'), headers.get('x-object-meta-public-kind')]).toEqual([null, 'ball']);
    const named = await ask('/box/a', { more: { filename: 'x.txt', inline: '' } });
    expect(named.headers.get('content-disposition')).toBe(`inline; filename="x.txt"; filename*=UTF-8''x.txt`);
  });

  it('is for one method, which includes a look, and for one object or a prefix', async () => {
    const body = 'new';
    expect((await ask('/box/new', { method: 'PUT', body })).status).toBe(201);
    expect((await ask('/box/new')).text).toBe('new');
    expect((await ask('/box/new', { method: 'HEAD', signedMethod: 'PUT' })).status).toBe(200);
    expect((await ask('/box/new', { method: 'DELETE' })).status).toBe(204);
    const prefix = { signedPath: `prefix:${root}/box/b/`, more: { temp_url_prefix: 'b/' } };
    expect((await ask('/box/b/ä c', prefix)).status).toBe(200);
  });

  const invalid: readonly (readonly [why: string, path: string, wanted: Wanted])[] = [
    ['another key', '/box/a', { key: 'moon' }],
    ['the key of another container', '/other/a', { key: 'box key' }],
    ['another method', '/box/a', { signedMethod: 'PUT' }],
    ['a look’s signature for more than a look', '/box/a', { signedMethod: 'HEAD' }],
    ['another object', '/box/a', { signedPath: '/v1/AUTH_x/box/a' }],
    ['a prefix that does not fit', '/box/a', { signedPath: 'prefix:/v1/x/box/b/', more: { temp_url_prefix: 'b/' } }],
    ['a time that is over', '/box/a', { expires: 1_700_000_000 }],
    ['a time that is none', '/box/a', { more: { temp_url_expires: 'soon' } }],
    ['no signature', '/box/a', { more: { temp_url_sig: '' } }],
    ['a digest that nobody has', '/box/a', { digest: 'md5' }],
    ['another address', '/box/a', { range: '192.0.2.0/24' }],
  ];
  it.each(invalid)('with %s is invalid', async (_why, path, wanted) => {
    const reply = await ask(path, wanted);
    expect([reply.status, reply.text]).toEqual([401, '401 Unauthorized: Temp URL invalid\n']);
  });

  it('may be bound to the client’s address, and does not point elsewhere', async () => {
    expect((await ask('/box/a', { range: '127.0.0.0/8' })).status).toBe(200);
    const manifest = await ask('/box/m', { method: 'PUT', body: '', headers: { 'x-object-manifest': 'other/' } });
    expect([manifest.status, manifest.text]).toEqual([
      400,
      "The header 'X-Object-Manifest' is not allowed in this tempurl",
    ]);
    const copied = { method: 'PUT', key: 'box key', headers: { 'x-copy-from': '/other/a' } };
    expect((await ask('/box/copy', copied)).status).toBe(401);
    expect((await ask('/box/copy', { ...copied, key: 'account key' })).status).toBe(201);
  });

  it('hides the key of a container from those who only read it', async () => {
    const { demo, nobody } = cloud;
    const box = `/object-store${root}/box`;
    await demo.post(box, undefined, { 'x-container-read': '.r:*,.rlistings' });
    expect((await nobody.send('HEAD', box)).headers.get('x-container-meta-temp-url-key-2')).toBe(null);
    expect((await demo.send('HEAD', box)).headers.get('x-container-meta-temp-url-key-2')).toBe('box key');
  });
});
