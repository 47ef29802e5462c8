import { badRequest } from './errors.ts';
import type { BlockDevice } from './server-request.ts';

/** One entry of `block_device_mapping`, as Nova had it first. */
export interface LegacyDevice {
  readonly device_name?: string | undefined;
  readonly volume_size?: number | undefined;
  readonly delete_on_termination?: boolean | undefined;
  /** `swap` or `ephemeral<n>`: a blank disk. */
  readonly virtual_name?: string | undefined;
  readonly no_device?: unknown;
  readonly volume_id?: string | undefined;
  readonly snapshot_id?: string | undefined;
}

const blank = /^(?:swap|ephemeral(?:\d|[1-9]\d+))$/;

/** nova:nova/block_device.py, from_legacy. @throws ApiError 400 in Nova's words */
function modern(device: LegacyDevice): BlockDevice {
  const { device_name, volume_size, virtual_name: virtual, delete_on_termination: doomed = false } = device;
  const common = { device_name, volume_size, delete_on_termination: doomed, no_device: device.no_device };
  if (typeof virtual === 'string' && blank.test(virtual)) {
    const format = virtual === 'swap' ? { guest_format: 'swap' } : {};
    return { ...common, source_type: 'blank', destination_type: 'local', delete_on_termination: true, ...format };
  }
  if (device.snapshot_id !== undefined)
    return { ...common, source_type: 'snapshot', destination_type: 'volume', uuid: device.snapshot_id };
  if (device.volume_id !== undefined)
    return { ...common, source_type: 'volume', destination_type: 'volume', uuid: device.volume_id };
  if (device.no_device) return { ...common, source_type: 'blank' };
  throw badRequest('Block Device Mapping is Invalid: Unrecognized legacy format.');
}

/**
 * Devices as they are asked for today: the image is a disk of its own, and without one the first that is not blank
 * boots (nova:nova/block_device.py, from_legacy_mapping).
 */
export function fromLegacyDevices(devices: readonly LegacyDevice[], imageRef: string): BlockDevice[] {
  const all = devices.map(modern);
  const root = imageRef === '' ? all.find(({ source_type: source }) => source !== 'blank') : undefined;
  const ordered = all.map((one) => ({ ...one, boot_index: one === root ? 0 : -1 }));
  if (imageRef === '' || devices.length === 0) return ordered;
  const image: BlockDevice = {
    ...{ source_type: 'image', destination_type: 'local', uuid: imageRef, boot_index: 0, delete_on_termination: true },
  };
  return [image, ...ordered];
}
