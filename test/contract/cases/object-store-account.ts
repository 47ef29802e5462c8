import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, emptied, makeContainer, SWIFT } from './object-store-kit.ts';

/** The account of a project, its list of containers, and who may see it. */
export const objectStoreAccount: ContractArea = {
  area: 'object-store-account',
  cases: [
    {
      name: 'an account is there before anything is in it',
      reference: `${SWIFT}#show-account-metadata`,
      run: async (context) => {
        const ask = asks(context);
        const account = await context.user.objectStore.account();
        assert.deepEqual([account.containers, account.objects, account.bytes], [0, 0, 0]);
        await ask('GET', '');
        await ask('GET', '', { headers: { accept: 'text/plain' } });
      },
    },
    {
      name: 'containers are counted and listed',
      reference: `${SWIFT}#show-account-details-and-list-containers`,
      run: async (context) => {
        for (const name of ['b', 'a', 'Größe']) await makeContainer(context, name);
        const ask = asks(context);
        assert.equal((await context.user.objectStore.account()).containers, 3);
        const listed = await context.user.objectStore.containers.list().all();
        context.note(
          'order',
          listed.map(({ name }) => name),
        );
        for (const accept of ['text/plain', 'application/json', 'text/xml', 'application/xml', 'image/png', '*/*']) {
          await ask('GET', '', { headers: { accept } });
        }
        for (const format of ['json', 'xml', 'plain', 'nonsense']) {
          await ask('GET', `?format=${format}`, { headers: { accept: 'text/plain' } });
        }
      },
    },
    {
      name: 'a list of containers is in pages, backwards, and from a prefix',
      reference: `${SWIFT}#show-account-details-and-list-containers`,
      run: async (context) => {
        for (const name of ['a1', 'a2', 'b1', 'c']) await makeContainer(context, name);
        const { containers } = context.user.objectStore;
        const found: Record<string, unknown> = {};
        for (const filters of [
          { limit: 3 },
          { prefix: 'a' },
          { marker: 'a2' },
          { end_marker: 'b1' },
          { marker: 'a1', end_marker: 'c' },
          { reverse: true },
          { reverse: true, marker: 'b1' },
          { prefix: 'nothing' },
        ]) {
          const names = (await containers.list(filters).all()).map(({ name }) => name);
          found[JSON.stringify(filters)] = names;
        }
        context.note('found', found);
        const ask = asks(context);
        for (const query of [
          'limit=2',
          'limit=0',
          'limit=-1',
          'limit=some',
          'limit=10001',
          'delimiter=1',
          'reverse=off',
        ]) {
          await ask('GET', `?format=json&${query}`);
        }
      },
    },
    {
      name: 'metadata of an account is set, changed and removed',
      reference: `${SWIFT}#create-update-or-delete-account-metadata`,
      run: async (context) => {
        const ask = asks(context);
        await ask('POST', '', { headers: { 'x-account-meta-colour': 'red', 'x-account-meta-size': 'big' } });
        await ask('HEAD', '');
        await ask('POST', '', { headers: { 'x-account-meta-colour': 'blue', 'x-remove-account-meta-size': 'x' } });
        assert.deepEqual((await context.user.objectStore.account()).metadata, { colour: 'blue' });
        await ask('POST', '', { headers: { 'x-account-meta-colour': '' } });
        assert.deepEqual((await context.user.objectStore.account()).metadata, {});
      },
    },
    {
      name: 'metadata of an account has limits',
      reference: 'openstack/swift:swift/common/constraints.py (check_metadata)',
      run: async (context) => {
        const ask = asks(context);
        await ask('POST', '', { headers: { [`x-account-meta-${'n'.repeat(129)}`]: 'long' } });
        await ask('POST', '', { headers: { 'x-account-meta-long': 'v'.repeat(257) } });
        await ask('HEAD', '');
      },
    },
    {
      name: 'an account’s quota is the reseller’s',
      reference:
        'https://docs.openstack.org/swift/latest/api/container_quotas.html; openstack/swift:swift/common/middleware/account_quotas.py',
      run: async (context) => {
        const { status } = await asks(context)('POST', '', { headers: { 'x-account-meta-quota-bytes': '10' } });
        assert.equal(status, 403);
      },
    },
    {
      name: 'an account can be neither made nor deleted by its user',
      reference: 'openstack/swift:swift/proxy/controllers/account.py',
      run: async (context) => {
        const ask = asks(context);
        await ask('PUT', '');
        await ask('DELETE', '');
        await ask('OPTIONS', '');
        await ask('PATCH', '');
      },
    },
    {
      name: 'no token and a bad token are refused',
      reference: 'openstack/swift:swift/common/middleware/keystoneauth.py',
      run: async ({ send }) => {
        for (const token of [false, 'nonsense'] as const) {
          for (const [method, path] of [
            ['GET', ''],
            ['HEAD', ''],
            ['PUT', '/box'],
            ['GET', '/box/object'],
          ] as const) {
            await send({ service: 'object-store', method, path, token });
          }
        }
      },
    },
    {
      name: 'the account of another project is refused',
      reference: 'openstack/swift:swift/common/middleware/keystoneauth.py',
      run: async (context) => {
        const { admin, project, quietly, send } = context;
        const own = await quietly(() => admin.objectStore.service.endpoint());
        const other = own.slice(own.lastIndexOf('AUTH_'));
        for (const [method, path] of [
          ['HEAD', `/../${other}`],
          ['GET', `/../${other}`],
          ['PUT', `/../${other}/box`],
          ['GET', `/../${other}/box/object`],
          ['GET', '/../AUTH_nobody'],
          ['GET', `/../${project.id}`],
        ] as const) {
          await send({ service: 'object-store', method, path });
        }
      },
    },
    {
      name: 'the cloud tells what it can',
      reference: `${SWIFT}#list-activated-capabilities`,
      run: async (context) => {
        await asks(context)('GET', '/../../info');
      },
    },
    {
      name: 'a container of somebody else is read where it is allowed',
      reference: 'https://docs.openstack.org/swift/latest/overview_acl.html',
      run: async (context) => {
        const { admin, project, quietly, send, unique } = context;
        const [shared, secret] = [unique('shared'), unique('secret')];
        const { containers, objects } = admin.objectStore;
        await quietly(() =>
          containers.create(shared, { headers: { 'x-container-read': `${project.id}:*,.rlistings` } }),
        );
        await quietly(() => containers.create(secret));
        for (const name of [shared, secret]) {
          context.cleanUp(() => containers.delete(name));
          context.cleanUp(() => objects.delete(name, 'one'));
          await quietly(() => objects.put(name, 'one', 'one'));
        }
        const own = await quietly(() => admin.objectStore.service.endpoint());
        const other = `/../${own.slice(own.lastIndexOf('AUTH_'))}`;
        for (const name of [shared, secret]) {
          for (const [method, path] of [
            ['GET', `${other}/${name}`],
            ['HEAD', `${other}/${name}`],
            ['GET', `${other}/${name}/one`],
            ['GET', `${other}/${name}/missing`],
            ['PUT', `${other}/${name}/two`],
            ['DELETE', `${other}/${name}/one`],
          ] as const) {
            await send({ service: 'object-store', method, path, ...(method === 'PUT' && { body: 'two' }) });
          }
        }
      },
    },
    {
      name: 'a container for everybody is read without a token',
      reference: 'https://docs.openstack.org/swift/latest/overview_acl.html',
      run: async (context) => {
        const { send, user } = context;
        await user.objectStore.containers.create('open', { headers: { 'x-container-read': '.r:*,.rlistings' } });
        emptied(context, 'open');
        await user.objectStore.objects.put('open', 'one', 'one');
        await user.objectStore.containers.get('open');
        for (const [method, path] of [
          ['GET', '/open'],
          ['GET', '/open/one'],
          ['GET', '/open/missing'],
          ['PUT', '/open/two'],
          ['GET', ''],
        ] as const) {
          await send({ service: 'object-store', method, path, token: false });
        }
        await user.objectStore.containers.update('open', { headers: { 'x-container-read': '' } });
        await send({ service: 'object-store', method: 'GET', path: '/open/one', token: false });
        await asks(context)('POST', '/open', { headers: { 'x-container-read': '.rr:*' } });
      },
    },
  ],
};
