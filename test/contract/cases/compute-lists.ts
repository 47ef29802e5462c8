import assert from 'node:assert/strict';
import type { ServerFilters } from 'openstack-client-ts';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE, removeServersLater, settled, smallServer } from './compute-setup.ts';

const LIST = `${COMPUTE_REFERENCE}#list-servers`;

/** Three servers of one request, and one more, all ACTIVE. */
async function fourServers(context: CaseContext): Promise<string[]> {
  const { user, quietly } = context;
  removeServersLater(context);
  return quietly(async () => {
    const many = { name: 'web', max_count: 3, min_count: 3, tags: ['web', 'blue'], metadata: { role: 'web' } };
    await user.compute.servers.create(smallServer(context, many));
    await user.compute.servers.create(smallServer(context, { name: 'db', tags: ['db', 'blue'] }));
    const servers = await user.compute.servers.listBrief().all();
    for (const { id } of servers) await settled(context, id);
    return servers.map(({ id }) => id);
  });
}

/** Finding servers. */
export const computeLists: ContractArea = {
  area: 'compute-lists',
  cases: [
    {
      name: 'servers are found by name, tags, status, image, flavor and time, in pages and in order',
      reference: LIST,
      run: async (context) => {
        const { user, note, refused, until } = context;
        const { servers } = user.compute;
        await fourServers(context);
        const filters: ServerFilters[] = [
          ...[{ name: '^web-[12]$' }, { name: 'B' }, { name: 'nobody' }, { name: 'db', status: 'ACTIVE' }],
          ...[
            { tags: 'web' },
            { tags: 'web,blue' },
            { tags: 'web,db' },
            { 'tags-any': 'web,db' },
            { 'not-tags': 'web' },
          ],
          ...[{ 'not-tags-any': 'web,db' }, { tags: 'blue', 'not-tags': 'db' }, { tags: 'absent' }],
          ...[{ status: 'ACTIVE' }, { status: 'active' }, { status: 'ERROR' }, { status: 'SHUTOFF' }],
          ...[{ 'changes-since': '2020-01-01T00:00:00Z' }, { 'changes-since': '2099-01-01T00:00:00Z' }],
          ...[{ 'changes-before': '2020-01-01T00:00:00Z' }, { flavor: context.seeds.flavor }, { flavor: 'no-such' }],
          ...[
            { image: context.seeds.image },
            { ip: '^10' },
            { deleted: true },
            { vm_state: 'error' },
            { locked: true },
          ],
          ...[{ uuid: 'none' }, { key_name: 'none' }, { description: 'none' }, { project_id: 'other' }],
        ];
        for (const filter of filters) {
          const found = await servers.listBrief(filter).all();
          note(
            filter.image === undefined ? JSON.stringify(filter) : 'of the image',
            found.map(({ name }) => name).toSorted(),
          );
        }
        const ordered = async (filter: ServerFilters) => {
          const found = await servers.listBrief(filter).all();
          note(
            `order of ${JSON.stringify(filter)}`,
            found.map(({ name }) => name),
          );
        };
        await ordered({ sort_key: 'display_name', sort_dir: 'asc' });
        await ordered({ sort_key: 'display_name', sort_dir: 'desc' });
        await ordered({ sort_key: 'display_name' });
        const pages = servers.listBrief({ sort_key: 'display_name', sort_dir: 'asc', limit: 2 });
        assert.equal((await pages.all()).length, 4);
        await servers.list({ limit: 1, name: 'db' }).all();
        await servers.listBrief({ limit: 0 }).all();
        await servers.list({ name: '^db$' }).all();
        await refused(400, () => servers.listBrief({ marker: '11111111-2222-3333-4444-555555555555' }).all());
        const [db] = await until(
          () => servers.listBrief({ name: '^db$' }).all(),
          (list) => list.length === 1,
        );
        await servers.delete(db?.id ?? '');
        await until(
          () => servers.listBrief({ name: '^db$' }).all(),
          (list) => list.length === 0,
        );
        const since = await servers.listBrief({ 'changes-since': '2020-01-01T00:00:00Z' }).all();
        assert.equal(since.length, 4);
        const [dead] = await servers.list({ 'changes-since': '2020-01-01T00:00:00Z', name: 'db' }).all();
        assert.equal(dead?.status, 'DELETED');
      },
    },
    {
      name: 'an empty project has no servers, in brief and in detail',
      reference: LIST,
      run: async ({ user }) => {
        assert.deepEqual(await user.compute.servers.listBrief().all(), []);
        assert.deepEqual(await user.compute.servers.list().all(), []);
      },
    },
    {
      name: 'servers of all projects are for administrators only',
      reference: `${COMPUTE_REFERENCE}#list-servers-detailed`,
      run: async ({ user, refused }) => {
        await refused(403, () => user.compute.servers.list({ all_tenants: true }).all());
        await refused(403, () => user.compute.servers.listBrief({ all_tenants: true }).all());
        await refused(403, () => user.compute.servers.listBrief({ status: 'DELETED' }).all());
      },
    },
    {
      name: 'filters that cannot be are refused, each in Nova’s words',
      reference: 'nova:nova/api/openstack/compute/schemas/servers.py index_query',
      run: async ({ send, note }) => {
        const ask = async (query: string, microversion: string, status: number) => {
          note(microversion, query);
          const headers = { 'openstack-api-version': `compute ${microversion}` };
          const reply = await send({ service: 'compute', method: 'GET', path: `/servers?${query}`, headers });
          assert.equal(reply.status, status, reply.text);
        };
        await ask('limit=few', '2.79', 400);
        await ask('limit=-1', '2.79', 400);
        await ask('name=*', '2.79', 400);
        await ask('name=', '2.79', 400);
        await ask('changes-since=yesterday', '2.79', 400);
        await ask('changes-since=2026-01-02T00:00:00Z&changes-before=2026-01-01T00:00:00Z', '2.79', 400);
        await ask('status=BUSY', '2.79', 400);
        await ask('status=BUSY', '2.37', 200);
        await ask('colour=blue', '2.79', 400);
        await ask('colour=blue', '2.74', 200);
        await ask('sort_key=colour', '2.72', 400);
        await ask('sort_key=id', '2.72', 200);
        await ask('_id=1', '2.79', 200);
        await ask('metadata=a', '2.79', 200);
        await ask('tags=a', '2.25', 200);
        await ask('locked=true', '2.72', 200);
        await ask('changes-before=2026-01-01T00:00:00Z', '2.65', 200);
      },
    },
  ],
};
