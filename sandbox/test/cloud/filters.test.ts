import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, imageId, makeNetwork, testCloud, until, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
const ids = new Map<string, string>();
beforeAll(async () => {
  cloud = await testCloud();
  const { demo, admin } = cloud;
  const keep = (name: string, reply: Reply, path: string): string => {
    ids.set(name, reply.string(path));
    return reply.string(path);
  };
  const image = await imageId(demo);
  const { network } = await makeNetwork(demo);
  await demo.nova(
    'POST',
    '/os-keypairs',
    { keypair: { name: 'key', public_key: `ssh-ed25519 ${'A'.repeat(68)}` } },
    '2.90',
  );
  const server = {
    ...{ name: 'web', imageRef: image, flavorRef: '2', networks: [{ uuid: network }], key_name: 'key' },
    ...{ config_drive: true, tags: ['blue'], accessIPv4: '192.0.2.7', description: 'serves' },
  };
  const made = keep('server', await demo.nova('POST', '/servers', { server }), 'server.id');
  await until(
    () => demo.nova('GET', `/servers/${made}`),
    (reply) => reply.at('server.status') === 'ACTIVE',
  );
  await demo.nova('POST', `/servers/${made}/action`, { lock: null });
  const volume = { size: 3, name: 'disk', metadata: { a: 'b' }, description: 'keeps' };
  const disk = keep('volume', await demo.post('/volume/v3/volumes', { volume }), 'volume.id');
  await until(
    () => demo.get(`/volume/v3/volumes/${disk}`),
    (reply) => reply.at('volume.status') === 'available',
  );
  const snapshot = { volume_id: disk, name: 'shot', metadata: { a: 'b' } };
  await demo.post('/volume/v3/snapshots', { snapshot });
  const types = { name: 'fast', 'os-volume-type-access:is_public': false, extra_specs: { speed: 'high' } };
  await admin.post('/volume/v3/types', { volume_type: types });
  const project = { name: 'moon', description: '', tags: ['blue', 'cold'], enabled: false };
  keep('project', await admin.post('/identity/v3/projects', { project }), 'project.id');
  await admin.post('/identity/v3/users', { user: { name: 'lunatic', enabled: false } });
  await demo.post('/dns/v2/zones', { name: 'example.org.', email: 'hostmaster@example.org', description: 'ours' });
  const { subnet } = await makeNetwork(demo, '10.2.0.0/24', 'other');
  const balancer = { name: 'lb', vip_subnet_id: subnet, description: 'spreads', tags: ['blue'] };
  await demo.post('/load-balancer/v2/lbaas/loadbalancers', { loadbalancer: balancer });
});
afterAll(() => cloud.close());

interface Filter {
  readonly name: string;
  /** A value that finds a row. */
  readonly hit: string;
  /** A value of the same kind that does not. */
  readonly miss: string;
}
/** Filters as `name hit miss`; `{x}` is the id of x. */
const read = (text: string): Filter => {
  const [name = '', hit = '', miss = ''] = text.split(' ');
  return { name, hit, miss };
};

const nova = { 'openstack-api-version': 'compute 2.90' };
const cinder = { 'openstack-api-version': 'volume 3.70' };
const none = '00000000-0000-4000-8000-000000000000';

interface List {
  readonly path: string;
  readonly key: string;
  readonly user: 'demo' | 'admin';
  readonly headers?: Record<string, string>;
  /** Which row is wanted, by an attribute of it. */
  readonly row: readonly [attribute: string, value: string];
  readonly filters: readonly string[];
}
const serverFilters = [
  ...['name web moon', 'status ACTIVE ERROR', `image {image} ${none}`, 'flavor 2 3', 'reservation_id ^r- ^x-'],
  ...['availability_zone nova mars', 'config_drive True False', 'key_name key lock', 'created_at ^20 ^19'],
  ...['launched_at ^20 ^19', 'power_state 1 4', 'vm_state active error', 'progress 0 7', 'user_id {demo} 7'],
  ...['hostname web moon', 'ip 10.1.0 10.9.0', 'ip6 10.1.0 fd00', 'tags blue red', 'tags-any blue,red red'],
  ...['not-tags red blue', 'not-tags-any red blue', 'locked true false', 'changes-since 2020-01-01 2099-01-01'],
  'changes-before 2099-01-01 2020-01-01',
];
const adminFilters = [
  ...['display_name web moon', 'display_description serves sleeps', `uuid {server} ${none}`, 'host {host} nowhere'],
  ...['node {host} nowhere', 'launch_index 0 7', 'locked_by owner admin', 'root_device_name /dev/vda /dev/xvda'],
  ...[
    'access_ip_v4 192.0.2 198.51',
    'auto_disk_config 0 1',
    `image_ref {image} ${none}`,
    'project_id {demo-project} 7',
  ],
  'tenant_id {demo-project} 7',
];
const lists: readonly List[] = [
  {
    ...{ path: '/compute/v2.1/servers', key: 'servers', user: 'demo', headers: nova },
    ...{ row: ['name', 'web'], filters: serverFilters },
  },
  {
    ...{ path: '/compute/v2.1/servers/detail?all_tenants=1', key: 'servers', user: 'admin', headers: nova },
    ...{ row: ['name', 'web'], filters: [...serverFilters, ...adminFilters] },
  },
  {
    ...{ path: '/compute/v2.1/flavors', key: 'flavors', user: 'admin', headers: nova },
    ...{ row: ['name', 'm1.large'], filters: ['minRam 8192 8193', 'minDisk 80 81', 'is_public true false'] },
  },
  {
    ...{ path: '/compute/v2.1/os-keypairs', key: 'keypairs', user: 'admin', headers: nova },
    ...{ row: ['keypair.name', 'key'], filters: ['user_id {demo} {admin}'] },
  },
  {
    ...{ path: '/volume/v3/volumes', key: 'volumes', user: 'demo', headers: cinder, row: ['name', 'disk'] },
    filters: [
      ...['name disk moon', 'status available error', "metadata {'a':'b'} {'a':'c'}", 'bootable false true'],
      ...[
        'availability_zone nova mars',
        'size 3 4',
        'created_at gt:2020-01-01 lt:2020-01-01',
        'consumes_quota true false',
      ],
      ...[`group_id None ${none}`, 'migration_status None migrating', 'updated_at gt:2020-01-01 lt:2020-01-01'],
    ],
  },
  {
    ...{ path: '/volume/v3/volumes/detail?all_tenants=1', key: 'volumes', user: 'admin', headers: cinder },
    row: ['name', 'disk'],
    filters: [
      ...[`id {volume} ${none}`, 'description keeps loses', 'volume_type ssd hdd', 'user_id {demo} 7'],
      ...['name~ dis moo', 'project_id {demo-project} 7', 'attach_status detached attached', 'multiattach false true'],
      ...[`snapshot_id None ${none}`, `source_volid None ${none}`],
    ],
  },
  {
    ...{ path: '/volume/v3/snapshots', key: 'snapshots', user: 'demo', headers: cinder, row: ['name', 'shot'] },
    filters: [
      ...['name shot moon', 'status available error', `volume_id {volume} ${none}`, "metadata {'a':'b'} {'a':'c'}"],
      ...['availability_zone nova mars', 'consumes_quota true false'],
    ],
  },
  {
    ...{ path: '/volume/v3/types', key: 'volume_types', user: 'admin', headers: cinder, row: ['name', 'fast'] },
    filters: ['is_public false true'],
  },
  {
    ...{ path: '/volume/v3/types?is_public=none', key: 'volume_types', user: 'admin', headers: cinder },
    ...{ row: ['name', 'fast'], filters: ["extra_specs {'speed':'high'} {'speed':'low'}"] },
  },
  {
    ...{ path: '/identity/v3/projects', key: 'projects', user: 'admin', row: ['name', 'moon'] },
    filters: [
      ...['name moon sun', 'domain_id default mars', 'enabled false true', 'parent_id default {project}'],
      ...[
        'is_domain false true',
        'tags blue red',
        'tags-any blue,red red',
        'not-tags red blue',
        'not-tags-any red blue',
      ],
      ...['name__contains oo uu', 'name__istartswith MO SU', 'name__endswith on un'],
    ],
  },
  {
    ...{ path: '/identity/v3/users', key: 'users', user: 'admin', row: ['name', 'lunatic'] },
    filters: ['name lunatic moon', 'domain_id default mars', 'enabled false true', 'name__icontains LUNA SOL'],
  },
  {
    ...{ path: '/identity/v3/domains', key: 'domains', user: 'admin', row: ['name', 'Default'] },
    filters: ['name Default moon', 'enabled true false'],
  },
  {
    ...{
      path: '/identity/v3/roles',
      key: 'roles',
      user: 'admin',
      row: ['name', 'member'],
      filters: ['name member moon'],
    },
  },
  {
    ...{ path: '/identity/v3/services', key: 'services', user: 'admin', row: ['name', 'nova'] },
    filters: ['name nova glance', 'type compute image'],
  },
  {
    ...{ path: '/identity/v3/endpoints', key: 'endpoints', user: 'admin', row: ['interface', 'internal'] },
    filters: ['interface internal public', 'service_id {service} 7', 'region_id RegionOne RegionTwo'],
  },
  {
    ...{ path: '/identity/v3/role_assignments', key: 'role_assignments', user: 'admin', row: ['user.id', '{demo}'] },
    filters: ['user.id {demo} {admin}', 'scope.project.id {demo-project} {project}', 'role.id {role} 7'],
  },
  {
    ...{ path: '/image/v2/images', key: 'images', user: 'demo', row: ['kube_version', 'v1.36.3'] },
    filters: [
      ...['kube_version v1.36.3 v1.30.0', 'status active queued', 'visibility public private', 'disk_format qcow2 raw'],
      ...[
        'container_format bare ovf',
        'owner {admin-project} 7',
        'min_disk 10 11',
        'min_ram 1024 7',
        'os_hidden false true',
      ],
      ...[
        'protected false true',
        'size_max 7 -1',
        'size_min 0 7',
        'created_at gt:2020-01-01T00:00:00Z lt:2020-01-01T00:00:00Z',
      ],
      ...[`id {image} ${none}`, 'name ubuntu-24.04-kube-v1.36.3 moon', 'os_distro in:ubuntu,debian debian'],
    ],
  },
  {
    ...{ path: '/networking/v2.0/networks', key: 'networks', user: 'demo', row: ['name', 'net'] },
    filters: [
      ...['name net moon', 'status ACTIVE DOWN', 'admin_state_up true false', 'shared false true', 'mtu 1450 7'],
      ...['router:external false true', 'project_id {demo-project} 7', 'tenant_id {demo-project} 7', 'not-tags red '],
    ],
  },
  {
    ...{ path: '/networking/v2.0/ports', key: 'ports', user: 'demo', row: ['device_id', '{server}'] },
    filters: [
      ...[`device_id {server} ${none}`, 'device_owner compute:nova network:dhcp', 'status ACTIVE DOWN'],
      ...['fixed_ips ip_address_substr=10.1.0 ip_address_substr=10.9.', 'admin_state_up true false'],
    ],
  },
  {
    ...{ path: '/load-balancer/v2/lbaas/loadbalancers', key: 'loadbalancers', user: 'demo', row: ['name', 'lb'] },
    filters: [
      ...[
        'name lb moon',
        'description spreads gathers',
        'provisioning_status ACTIVE ERROR',
        'admin_state_up true false',
      ],
      ...['tags blue red', 'not-tags red blue', 'project_id {demo-project}', 'provider amphora ovn'],
    ],
  },
  {
    ...{ path: '/dns/v2/zones', key: 'zones', user: 'demo', row: ['name', 'example.org.'] },
    filters: [
      ...['name example.org. moon.org.', 'name *.org. *.com.', 'type PRIMARY SECONDARY', 'description ours theirs'],
      ...['email hostmaster@example.org nobody@example.org', 'status ACTIVE ERROR', 'ttl 3600 7'],
    ],
  },
];

/** The values that are known when the cloud is there only. */
async function fill(text: string): Promise<string> {
  const { demo, admin } = cloud;
  const found = async (path: string, at: string): Promise<string> => (await admin.get(path)).string(at);
  const values: Readonly<Record<string, () => string | Promise<string>>> = {
    demo: () => demo.userId,
    admin: () => admin.userId,
    'demo-project': () => demo.projectId,
    'admin-project': () => admin.projectId,
    image: () => imageId(demo),
    host: async () =>
      (await admin.nova('GET', `/servers/${ids.get('server') ?? ''}`)).string('server.OS-EXT-SRV-ATTR:host'),
    service: () => found('/identity/v3/services?type=compute', 'services.0.id'),
    role: () => found('/identity/v3/roles?name=member', 'roles.0.id'),
  };
  const name = /^\{([\w-]+)\}$/.exec(text)?.[1];
  if (name === undefined) return text;
  return (await values[name]?.()) ?? ids.get(name) ?? text;
}

const cases = lists.flatMap((list) => list.filters.map((text) => ({ list, text, where: `${list.user} ${list.path}` })));

describe('a filter of a list is honoured', () => {
  it.each(cases)('$where: $text', async ({ list, text }) => {
    const { path, key, headers = {}, row } = list;
    const filter = read(text);
    const wanted = await fill(row[1]);
    const finds = async (value: string): Promise<boolean> => {
      const url = `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(filter.name)}=${encodeURIComponent(value)}`;
      const reply = await cloud[list.user].get(url, headers);
      if (reply.status === 400 || reply.status === 403) return false;
      return reply.list(key).some((one) => String(field(one, row[0])) === wanted);
    };
    expect(await finds(await fill(filter.hit))).toBe(true);
    if (filter.miss !== '') expect(await finds(await fill(filter.miss))).toBe(false);
  });
});

describe('of key pairs', () => {
  it('others’ are the administrator’s to see, and there are pages by name', async () => {
    const { demo, admin } = cloud;
    const list = (query: string, version = '2.90') => demo.nova('GET', `/os-keypairs?${query}`, undefined, version);
    const refusal = await list(`user_id=${admin.userId}`);
    expect([refusal.status, refusal.string('forbidden.message')]).toEqual([
      403,
      "Policy doesn't allow os_compute_api:os-keypairs:index to be performed.",
    ]);
    expect((await list(`user_id=${admin.userId}`, '2.9')).list('keypairs')).toHaveLength(1);
    expect((await list('moon=7')).status).toBe(400);
    const body = { keypair: { name: 'another', public_key: `ssh-ed25519 ${'A'.repeat(68)}` } };
    await demo.nova('POST', '/os-keypairs', body);
    const first = await list('limit=1');
    expect(first.at('keypairs.0.keypair.name')).toBe('another');
    expect(first.string('keypairs_links.0.href')).toContain('marker=another');
    expect((await list('marker=another')).list('keypairs').map((one) => field(one, 'keypair.name'))).toEqual(['key']);
    expect((await list('marker=moon')).string('badRequest.message')).toBe('Marker moon could not be found.');
  });
});
