import assert from 'node:assert/strict';
import type { ImageFilters } from 'openstack-client-ts';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { activeImage, IMAGE_REFERENCE, queuedImage } from './image-setup.ts';

const REFERENCE = `${IMAGE_REFERENCE}#list-images`;

/** Names of the project's own images that pass a filter, in their order. */
const names = async ({ user, project }: CaseContext, filters: ImageFilters = {}) =>
  (await user.image.images.list({ owner: project.id, ...filters }).all()).map(({ name }) => name);

/** Three images, named in their order. */
async function three(context: CaseContext): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, name] of ['one', 'two', 'three'].entries()) {
    const { id } = await context.quietly(() => queuedImage(context, { name, colour: name, min_ram: index + 1 }));
    ids.push(id);
  }
  return ids;
}

/** Lists of images: filters, order, pages. */
export const imageLists: ContractArea = {
  area: 'image-lists',
  cases: [
    {
      name: 'images are found by name, id, status and properties of their own',
      reference: REFERENCE,
      run: async (context) => {
        const [, second] = await three(context);
        await context.quietly(() => activeImage(context, { name: 'full', colour: 'two' }));
        assert.deepEqual(await names(context, { name: 'two' }), ['two']);
        assert.deepEqual(await names(context, { id: second }), ['two']);
        assert.deepEqual(await names(context, { status: 'active' }), ['full']);
        assert.deepEqual((await names(context, { colour: 'two' })).sort(), ['full', 'two']);
        assert.deepEqual(await names(context, { colour: 'two', status: 'queued' }), ['two']);
        assert.deepEqual((await names(context, { name: 'in:one,two' })).sort(), ['one', 'two']);
        assert.deepEqual((await names(context, { status: 'in:queued,active' })).length, 4);
        assert.deepEqual(await names(context, { name: 'tw' }), []);
        assert.deepEqual(await names(context, { shape: 'round' }), []);
        assert.deepEqual(await names(context, { min_ram: 2 }), ['two']);
      },
    },
    {
      name: 'the images with Kubernetes are found by their version',
      reference: REFERENCE,
      run: async ({ user, quietly, seeds }) => {
        const list = user.image.images.list({ kube_version: 'v1.36.3', status: 'active' });
        const found = await quietly(() => list.all());
        assert.ok(found.some(({ id }) => id === seeds.image));
      },
    },
    {
      name: 'images are found by all of the given tags',
      reference: REFERENCE,
      run: async (context) => {
        await context.quietly(() => queuedImage(context, { name: 'one', tags: ['a', 'b'] }));
        await context.quietly(() => queuedImage(context, { name: 'two', tags: ['b'] }));
        assert.deepEqual((await names(context, { tag: 'b' })).sort(), ['one', 'two']);
        assert.deepEqual(await names(context, { tag: ['a', 'b'] }), ['one']);
        assert.deepEqual(await names(context, { tag: 'c' }), []);
      },
    },
    {
      name: 'hidden images are listed when they are asked for',
      reference: REFERENCE,
      run: async (context) => {
        await context.quietly(() => queuedImage(context, { name: 'seen' }));
        await context.quietly(() => queuedImage(context, { name: 'hidden', os_hidden: true }));
        assert.deepEqual(await names(context), ['seen']);
        assert.deepEqual(await names(context, { os_hidden: true }), ['hidden']);
        assert.deepEqual(await names(context, { os_hidden: false }), ['seen']);
      },
    },
    {
      name: 'images are listed by visibility',
      reference: REFERENCE,
      run: async (context) => {
        for (const visibility of ['private', 'shared', 'community'] as const)
          await context.quietly(() => queuedImage(context, { name: visibility, visibility }));
        assert.deepEqual((await names(context)).sort(), ['community', 'private', 'shared']);
        for (const visibility of ['private', 'shared', 'community'] as const)
          assert.deepEqual(await names(context, { visibility }), [visibility]);
        assert.deepEqual(await names(context, { visibility: 'public' }), []);
        assert.equal((await names(context, { visibility: 'all' })).length, 3);
      },
    },
    {
      name: 'images are listed newest first, or as asked',
      reference: REFERENCE,
      run: async (context) => {
        await three(context);
        const { note } = context;
        note('by name', await names(context, { sort: 'name:asc' }));
        note('by name, downwards', await names(context, { sort: 'name:desc' }));
        note('by name, with no direction', await names(context, { sort: 'name' }));
        note('by name, with no direction', await names(context, { sort_key: 'name' }));
        await context.refused(400, () => names(context, { sort_key: 'min_ram' }));
        note('by status and name', await names(context, { sort: 'status,name:asc' }));
      },
    },
    {
      name: 'pages have a limit, and the address of the next one',
      reference: REFERENCE,
      run: async (context) => {
        await three(context);
        const { send, project } = context;
        const page = (query: string) =>
          send({ service: 'image', method: 'GET', path: `/images?owner=${project.id}&sort=name:asc${query}` });
        const first = await page('&limit=2');
        assert.match(first.text, /"next"/);
        assert.doesNotMatch((await page('&limit=4')).text, /"next"/);
        assert.match((await page('&limit=3')).text, /"next"/);
        assert.equal((await page('&limit=0')).status, 200);
        assert.deepEqual(await names(context, { sort: 'name:asc', limit: 1 }), ['one', 'three', 'two']);
      },
    },
    {
      name: 'a page begins after its marker',
      reference: REFERENCE,
      run: async (context) => {
        const [one] = await three(context);
        assert.deepEqual(await names(context, { sort: 'name:asc', marker: one }), ['three', 'two']);
        const marker = '11111111-2222-3333-4444-555555555555';
        await context.refused(400, () => names(context, { marker }));
      },
    },
    {
      name: 'images are found by the time of their creation',
      reference: `${IMAGE_REFERENCE}#time-comparison-queries`,
      run: async (context) => {
        await three(context);
        assert.equal((await names(context, { created_at: 'gt:2020-01-01T00:00:00Z' })).length, 3);
        assert.deepEqual(await names(context, { created_at: 'lt:2020-01-01T00:00:00Z' }), []);
        assert.equal((await names(context, { updated_at: 'gte:2020-01-01T00:00:00Z' })).length, 3);
        await context.refused(400, () => names(context, { created_at: 'gt:yesterday' }));
        await context.refused(400, () => names(context, { created_at: 'near:2020-01-01T00:00:00Z' }));
      },
    },
    {
      name: 'lists that are asked for wrongly are refused',
      reference: REFERENCE,
      run: async ({ send }) => {
        const ask = (query: string) => send({ service: 'image', method: 'GET', path: `/images?${query}` });
        for (const query of [
          'limit=many',
          'limit=-1',
          'sort=colour',
          'sort=name:up',
          'sort_key=colour',
          'sort_key=name&sort_dir=up',
          'sort=name&sort_key=name',
          'visibility=secret',
          'os_hidden=perhaps',
          'member_status=perhaps',
          'size_min=much',
          'protected=perhaps',
          'marker=nonsense',
        ])
          assert.equal((await ask(query)).status, 400, query);
      },
    },
  ],
};
