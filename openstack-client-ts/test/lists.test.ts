import { describe, expect, test } from 'vitest';
import { fakeCloud, type Reply, thrownBy } from './support/fake-cloud.ts';

const SERVERS = 'GET /compute/v2.1/servers/detail';
const server = (id: string): unknown => ({ id, name: id, status: 'ACTIVE' });
const nextLink = (href: string): unknown => [{ rel: 'next', href }];

/** Three pages of two servers, linked by marker. */
const pages = (request: { query: URLSearchParams }): Reply => {
  const all = ['a', 'b', 'c', 'd', 'e', 'f'];
  const start = all.indexOf(request.query.get('marker') ?? '') + 1;
  const page = all.slice(start, start + 2);
  const more = start + 2 < all.length;
  const links = more ? { servers_links: nextLink(`http://internal:8774/v2.1/servers/detail?marker=${page[1]}`) } : {};
  return { json: { servers: page.map(server), ...links } };
};

describe('a list', () => {
  test('awaited, is all items of all pages', async () => {
    const cloud = await fakeCloud({ [SERVERS]: pages });
    const servers = await cloud.client().compute.servers.list();
    expect(servers.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('iterated, asks for a page when it gets there', async () => {
    const cloud = await fakeCloud({ [SERVERS]: pages });
    const ids: string[] = [];
    for await (const { id } of cloud.client().compute.servers.list()) {
      ids.push(id);
      if (id === 'c') break;
    }
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(cloud.count(SERVERS)).toBe(2);
  });

  test('asks for nothing until it is used, and once however often it is awaited', async () => {
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [] } } });
    const list = cloud.client().compute.servers.list();
    expect(cloud.seen).toEqual([]);
    await Promise.all([list, list.all(), list]);
    expect(cloud.count(SERVERS)).toBe(1);
  });

  test('gives pages, the first item, and the first few', async () => {
    const cloud = await fakeCloud({ [SERVERS]: pages });
    const { servers } = cloud.client().compute;
    const sizes: number[] = [];
    for await (const page of servers.list().pages()) sizes.push(page.length);
    expect(sizes).toEqual([2, 2, 2]);
    const before = cloud.count(SERVERS);
    expect((await servers.list().first())?.id).toBe('a');
    expect((await servers.list().take(2)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(cloud.count(SERVERS) - before).toBe(2);
  });

  test('sends its filters with every page, whether or not the link repeats them', async () => {
    const cloud = await fakeCloud({ [SERVERS]: pages });
    await cloud.client().compute.servers.list({ tags: ['x', 'y'], limit: 2 });
    expect(cloud.calls()).toEqual([
      'GET /compute/v2.1/servers/detail?tags=x,y&limit=2',
      'GET /compute/v2.1/servers/detail?marker=b&tags=x,y&limit=2',
      'GET /compute/v2.1/servers/detail?marker=d&tags=x,y&limit=2',
    ]);
  });

  test('ends with an error where the service sends the same next page again', async () => {
    const links = nextLink('http://x/servers/detail?marker=a');
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [server('a')], servers_links: links } } });
    const error = await thrownBy(cloud.client().compute.servers.list());
    expect(error).toMatchObject({ kind: 'UnexpectedResponse' });
    expect(error.message).toMatch(/same next page again.*marker=a/);
    expect(cloud.count(SERVERS)).toBe(2);
  });

  test('passes an error of a later page on', async () => {
    const first = { json: { servers: [server('a')], servers_links: nextLink('http://x/?marker=a') } };
    const cloud = await fakeCloud({ [SERVERS]: [first, { status: 403 }] });
    await expect(cloud.client().compute.servers.list()).rejects.toMatchObject({ kind: 'Forbidden' });
  });

  test('names an item it can not read', async () => {
    const cloud = await fakeCloud({ [SERVERS]: { json: { servers: [server('a'), { id: 'b' }] } } });
    const error = await thrownBy(cloud.client().compute.servers.list());
    expect(error.message).toContain('documented form: 1.status: expected string');
  });
});

describe('where the next page is', () => {
  test('Glance: a path in `next`', async () => {
    const image = (id: string): unknown => ({ id, status: 'active' });
    const cloud = await fakeCloud({
      'GET /image/v2/images': ({ query }) => ({
        json: query.has('marker')
          ? { images: [image('b')] }
          : { images: [image('a')], next: '/v2/images?kube_version=v1.36.3&marker=a' },
      }),
    });
    const images = await cloud.client().image.images.list({ kube_version: 'v1.36.3' });
    expect(images.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(cloud.calls()[1]).toBe('GET /image/v2/images?kube_version=v1.36.3&marker=a');
  });

  test('Keystone and Designate: `links.next`, null at the end', async () => {
    const zone = (id: string): unknown => ({ id, name: `${id}.example.`, status: 'ACTIVE' });
    const cloud = await fakeCloud({
      'GET /dns/v2/zones': ({ query }) => ({
        json: query.has('marker')
          ? { zones: [zone('b')], links: { self: 'x' } }
          : { zones: [zone('a')], links: { self: 'x', next: 'http://internal/v2/zones?limit=1&marker=a' } },
      }),
      'GET /identity/v3/auth/projects': { json: { projects: [{ id: 'p', name: 'p' }], links: { next: null } } },
    });
    const client = cloud.client();
    expect(await client.dns.zones.list({ limit: 1 })).toHaveLength(2);
    expect(await client.identity.availableProjects()).toHaveLength(1);
  });

  test('Cinder: links under a name of their own', async () => {
    const type = (id: string): unknown => ({ id, name: id });
    const cloud = await fakeCloud({
      'GET /volume/v3/p1/types': ({ query }) => ({
        json: query.has('marker')
          ? { volume_types: [type('b')] }
          : { volume_types: [type('a')], volume_type_links: nextLink('http://x/types?marker=a') },
      }),
    });
    expect(await cloud.client().blockStorage.types.list()).toHaveLength(2);
  });

  test('Swift: the last name, until a page is empty', async () => {
    const object = (name: string): unknown => ({ name, bytes: 1, hash: 'h', last_modified: 'now' });
    const cloud = await fakeCloud({
      'GET /object-store/v1/AUTH_p1/c': ({ query }) => {
        const marker = query.get('marker');
        return { json: marker === null ? [object('a'), object('b')] : marker === 'b' ? [object('c')] : [] };
      },
    });
    const objects = await cloud.client().objectStore.objects.list('c', { prefix: 'p' });
    expect(objects.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(cloud.calls().at(-1)).toBe('GET /object-store/v1/AUTH_p1/c?prefix=p&marker=c&format=json');
  });

  test("Nova's server groups: an offset", async () => {
    const group = (i: number): unknown => ({ id: `g${i}`, name: `g${i}`, policy: 'affinity', members: [] });
    const cloud = await fakeCloud({
      'GET /compute/v2.1/os-server-groups': ({ query }) => {
        const offset = Number(query.get('offset'));
        const count = offset === 0 ? 500 : 3;
        return { json: { server_groups: Array.from({ length: count }, (_, i) => group(offset + i)) } };
      },
    });
    expect(await cloud.client().compute.serverGroups.list()).toHaveLength(503);
  });
});
