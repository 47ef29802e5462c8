import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { foreignNetwork, makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('filtering-and-column-selection');
const PAGING = networkReference('pagination');

/** Four networks with names that sort, made one after the other. */
const four = ({ user, quietly }: CaseContext) =>
  quietly(async () => {
    const ids: string[] = [];
    for (const [name, mtu] of [
      ['delta', 1300],
      ['alpha', 1400],
      ['charlie', 1300],
      ['bravo', 1400],
    ] as const)
      ids.push((await user.network.networks.create({ name, mtu, description: `the ${name}` })).id);
    return ids;
  });

/** Lists the project's networks by a query, and notes the names in their order. */
async function names(context: CaseContext, query: string): Promise<string[]> {
  const reply = await neutron(context, 200, 'GET', `/networks?project_id=${context.project.id}&${query}`);
  const found = [...reply.text.matchAll(/"name": ?"(\w+)"/g)].map(([, name = '']) => name);
  const noted = query.includes('sort_key') ? found : [...found].sort();
  context.note(`names by ${query.replaceAll(/[0-9a-f-]{36}/g, 'id')}`, noted);
  return found;
}

/** Filters, sorting, pages and fields; networks stand for all resources. */
export const networkLists: ContractArea = {
  area: 'network-lists',
  cases: [
    networkCase('lists are filtered by attributes, several values are alternatives', REFERENCE, async (context) => {
      await four(context);
      assert.deepEqual(await names(context, 'name=alpha'), ['alpha']);
      assert.equal((await names(context, 'name=alpha&name=bravo&sort_key=name&sort_dir=asc')).length, 2);
      assert.equal((await names(context, 'mtu=1300&sort_key=name&sort_dir=asc')).length, 2);
      assert.equal((await names(context, 'name=alpha&mtu=1300')).length, 0);
      assert.equal((await names(context, 'description=the%20alpha')).length, 1);
      assert.equal((await names(context, 'name=ALPHA')).length, 1);
      assert.equal((await names(context, 'name=')).length, 0);
      assert.equal((await names(context, 'status=ACTIVE')).length, 4);
      assert.equal((await names(context, 'admin_state_up=true')).length, 4);
      assert.equal((await names(context, 'admin_state_up=False')).length, 0);
      assert.equal((await names(context, 'router:external=false')).length, 4);
      assert.equal((await names(context, 'shared=false')).length, 4);
    }),
    networkCase('filters that do not exist are refused', networkReference('filter-validation'), async (context) => {
      for (const query of ['colour=blue', 'colour=blue&shape=round', 'subnets=x', 'name=a&colour=blue'])
        await neutron(context, 400, 'GET', `/networks?${query}`);
      await neutron(context, 400, 'GET', '/subnets?dns_nameservers=9.9.9.9');
      await neutron(context, 400, 'GET', '/ports?colour=blue');
      await neutron(context, 400, 'GET', '/routers?status=ACTIVE');
      await neutron(context, 400, 'GET', '/security-groups?stateful=true');
      await neutron(context, 400, 'GET', '/floatingips?name=a');
      await neutron(context, 400, 'GET', '/security-group-rules?name=a');
    }),
    networkCase('filters of a wrong type are refused or find nothing', REFERENCE, async (context) => {
      await neutron(context, 400, 'GET', '/networks?admin_state_up=maybe');
      await neutron(context, 400, 'GET', '/networks?mtu=many');
      await neutron(context, 200, 'GET', '/networks?id=not-an-id');
      await neutron(context, 200, 'GET', '/ports?network_id=not-an-id');
    }),
    networkCase('a list is sorted by keys with directions', networkReference('sorting'), async (context) => {
      await four(context);
      assert.deepEqual(await names(context, 'sort_key=name&sort_dir=asc'), ['alpha', 'bravo', 'charlie', 'delta']);
      assert.deepEqual(await names(context, 'sort_key=name&sort_dir=desc'), ['delta', 'charlie', 'bravo', 'alpha']);
      await names(context, 'sort_key=mtu&sort_dir=asc&sort_key=name&sort_dir=desc');
      for (const query of [
        'sort_key=name',
        'sort_dir=asc',
        'sort_key=colour&sort_dir=asc',
        'sort_key=name&sort_dir=up',
      ])
        await neutron(context, 400, 'GET', `/networks?${query}`);
      await neutron(context, 400, 'GET', '/networks?sort_key=subnets&sort_dir=asc');
    }),
    networkCase('a list comes in pages with links', PAGING, async (context) => {
      await four(context);
      const sorted = 'sort_key=name&sort_dir=asc';
      assert.deepEqual(await names(context, `${sorted}&limit=3`), ['alpha', 'bravo', 'charlie']);
      await names(context, `${sorted}&limit=4`);
      await names(context, `${sorted}&limit=5`);
      await names(context, `${sorted}&limit=0`);
      for (const limit of ['-1', 'many', '']) await neutron(context, 400, 'GET', `/networks?limit=${limit}`);
    }),
    networkCase('a page begins after its marker', PAGING, async (context) => {
      const [delta = '', alpha = ''] = await four(context);
      const sorted = 'sort_key=name&sort_dir=asc';
      assert.deepEqual(await names(context, `${sorted}&limit=2&marker=${alpha}`), ['bravo', 'charlie']);
      assert.deepEqual(await names(context, `${sorted}&limit=2&marker=${delta}`), []);
      await names(context, `${sorted}&marker=${alpha}`);
      await neutron(context, 404, 'GET', '/networks?limit=2&marker=00000000-0000-4000-8000-000000000000');
    }),
    networkCase('pages can be read backwards', PAGING, async (context) => {
      const [delta = '', alpha = ''] = await four(context);
      const back = 'sort_key=name&sort_dir=asc&page_reverse=True';
      await names(context, `${back}&limit=2&marker=${delta}`);
      await names(context, `${back}&limit=2`);
      await names(context, `${back}&limit=2&marker=${alpha}`);
      await names(context, `${back}&limit=9`);
    }),
    networkCase('the client reads all pages', PAGING, async (context) => {
      await four(context);
      const { networks } = context.user.network;
      const query = { project_id: context.project.id, sort_key: 'name', sort_dir: 'asc', limit: 2 } as const;
      const all = await networks.list(query).all();
      assert.deepEqual(
        all.map(({ name }) => name),
        ['alpha', 'bravo', 'charlie', 'delta'],
      );
    }),
    networkCase('only the wanted fields are sent', REFERENCE, async (context) => {
      const { network, subnet } = await makeNetwork(context);
      await neutron(context, 200, 'GET', `/networks/${network}?fields=id&fields=name`);
      await neutron(context, 200, 'GET', `/networks/${network}?fields=project_id`);
      await neutron(context, 200, 'GET', `/networks/${network}?fields=colour`);
      await neutron(context, 200, 'GET', `/networks/${network}?fields=`);
      await neutron(context, 200, 'GET', `/networks?fields=id&project_id=${context.project.id}`);
      await neutron(context, 200, 'GET', `/networks?fields=id,name&project_id=${context.project.id}`);
      await neutron(
        context,
        200,
        'GET',
        `/networks?fields=mtu&project_id=${context.project.id}&sort_key=name&sort_dir=asc`,
      );
      await neutron(context, 200, 'GET', `/subnets/${subnet}?fields=cidr`);
      await neutron(context, 200, 'GET', `/security-groups?fields=name`);
      await neutron(context, 200, 'GET', `/ports?fields=id&network_id=${network}`);
    }),
    networkCase('a list has the own project’s and the common networks only', REFERENCE, async (context) => {
      const { user, project, note, quietly } = context;
      const { network } = await foreignNetwork(context);
      await makeNetwork(context);
      const all = await quietly(() => user.network.networks.list().all());
      note('whose', [...new Set(all.map((one) => (one.project_id === project.id ? 'mine' : 'foreign')))].sort());
      assert.ok(!all.some(({ id }) => id === network));
      await neutron(context, 200, 'GET', `/networks?id=${network}`);
      await neutron(context, 200, 'GET', `/subnets?network_id=${network}`);
    }),
  ],
};
