import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE } from './compute-setup.ts';

const GROUPS = `${COMPUTE_REFERENCE}#server-groups-os-server-groups`;
const NOBODY = '11111111-2222-3333-4444-555555555555';

/** Server groups. */
export const computeGroups: ContractArea = {
  area: 'compute-groups',
  cases: [
    {
      name: 'a server group is made, shown, listed and deleted, in old words and new',
      reference: GROUPS,
      run: async ({ user, refused }) => {
        const { serverGroups } = user.compute;
        const made = await serverGroups.create({
          name: 'g',
          policy: 'anti-affinity',
          rules: { max_server_per_host: 2 },
        });
        await serverGroups.get(made.id);
        for (const microversion of ['2.1', '2.12', '2.13', '2.63']) await serverGroups.get(made.id, { microversion });
        await serverGroups.list().all();
        await serverGroups.delete(made.id);
        await refused(404, () => serverGroups.get(made.id));
      },
    },
    {
      name: 'two groups may have the same name, and each policy is known',
      reference: GROUPS,
      run: async ({ user, note }) => {
        const policies = ['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity'] as const;
        for (const policy of policies) await user.compute.serverGroups.create({ name: 'same', policy });
        const groups = await user.compute.serverGroups.list().all();
        note('policies', groups.map(({ policy }) => policy).toSorted());
        const old = { server_group: { name: 'old', policies: ['soft-affinity'] } };
        await user.compute.service.request('POST', '/os-server-groups', { json: old, microversion: '2.15' });
      },
    },
    {
      name: 'groups come in pages by limit and offset',
      reference: GROUPS,
      run: async ({ user, send, note }) => {
        for (const name of ['a', 'b', 'c']) await user.compute.serverGroups.create({ name, policy: 'affinity' });
        const headers = { 'openstack-api-version': 'compute 2.79' };
        for (const query of ['limit=2', 'offset=2', 'limit=1&offset=1', 'limit=x', 'offset=-1', 'colour=blue']) {
          note('query', query);
          await send({ service: 'compute', method: 'GET', path: `/os-server-groups?${query}`, headers });
        }
      },
    },
    {
      name: 'groups that cannot be are refused',
      reference: 'nova:nova/api/openstack/compute/schemas/server_groups.py',
      run: async ({ send, note }) => {
        const wrong: readonly [microversion: string, group: unknown][] = [
          ['2.79', { name: 'g' }],
          ['2.79', { policy: 'affinity' }],
          ['2.79', { name: '', policy: 'affinity' }],
          ['2.79', { name: 'x'.repeat(256), policy: 'affinity' }],
          ['2.79', { name: 'g', policy: 'apart' }],
          ['2.79', { name: 'g', policies: ['affinity'] }],
          ['2.79', { name: 'g', policy: 'affinity', rules: { max_server_per_host: 2 } }],
          ['2.79', { name: 'g', policy: 'anti-affinity', rules: { max_server_per_host: 0 } }],
          ['2.79', { name: 'g', policy: 'anti-affinity', rules: { most: 2 } }],
          ['2.63', { name: 'g', policy: 'affinity' }],
          ['2.63', { name: 'g', policies: [] }],
          ['2.63', { name: 'g', policies: ['affinity', 'anti-affinity'] }],
          ['2.14', { name: 'g', policies: ['soft-affinity'] }],
        ];
        for (const [microversion, server_group] of wrong) {
          note(microversion, server_group);
          const headers = { 'openstack-api-version': `compute ${microversion}` };
          const request = { service: 'compute', method: 'POST', path: '/os-server-groups', headers };
          const reply = await send({ ...request, body: { server_group } });
          assert.equal(reply.status, 400, reply.text);
        }
      },
    },
    {
      name: 'a group that is not there is not found',
      reference: GROUPS,
      run: async ({ user, refused, send }) => {
        await refused(404, () => user.compute.serverGroups.get(NOBODY));
        await refused(404, () => user.compute.serverGroups.get('none'));
        const reply = await send({ service: 'compute', method: 'DELETE', path: `/os-server-groups/${NOBODY}` });
        assert.equal(reply.status, 404);
      },
    },
    {
      name: 'the eleventh group is over quota',
      reference: 'nova:nova/exception.py ServerGroupLimitExceeded',
      run: async ({ user, quietly, refused }) => {
        await quietly(async () => {
          for (let count = 0; count < 10; count += 1)
            await user.compute.serverGroups.create({ name: `g${count}`, policy: 'affinity' });
        });
        await refused(403, () => user.compute.serverGroups.create({ name: 'g', policy: 'affinity' }));
        await user.compute.limits();
      },
    },
    {
      name: 'another project’s group is not found',
      reference: GROUPS,
      run: async ({ user, admin, quietly, cleanUp, refused }) => {
        const group = await quietly(() => admin.compute.serverGroups.create({ name: 'theirs', policy: 'affinity' }));
        cleanUp(() => admin.compute.serverGroups.delete(group.id));
        await refused(404, () => user.compute.serverGroups.get(group.id));
        await user.compute.serverGroups.list({ all_projects: true }).all();
      },
    },
  ],
};
