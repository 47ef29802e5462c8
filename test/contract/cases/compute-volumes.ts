import assert from 'node:assert/strict';
import type { BlockDevice } from 'openstack-client-ts';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { COMPUTE_REFERENCE, gone, removeServersLater, settled, smallServer, startedServer } from './compute-setup.ts';

const CREATE = `${COMPUTE_REFERENCE}#create-server`;
const ATTACHMENTS = `${COMPUTE_REFERENCE}#servers-with-volume-attachments-servers-os-volume-attachments`;
const NOBODY = '11111111-2222-3333-4444-555555555555';

const bootDisk = ({ seeds }: CaseContext, more: Partial<BlockDevice> = {}): BlockDevice => ({
  boot_index: 0,
  source_type: 'image',
  destination_type: 'volume',
  uuid: seeds.image,
  volume_size: 10,
  delete_on_termination: true,
  ...more,
});

async function makeVolume({ user, quietly, cleanUp, until }: CaseContext, size = 1) {
  const volume = await quietly(() => user.blockStorage.volumes.create({ size, name: 'disk' }));
  cleanUp(() => user.blockStorage.volumes.delete(volume.id));
  return until(
    () => user.blockStorage.volumes.get(volume.id),
    ({ status }) => status === 'available',
  );
}

const isVolume = ({ user, until }: CaseContext, id: string, wanted: string) =>
  until(
    () => user.blockStorage.volumes.get(id),
    ({ status }) => status === wanted,
  );

/** Servers and their disks. */
export const computeVolumes: ContractArea = {
  area: 'compute-volumes',
  cases: [
    {
      name: 'a server boots from a volume made of an image, which goes with it',
      reference: CREATE,
      run: async (context) => {
        const { user, refused } = context;
        removeServersLater(context);
        const spec = smallServer(context, { imageRef: undefined });
        const disk = bootDisk(context, { volume_type: 'hdd' });
        const { id } = await user.compute.servers.create({ ...spec, block_device_mapping_v2: [disk] });
        await settled(context, id);
        const server = await user.compute.servers.get(id);
        assert.equal(server.image, '');
        const volume = server['os-extended-volumes:volumes_attached'][0]?.id ?? '';
        await user.compute.servers.volumeAttachments(id).all();
        await refused(400, () => user.compute.servers.detachVolume(id, volume));
        await user.compute.servers.delete(id);
        await gone(context, id);
        await user.blockStorage.volumes.waitGone(volume, { deadlineMs: 60_000 });
      },
    },
    {
      name: 'a boot volume that is to stay stays, and boots the next server',
      reference: CREATE,
      run: async (context) => {
        const { user, cleanUp, quietly } = context;
        removeServersLater(context);
        const spec = smallServer(context, { imageRef: undefined });
        const disk = bootDisk(context, { delete_on_termination: false });
        const first = await user.compute.servers.create({ ...spec, block_device_mapping_v2: [disk] });
        const server = await settled(context, first.id);
        const volume = server['os-extended-volumes:volumes_attached'][0]?.id ?? '';
        cleanUp(() => user.blockStorage.volumes.delete(volume));
        await quietly(() => user.compute.servers.delete(first.id));
        await gone(context, first.id);
        await isVolume(context, volume, 'available');
        const again: BlockDevice = { boot_index: 0, source_type: 'volume', destination_type: 'volume', uuid: volume };
        const second = await user.compute.servers.create({ ...spec, block_device_mapping_v2: [again] });
        await settled(context, second.id);
        await user.compute.servers.get(second.id);
        removeServersLater(context);
      },
    },
    {
      name: 'a server boots from its image, with a blank volume beside it',
      reference: CREATE,
      run: async (context) => {
        const { user } = context;
        removeServersLater(context);
        const { seeds } = context;
        const block_device_mapping_v2: BlockDevice[] = [
          {
            boot_index: 0,
            source_type: 'image',
            destination_type: 'local',
            uuid: seeds.image,
            delete_on_termination: true,
          },
          {
            boot_index: -1,
            source_type: 'blank',
            destination_type: 'volume',
            volume_size: 1,
            delete_on_termination: true,
          },
        ];
        const { id } = await user.compute.servers.create(smallServer(context, { block_device_mapping_v2 }));
        await settled(context, id);
        await user.compute.servers.get(id);
        await user.compute.servers.volumeAttachments(id).all();
      },
    },
    {
      name: 'block devices that cannot be are refused',
      reference: 'nova:nova/block_device.py from_api, nova/compute/api.py _validate_bdm',
      run: async (context) => {
        const { user, refused, note } = context;
        const spec = smallServer(context, { imageRef: undefined });
        const blank: BlockDevice = { boot_index: -1, source_type: 'blank', destination_type: 'volume', volume_size: 1 };
        const wrong: Record<string, BlockDevice[]> = {
          'no image of that id': [bootDisk(context, { uuid: NOBODY })],
          'no id': [bootDisk(context, { uuid: undefined })],
          'an id of nothing': [bootDisk(context), { ...blank, uuid: NOBODY }],
          'no size': [bootDisk(context, { volume_size: undefined })],
          'a size of nothing': [bootDisk(context, { volume_size: 0 })],
          'a size below the image’s': [bootDisk(context, { volume_size: 5 })],
          'no volume of that id': [bootDisk(context, { source_type: 'volume', uuid: NOBODY, volume_size: undefined })],
          'a type that is not there': [bootDisk(context, { volume_type: 'no-such' })],
          'a type for a volume that is there': [bootDisk(context, { source_type: 'volume', volume_type: 'ssd' })],
          'an image on a local disk': [bootDisk(context, { destination_type: 'local' })],
          'nothing to boot from': [blank],
          'a second disk without a first': [bootDisk(context, { boot_index: 1 })],
          'two first disks': [bootDisk(context), bootDisk(context)],
        };
        for (const [name, block_device_mapping_v2] of Object.entries(wrong)) {
          note('devices', name);
          await refused(400, () => user.compute.servers.create({ ...spec, block_device_mapping_v2 }));
        }
      },
    },
    {
      name: 'words of a block device that Nova does not know are refused',
      reference: CREATE,
      run: async (context) => {
        const { send } = context;
        const ask = (device: object, microversion = '2.79') =>
          send({
            service: 'compute',
            method: 'POST',
            path: '/servers',
            body: { server: smallServer(context, { block_device_mapping_v2: [device as BlockDevice] }) },
            headers: { 'openstack-api-version': `compute ${microversion}` },
          });
        const devices = [
          { ...bootDisk(context), colour: 'blue' },
          { ...bootDisk(context), source_type: 'tape' },
          { ...bootDisk(context), destination_type: 'tape' },
          { ...bootDisk(context), volume_size: 'much' },
          { ...bootDisk(context), boot_index: 'first' },
          { ...bootDisk(context), delete_on_termination: 'perhaps' },
        ];
        for (const device of devices) assert.equal((await ask(device)).status, 400);
        assert.equal((await ask(bootDisk(context, { volume_type: 'ssd' }), '2.66')).status, 400);
      },
    },
    {
      name: 'a volume cannot be given to several servers',
      reference: 'nova:nova/compute/api.py _check_and_transform_bdm',
      run: async (context) => {
        const { user, refused } = context;
        const volume = await makeVolume(context);
        const disk: BlockDevice = {
          boot_index: -1,
          source_type: 'volume',
          destination_type: 'volume',
          uuid: volume.id,
        };
        const wanted = smallServer(context, { block_device_mapping_v2: [disk], max_count: 2 });
        await refused(400, () => user.compute.servers.create(wanted));
      },
    },
    {
      name: 'a server does not boot from a volume that is not bootable',
      reference: 'nova:nova/exception.py InvalidBDMVolumeNotBootable',
      run: async (context) => {
        const { user, refused } = context;
        const volume = await makeVolume(context);
        const spec = smallServer(context, { imageRef: undefined });
        const disk: BlockDevice = { boot_index: 0, source_type: 'volume', destination_type: 'volume', uuid: volume.id };
        await refused(400, () => user.compute.servers.create({ ...spec, block_device_mapping_v2: [disk] }));
      },
    },
    {
      name: 'a volume is attached, shown and detached',
      reference: ATTACHMENTS,
      run: async (context) => {
        const { user, refused } = context;
        const volume = await makeVolume(context);
        const { id } = await startedServer(context);
        const made = await user.compute.servers.attachVolume(id, { volumeId: volume.id });
        assert.equal(made.volumeId, volume.id);
        await isVolume(context, volume.id, 'in-use');
        await user.compute.servers.volumeAttachments(id).all();
        await user.compute.servers.volumeAttachments(id, { microversion: '2.89' }).all();
        await user.compute.service.request('GET', `/servers/${id}/os-volume_attachments/${volume.id}`);
        await refused(400, () => user.compute.servers.attachVolume(id, { volumeId: volume.id }));
        await refused(400, () => user.blockStorage.volumes.delete(volume.id));
        await user.compute.servers.detachVolume(id, volume.id);
        await isVolume(context, volume.id, 'available');
        await refused(404, () => user.compute.servers.detachVolume(id, volume.id));
        assert.deepEqual(await user.compute.servers.volumeAttachments(id).all(), []);
      },
    },
    {
      name: 'an attached volume is free again when its server is gone',
      reference: ATTACHMENTS,
      run: async (context) => {
        const { user, quietly } = context;
        const volume = await makeVolume(context);
        const { id } = await startedServer(context);
        await quietly(() =>
          user.compute.servers.attachVolume(id, { volumeId: volume.id, delete_on_termination: false }),
        );
        await isVolume(context, volume.id, 'in-use');
        await user.compute.servers.delete(id);
        await gone(context, id);
        const free = await isVolume(context, volume.id, 'available');
        assert.deepEqual(free.attachments, []);
      },
    },
    {
      name: 'what cannot be attached is refused',
      reference: ATTACHMENTS,
      run: async (context) => {
        const { user, refused, send } = context;
        const { id } = await startedServer(context);
        await refused(404, () => user.compute.servers.attachVolume(id, { volumeId: NOBODY }));
        await refused(400, () => user.compute.servers.attachVolume(id, { volumeId: 'disk' }));
        await refused(400, () => user.compute.servers.attachVolume(id, { volumeId: NOBODY, device: 'vdb' }));
        await refused(404, () => user.compute.servers.attachVolume(NOBODY, { volumeId: NOBODY }));
        const body = { volumeAttachment: {} };
        await send({ service: 'compute', method: 'POST', path: `/servers/${id}/os-volume_attachments`, body });
      },
    },
  ],
};
