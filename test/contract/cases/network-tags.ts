import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { foreignNetwork, makeRoutedNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('standard-attributes-tag-extension');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

/** One resource of every kind that has tags: its path. */
async function oneOfEach(context: CaseContext): Promise<string[]> {
  const { user, quietly, seeds } = context;
  const { network, subnet, router } = await makeRoutedNetwork(context);
  return quietly(async () => {
    const port = await user.network.ports.create({ network_id: network });
    const group = await user.network.securityGroups.create({ name: 'group' });
    const address = await user.network.floatingIps.create({ floating_network_id: seeds.externalNetwork });
    return [
      ...[`/networks/${network}`, `/subnets/${subnet}`, `/routers/${router}`, `/ports/${port.id}`],
      ...[`/security-groups/${group.id}`, `/floatingips/${address.id}`],
    ];
  });
}

const tagged = ({ user, quietly }: CaseContext) =>
  quietly(async () => {
    const { networks } = user.network;
    for (const tags of [['red', 'big'], ['red'], ['blue'], []]) {
      const { id } = await networks.create({ name: tags.length === 0 ? 'plain' : tags.join('and') });
      await networks.setTags(id, tags);
    }
  });

export const networkTags: ContractArea = {
  area: 'network-tags',
  cases: [
    networkCase('every kind of resource has tags: set, added, asked for, removed', REFERENCE, async (context) => {
      for (const path of await oneOfEach(context)) {
        await neutron(context, 200, 'PUT', `${path}/tags`, { tags: ['red', 'big'] });
        await neutron(context, 201, 'PUT', `${path}/tags/blue`);
        await neutron(context, 204, 'GET', `${path}/tags/blue`);
        await neutron(context, 200, 'GET', `${path}/tags`);
        await neutron(context, 204, 'DELETE', `${path}/tags/red`);
        await neutron(context, 200, 'GET', path);
        await neutron(context, 204, 'DELETE', `${path}/tags`);
      }
    }),
    networkCase('the client sets, adds and removes tags', REFERENCE, async ({ user }) => {
      const { networks } = user.network;
      const { id } = await networks.create({ name: 'net' });
      await networks.setTags(id, ['one', 'two']);
      await networks.addTag(id, 'slipway:a b');
      await networks.deleteTag(id, 'one');
      const { tags } = await networks.get(id);
      assert.equal(tags.length, 2);
      await networks.setTags(id, []);
    }),
    networkCase(
      'a tag that is there may be added again; one that is not cannot be removed',
      REFERENCE,
      async (context) => {
        const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
        await neutron(context, 201, 'PUT', `/networks/${id}/tags/red`);
        await neutron(context, 201, 'PUT', `/networks/${id}/tags/red`);
        await neutron(context, 404, 'GET', `/networks/${id}/tags/blue`);
        await neutron(context, 404, 'DELETE', `/networks/${id}/tags/blue`);
        await neutron(context, 200, 'PUT', `/networks/${id}/tags`, { tags: [] });
        await neutron(context, 204, 'DELETE', `/networks/${id}/tags`);
        await neutron(context, 200, 'GET', `/networks/${id}`);
      },
    ),
    networkCase('several tags are added by one request', networkReference('add-multiple-tags'), async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 200, 'PUT', `/networks/${id}/tags`, { tags: ['red'] });
      await neutron(context, 200, 'POST', `/networks/${id}/tags`, { tags: ['blue', 'red'] });
      await neutron(context, 200, 'GET', `/networks/${id}/tags`);
    }),
    networkCase('tags that are not right are refused', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      for (const tags of ['red', [7], ['x'.repeat(256)], null, ['red', 'red']])
        await neutron(context, 400, 'PUT', `/networks/${id}/tags`, { tags });
      await neutron(context, 200, 'PUT', `/networks/${id}/tags`, { tags: [''] });
      await neutron(context, 400, 'PUT', `/networks/${id}/tags`, {});
      await neutron(context, 400, 'PUT', `/networks/${id}/tags/${'x'.repeat(256)}`);
    }),
    networkCase('a tag with a comma is refused or kept alike', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 200, 'PUT', `/networks/${id}/tags`, { tags: ['a,b'] });
      await neutron(context, 200, 'GET', `/networks?tags=a,b&project_id=${context.project.id}`);
      await neutron(context, 200, 'GET', `/networks?tags=a&project_id=${context.project.id}`);
    }),
    networkCase('a tag with a slash can be set with others, not by itself', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 200, 'PUT', `/networks/${id}/tags`, { tags: ['a/b'] });
      await neutron(context, 404, 'PUT', `/networks/${id}/tags/c%2Fd`);
      await neutron(context, 404, 'DELETE', `/networks/${id}/tags/a%2Fb`);
    }),
    // neutron/extensions/tagging.py does not expect it.
    networkCase('tags of what is not there are an internal error', REFERENCE, async (context) => {
      for (const path of ['/networks', '/ports', '/security-groups', '/floatingips', '/routers', '/subnets']) {
        await neutron(context, 500, 'GET', `${path}/${NOWHERE}/tags`);
        await neutron(context, 500, 'PUT', `${path}/${NOWHERE}/tags`, { tags: [] });
      }
      await neutron(context, 500, 'PUT', `/networks/${NOWHERE}/tags/red`);
      await neutron(context, 500, 'DELETE', `/networks/${NOWHERE}/tags/red`);
      await neutron(context, 404, 'GET', `/clouds/${NOWHERE}/tags`);
    }),
    networkCase('tags of another project are not found', REFERENCE, async (context) => {
      const { network } = await foreignNetwork(context);
      await context.send({ service: 'network', method: 'GET', path: `/networks/${network}/tags` });
      const body = { tags: ['mine'] };
      await context.send({ service: 'network', method: 'PUT', path: `/networks/${network}/tags`, body });
      await context.send({ service: 'network', method: 'DELETE', path: `/networks/${network}/tags` });
    }),
    networkCase('lists are filtered by tags', REFERENCE, async (context) => {
      await tagged(context);
      const { networks } = context.user.network;
      const project_id = context.project.id;
      const count = async (filter: object) => (await networks.list({ project_id, ...filter }).all()).length;
      assert.equal(await count({ tags: ['red'] }), 2);
      assert.equal(await count({ tags: ['red', 'big'] }), 1);
      assert.equal(await count({ 'tags-any': ['big', 'blue'] }), 2);
      assert.equal(await count({ 'not-tags': ['red', 'big'] }), 3);
      assert.equal(await count({ 'not-tags-any': ['red', 'blue'] }), 1);
      assert.equal(await count({ tags: ['green'] }), 0);
      assert.equal(await count({ tags: ['red'], 'not-tags': ['big'] }), 1);
    }),
    networkCase('tags are changed under a revision of their own', REFERENCE, async (context) => {
      const { networks } = context.user.network;
      const { id } = await networks.create({ name: 'net' });
      await networks.setTags(id, ['red']);
      await networks.get(id);
      await networks.addTag(id, 'blue');
      await networks.get(id);
      await networks.deleteTag(id, 'blue');
      await networks.get(id);
    }),
  ],
};
