import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, fill, makeContainer, SWIFT } from './object-store-kit.ts';

const REFERENCE = `${SWIFT}#show-container-details-and-list-objects`;

/** What a container lists. */
export const objectStoreListings: ContractArea = {
  area: 'object-store-listings',
  cases: [
    {
      name: 'objects are listed as text, JSON and XML',
      reference: REFERENCE,
      run: async (context) => {
        const name = await makeContainer(context);
        await fill(context, name, { one: 'one', 'a/two': 'two', 'Größe & <co>': '' });
        const ask = asks(context);
        for (const accept of ['text/plain', 'application/json', 'text/xml', 'application/xml', 'image/png']) {
          await ask('GET', `/${name}`, { headers: { accept } });
        }
        await ask('GET', `/${name}?format=xml`);
        await ask('GET', `/${name}?format=json&limit=1`, { headers: { accept: 'text/plain' } });
        await ask('HEAD', `/${name}`);
      },
    },
    {
      name: 'names are in the order of their bytes',
      reference: 'openstack/swift:swift/container/backend.py',
      run: async (context) => {
        const name = await makeContainer(context);
        await fill(context, name, { b: '', a: '', B: '', ä: '', '€': '', '10': '', '9': '', '𝄞': '', '~': '' });
        const names = (await context.user.objectStore.objects.list(name).all()).map((object) => object.name);
        context.note('order', names);
      },
    },
    {
      name: 'a list begins and ends where it is asked to',
      reference: REFERENCE,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { a1: '', a2: '', 'b/1': '', 'b/2': '', c: '' });
        const { objects } = context.user.objectStore;
        const found: Record<string, unknown> = {};
        for (const filters of [
          {},
          { limit: 2 },
          { prefix: 'a' },
          { prefix: 'b/' },
          { marker: 'a2' },
          { end_marker: 'b/2' },
          { marker: 'a1', end_marker: 'c', limit: 1 },
          { reverse: true },
          { reverse: true, limit: 2 },
          { reverse: true, marker: 'b/2' },
          { reverse: true, marker: 'c', end_marker: 'a2' },
          { prefix: 'x' },
        ]) {
          found[JSON.stringify(filters)] = (await objects.list(box, filters).all()).map(({ name }) => name);
        }
        context.note('found', found);
        assert.deepEqual(found[JSON.stringify({ marker: 'a2' })], ['b/1', 'b/2', 'c']);
      },
    },
    {
      name: 'a delimiter makes folders',
      reference: 'https://docs.openstack.org/swift/latest/api/pseudo-hierarchical-folders-directories.html',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { 'a/1': 'one', 'a/2': '', 'a/b/3': '', b: '', 'c/4': '', 'd//5': '' });
        const { objects } = context.user.objectStore;
        const found: Record<string, unknown> = {};
        for (const filters of [
          { delimiter: '/' },
          { delimiter: '/', prefix: 'a/' },
          { delimiter: '/', prefix: 'a' },
          { delimiter: '/', limit: 2 },
          { delimiter: '/', marker: 'a/' },
          { delimiter: '/', marker: 'a/1' },
          { delimiter: '/', reverse: true },
          { delimiter: '/', end_marker: 'c/' },
          { delimiter: '//' },
          { delimiter: '/b/' },
        ]) {
          const level = await objects.listLevel(box, filters).all();
          found[JSON.stringify(filters)] = level.map((one) => ('subdir' in one ? `${String(one.subdir)} …` : one.name));
        }
        context.note('found', found);
        const ask = asks(context);
        for (const query of ['delimiter=/', 'path=a', 'path=', 'prefix=a/&delimiter=/&format=xml']) {
          await ask('GET', `/${box}?${query}`, { headers: { accept: 'text/plain' } });
        }
      },
    },
    {
      name: 'limits that are none',
      reference: 'openstack/swift:swift/common/constraints.py (check_account_format, valid limits)',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        for (const limit of ['0', '-1', 'some', '', '10000', '10001']) {
          await asks(context)('GET', `/${box}?limit=${limit}`);
        }
      },
    },
    {
      name: 'a list is in pages of the cloud’s size',
      reference: REFERENCE,
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { a: '', b: '', c: '' });
        const names = (await context.user.objectStore.objects.list(box).all()).map(({ name }) => name);
        assert.deepEqual(names, ['a', 'b', 'c']);
        const level = await context.user.objectStore.objects.listLevel(box, { delimiter: '/', limit: 2 }).all();
        assert.equal(level.length, 3);
      },
    },
  ],
};
