import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { field, imageId, makeNetwork, slowly, testCloud, until, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let image: string;
let network: string;
beforeAll(async () => {
  cloud = await testCloud({ hosts: 3 });
  image = await imageId(cloud.demo);
  ({ network } = await makeNetwork(cloud.demo));
});
afterAll(() => cloud.close());
beforeEach(() => {
  cloud.running.cloud.setLimits('compute', cloud.demo.projectId, { instances: 10, cores: 20, ram: 51_200 });
});

const spec = (name: string, more: object = {}) => ({
  name,
  imageRef: image,
  flavorRef: '2',
  networks: [{ uuid: network }],
  ...more,
});
const create = (name: string, more: object = {}, version = '2.90', hints?: object) =>
  cloud.demo.nova(
    'POST',
    '/servers',
    { server: spec(name, more), ...(hints && { 'os:scheduler_hints': hints }) },
    version,
  );
const show = (id: string, version = '2.90') => cloud.demo.nova('GET', `/servers/${id}`, undefined, version);
const status = (id: string, wanted: string) =>
  until(
    () => show(id),
    (reply) => reply.at('server.status') === wanted,
  );
const gone = (id: string) =>
  until(
    () => show(id),
    (reply) => reply.status === 404,
  );
const ids = (reply: Reply): string[] => reply.list('servers').map((server) => String(field(server, 'id')));

async function clean(): Promise<void> {
  for (const id of ids(await cloud.demo.nova('GET', '/servers'))) await cloud.demo.nova('DELETE', `/servers/${id}`);
  await until(
    () => cloud.demo.nova('GET', '/servers'),
    (reply) => reply.list('servers').length === 0,
  );
}

describe('servers', () => {
  it('build for as long as configured, then delete for as long as configured, with their port', async () => {
    const started = Date.now();
    const made = await slowly(cloud, { server: { build: 1 } }, () =>
      create('slow', {
        metadata: { a: 'b' },
        tags: ['x'],
        user_data: Buffer.from('#cloud-config').toString('base64'),
      }),
    );
    expect(made.status).toBe(202);
    const id = made.string('server.id');
    const building = await show(id);
    expect([building.at('server.status'), building.at('server.OS-EXT-STS:vm_state')]).toEqual(['BUILD', 'building']);
    const active = await status(id, 'ACTIVE');
    expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
    expect(active.list('server.addresses.net')).toHaveLength(1);
    expect(active.at('server.OS-EXT-SRV-ATTR:user_data')).toBeUndefined();
    const seen = await cloud.admin.nova('GET', `/servers/${id}`);
    expect(Buffer.from(seen.string('server.OS-EXT-SRV-ATTR:user_data'), 'base64').toString()).toBe('#cloud-config');
    const port = (await cloud.demo.neutron('GET', `/ports?device_id=${id}`)).at('ports.0');
    expect([field(port, 'status'), field(port, 'device_owner')]).toEqual(['ACTIVE', 'compute:nova']);
    const removal = await slowly(cloud, { server: { delete: 1 } }, () => cloud.demo.nova('DELETE', `/servers/${id}`));
    expect(removal.status).toBe(204);
    expect((await show(id)).at('server.OS-EXT-STS:task_state')).toBe('deleting');
    const missing = await gone(id);
    expect(missing.at('itemNotFound')).toEqual({ code: 404, message: `Instance ${id} could not be found.` });
    expect((await cloud.demo.neutron('GET', `/ports?device_id=${id}`)).list('ports')).toHaveLength(0);
  });

  it('leave a port that was given by id, and refuse it while it is taken', async () => {
    const port = (await cloud.demo.neutron('POST', '/ports', { port: { network_id: network } })).string('port.id');
    const id = (await create('kept', { networks: [{ port }] })).string('server.id');
    const second = await create('thief', { networks: [{ port }] });
    expect([second.status, second.at('conflictingRequest.message')]).toEqual([409, `Port ${port} is still in use.`]);
    await cloud.demo.nova('DELETE', `/servers/${id}`);
    await gone(id);
    expect((await cloud.demo.neutron('GET', `/ports/${port}`)).at('port.device_id')).toBe('');
    expect((await cloud.demo.neutron('DELETE', `/ports/${port}`)).status).toBe(204);
  });

  it('are made many at once with numbered names, all or none', async () => {
    expect((await create('one', { min_count: 1, max_count: 1 })).status).toBe(202);
    const many = await create('w', { min_count: 3, max_count: 3, return_reservation_id: true });
    expect(many.string('reservation_id')).toMatch(/^r-/);
    const names = (await cloud.demo.nova('GET', '/servers')).list('servers').map((server) => field(server, 'name'));
    expect(names).toEqual(['w-3', 'w-2', 'w-1', 'one']);
    const over = await create('x', { min_count: 20, max_count: 20 });
    expect([over.status, over.at('forbidden.message')]).toEqual([
      403,
      'Quota exceeded for cores, instances: Requested 20, 20, but already used 4, 4 of 20, 10 cores, instances',
    ]);
    expect((await cloud.demo.nova('GET', '/servers')).list('servers')).toHaveLength(4);
    const some = await create('y', { min_count: 1, max_count: 20, flavorRef: '2' });
    expect(some.status).toBe(202);
    expect((await cloud.demo.nova('GET', '/limits')).at('limits.absolute.totalInstancesUsed')).toBe(10);
    await clean();
  });

  it('are listed in pages, by regular expression, state, tags and time of change', async () => {
    await create('page', { min_count: 5, max_count: 5, tags: ['cluster=a', 'role=w'] });
    await create('other', { tags: ['cluster=b'] });
    const first = await cloud.demo.nova('GET', '/servers?limit=4&name=^page');
    expect(ids(first)).toHaveLength(4);
    const next = new URL(String(field(first.at('servers_links.0'), 'href')));
    const second = await cloud.demo.get(next.pathname + next.search, { 'openstack-api-version': 'compute 2.90' });
    expect(ids(second)).toHaveLength(1);
    expect(second.at('servers_links')).toBeUndefined();
    const count = async (query: string) => (await cloud.demo.nova('GET', `/servers?${query}`)).list('servers').length;
    expect(await count('tags=cluster%3Da,role%3Dw')).toBe(5);
    expect(await count('tags=cluster%3Da&not-tags=role%3Dw')).toBe(0);
    expect(await count('tags-any=cluster%3Da,cluster%3Db')).toBe(6);
    expect(await count('not-tags-any=cluster%3Da')).toBe(1);
    expect(await count('name=e-[12]$')).toBe(2);
    await until(
      () => cloud.demo.nova('GET', '/servers?status=ACTIVE'),
      (reply) => reply.list('servers').length === 6,
    );
    const bad = await cloud.demo.nova('GET', '/servers?marker=nope');
    expect([bad.status, bad.at('badRequest.message')]).toEqual([400, 'marker [nope] not found']);
    const since = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
    await clean();
    const changed = await cloud.demo.nova('GET', `/servers/detail?name=^(page|other)&changes-since=${since}`);
    expect(changed.list('servers').filter((server) => field(server, 'status') === 'DELETED')).toHaveLength(6);
  });

  it('go to ERROR with a fault when a rule cannot be met, and hold no port then', async () => {
    const group = (
      await cloud.demo.nova('POST', '/os-server-groups', { server_group: { name: 'g', policy: 'anti-affinity' } })
    ).string('server_group.id');
    await create('aa', { min_count: 4, max_count: 4 }, '2.90', { group });
    const detail = await until(
      () => cloud.demo.nova('GET', '/servers/detail?name=^aa'),
      (reply) => reply.list('servers').every((server) => field(server, 'status') !== 'BUILD'),
    );
    const failed = detail.list('servers').filter((server) => field(server, 'status') === 'ERROR');
    // One that cannot be placed takes the others of its request with it.
    expect(failed).toHaveLength(4);
    expect(field(failed[0], 'fault.code')).toBe(500);
    expect(field(failed[0], 'fault.message')).toContain('No valid host was found');
    expect(
      (await cloud.demo.neutron('GET', `/ports?device_id=${String(field(failed[0], 'id'))}`)).list('ports'),
    ).toHaveLength(0);
    expect((await cloud.demo.nova('GET', `/os-server-groups/${group}`)).list('server_group.members')).toHaveLength(4);
    await clean();
    expect((await cloud.demo.nova('GET', `/os-server-groups/${group}`)).list('server_group.members')).toHaveLength(0);
    expect((await cloud.demo.nova('DELETE', `/os-server-groups/${group}`)).status).toBe(204);
  });

  it('start, stop and refuse what their state does not allow', async () => {
    const id = (await slowly(cloud, { server: { build: 1 } }, () => create('act'))).string('server.id');
    const early = await cloud.demo.nova('POST', `/servers/${id}/action`, { 'os-stop': null });
    expect([early.status, early.string('conflictingRequest.message')]).toEqual([
      409,
      expect.stringContaining('vm_state building'),
    ]);
    await status(id, 'ACTIVE');
    await cloud.demo.nova('POST', `/servers/${id}/action`, { 'os-stop': null });
    await status(id, 'SHUTOFF');
    await cloud.demo.nova('POST', `/servers/${id}/action`, { 'os-start': null });
    await status(id, 'ACTIVE');
    const odd = await cloud.demo.nova('POST', `/servers/${id}/action`, { dance: null });
    expect([odd.status, odd.at('badRequest.message')]).toEqual([400, 'There is no such action: dance']);
    await clean();
  });

  it('boot from a volume that goes with them', async () => {
    const device = {
      boot_index: 0,
      uuid: image,
      source_type: 'image',
      destination_type: 'volume',
      volume_size: 10,
      delete_on_termination: true,
    };
    const made = await cloud.demo.nova('POST', '/servers', {
      server: { name: 'bfv', flavorRef: '2', networks: [{ uuid: network }], block_device_mapping_v2: [device] },
    });
    const id = made.string('server.id');
    const active = await status(id, 'ACTIVE');
    const volume = String(field(active.at('server.os-extended-volumes:volumes_attached.0'), 'id'));
    const path = `/volume/v3/${cloud.demo.projectId}/volumes/${volume}`;
    const held = await cloud.demo.get(path);
    expect([held.at('volume.status'), held.at('volume.bootable')]).toEqual(['in-use', 'true']);
    expect((await cloud.demo.delete(path)).string('badRequest.message')).toContain('must not be migrating, attached');
    await clean();
    await until(
      () => cloud.demo.get(path),
      (reply) => reply.status === 404,
    );
  });

  it('belong to their project: another one neither sees nor touches them', async () => {
    const id = (await create('mine')).string('server.id');
    const other = cloud.admin;
    expect(ids(await other.nova('GET', '/servers'))).not.toContain(id);
    expect(ids(await other.nova('GET', '/servers?all_tenants=1'))).toContain(id);
    const refused = await cloud.demo.nova('GET', '/servers?all_tenants=1');
    expect([refused.status, refused.string('forbidden.message')]).toEqual([
      403,
      expect.stringContaining('get_all_tenants'),
    ]);
    await clean();
  });
});

describe('microversions', () => {
  it('are announced, and refused with 406 out of range', async () => {
    const version = await cloud.nobody.get('/compute/v2.1/');
    expect([version.at('version.min_version'), version.at('version.version')]).toEqual(['2.1', '2.103']);
    const refused = await cloud.demo.nova('GET', '/servers', undefined, '2.9999');
    expect([refused.status, refused.string('computeFault.message')]).toEqual([
      406,
      expect.stringContaining('Version 2.9999 is not supported'),
    ]);
    const answered = await cloud.demo.nova('GET', '/servers', undefined, '2.52');
    expect(answered.headers.get('openstack-api-version')).toBe('compute 2.52');
  });

  it('decide what is required, allowed and shown', async () => {
    const bare = { server: { name: 'v', imageRef: image, flavorRef: '2' } };
    const required = await cloud.demo.nova('POST', '/servers', bare, '2.37');
    expect([required.status, required.string('badRequest.message')]).toEqual([
      400,
      expect.stringContaining("'networks' is a required property"),
    ]);
    expect((await create('v', { tags: ['a'] }, '2.51')).status).toBe(400);
    const id = (await create('v', { tags: ['a'] }, '2.52')).string('server.id');
    const old = await show(id, '2.1');
    expect([old.at('server.flavor.id'), old.at('server.tags'), old.at('server.locked')]).toEqual([
      '2',
      undefined,
      undefined,
    ]);
    const modern = await show(id, '2.90');
    expect([
      modern.at('server.flavor.original_name'),
      modern.at('server.tags'),
      modern.at('server.OS-EXT-SRV-ATTR:hostname'),
    ]).toEqual(['m1.small', ['a'], 'v']);
    const oldGroup = { server_group: { name: 'old', policies: ['affinity'] } };
    expect((await cloud.demo.nova('POST', '/os-server-groups', oldGroup, '2.64')).status).toBe(400);
    expect((await cloud.demo.nova('POST', '/os-server-groups', oldGroup, '2.63')).at('server_group.policies')).toEqual([
      'affinity',
    ]);
    await clean();
  });
});

describe('key pairs', () => {
  it('are a user’s, have a fingerprint, and are refused twice', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE3d+Pr+E//0bcXnTkYc3ZWYBEGg0Y/NE5IdBH/teNZ8';
    const body = { keypair: { name: 'k', public_key: key } };
    expect((await cloud.demo.nova('POST', '/os-keypairs', body)).string('keypair.fingerprint')).toMatch(
      /^([0-9a-f]{2}:){15}/,
    );
    expect((await cloud.demo.nova('POST', '/os-keypairs', body)).at('conflictingRequest.message')).toBe(
      "Key pair 'k' already exists.",
    );
    expect((await cloud.admin.nova('GET', '/os-keypairs')).list('keypairs')).toHaveLength(0);
    expect((await create('nokey', { key_name: 'absent' })).at('badRequest.message')).toBe('Invalid key_name provided.');
    expect((await cloud.demo.nova('DELETE', '/os-keypairs/k')).status).toBe(204);
  });
});
