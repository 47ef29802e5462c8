import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { activeImage, IMAGE_REFERENCE, queuedImage, small } from './image-setup.ts';

const NOBODY = '11111111-2222-3333-4444-555555555555';

/** An image's life: made, filled, used, deleted. */
export const imageImages: ContractArea = {
  area: 'image-images',
  cases: [
    {
      name: 'an image is queued, shared with nobody, and has no data',
      reference: `${IMAGE_REFERENCE}#create-image`,
      run: async ({ user, cleanUp }) => {
        const made = await user.image.images.create({ name: 'img' });
        cleanUp(() => user.image.images.delete(made.id));
        assert.equal(made.status, 'queued');
        assert.equal(made.visibility, 'shared');
        await user.image.images.get(made.id);
      },
    },
    {
      name: 'an image has the values, tags and properties that it is made with',
      reference: `${IMAGE_REFERENCE}#create-image`,
      run: async (context) => {
        const made = await queuedImage(context, {
          visibility: 'private',
          min_disk: 10,
          min_ram: 1024,
          os_hidden: true,
          tags: ['one', 'two'],
          kube_version: 'v1.36.3',
          os_distro: 'ubuntu',
        });
        assert.equal(made['kube_version'], 'v1.36.3');
        await context.user.image.images.get(made.id);
      },
    },
    {
      name: 'an image can be made without a name, and with an id of its own, which is not taken twice',
      reference: `${IMAGE_REFERENCE}#create-image`,
      run: async ({ send, user, refused, cleanUp }) => {
        const unnamed = await send({ service: 'image', method: 'POST', path: '/images', body: {} });
        assert.equal(unnamed.status, 201);
        const id = crypto.randomUUID();
        await user.image.images.create(small({ id }));
        cleanUp(() => user.image.images.delete(id));
        await refused(409, () => user.image.images.create(small({ id })));
      },
    },
    {
      name: 'uploaded data makes an image active, with its size, checksum and hash',
      reference: `${IMAGE_REFERENCE}#upload-binary-image-data`,
      run: async (context) => {
        const { id } = await activeImage(context);
        const active = await context.user.image.images.waitActive(id);
        assert.equal(active.size, 4);
      },
    },
    {
      name: 'data is downloaded as it was uploaded, whole or in part',
      reference: `${IMAGE_REFERENCE}#download-binary-image-data`,
      run: async (context) => {
        const { id } = await activeImage(context, {}, 'a text of some length');
        const path = `/images/${id}/file`;
        const whole = await context.send({ service: 'image', method: 'GET', path });
        assert.equal(whole.text, 'a text of some length');
        const headers = { range: 'bytes=2-5' };
        const part = await context.send({ service: 'image', method: 'GET', path, headers });
        assert.deepEqual([part.status, part.text], [206, 'text']);
        const beyond = { range: 'bytes=100-200' };
        assert.equal((await context.send({ service: 'image', method: 'GET', path, headers: beyond })).status, 416);
      },
    },
    {
      name: 'an image without data has nothing to download',
      reference: `${IMAGE_REFERENCE}#download-binary-image-data`,
      run: async (context) => {
        const { id } = await queuedImage(context);
        const path = `/images/${id}/file`;
        assert.equal((await context.send({ service: 'image', method: 'GET', path })).status, 204);
      },
    },
    {
      name: 'data is uploaded once',
      reference: `${IMAGE_REFERENCE}#upload-binary-image-data`,
      run: async (context) => {
        const { id } = await activeImage(context);
        await context.refused(409, () => context.user.image.images.upload(id, 'other'));
      },
    },
    {
      name: 'data goes only to an image that has formats, and in bytes',
      reference: `${IMAGE_REFERENCE}#upload-binary-image-data`,
      run: async (context) => {
        const { user, cleanUp, refused } = context;
        const made = await user.image.images.create({ name: 'img' });
        cleanUp(() => user.image.images.delete(made.id));
        await refused(400, () => user.image.images.upload(made.id, 'data'));
        await user.image.images.get(made.id);
        const { id } = await queuedImage(context);
        const path = `/images/${id}/file`;
        const headers = { 'content-type': 'application/json' };
        const reply = await context.send({ service: 'image', method: 'PUT', path, body: 'data', headers });
        assert.equal(reply.status, 415);
        await refused(404, () => user.image.images.upload(NOBODY, 'data'));
      },
    },
    {
      name: 'staged data waits for its import',
      reference: `${IMAGE_REFERENCE}#stage-binary-image-data`,
      run: async (context) => {
        const { id } = await queuedImage(context);
        const headers = { 'content-type': 'application/octet-stream' };
        const stage = () =>
          context.send({ service: 'image', method: 'PUT', path: `/images/${id}/stage`, body: 'data', headers });
        assert.equal((await stage()).status, 204);
        assert.equal((await context.user.image.images.get(id)).status, 'uploading');
        assert.equal((await stage()).status, 409);
      },
    },
    {
      name: 'deleting an image twice is not found',
      reference: `${IMAGE_REFERENCE}#delete-image`,
      run: async ({ user, refused, send }) => {
        const { id } = await user.image.images.create(small());
        await user.image.images.delete(id);
        await refused(404, () => user.image.images.get(id));
        const again = await send({ service: 'image', method: 'DELETE', path: `/images/${id}` });
        assert.equal(again.status, 404);
      },
    },
    {
      name: 'a protected image is not deleted until it is not protected any more',
      reference: `${IMAGE_REFERENCE}#delete-image`,
      run: async (context) => {
        const { user, refused } = context;
        const { id } = await queuedImage(context, { protected: true });
        await refused(403, () => user.image.images.delete(id));
        await user.image.images.patch(id, [{ op: 'replace', path: '/protected', value: false }]);
        await user.image.images.delete(id);
      },
    },
    {
      name: 'an image of a volume that is made of it can be deleted',
      reference: `${IMAGE_REFERENCE}#delete-image`,
      run: async (context) => {
        const { user, quietly, cleanUp } = context;
        const { id } = await activeImage(context);
        await quietly(async () => {
          const volume = await user.blockStorage.volumes.create({ size: 1, imageRef: id });
          cleanUp(() => user.blockStorage.volumes.delete(volume.id));
          await user.blockStorage.volumes.waitAvailable(volume.id);
        });
        await user.image.images.delete(id);
        await context.refused(404, () => user.image.images.get(id));
      },
    },
    {
      name: 'public images are for everybody to see, and only for their owner to change',
      reference: `${IMAGE_REFERENCE}#image-visibility`,
      run: async ({ user, seeds, refused, quietly }) => {
        const { images } = user.image;
        assert.equal((await quietly(() => images.get(seeds.image))).visibility, 'public');
        await refused(403, () => images.patch(seeds.image, [{ op: 'add', path: '/colour', value: 'red' }]));
        await refused(403, () => images.delete(seeds.image));
        await refused(403, () => images.addTag(seeds.image, 'mine'));
        await refused(403, () => images.upload(seeds.image, 'data'));
      },
    },
    {
      name: 'making an image public is for administrators',
      reference: `${IMAGE_REFERENCE}#image-visibility`,
      run: async (context) => {
        const { user, refused } = context;
        await refused(403, () => user.image.images.create(small({ visibility: 'public' })));
        const { id } = await queuedImage(context);
        const publish = [{ op: 'replace', path: '/visibility', value: 'public' }] as const;
        await refused(403, () => user.image.images.patch(id, publish));
      },
    },
    {
      name: 'images of other projects are not found unless they are public or of the community',
      reference: `${IMAGE_REFERENCE}#image-visibility`,
      run: async ({ user, admin, quietly, refused, cleanUp, send }) => {
        const make = async (visibility: 'private' | 'shared' | 'community') => {
          const { id } = await quietly(() => admin.image.images.create(small({ visibility })));
          cleanUp(() => admin.image.images.delete(id));
          return id;
        };
        for (const visibility of ['private', 'shared'] as const) {
          const id = await make(visibility);
          await refused(404, () => user.image.images.get(id));
          const path = `/images/${id}`;
          assert.equal((await send({ service: 'image', method: 'DELETE', path })).status, 404);
        }
        await user.image.images.get(await make('community'));
      },
    },
    {
      name: 'what is no image is not found',
      reference: IMAGE_REFERENCE,
      run: async ({ user, refused }) => {
        const { images } = user.image;
        await refused(404, () => images.get(NOBODY));
        await refused(404, () => images.get('nonsense'));
        await refused(404, () => images.patch(NOBODY, [{ op: 'add', path: '/colour', value: 'red' }]));
        await refused(404, () => images.addTag(NOBODY, 'one'));
      },
    },
  ],
};
