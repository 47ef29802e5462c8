import { testCalls } from './support/calls.ts';

const CINDER = '/volume/v3/p1';

const volume = { id: 'v', status: 'available', size: 10 };
const used = { limit: 10, in_use: 1, reserved: 0 };

testCalls('block storage', [
  {
    name: 'a volume',
    call: (cloud) => cloud.blockStorage.volumes.create({ size: 10, volume_type: 'ssd' }),
    line: `POST ${CINDER}/volumes`,
    sent: { volume: { size: 10, volume_type: 'ssd' } },
    reply: { status: 202, json: { volume: { ...volume, status: 'creating' } } },
    gives: { status: 'creating' },
  },
  {
    name: 'a volume with its snapshots goes',
    call: (cloud) => cloud.blockStorage.volumes.delete('v', { cascade: true }),
    line: `DELETE ${CINDER}/volumes/v?cascade=true`,
    reply: { status: 202 },
  },
  {
    name: 'a volume grows',
    call: (cloud) => cloud.blockStorage.volumes.extend('v', 20),
    line: `POST ${CINDER}/volumes/v/action`,
    sent: { 'os-extend': { new_size: 20 } },
    reply: { status: 202 },
  },
  {
    name: 'volume metadata',
    call: (cloud) => cloud.blockStorage.volumes.updateMetadata('v', { a: '1' }),
    line: `POST ${CINDER}/volumes/v/metadata`,
    sent: { metadata: { a: '1' } },
    reply: { json: { metadata: { a: '1' } } },
    gives: { a: '1' },
  },
  {
    name: 'snapshots',
    call: (cloud) => cloud.blockStorage.snapshots.list({ volume_id: 'v' }),
    line: `GET ${CINDER}/snapshots/detail?volume_id=v`,
    reply: { json: { snapshots: [{ id: 'n', status: 'available', volume_id: 'v', size: 10 }] } },
    gives: [{ id: 'n' }],
  },
  {
    name: 'volume types',
    call: (cloud) => cloud.blockStorage.types.list(),
    line: `GET ${CINDER}/types`,
    reply: { json: { volume_types: [{ id: 't', name: 'ssd' }] } },
    gives: [{ name: 'ssd' }],
  },
  {
    name: 'volume quotas',
    call: (cloud) => cloud.blockStorage.quotas('p1'),
    line: `GET ${CINDER}/os-quota-sets/p1?usage=true`,
    reply: { json: { quota_set: { id: 'p1', volumes: used, snapshots: used, gigabytes: used } } },
    gives: { volumes: { in_use: 1 } },
  },
  {
    name: 'volume limits',
    call: (cloud) => cloud.blockStorage.limits(),
    line: `GET ${CINDER}/limits`,
    reply: {
      json: {
        limits: {
          rate: [],
          absolute: {
            maxTotalVolumes: 10,
            maxTotalSnapshots: 10,
            maxTotalVolumeGigabytes: 1000,
            totalVolumesUsed: 1,
            totalSnapshotsUsed: 0,
            totalGigabytesUsed: 10,
          },
        },
      },
    },
    gives: { totalGigabytesUsed: 10 },
  },
]);
