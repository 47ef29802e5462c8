import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import {
  availableSnapshot,
  availableVolume,
  NOBODY,
  settledVolume,
  untilGone,
  VOLUME_REFERENCE,
} from './block-storage-setup.ts';

const REFERENCE = `${VOLUME_REFERENCE}#volumes-volumes`;

/** A volume's life. */
export const blockStorageVolumes: ContractArea = {
  area: 'block-storage-volumes',
  cases: [
    {
      name: 'a volume has the default type and zone, and becomes available',
      reference: REFERENCE,
      run: async (context) => {
        const { volumes } = context.user.blockStorage;
        const made = await volumes.create({ size: 1 });
        context.cleanUp(() => volumes.delete(made.id));
        assert.equal(made.status, 'creating');
        assert.equal(made.volume_type, 'ssd');
        await settledVolume(context, made.id);
        await volumes.get(made.id);
      },
    },
    {
      name: 'a volume has the values that it is made with',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const made = await user.blockStorage.volumes.create({
          size: 2,
          name: 'data',
          description: 'of the database',
          volume_type: 'hdd',
          availability_zone: 'nova',
          metadata: { colour: 'red' },
        });
        context.cleanUp(() => user.blockStorage.volumes.delete(made.id));
        await settledVolume(context, made.id);
        const shown = await user.blockStorage.volumes.get(made.id);
        assert.deepEqual([shown.size, shown.volume_type, shown.metadata], [2, 'hdd', { colour: 'red' }]);
      },
    },
    {
      name: 'a volume of a snapshot has its size, and is not smaller',
      reference: REFERENCE,
      run: async (context) => {
        const { volumes } = context.user.blockStorage;
        const source = await availableVolume(context, { size: 2 });
        const snapshot = await availableSnapshot(context, source.id);
        const made = await volumes.create({ name: 'copy', snapshot_id: snapshot.id });
        context.cleanUp(() => volumes.delete(made.id));
        assert.equal(made.size, 2);
        await context.refused(400, () => volumes.create({ size: 1, snapshot_id: snapshot.id }));
        await context.refused(404, () => volumes.create({ size: 2, snapshot_id: NOBODY }));
        await context.quietly(() => volumes.waitAvailable(made.id));
      },
    },
    {
      name: 'a volume of a volume has its size, and is not smaller',
      reference: REFERENCE,
      run: async (context) => {
        const { volumes } = context.user.blockStorage;
        const source = await availableVolume(context, { size: 2 });
        const made = await volumes.create({ name: 'copy', source_volid: source.id });
        context.cleanUp(() => volumes.delete(made.id));
        assert.equal(made.size, 2);
        await context.refused(400, () => volumes.create({ size: 1, source_volid: source.id }));
        await context.refused(404, () => volumes.create({ size: 2, source_volid: NOBODY }));
        await context.quietly(() => volumes.waitAvailable(made.id));
      },
    },
    {
      name: 'a volume is refused of an image that is not there or is too large for it',
      reference: REFERENCE,
      run: async ({ user, cleanUp, quietly, refused }) => {
        const { volumes } = user.blockStorage;
        const large = await quietly(async () => {
          const values = { name: 'large', disk_format: 'raw', container_format: 'bare', min_disk: 5 };
          const image = await user.image.images.create(values);
          cleanUp(() => user.image.images.delete(image.id));
          await user.image.images.upload(image.id, 'data');
          return image;
        });
        await refused(400, () => volumes.create({ size: 1, imageRef: large.id }));
        await refused(400, () => volumes.create({ size: 1, imageRef: NOBODY }));
        await refused(400, () => volumes.create({ size: 1, imageRef: 'nonsense' }));
        const queued = await quietly(() => user.image.images.create({ name: 'queued' }));
        cleanUp(() => user.image.images.delete(queued.id));
        await refused(400, () => volumes.create({ size: 1, imageRef: queued.id }));
      },
    },
    {
      name: 'name and description of a volume can be changed',
      reference: `${VOLUME_REFERENCE}#update-a-volume`,
      run: async (context) => {
        const { id } = await availableVolume(context);
        const { volumes } = context.user.blockStorage;
        const changed = await volumes.update(id, { name: 'other', description: 'changed' });
        assert.equal(changed.name, 'other');
        await context.refused(404, () => volumes.update(NOBODY, { name: 'other' }));
      },
    },
    {
      name: 'metadata of a volume is added, replaced and removed by key',
      reference: `${VOLUME_REFERENCE}#create-metadata-for-volume`,
      run: async (context) => {
        const { id } = await availableVolume(context, { metadata: { one: '1' } });
        const { volumes } = context.user.blockStorage;
        assert.deepEqual(await volumes.updateMetadata(id, { two: '2' }), { one: '1', two: '2' });
        assert.deepEqual(await volumes.updateMetadata(id, { one: 'I' }), { one: 'I', two: '2' });
        await volumes.deleteMetadata(id, 'one');
        await context.refused(404, () => volumes.deleteMetadata(id, 'one'));
        const path = `/volumes/${id}/metadata`;
        const ask = (method: string, body?: unknown) => context.send({ service: 'block-storage', method, path, body });
        assert.equal((await ask('GET')).status, 200);
        assert.equal((await ask('PUT', { metadata: { three: '3' } })).status, 200);
        await context.refused(400, () => volumes.updateMetadata(id, { '': 'x' }));
        await context.refused(400, () => volumes.updateMetadata(id, { four: 'x'.repeat(256) }));
        await volumes.get(id);
      },
    },
    {
      name: 'a volume grows, and does not shrink',
      reference: `${VOLUME_REFERENCE}#extend-a-volume-size`,
      run: async (context) => {
        const { id } = await availableVolume(context);
        const { volumes } = context.user.blockStorage;
        await volumes.extend(id, 3);
        await context.quietly(() => volumes.waitAvailable(id));
        assert.equal((await volumes.get(id)).size, 3);
        await context.refused(400, () => volumes.extend(id, 3));
        await context.refused(400, () => volumes.extend(id, 1));
        await context.refused(400, () => volumes.extend(id, 0));
        await context.refused(404, () => volumes.extend(NOBODY, 3));
      },
    },
    {
      name: 'deleting a volume takes a moment, and is not found the second time',
      reference: `${VOLUME_REFERENCE}#delete-a-volume`,
      run: async (context) => {
        const { id } = await availableVolume(context);
        const { volumes } = context.user.blockStorage;
        await volumes.delete(id);
        await untilGone(context, 'volumes', id);
        await context.refused(404, () => volumes.get(id));
        const path = `/volumes/${id}`;
        assert.equal((await context.send({ service: 'block-storage', method: 'DELETE', path })).status, 404);
      },
    },
    {
      name: 'a volume with snapshots is deleted only with them',
      reference: `${VOLUME_REFERENCE}#delete-a-volume`,
      run: async (context) => {
        const volume = await availableVolume(context);
        const snapshot = await availableSnapshot(context, volume.id);
        const { volumes, snapshots } = context.user.blockStorage;
        await context.refused(400, () => volumes.delete(volume.id));
        await volumes.delete(volume.id, { cascade: true });
        await untilGone(context, 'volumes', volume.id);
        await context.refused(404, () => snapshots.get(snapshot.id));
      },
    },
    {
      name: 'a volume in an error can be deleted, one in between can not',
      reference: `${VOLUME_REFERENCE}#delete-a-volume`,
      run: async (context) => {
        const { id } = await availableVolume(context);
        const { volumes } = context.user.blockStorage;
        const setStatus = (status: string) =>
          context.quietly(() =>
            context.admin.blockStorage.service.request('POST', `/volumes/${id}/action`, {
              json: { 'os-reset_status': { status } },
            }),
          );
        for (const status of ['creating', 'attaching', 'extending', 'maintenance']) {
          await setStatus(status);
          assert.equal((await volumes.get(id)).status, status);
          await context.refused(400, () => volumes.delete(id));
        }
        await context.refused(400, () => volumes.extend(id, 5));
        await setStatus('error');
        await volumes.delete(id);
        await untilGone(context, 'volumes', id);
      },
    },
    {
      name: 'volumes of other projects are not found, and what is the administrator’s is forbidden',
      reference: REFERENCE,
      run: async (context) => {
        const { user, admin, cleanUp, quietly, refused, send } = context;
        const foreign = await quietly(() => admin.blockStorage.volumes.create({ size: 1, name: 'foreign' }));
        cleanUp(() => admin.blockStorage.volumes.delete(foreign.id));
        await refused(404, () => user.blockStorage.volumes.get(foreign.id));
        const own = await availableVolume(context);
        const act = (action: object) =>
          send({ service: 'block-storage', method: 'POST', path: `/volumes/${own.id}/action`, body: action });
        assert.equal((await act({ 'os-reset_status': { status: 'error' } })).status, 403);
        assert.equal((await act({ 'os-force_delete': {} })).status, 403);
        const services = await send({ service: 'block-storage', method: 'GET', path: '/os-services' });
        assert.equal(services.status, 403);
      },
    },
    {
      name: 'a volume shows what its microversion knows',
      reference: 'https://docs.openstack.org/cinder/latest/contributor/api_microversion_history.html',
      run: async (context) => {
        const { id } = await availableVolume(context);
        for (const minor of ['0', '13', '21', '48', '61', '63', '65', 'latest']) {
          const headers = { 'openstack-api-version': `volume ${minor === 'latest' ? minor : `3.${minor}`}` };
          const path = `/volumes/${id}`;
          assert.equal((await context.send({ service: 'block-storage', method: 'GET', path, headers })).status, 200);
        }
      },
    },
    {
      name: 'a microversion that Cinder does not have is not acceptable',
      reference: 'https://docs.openstack.org/cinder/latest/contributor/api_microversion_history.html',
      run: async ({ send }) => {
        const ask = (version: string) =>
          send({
            service: 'block-storage',
            method: 'GET',
            path: '/volumes',
            headers: { 'openstack-api-version': version },
          });
        assert.equal((await ask('volume 3.999')).status, 406);
        assert.equal((await ask('volume nonsense')).status, 400);
        assert.equal((await ask('compute 2.1')).status, 400);
      },
    },
  ],
};
