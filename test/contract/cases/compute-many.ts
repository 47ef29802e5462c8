import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE, removeServersLater, settled, smallServer } from './compute-setup.ts';

const MANY = `${COMPUTE_REFERENCE}#create-multiple-servers`;

/** Several servers of one request, and how many there may be. */
export const computeMany: ContractArea = {
  area: 'compute-many',
  cases: [
    {
      name: 'several servers have numbered names, and the answer names the first',
      reference: MANY,
      run: async (context) => {
        const { user, note, until } = context;
        removeServersLater(context);
        const made = await user.compute.servers.create(smallServer(context, { name: 'w', max_count: 2 }));
        const servers = await until(
          () => user.compute.servers.listBrief().all(),
          (list) => list.length === 2,
        );
        const first = servers.find(({ id }) => id === made.id);
        note('first', first?.name);
        for (const { id } of servers) await settled(context, id);
        await user.compute.servers.list().all();
      },
    },
    {
      name: 'a request may ask for its reservation instead of a server, and one of several has no number',
      reference: MANY,
      run: async (context) => {
        const { send, user, note, quietly } = context;
        removeServersLater(context);
        const body = {
          server: { ...smallServer(context), min_count: '1', max_count: '1', return_reservation_id: true },
        };
        const headers = { 'openstack-api-version': 'compute 2.79' };
        const request = { service: 'compute', method: 'POST', path: '/servers', body, headers };
        const reply = await quietly(() => send(request));
        note('status', reply.status);
        const { reservation_id } = z.object({ reservation_id: z.string() }).parse(JSON.parse(reply.text));
        assert.match(reservation_id, /^r-[a-z0-9]{8}$/);
        const servers = await user.compute.servers.listBrief().all();
        note(
          'names',
          servers.map(({ name }) => name),
        );
        for (const { id } of servers) await settled(context, id);
      },
    },
    {
      name: 'a request that breaks the quota makes nothing, and says which and how much',
      reference: 'nova:nova/compute/utils.py check_num_instances_quota',
      run: async (context) => {
        const { user, refused } = context;
        const ask = (more: object) => () => user.compute.servers.create(smallServer(context, more));
        await refused(403, ask({ min_count: 11 }));
        await refused(403, ask({ min_count: 11, max_count: 12 }));
        await refused(403, ask({ min_count: 30 }));
        await refused(403, ask({ flavorRef: '5', min_count: 3 }));
        await refused(403, ask({ flavorRef: '5', min_count: 4, max_count: 9 }));
        assert.deepEqual(await user.compute.servers.listBrief().all(), []);
      },
    },
    {
      name: 'as many servers are made as the quota allows, at least the smallest count',
      reference: 'nova:nova/compute/utils.py check_num_instances_quota',
      run: async (context) => {
        const { user, admin, project, quietly, refused } = context;
        const quota_set = { instances: 2 };
        await quietly(() =>
          admin.compute.service.request('PUT', `/os-quota-sets/${project.id}`, { json: { quota_set } }),
        );
        removeServersLater(context);
        await user.compute.servers.create(smallServer(context, { min_count: 1, max_count: 5 }));
        const servers = await user.compute.servers.listBrief().all();
        assert.equal(servers.length, 2);
        // A server counts from when a host has it.
        for (const { id } of servers) await settled(context, id);
        await user.compute.limits();
        await refused(403, () => user.compute.servers.create(smallServer(context)));
        await user.compute.quotas(project.id);
      },
    },
    {
      name: 'anti-affinity leaves the servers without a host in ERROR, with Nova’s fault',
      reference: 'https://docs.openstack.org/nova/latest/user/feature-classification.html',
      run: async (context) => {
        const { user, until, note, quietly } = context;
        const group = await user.compute.serverGroups.create({ name: 'apart', policy: 'anti-affinity' });
        removeServersLater(context);
        const made = await user.compute.servers.create(smallServer(context, { name: 'aa', min_count: 4 }), {
          hints: { group: group.id },
        });
        const servers = await until(
          () => user.compute.servers.list().all(),
          (list) => list.length === 4 && list.every(({ status }) => status !== 'BUILD'),
        );
        note('statuses', servers.map(({ status }) => status).toSorted());
        await user.compute.servers.get(made.id);
        // Their order is the database's.
        const { members } = await quietly(() => user.compute.serverGroups.get(group.id));
        assert.equal(members.length, 4);
      },
    },
    {
      name: 'affinity puts servers on one host, and shows their group',
      reference: 'https://docs.openstack.org/nova/latest/user/feature-classification.html',
      run: async (context) => {
        const { user, note } = context;
        const group = await user.compute.serverGroups.create({ name: 'together', policy: 'affinity' });
        removeServersLater(context);
        const hints = { group: group.id };
        await user.compute.servers.create(smallServer(context, { min_count: 2 }), { hints });
        const hosts = new Set<unknown>();
        for (const { id } of await user.compute.servers.listBrief().all()) {
          await settled(context, id);
          const server = await user.compute.servers.get(id);
          assert.deepEqual(server.server_groups, [group.id]);
          hosts.add(server['hostId']);
        }
        note('hosts', hosts.size);
        await user.compute.servers.list().all();
      },
    },
    {
      name: 'a group that is not there, and hints that are none, are refused',
      reference: `${COMPUTE_REFERENCE}#create-server`,
      run: async (context) => {
        const { user, refused } = context;
        const ask = (hints: object) => () => user.compute.servers.create(smallServer(context), { hints: { ...hints } });
        await refused(400, ask({ group: '11111111-2222-3333-4444-555555555555' }));
        await refused(400, ask({ group: 'mine' }));
        await refused(400, ask({ same_host: ['x'] }));
      },
    },
    {
      name: 'a group takes no more servers than its quota',
      reference: 'nova:nova/exception.py GroupMemberLimitExceeded',
      run: async (context) => {
        const { user, admin, project, quietly, refused } = context;
        const quota_set = { server_group_members: 1 };
        await quietly(() =>
          admin.compute.service.request('PUT', `/os-quota-sets/${project.id}`, { json: { quota_set } }),
        );
        const group = await user.compute.serverGroups.create({ name: 'full', policy: 'soft-affinity' });
        const hints = { group: group.id };
        await refused(403, () => user.compute.servers.create(smallServer(context, { min_count: 2 }), { hints }));
        assert.deepEqual(await user.compute.servers.listBrief().all(), []);
      },
    },
  ],
};
