import { makeVolume } from '../cinder/volume-life.ts';
import type { Cloud } from '../cloud.ts';
import type { Image } from '../glance/rows.ts';
import type { Call } from '../http/service.ts';
import { uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { badRequest, forbidden } from './errors.ts';
import { checkLocalDisks } from './local-disks.ts';
import type { Flavor, Server, ServerVolume } from './rows.ts';
import type { BlockDevice } from './server-request.ts';

/** Makes or attaches one volume once the server is there. */
export type PlannedVolume = (server: Server) => ServerVolume;

const GiB = 1024 ** 3;
const deviceName = (position: number): string => `/dev/vd${String.fromCharCode(97 + position)}`;
const invalid = (details: string) => badRequest(`Block Device Mapping is Invalid: ${details}`);

/** Attaches a volume to a server, in Cinder's record. */
export function attachVolume(cloud: Cloud, server: Server, volumeId: string, device: string): void {
  const volume = cloud.tables.volumes.get(volumeId);
  if (!volume) return;
  const attachment = {
    id: volumeId,
    attachment_id: uuid(),
    volume_id: volumeId,
    server_id: server.id,
    host_name: server.host,
    device,
    attached_at: now(),
  };
  cloud.tables.volumes.patch(volume, {
    attachments: [...volume.attachments, attachment],
    status: 'in-use',
    updated_at: now(),
  });
}

/** What is wrong with block devices by themselves (nova:nova/block_device.py from_api), and without an image. */
export function checkBlockDevices(devices: readonly BlockDevice[], imageRef: string): void {
  for (const device of devices) {
    const { source_type: source, destination_type: destination, uuid: id } = device;
    const hasId = typeof id === 'string';
    if (source === 'blank' && hasId) throw invalid('Invalid device UUID.');
    if (source !== 'blank' && !hasId) throw invalid('Missing device UUID.');
    if (source === 'image' && destination === 'local' && !(imageRef !== '' && (device.boot_index ?? -1) === 0))
      throw invalid('Mapping image to local is not supported.');
    const typed = typeof device.volume_type === 'string' && device.volume_type !== '';
    if (destination === 'local' && typed)
      throw invalid('Specifying a volume_type with destination_type=local is not supported.');
    if (source === 'volume' && typed) throw invalid('Specifying volume type to existing volume is not supported.');
  }
  if (imageRef === '' && devices.length === 0) throw badRequest('Missing imageRef attribute');
}

/** The image a server boots from, as far as there is one; of a boot volume it is asked for its bootability only. */
export function checkImage(
  cloud: Cloud,
  call: Call,
  imageRef: string,
  devices: readonly BlockDevice[],
): Image | undefined {
  const { images, volumes, snapshots } = cloud.tables;
  if (imageRef !== '') {
    const image = images.get(imageRef);
    if (!image) throw badRequest('Can not find requested image');
    return image;
  }
  const root = devices.find(({ boot_index }) => boot_index === 0);
  const id = root?.uuid ?? '';
  if (root?.source_type === 'image') {
    const image = images.get(id);
    if (!image) throw invalid(`failed to get image ${id}.`);
    return image;
  }
  if (root?.source_type === 'snapshot' && snapshots.get(id)?.projectId !== call.who.projectId)
    throw badRequest(`Snapshot ${id} could not be found.`);
  if (root?.source_type !== 'volume') return undefined;
  const volume = volumes.get(id);
  if (volume?.projectId !== call.who.projectId) throw invalid(`failed to get volume ${id}.`);
  if (!volume.bootable) throw badRequest(`Block Device ${id} is not bootable.`);
  return volume.imageId === null ? undefined : images.get(volume.imageId);
}

interface VolumesWanted {
  readonly flavor: Flavor;
  readonly image: Image | undefined;
  readonly imageRef: string;
  readonly devices: readonly BlockDevice[];
  /** Several servers at once. */
  readonly many: boolean;
}

/** Checks the block devices against image, flavor and Cinder. @throws ApiError 400 in Nova's words. */
export function planVolumes(cloud: Cloud, call: Call, wanted: VolumesWanted): PlannedVolume[] {
  const { flavor, image, imageRef, devices, many } = wanted;
  if (many && devices.some(({ source_type }) => source_type === 'volume'))
    throw badRequest('Cannot attach one or more volumes to multiple instances');
  const root = devices.find(({ boot_index }) => boot_index === 0);
  if (image) checkSizes(image, flavor, root, call.who.isAdmin);
  const boots = devices.flatMap(({ boot_index }) =>
    typeof boot_index === 'number' && boot_index >= 0 ? [boot_index] : [],
  );
  // The image of the request is a device of its own only where no other is named.
  if (imageRef !== '' && devices.length === 0) boots.push(0);
  const ordered = boots.sort((one, other) => one - other).every((index, position) => index === position);
  if (boots.length === 0 || !ordered) {
    throw invalid('Boot sequence for the instance and image/block device mapping combination is not valid.');
  }
  const planned = devices.flatMap(
    (device, position) => planVolume(cloud, call, device, device.device_name ?? deviceName(position)) ?? [],
  );
  checkLocalDisks(flavor, devices, imageRef);
  return planned;
}

function checkSizes(image: Image, flavor: Flavor, root: BlockDevice | undefined, isAdmin: boolean): void {
  if (image.status !== 'active') throw badRequest(`Image ${image.id} is not active.`);
  if (flavor.ram < image.min_ram) throw badRequest("Flavor's memory is too small for requested image.");
  const least = image.min_disk * GiB;
  if (root?.destination_type === 'volume') {
    const size = root.volume_size;
    if (typeof size === 'number' && least > size * GiB) {
      throw badRequest(
        `Volume is smaller than the minimum size specified in image metadata. Volume size is ${size * GiB} bytes, minimum size is ${least} bytes.`,
      );
    }
    return;
  }
  if (flavor.disk === 0) {
    // os_compute_api:servers:create:zero_disk_flavor is the administrator's (nova:nova/policies/servers.py).
    if (!isAdmin) throw forbidden('Only volume-backed servers are allowed for flavors with zero disk.');
    return;
  }
  const disk = flavor.disk * GiB;
  if ((image.size ?? 0) > disk) {
    throw badRequest(
      `Flavor's disk is too small for requested image. Flavor disk is ${disk} bytes, image is ${image.size ?? 0} bytes.`,
    );
  }
  if (least > disk) {
    throw badRequest(
      `Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is ${disk} bytes, minimum size is ${least} bytes.`,
    );
  }
}

function planVolume(cloud: Cloud, call: Call, device: BlockDevice, name: string): PlannedVolume | undefined {
  const { images, volumes, snapshots, volumeTypes } = cloud.tables;
  const { source_type: source, uuid: id = '', delete_on_termination: deleteOnTermination } = device;
  const bootIndex = device.boot_index ?? null;
  const row = (volumeId: string): ServerVolume => ({
    bdmId: uuid(),
    volumeId,
    device: name,
    deleteOnTermination,
    bootIndex,
    tag: device.tag ?? null,
  });
  if (typeof device.volume_type === 'string' && device.volume_type !== '') {
    const type = device.volume_type;
    if (!volumeTypes.all().some((one) => one.name === type || one.id === type))
      throw badRequest(`Volume type ${type} could not be found.`);
  }
  if (source === 'volume') {
    const volume = volumes.get(id ?? '');
    if (volume?.projectId !== call.who.projectId) throw invalid(`failed to get volume ${id ?? 'None'}.`);
    if (volume.status !== 'available') {
      throw badRequest(
        `Invalid volume: Volume ${volume.id} status must be available or downloading to reserve, but the current status is ${volume.status}.`,
      );
    }
    return (server) => {
      attachVolume(cloud, server, volume.id, name);
      return row(volume.id);
    };
  }
  if (device.destination_type !== 'volume') return undefined;
  const imageId = source === 'image' ? (id ?? '') : null;
  const snapshotId = source === 'snapshot' ? (id ?? '') : null;
  if (imageId !== null && !images.get(imageId)) throw invalid(`failed to get image ${imageId}.`);
  const snapshot = snapshotId === null ? undefined : snapshots.get(snapshotId);
  if (snapshotId !== null && !snapshot) throw invalid(`failed to get snapshot ${snapshotId}.`);
  const size = device.volume_size ?? snapshot?.size;
  if (typeof size !== 'number') {
    throw badRequest(
      source === 'image'
        ? "Images with destination_type 'volume' need to have a non-zero size specified"
        : "Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size",
    );
  }
  return (server) => {
    const { projectId, userId } = server;
    const type = device.volume_type ?? undefined;
    const volume = makeVolume(cloud, { projectId, userId, name: '', size, type, imageId, snapshotId, ready: true });
    attachVolume(cloud, server, volume.id, name);
    return row(volume.id);
  };
}
