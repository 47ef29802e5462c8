import { z } from 'zod';
import { makeVolume } from '../cinder/volume-life.ts';
import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { uuid } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { badRequest } from './errors.ts';
import type { Flavor, Server, ServerVolume } from './rows.ts';

/** One entry of `block_device_mapping_v2`. */
export const blockDevice = z.looseObject({
  boot_index: z.union([z.int(), z.string().transform(Number)]).nullish(),
  uuid: z.string().nullish(),
  source_type: z.enum(['image', 'volume', 'snapshot', 'blank']),
  destination_type: z.enum(['volume', 'local']).optional(),
  volume_size: z.union([z.int(), z.string().transform(Number)]).nullish(),
  volume_type: z.string().nullish(),
  delete_on_termination: z
    .union([z.boolean(), z.string().transform((text) => text.toLowerCase() === 'true')])
    .optional(),
  device_name: z.string().nullish(),
  tag: z.string().optional(),
});

/** Makes or attaches one volume once the server is there. */
export type PlannedVolume = (server: Server) => ServerVolume;

const deviceName = (position: number): string => `/dev/vd${String.fromCharCode(97 + position)}`;

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

/**
 * Checks the image and the block devices of a create request, before anything is made.
 * @throws ApiError 400 in Nova's words.
 */
export function planVolumes(
  cloud: Cloud,
  call: Call,
  flavor: Flavor,
  imageRef: string,
  devices: readonly z.infer<typeof blockDevice>[] = [],
): PlannedVolume[] {
  const { images, volumes } = cloud.tables;
  const boots = devices.some((device) => device.boot_index === 0);
  if (imageRef === '' && !boots) {
    throw badRequest('Invalid imageRef provided. The imageRef is required when no boot volume is given.');
  }
  if (imageRef !== '') {
    const image = images.get(imageRef);
    if (!image || image.status !== 'active') throw badRequest('Can not find requested image');
    if (!boots && flavor.disk > 0 && flavor.disk < image.min_disk) {
      throw badRequest(
        "Flavor's disk is too small for requested image. Flavor disk is smaller than the minimum size specified in image metadata.",
      );
    }
    if (flavor.ram < image.min_ram) throw badRequest("Flavor's memory is too small for requested image.");
  }
  return devices.flatMap((device, position) => {
    const bootIndex = device.boot_index ?? null;
    const name = device.device_name ?? deviceName(position + (boots || imageRef === '' ? 0 : 1));
    const end = device.delete_on_termination ?? false;
    if (device.source_type === 'volume') {
      const volume = volumes.get(device.uuid ?? '');
      if (volume?.projectId !== call.who.projectId)
        throw badRequest(`Block Device Mapping is Invalid: failed to get volume ${device.uuid ?? 'None'}.`);
      if (volume.status !== 'available') {
        throw badRequest(
          `Invalid volume: volume ${volume.id} status must be 'available' to attach. Currently in '${volume.status}'`,
        );
      }
      return [
        (server: Server) => {
          attachVolume(cloud, server, volume.id, name);
          return { volumeId: volume.id, device: name, deleteOnTermination: end, bootIndex };
        },
      ];
    }
    if (device.destination_type !== 'volume') return [];
    const size = device.volume_size ?? (device.source_type === 'image' ? flavor.disk : null);
    if (typeof size !== 'number' || size < 1)
      throw badRequest(
        "Block Device Mapping is Invalid: Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size",
      );
    if (device.source_type === 'image' && !images.get(device.uuid ?? '')) {
      throw badRequest(`Block Device Mapping is Invalid: failed to get image ${device.uuid ?? 'None'}.`);
    }
    return [
      (server: Server) => {
        const volume = makeVolume(cloud, {
          projectId: server.projectId,
          userId: server.userId,
          name: '',
          size,
          type: device.volume_type ?? undefined,
          imageId: device.source_type === 'image' ? (device.uuid ?? null) : null,
          snapshotId: device.source_type === 'snapshot' ? (device.uuid ?? null) : null,
          ready: true,
        });
        attachVolume(cloud, server, volume.id, name);
        return { volumeId: volume.id, device: name, deleteOnTermination: end, bootIndex };
      },
    ];
  });
}
