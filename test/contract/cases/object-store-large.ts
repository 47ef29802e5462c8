import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { asks, emptied, fill, makeContainer, md5 } from './object-store-kit.ts';

const STATIC = 'https://docs.openstack.org/swift/latest/api/large_objects.html';
const PARTS = { 'part-1': 'one', 'part-2': 'two', 'part-3': 'three' };

/** A container `parts` with three segments, and an empty one `box`. */
async function stage(context: CaseContext): Promise<void> {
  await makeContainer(context, 'parts');
  await makeContainer(context, 'box');
  await fill(context, 'parts', PARTS);
}
const segments = [
  { path: '/parts/part-1', etag: md5.one, size_bytes: 3 },
  { path: '/parts/part-2', etag: md5.two, size_bytes: 3 },
  { path: '/parts/part-3', etag: md5.three, size_bytes: 5 },
];

/** Objects that are made of others. */
export const objectStoreLarge: ContractArea = {
  area: 'object-store-large',
  cases: [
    {
      name: 'a static large object is its segments in a row',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        const { containers, objects } = context.user.objectStore;
        await objects.putStaticManifest('box', 'large', segments, { contentType: 'text/plain' });
        assert.equal((await objects.getBytes('box', 'large')).toString(), 'onetwothree');
        const info = await objects.head('box', 'large');
        assert.deepEqual([info.bytes, info.largeObject], [11, 'static']);
        await objects.list('box').all();
        await containers.get('box');
        const manifest = await objects.manifest('box', 'large');
        assert.deepEqual(
          manifest.map(({ name }) => name),
          ['/parts/part-1', '/parts/part-2', '/parts/part-3'],
        );
        await asks(context)('GET', '/box/large?multipart-manifest=get&format=raw');
        await asks(context)('HEAD', '/box/large?multipart-manifest=get');
      },
    },
    {
      name: 'parts of a static large object',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        await context.quietly(() => context.user.objectStore.objects.putStaticManifest('box', 'large', segments));
        const ask = asks(context);
        for (const range of ['bytes=0-2', 'bytes=2-7', 'bytes=-5', 'bytes=11-', 'bytes=4-4']) {
          await ask('GET', '/box/large', { headers: { range } });
        }
        const { headers } = await ask('HEAD', '/box/large');
        await ask('GET', '/box/large', { headers: { 'if-none-match': headers['etag'] ?? '' } });
        await ask('GET', '/box/large', { headers: { 'if-match': md5.one } });
      },
    },
    {
      name: 'segments may go without hash and size, and have ranges',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        const ask = asks(context);
        const put = (manifest: unknown) =>
          ask('PUT', '/box/large?multipart-manifest=put', { body: JSON.stringify(manifest) });
        await put([{ path: 'parts/part-1' }, { path: '/parts/part-2', etag: null, size_bytes: null }]);
        await ask('GET', '/box/large');
        await put([{ path: '/parts/part-3', range: '1-2' }]);
        await ask('GET', '/box/large');
        await ask('GET', '/box/large?multipart-manifest=get');
      },
    },
    {
      name: 'a manifest whose segments are otherwise is refused',
      reference: 'openstack/swift:swift/common/middleware/slo.py',
      run: async (context) => {
        await stage(context);
        const ask = asks(context);
        const put = (manifest: unknown) =>
          ask('PUT', '/box/large?multipart-manifest=put', {
            body: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
          });
        const [first] = segments;
        for (const manifest of [
          [{ ...first, etag: md5.two }],
          [{ ...first, size_bytes: 4 }],
          [{ ...first, path: '/parts/missing' }],
          [{ ...first, etag: md5.two }, { ...first, size_bytes: 4 }, { path: '/nowhere/at-all' }],
          [],
          {},
          'nonsense',
          '',
          [{ ...first, colour: 'red' }],
          [{ ...first, path: '/parts' }],
          [{ ...first, size_bytes: 'many' }],
          [{ ...first, size_bytes: 0 }],
          [{ ...first, path: '/box/large' }],
        ]) {
          await put(manifest);
        }
        await ask('PUT', '/box/large?multipart-manifest=put', {
          body: JSON.stringify(segments),
          headers: { etag: md5.one },
        });
      },
    },
    {
      name: 'a static large object is deleted with its segments',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        const { objects } = context.user.objectStore;
        const put = () => context.quietly(() => objects.putStaticManifest('box', 'large', segments));
        await put();
        await objects.delete('box', 'large');
        assert.equal((await objects.list('parts').all()).length, 3);
        await put();
        await objects.deleteLarge('box', 'large');
        assert.equal((await objects.list('parts').all()).length, 0);
        await context.refused(404, () => objects.deleteLarge('box', 'large'));
        await asks(context)('DELETE', '/box/large?multipart-manifest=delete', { headers: { accept: 'text/plain' } });
      },
    },
    {
      name: 'deleting a small object as a large one',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        await asks(context)('DELETE', '/parts/part-1?multipart-manifest=delete');
        await context.user.objectStore.objects.list('parts').all();
      },
    },
    {
      name: 'a segment that is missing breaks the read',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        const { objects } = context.user.objectStore;
        await context.quietly(() => objects.putStaticManifest('box', 'large', segments));
        await context.quietly(() => objects.delete('parts', 'part-1'));
        await asks(context)('GET', '/box/large');
        await asks(context)('HEAD', '/box/large');
        await asks(context)('DELETE', '/box/large?multipart-manifest=delete');
      },
    },
    {
      name: 'a stream is stored in segments',
      reference: STATIC,
      run: async (context) => {
        await makeContainer(context);
        const { objects } = context.user.objectStore;
        const data = async function* () {
          for (const text of ['one', 'two', 'three']) yield await Promise.resolve(text);
        };
        emptied(context, 'box_segments');
        const { segments: count, bytes } = await context.quietly(() =>
          objects.upload('box', 'large', data(), { segmentBytes: 4 }),
        );
        assert.deepEqual([count, bytes], [3, 11]);
        assert.equal((await objects.getBytes('box', 'large')).toString(), 'onetwothree');
        await context.quietly(() => objects.deleteLarge('box', 'large'));
      },
    },
    {
      name: 'a dynamic large object is whatever has its prefix',
      reference: STATIC,
      run: async (context) => {
        await stage(context);
        const { objects } = context.user.objectStore;
        await objects.putDynamicManifest('box', 'large', { container: 'parts', prefix: 'part-' });
        assert.equal((await objects.getBytes('box', 'large')).toString(), 'onetwothree');
        const info = await objects.head('box', 'large');
        assert.deepEqual([info.bytes, info.largeObject], [11, 'dynamic']);
        await fill(context, 'parts', { 'part-4': 'four' });
        assert.equal((await objects.getBytes('box', 'large')).toString(), 'onetwothreefour');
        const ask = asks(context);
        await ask('GET', '/box/large', { headers: { range: 'bytes=2-4' } });
        await ask('GET', '/box/large?multipart-manifest=get');
        await objects.list('box').all();
        await ask('PUT', '/box/bad', { headers: { 'x-object-manifest': 'no-slash' }, body: '' });
        await ask('PUT', '/box/none', { headers: { 'x-object-manifest': 'nowhere/part' }, body: '' });
        await ask('GET', '/box/none');
      },
    },
  ],
};
