import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { IMAGE_REFERENCE, queuedImage } from './image-setup.ts';

const REFERENCE = `${IMAGE_REFERENCE}#update-image`;
const PATCH = 'application/openstack-images-v2.1-json-patch';

/** Properties and tags of an image, and requests that Glance does not take. */
export const imageUpdates: ContractArea = {
  area: 'image-updates',
  cases: [
    {
      name: 'properties are added, replaced and removed; Glance has its own that stay',
      reference: REFERENCE,
      run: async (context) => {
        const { images } = context.user.image;
        const { id } = await queuedImage(context, { colour: 'red' });
        const changed = await images.patch(id, [
          { op: 'replace', path: '/colour', value: 'blue' },
          { op: 'add', path: '/shape', value: 'round' },
          { op: 'replace', path: '/name', value: 'other' },
          { op: 'replace', path: '/min_ram', value: 512 },
          { op: 'replace', path: '/os_hidden', value: true },
          { op: 'replace', path: '/visibility', value: 'private' },
          { op: 'replace', path: '/tags', value: ['one'] },
        ]);
        assert.equal(changed['colour'], 'blue');
        const less = await images.patch(id, [{ op: 'remove', path: '/shape' }]);
        assert.equal('shape' in less, false);
        await images.patch(id, []);
      },
    },
    {
      name: 'a property that is not there is not replaced or removed',
      reference: REFERENCE,
      run: async (context) => {
        const { images } = context.user.image;
        const { id } = await queuedImage(context, { colour: 'red' });
        await context.refused(409, () => images.patch(id, [{ op: 'replace', path: '/shape', value: 'round' }]));
        await context.refused(409, () => images.patch(id, [{ op: 'remove', path: '/shape' }]));
        await images.patch(id, [{ op: 'add', path: '/colour', value: 'blue' }]);
      },
    },
    {
      name: 'what Glance decides is not changed by a request',
      reference: REFERENCE,
      run: async (context) => {
        const { images } = context.user.image;
        const { id } = await queuedImage(context);
        for (const name of ['id', 'status', 'size', 'checksum', 'created_at', 'updated_at', 'file', 'schema', 'self'])
          await context.refused(403, () => images.patch(id, [{ op: 'replace', path: `/${name}`, value: 'x' }]));
        await context.refused(403, () => images.patch(id, [{ op: 'replace', path: '/owner', value: 'x' }]));
        await context.refused(403, () => images.patch(id, [{ op: 'remove', path: '/name' }]));
        await context.refused(403, () => images.patch(id, [{ op: 'remove', path: '/id' }]));
      },
    },
    {
      name: 'a change that is none is refused',
      reference: REFERENCE,
      run: async (context) => {
        const { id } = await queuedImage(context);
        const change = (body: unknown, type = PATCH) =>
          context.send({
            service: 'image',
            method: 'PATCH',
            path: `/images/${id}`,
            body,
            headers: { 'content-type': type },
          });
        for (const body of [
          '{',
          {},
          [7],
          [{}],
          [{ op: 'replace' }],
          [{ op: 'test', path: '/name', value: 'x' }],
          [{ op: 'replace', path: 'name', value: 'x' }],
          [{ op: 'replace', path: '/name/', value: 'x' }],
          [{ op: 'replace', path: '/name' }],
          [{ op: 'add', path: '/a/b', value: 'x' }],
        ])
          assert.equal((await change(body)).status, 400, JSON.stringify(body));
        assert.equal((await change([], 'application/json')).status, 415);
      },
    },
    {
      name: 'values that do not fit are refused in a change',
      reference: REFERENCE,
      run: async (context) => {
        const { images } = context.user.image;
        const { id } = await queuedImage(context);
        for (const [name, value] of [
          ['name', 7],
          ['visibility', 'secret'],
          ['min_disk', 'much'],
          ['min_disk', -1],
          ['protected', 'perhaps'],
          ['tags', 'one'],
          ['disk_format', 'floppy'],
          ['container_format', 'box'],
          ['colour', 7],
        ] as const)
          await context.refused(400, () => images.patch(id, [{ op: 'add', path: `/${name}`, value }]));
      },
    },
    {
      name: 'tags are added once and removed once',
      reference: `${IMAGE_REFERENCE}#image-tags`,
      run: async (context) => {
        const { images } = context.user.image;
        const { id } = await queuedImage(context);
        await images.addTag(id, 'one');
        await images.addTag(id, 'one');
        await images.addTag(id, 'two words');
        assert.deepEqual((await images.get(id)).tags.sort(), ['one', 'two words']);
        await images.deleteTag(id, 'one');
        await context.refused(404, () => images.deleteTag(id, 'one'));
        await context.refused(400, () => images.addTag(id, 'x'.repeat(256)));
        await images.get(id);
      },
    },
    {
      name: 'requests for an image that do not fit are refused with what is wrong',
      reference: `${IMAGE_REFERENCE}#create-image`,
      run: async ({ send }) => {
        const make = (body: unknown) => send({ service: 'image', method: 'POST', path: '/images', body });
        for (const body of [
          '{',
          { name: 7 },
          { name: 'x'.repeat(256) },
          { id: 'nonsense' },
          { visibility: 'secret' },
          { protected: 'perhaps' },
          { min_disk: -1 },
          { min_disk: 'much' },
          { min_ram: 1.5 },
          { disk_format: 'floppy' },
          { container_format: 'box' },
          { tags: 'one' },
          { tags: ['x'.repeat(256)] },
          { colour: 7 },
          { os_hidden: 'perhaps' },
        ])
          assert.equal((await make(body)).status, 400, JSON.stringify(body));
      },
    },
    {
      name: 'values that are Glance’s to decide are refused in a creation',
      reference: `${IMAGE_REFERENCE}#create-image`,
      run: async ({ send }) => {
        const make = (body: unknown) => send({ service: 'image', method: 'POST', path: '/images', body });
        for (const body of [
          { status: 'active' },
          { size: 7 },
          { checksum: 'x' },
          { created_at: '2026-01-01T00:00:00Z' },
          { file: '/x' },
          { owner: '00000000000000000000000000000000' },
          { deleted: 'True' },
          { locations: [] },
        ])
          assert.equal((await make(body)).status, 403, JSON.stringify(body));
        assert.equal((await make('')).status, 400);
      },
    },
    {
      name: 'paths and methods that Glance does not have are refused',
      reference: IMAGE_REFERENCE,
      run: async ({ send }) => {
        const ask = (method: string, path: string, token?: false) =>
          send({ service: 'image', method, path, ...(token === false && { token }) });
        assert.equal((await ask('GET', '/nowhere')).status, 404);
        assert.equal((await ask('GET', '/nowhere', false)).status, 401);
        assert.equal((await ask('DELETE', '/images')).status, 405);
      },
    },
  ],
};
