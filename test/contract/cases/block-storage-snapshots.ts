import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { availableSnapshot, availableVolume, NOBODY, untilGone, VOLUME_REFERENCE } from './block-storage-setup.ts';

const REFERENCE = `${VOLUME_REFERENCE}#volume-snapshots-snapshots`;

/** Snapshots of volumes. */
export const blockStorageSnapshots: ContractArea = {
  area: 'block-storage-snapshots',
  cases: [
    {
      name: 'a snapshot is made of a volume, and becomes available',
      reference: REFERENCE,
      run: async (context) => {
        const { snapshots } = context.user.blockStorage;
        const volume = await availableVolume(context, { size: 2 });
        const made = await snapshots.create({ volume_id: volume.id });
        context.cleanUp(() => snapshots.delete(made.id));
        assert.deepEqual([made.status, made.size], ['creating', 2]);
        await context.quietly(() => snapshots.waitAvailable(made.id));
        await snapshots.get(made.id);
      },
    },
    {
      name: 'a snapshot has the values that it is made with, and can be changed',
      reference: REFERENCE,
      run: async (context) => {
        const { snapshots } = context.user.blockStorage;
        const volume = await availableVolume(context);
        const values = { name: 'snap', description: 'of today', metadata: { colour: 'red' } };
        const made = await snapshots.create({ volume_id: volume.id, ...values });
        context.cleanUp(() => snapshots.delete(made.id));
        await context.quietly(() => snapshots.waitAvailable(made.id));
        await snapshots.update(made.id, { name: 'other', description: 'of yesterday' });
        assert.deepEqual(await snapshots.updateMetadata(made.id, { shape: 'round' }), {
          colour: 'red',
          shape: 'round',
        });
        await snapshots.deleteMetadata(made.id, 'colour');
        await context.refused(404, () => snapshots.deleteMetadata(made.id, 'colour'));
        await snapshots.get(made.id);
      },
    },
    {
      name: 'snapshots are found by name, volume and status',
      reference: REFERENCE,
      run: async (context) => {
        const { snapshots } = context.user.blockStorage;
        const volume = await availableVolume(context);
        await availableSnapshot(context, volume.id, 'one');
        await availableSnapshot(context, volume.id, 'two');
        const names = async (filters: Parameters<typeof snapshots.list>[0]) =>
          (await snapshots.list(filters).all()).map(({ name }) => name).sort();
        assert.deepEqual(await names({}), ['one', 'two']);
        assert.deepEqual(await names({ name: 'one' }), ['one']);
        assert.deepEqual(await names({ volume_id: volume.id }), ['one', 'two']);
        assert.deepEqual(await names({ volume_id: NOBODY }), []);
        assert.deepEqual(await names({ status: 'available' }), ['one', 'two']);
        context.note(
          'by name',
          (await snapshots.list({ sort: 'name:desc' }).all()).map(({ name }) => name),
        );
        assert.deepEqual((await snapshots.list({ limit: 1, sort: 'name' }).all()).length, 2);
      },
    },
    {
      name: 'deleting a snapshot twice is not found',
      reference: REFERENCE,
      run: async (context) => {
        const { snapshots } = context.user.blockStorage;
        const volume = await availableVolume(context);
        const { id } = await availableSnapshot(context, volume.id);
        await snapshots.delete(id);
        await untilGone(context, 'snapshots', id);
        await context.refused(404, () => snapshots.get(id));
        const path = `/snapshots/${id}`;
        assert.equal((await context.send({ service: 'block-storage', method: 'DELETE', path })).status, 404);
      },
    },
    {
      name: 'requests for a snapshot that do not fit are refused',
      reference: REFERENCE,
      run: async (context) => {
        const volume = await availableVolume(context);
        const make = (snapshot: unknown) =>
          context.send({ service: 'block-storage', method: 'POST', path: '/snapshots', body: { snapshot } });
        for (const snapshot of [
          null,
          {},
          { volume_id: 7 },
          { volume_id: 'nonsense' },
          { volume_id: volume.id, name: 'x'.repeat(256) },
          { volume_id: volume.id, metadata: { a: 1 } },
          { volume_id: volume.id, force: 'perhaps' },
          { volume_id: volume.id, colour: 'red' },
        ])
          assert.equal((await make(snapshot)).status, 400, JSON.stringify(snapshot));
        assert.equal((await make({ volume_id: NOBODY })).status, 404);
      },
    },
  ],
};
