import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, fill, makeContainer, SWIFT } from './object-store-kit.ts';

const BULK = 'https://docs.openstack.org/swift/latest/api/bulk-delete.html';

/** Copies within the cloud, and deletion of many at once. */
export const objectStoreCopies: ContractArea = {
  area: 'object-store-copies',
  cases: [
    {
      name: 'an object is copied to a place',
      reference: `${SWIFT}#copy-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        const { objects } = context.user.objectStore;
        const put = { contentType: 'text/plain', metadata: { colour: 'red' } };
        await context.quietly(() => objects.put(box, 'a b', 'one', put));
        const ask = asks(context);
        const copied = await ask('COPY', `/${box}/a b`, { headers: { destination: `/${box}/copy` } });
        assert.equal(copied.status, 201);
        await ask('HEAD', `/${box}/copy`);
        await ask('COPY', `/${box}/a b`, { headers: { destination: `${box}/fresh`, 'x-fresh-metadata': 'true' } });
        await ask('HEAD', `/${box}/fresh`);
        await ask('COPY', `/${box}/a b`, {
          headers: { destination: `${box}/more`, 'x-object-meta-size': 'big', 'content-type': 'text/css' },
        });
        await ask('HEAD', `/${box}/more`);
      },
    },
    {
      name: 'an object is copied from a place',
      reference: `${SWIFT}#create-or-replace-object`,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { 'a b': 'one' });
        const ask = asks(context);
        await ask('PUT', `/${box}/copy`, { headers: { 'x-copy-from': `/${box}/a%20b` } });
        await ask('GET', `/${box}/copy`);
        await ask('PUT', `/${box}/more`, { headers: { 'x-copy-from': `${box}/copy`, 'x-object-meta-size': 'big' } });
        await ask('HEAD', `/${box}/more`);
      },
    },
    {
      name: 'copies that cannot be',
      reference: 'openstack/swift:swift/common/middleware/copy.py',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const ask = asks(context);
        await ask('COPY', `/${box}/missing`, { headers: { destination: `${box}/copy` } });
        await ask('COPY', `/${box}/one`);
        await ask('COPY', `/${box}/one`, { headers: { destination: 'nothing' } });
        await ask('COPY', `/${box}/one`, { headers: { destination: 'nowhere/copy' } });
        await ask('COPY', `/${box}`, { headers: { destination: `${box}/copy` } });
        await ask('PUT', `/${box}/copy`, { headers: { 'x-copy-from': `${box}/missing` } });
        await ask('PUT', `/${box}/copy`, { headers: { 'x-copy-from': box } });
        await ask('PUT', `/${box}/copy`, { headers: { 'x-copy-from': `${box}/one` }, body: 'two' });
      },
    },
    {
      name: 'many are deleted at once',
      reference: BULK,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one', 'a b': 'two', Größe: 'three' });
        const ask = asks(context);
        const body = `${box}/one\n/${box}/a%20b\n${box}/missing\n\n${box}/Gr%C3%B6%C3%9Fe\n`;
        assert.equal((await ask('POST', '?bulk-delete', { body })).status, 200);
        await context.user.objectStore.objects.list(box).all();
        await ask('POST', '?bulk-delete', { body: `${box}\n` });
        await ask('POST', '?bulk-delete', { body: `${box}\n`, headers: { accept: 'text/plain' } });
        await ask('POST', '?bulk-delete', { body: '' });
      },
    },
    {
      name: 'what is not empty stays at a deletion of many',
      reference: BULK,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const ask = asks(context);
        await ask('POST', '?bulk-delete', { body: `${box}\n` });
        await ask('POST', '?bulk-delete', { body: `${box}\n${box}/one\n`, headers: { accept: 'application/xml' } });
      },
    },
  ],
};
