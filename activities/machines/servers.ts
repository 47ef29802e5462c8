import type { BlockDevice, ServerCreate } from 'openstack-client-ts';
import {
  GENERATION_METADATA,
  generationTag,
  GROUP_METADATA,
  groupTag,
  type MachineTemplate,
  OWNER_METADATA,
  ownerTag,
} from '../../model/index.ts';

/** What all servers of a cluster have in common in a request to Nova. */
export interface ServerRequest {
  readonly id: string;
  readonly group: string;
  readonly generation: string;
  readonly name: string;
  readonly template: MachineTemplate;
  readonly flavorId: string;
  readonly imageId: string;
  /** As text; Nova wants it in base64. */
  readonly userData: string;
  readonly networks: ServerCreate['networks'];
  readonly sshKey: string | undefined;
  readonly availabilityZone: string | undefined;
}

/**
 * The body of Nova's request for a cluster's machines. They carry the cluster's mark, their group and their generation
 * from the first moment (microversion 2.52).
 */
export function serverRequest(request: ServerRequest): ServerCreate {
  const { id, group, generation, template, sshKey, availabilityZone } = request;
  return {
    name: request.name,
    flavorRef: request.flavorId,
    ...(template.rootVolume === undefined
      ? { imageRef: request.imageId }
      : { block_device_mapping_v2: [rootDisk(request.imageId, template.rootVolume)] }),
    networks: request.networks,
    user_data: Buffer.from(request.userData).toString('base64'),
    tags: [ownerTag(id), groupTag(group), generationTag(generation)],
    metadata: { [OWNER_METADATA]: id, [GROUP_METADATA]: group, [GENERATION_METADATA]: generation },
    ...(sshKey === undefined ? {} : { key_name: sshKey }),
    ...(availabilityZone === undefined ? {} : { availability_zone: availabilityZone }),
  };
}

function rootDisk(imageId: string, volume: NonNullable<MachineTemplate['rootVolume']>): BlockDevice {
  return {
    boot_index: 0,
    source_type: 'image',
    destination_type: 'volume',
    uuid: imageId,
    volume_size: volume.sizeGiB,
    delete_on_termination: true,
    ...(volume.type === undefined ? {} : { volume_type: volume.type }),
  };
}
