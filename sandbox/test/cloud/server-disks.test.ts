import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageId, makeNetwork, testCloud, type TestCloud, type User } from './harness.ts';

let cloud: TestCloud;
let image: string;
let network: string;
beforeAll(async () => {
  cloud = await testCloud();
  image = await imageId(cloud.demo);
  ({ network } = await makeNetwork(cloud.demo));
  const flavor = (id: string, disk: number, ephemeral: number, swap: number) =>
    cloud.admin.nova('POST', '/flavors', {
      flavor: { id, name: id, vcpus: 1, ram: 2048, disk, swap, 'OS-FLV-EXT-DATA:ephemeral': ephemeral },
    });
  await flavor('diskless', 0, 0, 0);
  await flavor('roomy', 20, 10, 512);
  for (const user of [cloud.demo, cloud.admin])
    cloud.running.cloud.setLimits('compute', user.projectId, { instances: -1, cores: -1, ram: -1 });
});
afterAll(() => cloud.close());

type Device = Readonly<Record<string, unknown>>;
const root = (): Device => ({ boot_index: 0, source_type: 'image', destination_type: 'local', uuid: image });
const rootVolume = (): Device => ({ ...root(), destination_type: 'volume', volume_size: 10 });
const blank = (more: Device = {}): Device => ({
  boot_index: -1,
  source_type: 'blank',
  destination_type: 'local',
  ...more,
});
const swap = (size?: number): Device => blank({ guest_format: 'swap', volume_size: size });

async function ask(flavorRef: string, devices: readonly Device[], user: User = cloud.demo, imageRef = image) {
  const reply = await user.nova('POST', '/servers', {
    server: {
      ...{ name: 's', flavorRef, networks: user === cloud.demo ? [{ uuid: network }] : 'none' },
      ...(imageRef !== '' && { imageRef }),
      ...(devices.length > 0 && { block_device_mapping_v2: devices }),
    },
  });
  const words: unknown = reply.at('badRequest.message') ?? reply.at('forbidden.message');
  return [reply.status, ...(words === undefined ? [] : [words])];
}

const diskless = 'Only volume-backed servers are allowed for flavors with zero disk.';
const tooLarge =
  'Ephemeral disks requested are larger than the instance type allows. If no size is given in one block device mapping, flavor ephemeral size will be used.';
const swapTooLarge = 'Swap drive requested is larger than instance type allows.';
const badMapping = (what: string): string => `Block Device Mapping is Invalid: ${what}`;

describe('a flavor without a disk', () => {
  it('is for volumes, unless an administrator asks', async () => {
    expect(await ask('diskless', [])).toEqual([403, diskless]);
    expect(await ask('diskless', [root()])).toEqual([403, diskless]);
    expect(await ask('diskless', [rootVolume()], cloud.demo, '')).toEqual([202]);
    expect(await ask('diskless', [], cloud.admin)).toEqual([202]);
  });
});

describe('local disks', () => {
  it('are as large as the flavor’s at most, all of them together', async () => {
    const disks: readonly (readonly [flavor: string, devices: readonly Device[], answer: readonly unknown[]])[] = [
      ['2', [root(), blank({ volume_size: 1 })], [400, tooLarge]],
      ['2', [root(), swap(1)], [400, swapTooLarge]],
      ['2', [rootVolume(), blank({ volume_size: 1 })], [400, tooLarge]],
      ['2', [root(), blank()], [202]],
      ['roomy', [root(), blank({ volume_size: 10 })], [202]],
      ['roomy', [root(), blank({ volume_size: '10' })], [202]],
      ['roomy', [root(), blank({ volume_size: 11 })], [400, tooLarge]],
      ['roomy', [root(), blank({ volume_size: 6 }), blank({ volume_size: 5 })], [400, tooLarge]],
      ['roomy', [root(), blank(), blank({ volume_size: 1 })], [400, tooLarge]],
      ['roomy', [root(), blank({ guest_format: 'ext4', volume_size: 11 })], [400, tooLarge]],
      ['roomy', [root(), swap(512)], [202]],
      ['roomy', [root(), swap()], [202]],
      ['roomy', [root(), swap(513)], [400, swapTooLarge]],
    ];
    for (const [flavor, devices, answer] of disks)
      expect([flavor, devices, await ask(flavor, devices)]).toEqual([flavor, devices, answer]);
  });

  it('are three at most, the flavor’s own among them, with one swap', async () => {
    const half = blank({ volume_size: 5 });
    expect(await ask('roomy', [root(), half, half])).toEqual([
      400,
      badMapping('You specified more local devices than the limit allows'),
    ]);
    expect(await ask('roomy', [rootVolume(), half, half], cloud.demo, '')).toEqual([202]);
    expect(await ask('roomy', [root(), swap(1), swap(1)])).toEqual([
      400,
      badMapping('More than one swap drive requested.'),
    ]);
  });

  it('of an image is among the devices if there are any', async () => {
    expect(await ask('roomy', [blank({ volume_size: 5 })])).toEqual([
      400,
      badMapping('Boot sequence for the instance and image/block device mapping combination is not valid.'),
    ]);
  });
});
