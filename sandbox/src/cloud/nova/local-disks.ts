import type { ApiError } from '../http/service.ts';
import { badRequest } from './errors.ts';
import type { Flavor } from './rows.ts';
import type { BlockDevice } from './server-request.ts';

/** Nova's option `max_local_block_devices` as it is unless set. */
const mostLocalDisks = 3;

type Disk = Pick<BlockDevice, 'source_type' | 'destination_type' | 'guest_format' | 'volume_size'>;

const isBlank = (disk: Disk): boolean => disk.source_type === 'blank' && disk.destination_type === 'local';
const isSwap = (disk: Disk): boolean => isBlank(disk) && disk.guest_format === 'swap';
const isEphemeral = (disk: Disk): boolean => isBlank(disk) && disk.guest_format !== 'swap';

/**
 * Checks what is asked for on the host's own disks against what the flavor has there, in GiB, of swap in MiB
 * (nova:nova/compute/api.py _validate_bdm). A flavor's ephemeral disk and swap are there unless others are asked for.
 * @throws ApiError 400 in Nova's words.
 */
export function checkLocalDisks(flavor: Flavor, devices: readonly BlockDevice[], imageRef: string): void {
  const disks: Disk[] = [...devices];
  // Without any device the image itself is one.
  if (imageRef !== '' && disks.length === 0) disks.push({ source_type: 'image', destination_type: 'local' });
  const blank = { source_type: 'blank', destination_type: 'local' } as const;
  if (flavor.ephemeral > 0 && !disks.some(isEphemeral)) disks.push({ ...blank, volume_size: flavor.ephemeral });
  if (flavor.swap > 0 && !disks.some(isSwap)) disks.push({ ...blank, guest_format: 'swap', volume_size: flavor.swap });
  const problem = localDiskProblem(flavor, disks);
  if (problem) throw problem;
}

function localDiskProblem(flavor: Flavor, disks: readonly Disk[]): ApiError | undefined {
  const ephemeral = disks
    .filter(isEphemeral)
    .reduce((sum, { volume_size: size }) => sum + (size ? size : flavor.ephemeral), 0);
  if (ephemeral > flavor.ephemeral) {
    return badRequest(
      'Ephemeral disks requested are larger than the instance type allows. If no size is given in one block device mapping, flavor ephemeral size will be used.',
    );
  }
  const [swap, ...more] = disks.filter(isSwap);
  if (more.length > 0) return badRequest('Block Device Mapping is Invalid: More than one swap drive requested.');
  if ((swap?.volume_size ?? 0) > flavor.swap) {
    return badRequest('Swap drive requested is larger than instance type allows.');
  }
  if (disks.filter(({ destination_type: place }) => place === 'local').length > mostLocalDisks) {
    return badRequest('Block Device Mapping is Invalid: You specified more local devices than the limit allows');
  }
  return undefined;
}
