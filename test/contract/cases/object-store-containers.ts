import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, emptied, fill, makeContainer, SWIFT } from './object-store-kit.ts';

/** Containers: their life, names, metadata and quotas. */
export const objectStoreContainers: ContractArea = {
  area: 'object-store-containers',
  cases: [
    {
      name: 'a container is created, and accepted when it is there already',
      reference: `${SWIFT}#create-container`,
      run: async (context) => {
        const ask = asks(context);
        assert.equal((await ask('PUT', '/box')).status, 201);
        emptied(context, 'box');
        assert.equal((await ask('PUT', '/box')).status, 202);
        const box = await context.user.objectStore.containers.get('box');
        assert.deepEqual([box.objects, box.bytes], [0, 0]);
        await ask('GET', '/box');
        await ask('GET', '/box', { headers: { accept: 'text/plain' } });
      },
    },
    {
      name: 'a container has metadata from the start, and gets more',
      reference: `${SWIFT}#create-update-or-delete-container-metadata`,
      run: async (context) => {
        const { containers } = context.user.objectStore;
        await containers.create('box', { metadata: { colour: 'red', Size: 'big' } });
        emptied(context, 'box');
        assert.deepEqual((await containers.get('box')).metadata, { colour: 'red', size: 'big' });
        await containers.update('box', { metadata: { colour: 'blue' } });
        await containers.create('box', { metadata: { shape: 'round' } });
        await containers.update('box', { metadata: { size: '' } });
        assert.deepEqual((await containers.get('box')).metadata, { colour: 'blue', shape: 'round' });
        await asks(context)('POST', '/box', { headers: { 'x-remove-container-meta-shape': 'x' } });
        await containers.get('box');
      },
    },
    {
      name: 'a container is deleted, and deleted twice',
      reference: `${SWIFT}#delete-container`,
      run: async (context) => {
        const { containers } = context.user.objectStore;
        const { refused } = context;
        const name = await makeContainer(context);
        const ask = asks(context);
        assert.equal((await ask('DELETE', `/${name}`)).status, 204);
        await refused(404, () => containers.delete(name));
        await refused(404, () => containers.get(name));
        await ask('GET', `/${name}`);
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-colour': 'red' } });
        await ask('PUT', `/${name}/one`, { body: 'one' });
        await ask('GET', `/${name}/one`);
        await ask('DELETE', `/${name}/one`);
      },
    },
    {
      name: 'a container with something in it is not deleted',
      reference: `${SWIFT}#delete-container`,
      run: async (context) => {
        const name = await makeContainer(context);
        await fill(context, name, { one: 'one' });
        const { containers, objects } = context.user.objectStore;
        await context.refused(409, () => containers.delete(name));
        assert.equal((await containers.get(name)).objects, 1);
        await objects.delete(name, 'one');
        await containers.delete(name);
      },
    },
    {
      name: 'names of containers',
      reference: 'openstack/swift:swift/common/constraints.py',
      run: async (context) => {
        const ask = asks(context);
        for (const name of ['a b', 'Größe', '%E2%82%AC', 'x'.repeat(256), '.hidden', 'a%3Fb', 'a%25b', "it's"]) {
          assert.equal((await ask('PUT', `/${name}`)).status, 201, name);
          emptied(context, decodeURIComponent(name));
        }
        await ask('GET', '?format=json');
        await ask('PUT', `/${'x'.repeat(257)}`);
      },
    },
    {
      name: 'metadata of a container has limits',
      reference: 'openstack/swift:swift/common/constraints.py (check_metadata)',
      run: async (context) => {
        const name = await makeContainer(context);
        const ask = asks(context);
        await ask('POST', `/${name}`, { headers: { [`x-container-meta-${'n'.repeat(128)}`]: 'fits' } });
        await ask('POST', `/${name}`, { headers: { [`x-container-meta-${'n'.repeat(129)}`]: 'long' } });
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-long': 'v'.repeat(256) } });
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-long': 'v'.repeat(257) } });
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-': 'no name' } });
        const many = Object.fromEntries(Array.from({ length: 91 }, (_, index) => [`x-container-meta-${index}`, 'v']));
        await ask('POST', `/${name}`, { headers: many });
        await ask('HEAD', `/${name}`);
      },
    },
    {
      name: 'a quota of bytes',
      reference: 'https://docs.openstack.org/swift/latest/api/container_quotas.html',
      run: async (context) => {
        const name = await makeContainer(context);
        const ask = asks(context);
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-quota-bytes': '4' } });
        assert.equal((await ask('PUT', `/${name}/three`, { body: 'three' })).status, 413);
        assert.equal((await ask('PUT', `/${name}/one`, { body: 'one' })).status, 201);
        await ask('HEAD', `/${name}`);
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-quota-bytes': 'much' } });
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-quota-bytes': '' } });
        assert.equal((await ask('PUT', `/${name}/three`, { body: 'three' })).status, 201);
      },
    },
    {
      name: 'a quota of objects',
      reference: 'https://docs.openstack.org/swift/latest/api/container_quotas.html',
      run: async (context) => {
        const name = await makeContainer(context);
        const ask = asks(context);
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-quota-count': '0' } });
        assert.equal((await ask('PUT', `/${name}/one`, { body: 'one' })).status, 413);
        await ask('POST', `/${name}`, { headers: { 'x-container-meta-quota-count': 'some' } });
      },
    },
    {
      name: 'storage policies',
      reference: 'https://docs.openstack.org/swift/latest/overview_policies.html',
      run: async (context) => {
        const ask = asks(context);
        await ask('PUT', '/box', { headers: { 'x-storage-policy': 'Policy-0' } });
        emptied(context, 'box');
        await ask('PUT', '/other', { headers: { 'x-storage-policy': 'nonsense' } });
        await ask('PATCH', '/box');
      },
    },
  ],
};
