import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, fill, makeContainer, md5, SWIFT } from './object-store-kit.ts';

/** Objects: their life, names, metadata and expiry. */
export const objectStoreObjects: ContractArea = {
  area: 'object-store-objects',
  cases: [
    {
      name: 'an object is stored, read and described',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { containers, objects } = context.user.objectStore;
        const { etag } = await objects.put(box, 'one', 'one', { contentType: 'text/plain' });
        assert.equal(etag, md5.one);
        assert.equal((await objects.getBytes(box, 'one')).toString(), 'one');
        const info = await objects.head(box, 'one');
        assert.deepEqual([info.bytes, info.etag, info.contentType], [3, md5.one, 'text/plain']);
        const whole = await objects.get(box, 'one');
        whole.stream.resume();
        assert.equal((await containers.get(box)).bytes, 3);
        await objects.list(box).all();
      },
    },
    {
      name: 'an object is replaced',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { containers, objects } = context.user.objectStore;
        await objects.put(box, 'thing', 'one', { metadata: { colour: 'red' } });
        await objects.put(box, 'thing', 'three');
        assert.deepEqual((await objects.head(box, 'thing')).metadata, {});
        const after = await containers.get(box);
        assert.deepEqual([after.objects, after.bytes], [1, 5]);
      },
    },
    {
      name: 'an object of no bytes',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        await objects.put(box, 'empty', '');
        assert.equal((await objects.getBytes(box, 'empty')).length, 0);
        await asks(context)('GET', `/${box}/empty`, { headers: { range: 'bytes=0-1' } });
        await asks(context)('PUT', `/${box}/folder/`, { headers: { 'content-type': 'application/directory' } });
        await objects.list(box).all();
      },
    },
    {
      name: 'content types and other headers are kept',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const ask = asks(context);
        const headers = {
          'content-type': 'text/html; charset=utf-8; x=1',
          'content-encoding': 'gzip',
          'content-disposition': 'attachment; filename="a b.txt"',
          'cache-control': 'max-age=5',
          'content-language': 'de',
          'x-robots-tag': 'noindex',
          'x-delete-nothing': '1',
        };
        await ask('PUT', `/${box}/one`, { headers, body: 'one' });
        const { headers: got } = await ask('HEAD', `/${box}/one`);
        context.note('headers', Object.fromEntries(Object.keys(headers).map((name) => [name, got[name] ?? null])));
        await ask('PUT', `/${box}/picture.png`, {
          headers: { 'content-type': 'text/plain', 'x-detect-content-type': 'true' },
          body: 'one',
        });
        await ask('HEAD', `/${box}/picture.png`);
      },
    },
    {
      name: 'an object that came otherwise than it was sent is refused',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        await objects.put(box, 'right', 'one', { etag: md5.one });
        await context.refused(422, () => objects.put(box, 'wrong', 'one', { etag: md5.two }));
        await context.refused(404, () => objects.head(box, 'wrong'));
        await asks(context)('PUT', `/${box}/quoted`, { headers: { etag: `"${md5.one}"` }, body: 'one' });
        await asks(context)('PUT', `/${box}/odd`, { headers: { etag: 'nonsense' }, body: 'one' });
      },
    },
    {
      name: 'an object is stored only where there is none',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const ask = asks(context);
        const put = { headers: { 'if-none-match': '*' }, body: 'one' };
        assert.equal((await ask('PUT', `/${box}/one`, put)).status, 201);
        assert.equal((await ask('PUT', `/${box}/one`, put)).status, 412);
        await ask('PUT', `/${box}/one`, { headers: { 'if-none-match': md5.one }, body: 'one' });
        await ask('GET', `/${box}/one`);
      },
    },
    {
      name: 'names of objects',
      reference: 'openstack/swift:swift/common/constraints.py (check_object_creation)',
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        const names = [
          'a/b/c',
          'a b',
          'Größe/€.txt',
          '/leading',
          'a//b',
          'q?x=1',
          '100%',
          '#',
          "it's",
          'x'.repeat(1024),
          '&<>"',
        ];
        for (const name of names) {
          await objects.put(box, name, name);
          assert.equal((await objects.getBytes(box, name)).toString(), name);
        }
        const listed = (await objects.list(box).all()).map(({ name }) => name);
        assert.deepEqual([...listed].sort(), [...names].sort());
        const ask = asks(context);
        await ask('PUT', `/${box}/${'x'.repeat(1025)}`, { body: 'one' });
      },
    },
    {
      name: 'metadata is replaced as a whole',
      reference: `${SWIFT}#create-or-update-object-metadata`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        await objects.put(box, 'one', 'one', { contentType: 'text/plain', metadata: { colour: 'red', Size: 'big' } });
        assert.deepEqual((await objects.head(box, 'one')).metadata, { colour: 'red', size: 'big' });
        await objects.setMetadata(box, 'one', { shape: 'round' });
        const info = await objects.head(box, 'one');
        assert.deepEqual([info.metadata, info.contentType], [{ shape: 'round' }, 'text/plain']);
        const ask = asks(context);
        await ask('POST', `/${box}/one`, { headers: { 'content-type': 'text/css', 'content-disposition': 'inline' } });
        await objects.head(box, 'one');
        await context.refused(404, () => objects.setMetadata(box, 'missing', { shape: 'round' }));
        await objects.list(box).all();
      },
    },
    {
      name: 'metadata of an object has limits',
      reference: 'openstack/swift:swift/common/constraints.py (check_metadata)',
      run: async (context) => {
        const box = await makeContainer(context);
        const ask = asks(context);
        const put = (headers: Readonly<Record<string, string>>) => ask('PUT', `/${box}/one`, { headers, body: 'one' });
        await put({ [`x-object-meta-${'n'.repeat(128)}`]: 'v'.repeat(256) });
        await put({ [`x-object-meta-${'n'.repeat(129)}`]: 'v' });
        await put({ 'x-object-meta-v': 'v'.repeat(257) });
        await put({ 'x-object-meta-': 'v' });
        await put(Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`x-object-meta-${at}`, 'v'.repeat(250)])));
        await put(Object.fromEntries(Array.from({ length: 91 }, (_, at) => [`x-object-meta-${at}`, 'v'])));
        await ask('POST', `/${box}/one`, { headers: { 'x-object-meta-v': 'v'.repeat(257) } });
      },
    },
    {
      name: 'an object is deleted, and deleted twice',
      reference: `${SWIFT}#delete-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const { containers, objects } = context.user.objectStore;
        assert.equal((await asks(context)('DELETE', `/${box}/one`)).status, 204);
        await context.refused(404, () => objects.delete(box, 'one'));
        await context.refused(404, () => objects.head(box, 'one'));
        await context.refused(404, () => objects.getBytes(box, 'one'));
        assert.equal((await containers.get(box)).objects, 0);
        await context.refused(404, () => objects.delete('nowhere', 'one'));
      },
    },
    {
      name: 'an object goes by itself',
      reference: 'https://docs.openstack.org/swift/latest/overview_expiring_objects.html',
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        await objects.put(box, 'soon', 'one', { deleteAfter: 1 });
        await objects.put(box, 'later', 'one', { deleteAfter: 1000 });
        await objects.head(box, 'later');
        const gone = () =>
          objects.head(box, 'soon').then(
            () => false,
            () => true,
          );
        await context.until(gone, (yes) => yes);
        await asks(context)('GET', `/${box}/soon`);
        const ask = asks(context);
        for (const headers of [
          { 'x-delete-at': '1' },
          { 'x-delete-at': 'soon' },
          { 'x-delete-after': '-1' },
          { 'x-delete-after': '0' },
          { 'x-delete-after': 'soon' },
        ]) {
          await ask('PUT', `/${box}/never`, { headers, body: 'one' });
        }
        await ask('POST', `/${box}/later`, { headers: { 'x-remove-delete-at': 'x' } });
        await ask('HEAD', `/${box}/later`);
      },
    },
    {
      name: 'methods that objects do not have',
      reference: 'openstack/swift:swift/proxy/controllers/base.py',
      run: async (context) => {
        const box = await makeContainer(context);
        const ask = asks(context);
        await ask('PATCH', `/${box}/one`, { body: 'one' });
        await ask('OPTIONS', `/${box}/one`);
      },
    },
  ],
};
