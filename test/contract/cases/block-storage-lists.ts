import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { nextSecond } from '../kit/next-second.ts';
import { availableVolume, NOBODY, VOLUME_REFERENCE } from './block-storage-setup.ts';

const REFERENCE = `${VOLUME_REFERENCE}#list-accessible-volumes-with-details`;

/** Three volumes, the last one the youngest. */
async function three(context: CaseContext): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, name] of ['one', 'two', 'three'].entries()) {
    if (index > 0) await nextSecond(context.signal);
    const { id } = await availableVolume(context, { name, size: index + 1, metadata: { colour: name } });
    ids.push(id);
  }
  return ids;
}

/** Lists of volumes and snapshots, types, zones, limits. */
export const blockStorageLists: ContractArea = {
  area: 'block-storage-lists',
  cases: [
    {
      name: 'volumes are found by name, status, metadata and boot flag',
      reference: REFERENCE,
      run: async (context) => {
        await three(context);
        const { volumes } = context.user.blockStorage;
        const names = async (filters: Parameters<typeof volumes.list>[0]) =>
          (await volumes.list(filters).all()).map(({ name }) => name).sort();
        assert.deepEqual(await names({ name: 'two' }), ['two']);
        assert.deepEqual(await names({ name: 'tw' }), []);
        assert.deepEqual(await names({ status: 'available' }), ['one', 'three', 'two']);
        assert.deepEqual(await names({ status: 'error' }), []);
        assert.deepEqual(await names({ metadata: "{'colour':'three'}" }), ['three']);
        assert.deepEqual(await names({ bootable: true }), []);
        assert.deepEqual(await names({ bootable: false, name: 'one' }), ['one']);
        assert.deepEqual(await names({ availability_zone: 'nova' }), ['one', 'three', 'two']);
      },
    },
    {
      name: 'volumes are listed newest first, or as asked',
      reference: REFERENCE,
      run: async (context) => {
        await three(context);
        const { volumes } = context.user.blockStorage;
        const names = async (sort: string) => (await volumes.list({ sort }).all()).map(({ name }) => name);
        for (const sort of ['name:asc', 'name:desc', 'size:asc', 'size:desc', 'name'])
          context.note(`by ${sort}`, await names(sort));
        context.note(
          'unsorted',
          (await volumes.list().all()).map(({ name }) => name),
        );
        await context.refused(400, () => names('colour:asc'));
        await context.refused(400, () => names('name:up'));
      },
    },
    {
      name: 'pages have a limit, and the address of the next one',
      reference: REFERENCE,
      run: async (context) => {
        const [, second] = await three(context);
        const page = (query: string, path = '/volumes/detail') =>
          context.send({ service: 'block-storage', method: 'GET', path: `${path}?sort=name:asc&${query}` });
        assert.match((await page('limit=2')).text, /volumes_links/);
        assert.match((await page('limit=2', '/volumes')).text, /volumes_links/);
        assert.doesNotMatch((await page('limit=4')).text, /volumes_links/);
        assert.equal((await page(`marker=${second ?? ''}`)).status, 200);
        assert.equal((await page('offset=1&limit=1')).status, 200);
        assert.equal((await page('with_count=true')).status, 200);
        assert.equal((await page('limit=0')).status, 200);
        const all = await context.user.blockStorage.volumes.list({ sort: 'name:asc', limit: 1 }).all();
        assert.deepEqual(
          all.map(({ name }) => name),
          ['one', 'three', 'two'],
        );
      },
    },
    {
      name: 'lists that are asked for wrongly are refused',
      reference: REFERENCE,
      run: async ({ send }) => {
        const ask = (query: string) => send({ service: 'block-storage', method: 'GET', path: `/volumes?${query}` });
        for (const query of ['limit=many', 'limit=-1', 'offset=many', 'sort=colour', 'sort=name:up'])
          assert.equal((await ask(query)).status, 400, query);
        assert.equal((await ask(`marker=${NOBODY}`)).status, 404);
        assert.equal((await ask('marker=nonsense')).status, 404);
      },
    },
    {
      name: 'volume types are public, one of them the default',
      reference: `${VOLUME_REFERENCE}#volume-types-types`,
      run: async ({ user, send }) => {
        const types = await user.blockStorage.types.list().all();
        assert.deepEqual(types.map(({ name }) => name).sort(), ['hdd', 'ssd']);
        const ssd = types.find(({ name }) => name === 'ssd');
        await user.blockStorage.types.get(ssd?.id ?? '');
        const fallback = await send({ service: 'block-storage', method: 'GET', path: '/types/default' });
        assert.match(fallback.text, /"ssd"/);
        const body = { volume_type: { name: 'gold' } };
        assert.equal((await send({ service: 'block-storage', method: 'POST', path: '/types', body })).status, 403);
      },
    },
    {
      name: 'availability zones are listed',
      reference: `${VOLUME_REFERENCE}#list-availability-zone-information`,
      run: async ({ send }) => {
        const reply = await send({ service: 'block-storage', method: 'GET', path: '/os-availability-zone' });
        assert.equal(reply.status, 200);
      },
    },
    {
      name: 'limits and quotas count what is used',
      reference: `${VOLUME_REFERENCE}#limits-limits`,
      run: async (context) => {
        const { user, project } = context;
        await user.blockStorage.limits();
        await availableVolume(context, { size: 3 });
        const limits = await user.blockStorage.limits();
        assert.deepEqual([limits.totalVolumesUsed, limits.totalGigabytesUsed], [1, 3]);
        const quota = await user.blockStorage.quotas(project.id);
        assert.deepEqual([quota.volumes.in_use, quota.gigabytes.in_use], [1, 3]);
      },
    },
    {
      name: 'quotas are shown to their project, and changed by administrators',
      reference: `${VOLUME_REFERENCE}#quota-sets-extension-os-quota-sets`,
      run: async ({ user, project, send, refused }) => {
        const path = `/os-quota-sets/${project.id}`;
        assert.equal((await send({ service: 'block-storage', method: 'GET', path })).status, 200);
        assert.equal((await send({ service: 'block-storage', method: 'GET', path: `${path}/defaults` })).status, 200);
        const body = { quota_set: { volumes: 100 } };
        assert.equal((await send({ service: 'block-storage', method: 'PUT', path, body })).status, 403);
        await refused(403, () => user.blockStorage.quotas('00000000000000000000000000000000'));
      },
    },
    {
      name: 'what is over a quota is refused with what is asked for, used and allowed',
      reference: `${VOLUME_REFERENCE}#quota-sets-extension-os-quota-sets`,
      run: async (context) => {
        const { admin, project, user, refused } = context;
        const allow = (quota_set: object) =>
          admin.blockStorage.service.request('PUT', `/os-quota-sets/${project.id}`, { json: { quota_set } });
        await allow({ volumes: 1, gigabytes: 5, snapshots: 0, per_volume_gigabytes: 4 });
        const { volumes, snapshots } = user.blockStorage;
        await refused(413, () => volumes.create({ size: 6 }));
        const { id } = await availableVolume(context, { size: 2 });
        await refused(413, () => volumes.create({ size: 1 }));
        await refused(413, () => volumes.create({ size: 4 }));
        await refused(413, () => snapshots.create({ volume_id: id }));
        await refused(413, () => volumes.extend(id, 6));
        await allow({ per_volume_gigabytes: -1 });
        await refused(413, () => volumes.extend(id, 6));
      },
    },
  ],
};
