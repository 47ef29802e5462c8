import { ignored, kept, refused, seen, type Expectations, type Walk } from './expectation.ts';
import type { World } from './world.ts';

/** What accounts, containers and objects take: their headers. */
export function swiftWalks(world: World): Readonly<Record<string, Walk>> {
  const { id } = world;
  const account = id('account');
  const removes = (kind: string): Expectations => ({
    [`x-remove-${kind}-meta-*`]: seen('x', (_world, _answer, read) => !read.headers.has(`x-${kind}-meta-anything`)),
  });
  const container = (by: string): Expectations => ({
    'x-container-meta-*': kept(by),
    ...removes('container'),
    'x-container-read': kept(`.r:${by}.example`),
    'x-container-write': kept(by),
    'x-container-sync-to': kept(`https://elsewhere.example/v1/a/${by}`),
    'x-container-sync-key': kept(by),
    'x-versions-location': refused('old', /Versioned Writes is disabled/),
    'x-history-location': refused('old', /Versioned Writes is disabled/),
  });
  const header = () => ignored('x', 'a header that nobody knows is nobody’s (RFC 9110, section 5.1)');
  const later = Math.floor(Date.now() / 1000) + 10_000;
  const object: Expectations = {
    'x-object-meta-*': kept('value'),
    ...Object.fromEntries(
      ['content-encoding', 'content-disposition', 'cache-control', 'content-language', 'x-robots-tag'].map((name) => [
        name,
        kept('gzip'),
      ]),
    ),
    expires: kept('Wed, 21 Oct 2099 07:28:00 GMT'),
    'content-type': kept('text/x-walk'),
    'x-delete-at': kept(later, { shown: String(later) }),
    'x-delete-after': seen(1000, (_world, _answer, read) => read.headers.has('x-delete-at')),
  };
  const whole = (by: string): Walk => ({
    ...{ params: { account }, read: () => `/object-store/v1/${account}`, unknown: header },
    attributes: { 'x-account-meta-*': kept(by), ...removes('account') },
  });
  const box = (attributes: Expectations): Walk => ({
    params: { account, container: 'box' },
    unknown: header,
    read: () => `/object-store/v1/${account}/box`,
    attributes,
  });
  const thing = (attributes: Expectations): Walk => ({
    params: { account, container: 'box', '*': 'thing' },
    unknown: header,
    read: () => `/object-store/v1/${account}/box/thing`,
    attributes,
  });
  const policy = { 'x-storage-policy': refused('gold', /Invalid X-Storage-Policy 'gold'/) };
  const ways = (path: string, method: string, walk: (by: string) => Walk) => ({
    [`${method} ${path}`]: walk(`a${method.toLowerCase()}`),
    [`${method} ${path}/`]: walk(`b${method.toLowerCase()}`),
  });
  return {
    ...ways('/v1/:account', 'POST', whole),
    ...ways('/v1/:account/:container', 'PUT', (by) => box({ ...container(by), ...policy })),
    ...ways('/v1/:account/:container', 'POST', (by) => box(container(by))),
    'POST /v1/:account/:container/*': thing(object),
    'PUT /v1/:account/:container/*': thing({
      ...object,
      'x-object-manifest': kept('box/part'),
      'x-copy-from': seen('box/source', (_world, answer) => answer.headers.get('x-copied-from') === 'box/source'),
      'x-symlink-target': seen('box/source', async ({ demo }) => {
        const path = `/object-store/v1/${account}/box/thing`;
        const link = await demo.get(`${path}?symlink=get`);
        await demo.put(path, 'bytes');
        return link.headers.get('x-symlink-target') === 'box/source';
      }),
    }),
  };
}
