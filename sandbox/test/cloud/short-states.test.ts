import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageId, makeNetwork, slowly, testCloud, until, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let server: string;
let volume: string;
beforeAll(async () => {
  cloud = await testCloud();
  const { network } = await makeNetwork(cloud.demo);
  const body = { name: 's', imageRef: await imageId(cloud.demo), flavorRef: '2', networks: [{ uuid: network }] };
  server = (await cloud.demo.nova('POST', '/servers', { server: body })).string('server.id');
  await until(showServer, (reply) => reply.at('server.status') === 'ACTIVE');
  volume = (await cloud.demo.post('/volume/v3/volumes', { volume: { size: 1 } })).string('volume.id');
  await until(showVolume, (reply) => reply.at('volume.status') === 'available');
});
afterAll(() => cloud.close());

const showServer = () => cloud.demo.nova('GET', `/servers/${server}`);
const showVolume = () => cloud.demo.get(`/volume/v3/volumes/${volume}`);
const reboot = (type: string) => cloud.demo.nova('POST', `/servers/${server}/action`, { reboot: { type } });
const stateOf = (reply: Reply, kind: string): unknown => reply.at(`${kind}.status`);

let size = 1;
/**
 * What is answered without a body and ends where it began: its state on the way is all that a client can know it by.
 */
const passing: readonly {
  readonly name: string;
  readonly state: string;
  readonly kind: 'server' | 'volume';
  readonly begin: () => Promise<Reply>;
}[] = [
  { name: 'a soft reboot', state: 'REBOOT', kind: 'server', begin: () => reboot('SOFT') },
  { name: 'a hard reboot', state: 'HARD_REBOOT', kind: 'server', begin: () => reboot('HARD') },
  {
    name: 'the extension of a volume',
    state: 'extending',
    kind: 'volume',
    begin: () => cloud.demo.post(`/volume/v3/volumes/${volume}/action`, { 'os-extend': { new_size: ++size } }),
  },
];
const rest = { server: 'ACTIVE', volume: 'available' } as const;
const detail = { server: '/compute/v2.1/servers/detail', volume: '/volume/v3/volumes/detail' } as const;
const show = { server: showServer, volume: showVolume } as const;

describe.each(passing)('with a cloud that takes no time, $name', ({ state, kind, begin }) => {
  const settled = (milliseconds?: number) =>
    until(show[kind], (reply) => stateOf(reply, kind) === rest[kind], milliseconds);

  it('is seen by whoever asks next, then over', async () => {
    const answer = await begin();
    expect([answer.status, answer.text]).toEqual([202, '']);
    await pause(100);
    expect(stateOf(await show[kind](), kind)).toBe(state);
    await pause(20);
    expect(stateOf(await show[kind](), kind)).toBe(rest[kind]);
  });

  it('is seen in the list of details too', async () => {
    await begin();
    expect((await cloud.demo.get(detail[kind])).at(`${kind}s.0.status`)).toBe(state);
    await settled();
  });

  it('does not end for somebody else’s reading', async () => {
    await begin();
    for (const suffix of ['?all_tenants=1', '?all_tenants=1']) await cloud.admin.get(detail[kind] + suffix);
    await pause(20);
    expect(stateOf(await show[kind](), kind)).toBe(state);
    await settled();
  });

  it('is over after a second that nobody looked', async () => {
    await begin();
    await pause(1200);
    expect(stateOf(await show[kind](), kind)).toBe(rest[kind]);
  });

  it('takes its time all the same where things take time', async () => {
    await slowly(cloud, { server: { action: 1.5 }, volume: { attach: 1.5 } }, begin);
    const began = Date.now();
    expect(stateOf(await show[kind](), kind)).toBe(state);
    await settled(10_000);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1300);
  });
});
