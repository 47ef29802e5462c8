import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContractArea } from '../kit/case.ts';
import {
  COMPUTE_REFERENCE,
  gone,
  makeNetwork,
  removeServersLater,
  settled,
  smallServer,
  startedServer,
} from './compute-setup.ts';

const CREATE = `${COMPUTE_REFERENCE}#create-server`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Making one server, and what it is then. */
export const computeServers: ContractArea = {
  area: 'compute-servers',
  cases: [
    {
      name: 'a server that asks for nothing has Nova’s defaults',
      reference: CREATE,
      run: async (context) => {
        const { user } = context;
        removeServersLater(context);
        const made = await user.compute.servers.create(smallServer(context));
        assert.ok(made.adminPass);
        await settled(context, made.id);
        const server = await user.compute.servers.get(made.id);
        assert.deepEqual(server.addresses, {});
      },
    },
    {
      name: 'a server has the metadata, tags, description, key, zone and disk configuration of its request',
      reference: CREATE,
      run: async (context) => {
        const { user } = context;
        removeServersLater(context);
        const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3d+Pr+E//0bcXnTkYc3ZWYBEGg0Y/NE5IdBH/teNZ8 a@b';
        await user.compute.keyPairs.create({ name: 'key', public_key: key });
        const request = {
          ...smallServer(context, {
            name: 'Web server 1',
            metadata: { role: 'web', 'a.b:c-d_e': '' },
            tags: ['slipway', 'group=web', 'slipway'],
            description: 'The first',
            key_name: 'key',
            availability_zone: 'nova',
            config_drive: true,
            user_data: base64('#cloud-config'),
            adminPass: 'its-own',
          }),
          'OS-DCF:diskConfig': 'AUTO',
          accessIPv4: '192.0.2.7',
        };
        const { id } = await user.compute.servers.create(request);
        await settled(context, id);
        const server = await user.compute.servers.get(id);
        assert.deepEqual(server.tags.toSorted(), ['group=web', 'slipway']);
      },
    },
    {
      name: 'a new server is shown in 2.1 as it was then',
      reference: `${COMPUTE_REFERENCE}#show-server-details`,
      run: async (context) => {
        const { user } = context;
        const { id } = await startedServer(context, { metadata: { a: 'b' } });
        for (const microversion of ['2.1', '2.16', '2.47', '2.73', '2.90', '2.96', '2.100'])
          await user.compute.servers.get(id, { microversion });
      },
    },
    {
      name: 'a server with a name that is no host name gets a host name made of it',
      reference: 'https://docs.openstack.org/nova/latest/reference/api-microversion-history.html#maximum-in-xena',
      run: async (context) => {
        const { user } = context;
        removeServersLater(context);
        const options = { microversion: '2.90' };
        for (const name of ['Ünï Web_1.example', '----']) {
          const { id } = await user.compute.servers.create(smallServer(context, { name }), options);
          await settled(context, id);
          await user.compute.servers.get(id, options);
        }
        const { id } = await user.compute.servers.create(smallServer(context, { hostname: 'given' }), options);
        await settled(context, id);
        const server = await user.compute.servers.get(id, options);
        assert.equal(server['OS-EXT-SRV-ATTR:hostname'], 'given');
      },
    },
    {
      name: 'a server is renamed and described, and shows it in the answer',
      reference: `${COMPUTE_REFERENCE}#update-server`,
      run: async (context) => {
        const { user, refused } = context;
        const { id } = await startedServer(context);
        const server = await user.compute.servers.update(id, { name: 'renamed', description: 'why' });
        assert.equal(server.name, 'renamed');
        await user.compute.servers.update(id, {});
        await user.compute.servers.update(id, { name: 'again' }, { microversion: '2.1' });
        await refused(400, () => user.compute.servers.update(id, { name: '' }));
        await refused(400, () => user.compute.servers.update(id, { name: 'x'.repeat(256) }));
        await refused(400, () => user.compute.servers.update(id, { description: 'x' }, { microversion: '2.18' }));
        await refused(404, () => user.compute.servers.update(randomUUID(), { name: 'nobody' }));
      },
    },
    {
      name: 'a server is deleted once, and is not found afterwards',
      reference: `${COMPUTE_REFERENCE}#delete-server`,
      run: async (context) => {
        const { user, refused, send } = context;
        const { id } = await startedServer(context);
        await user.compute.servers.delete(id);
        await gone(context, id);
        await refused(404, () => user.compute.servers.get(id));
        const again = await send({ service: 'compute', method: 'DELETE', path: `/servers/${id}` });
        assert.equal(again.status, 404);
        await refused(404, () => user.compute.servers.start(id));
        await refused(404, () => user.compute.servers.tags(id));
        await refused(404, () => user.compute.servers.metadata(id));
        await refused(404, () => user.compute.servers.volumeAttachments(id).all());
      },
    },
    {
      name: 'a server that is still building can be deleted, with its ports',
      reference: `${COMPUTE_REFERENCE}#delete-server`,
      run: async (context) => {
        const { user } = context;
        const { network } = await makeNetwork(context);
        removeServersLater(context);
        const { id } = await user.compute.servers.create(smallServer(context, { networks: [{ uuid: network }] }));
        await user.compute.servers.delete(id);
        await gone(context, id);
        assert.deepEqual(await user.network.ports.list({ device_id: id }).all(), []);
      },
    },
    {
      name: 'an id that is none, or of nobody, is not found',
      reference: `${COMPUTE_REFERENCE}#show-server-details`,
      run: async ({ user, refused, send }) => {
        const nobody = '11111111-2222-3333-4444-555555555555';
        for (const id of ['none', nobody]) {
          await refused(404, () => user.compute.servers.get(id));
          const gone = await send({ service: 'compute', method: 'DELETE', path: `/servers/${id}` });
          assert.equal(gone.status, 404);
        }
      },
    },
    {
      name: 'two servers may have the same name',
      reference: CREATE,
      run: async (context) => {
        const { user } = context;
        removeServersLater(context);
        const ids = [];
        for (let count = 0; count < 2; count += 1) ids.push(await user.compute.servers.create(smallServer(context)));
        assert.equal((await user.compute.servers.listBrief({ name: '^srv$' }).all()).length, 2);
        for (const { id } of ids) await settled(context, id);
      },
    },
  ],
};
