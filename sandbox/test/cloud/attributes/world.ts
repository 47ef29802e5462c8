import { imageId, makeNetwork, testCloud, until, type Reply, type TestCloud, type User } from '../harness.ts';

/** A cloud with one of everything, whose ids stand for the parts of paths and bodies. */
export interface World {
  readonly cloud: TestCloud;
  readonly demo: User;
  readonly admin: User;
  /** The id of one of the things there. */
  readonly id: (name: string) => string;
  /** A number that nobody had yet. */
  readonly next: () => number;
  readonly newVolume: () => Promise<string>;
  /** A server that is ACTIVE. */
  readonly newServer: (more?: object) => Promise<string>;
  /** Waits until the load balancer takes changes. */
  readonly settled: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const lasting = { instances: -1, cores: -1, ram: -1, key_pairs: -1, server_groups: -1, server_group_members: -1 };
const unlimited = {
  compute: lasting,
  network: {
    network: -1,
    subnet: -1,
    port: -1,
    router: -1,
    floatingip: -1,
    security_group: -1,
    security_group_rule: -1,
  },
  'block-storage': { volumes: -1, snapshots: -1, gigabytes: -1 },
  dns: { zones: -1, zone_records: -1, zone_recordsets: -1 },
};
export const key = `ssh-ed25519 ${'A'.repeat(68)}`;

export async function makeWorld(): Promise<World> {
  const cloud = await testCloud();
  const { demo, admin, nobody } = cloud;
  const ids = new Map<string, string>();
  let count = 0;
  const next = (): number => (count += 1);
  const id = (name: string): string => {
    const found = ids.get(name);
    if (found === undefined) throw new Error(`the world has no ${name}`);
    return found;
  };
  const keep = (name: string, reply: Reply, path: string): string => {
    ids.set(name, reply.string(path));
    return reply.string(path);
  };
  for (const user of ['demo', 'admin']) await nobody.put(`/_sandbox/quotas/${user}`, unlimited);
  const settled = () =>
    until(
      () => demo.octavia('GET', `/loadbalancers/${id('balancer')}`),
      (reply) => reply.at('loadbalancer.provisioning_status') === 'ACTIVE',
    );
  const newServer = async (more: object = {}): Promise<string> => {
    const server = {
      ...{ name: `server-${next()}`, imageRef: id('image'), flavorRef: '2', networks: [{ uuid: id('network') }] },
      ...more,
    };
    const made = (await demo.nova('POST', '/servers', { server })).string('server.id');
    await until(
      () => demo.nova('GET', `/servers/${made}`),
      (reply) => reply.at('server.status') === 'ACTIVE',
    );
    return made;
  };
  const newVolume = async (): Promise<string> => {
    const made = (await demo.post('/volume/v3/volumes', { volume: { size: 1 } })).string('volume.id');
    await until(
      () => demo.get(`/volume/v3/volumes/${made}`),
      (reply) => reply.at('volume.status') === 'available',
    );
    return made;
  };

  ids.set('demo', demo.userId).set('demo-project', demo.projectId).set('admin-project', admin.projectId);
  ids.set('admin', admin.userId).set('image', await imageId(demo));
  const images = await demo.get('/image/v2/images');
  ids.set(
    'other-image',
    images
      .list('images')
      .map((one) => String(Reflect.get(Object(one), 'id')))
      .find((one) => one !== id('image')) ?? '',
  );
  const mine = await makeNetwork(demo, '10.0.0.0/16', 'net');
  ids.set('network', mine.network).set('subnet', mine.subnet);
  const more = await makeNetwork(demo, '10.2.0.0/16', 'more');
  ids.set('other', more.network).set('other-subnet', more.subnet);
  const bare = await demo.neutron('POST', '/networks', { network: { name: 'bare' } });
  keep('bare', bare, 'network.id');
  keep('external', await demo.neutron('GET', '/networks?router:external=true'), 'networks.0.id');
  keep('external-subnet', await admin.neutron('GET', `/subnets?network_id=${id('external')}`), 'subnets.0.id');
  const gateway = { network_id: id('external') };
  const router = { name: 'router', external_gateway_info: gateway };
  keep('router', await demo.neutron('POST', '/routers', { router }), 'router.id');
  await demo.neutron('PUT', `/routers/${id('router')}/add_router_interface`, { subnet_id: id('subnet') });
  keep('router-2', await demo.neutron('POST', '/routers', { router: { name: 'r2' } }), 'router.id');
  keep('port', await demo.neutron('POST', '/ports', { port: { network_id: id('network') } }), 'port.id');
  keep('port-2', await demo.neutron('POST', '/ports', { port: { network_id: id('network') } }), 'port.id');
  const group = await demo.neutron('POST', '/security-groups', { security_group: { name: 'walkers' } });
  const idle = await demo.neutron('POST', '/security-groups', { security_group: { name: 'idle' } });
  keep('idle-group', idle, 'security_group.id');
  keep('security-group', group, 'security_group.id');
  keep('rule', group, 'security_group.security_group_rules.0.id');
  const floatingip = { floating_network_id: id('external') };
  keep('floating', await demo.neutron('POST', '/floatingips', { floatingip }), 'floatingip.id');
  await demo.nova('POST', '/os-keypairs', { keypair: { name: 'key', public_key: key } });
  const servers = { server_group: { name: 'near', policy: 'affinity' } };
  keep('server-group', await demo.nova('POST', '/os-server-groups', servers), 'server_group.id');
  ids
    .set('server', await newServer({ name: 'web' }))

    .set('volume', await newVolume());
  ids.set('bootable', await newVolume()).set('volume-2', await newVolume());
  await demo.post(`/volume/v3/volumes/${id('bootable')}/action`, { 'os-set_bootable': { bootable: true } });
  const snapshot = { volume_id: id('volume'), name: 'shot' };
  keep('snapshot', await demo.post('/volume/v3/snapshots', { snapshot }), 'snapshot.id');
  const secret = { name: 'secret', 'os-volume-type-access:is_public': false };
  keep('type', await admin.post('/volume/v3/types', { volume_type: secret }), 'volume_type.id');
  const wide = { name: 'wide', ram: 4096, vcpus: 1, disk: 20, 'OS-FLV-EXT-DATA:ephemeral': 20, swap: 512 };
  keep('flavor', await admin.nova('POST', '/flavors', { flavor: wide }), 'flavor.id');
  const project = { name: 'moon', description: 'grey' };
  keep('project', await admin.post('/identity/v3/projects', { project }), 'project.id');
  keep('user', await admin.post('/identity/v3/users', { user: { name: 'lunatic' } }), 'user.id');
  keep('role', await admin.get('/identity/v3/roles?name=member'), 'roles.0.id');
  keep('domain', await admin.get('/identity/v3/domains'), 'domains.0.id');

  const loadbalancer = { name: 'lb', vip_subnet_id: id('subnet') };
  keep('balancer', await demo.octavia('POST', '/loadbalancers', { loadbalancer }), 'loadbalancer.id');
  const add = async (name: string, path: string, singular: string, body: object): Promise<void> => {
    await settled();
    keep(name, await demo.octavia('POST', path, { [singular]: body }), `${singular}.id`);
  };
  const at = { loadbalancer_id: id('balancer') };
  await add('listener', '/listeners', 'listener', { protocol: 'HTTP', protocol_port: 80, ...at });
  await add('listener-2', '/listeners', 'listener', { protocol: 'HTTP', protocol_port: 81, ...at });
  await add('pool', '/pools', 'pool', { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', ...at });
  await add('pool-2', '/pools', 'pool', { protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', ...at });
  await add('udp-pool', '/pools', 'pool', { protocol: 'UDP', lb_algorithm: 'ROUND_ROBIN', ...at });
  const member = { address: '10.0.3.1', protocol_port: 80 };
  await add('member', `/pools/${id('pool')}/members`, 'member', member);
  const timing = { delay: 5, timeout: 3, max_retries: 3 };
  await add('monitor', '/healthmonitors', 'healthmonitor', { type: 'HTTP', pool_id: id('pool'), ...timing });
  const policy = { action: 'REDIRECT_TO_URL', redirect_url: 'http://a.example/', listener_id: id('listener') };
  await add('policy', '/l7policies', 'l7policy', policy);
  await add('policy-2', '/l7policies', 'l7policy', { action: 'REJECT', listener_id: id('listener') });
  const rule = { type: 'HEADER', compare_type: 'EQUAL_TO', key: 'a', value: 'b' };
  await add('l7-rule', `/l7policies/${id('policy')}/rules`, 'rule', rule);

  const zone = { name: 'example.org.', email: 'hostmaster@example.org' };
  keep('zone', await demo.post('/dns/v2/zones', zone), 'id');
  const records = { name: 'www.example.org.', type: 'A', records: ['192.0.2.1'] };
  keep('recordset', await demo.post(`/dns/v2/zones/${id('zone')}/recordsets`, records), 'id');
  ids.set('account', `AUTH_${demo.projectId}`);
  await demo.put(`/object-store/v1/${id('account')}/box`);
  for (const name of ['thing', 'source']) await demo.put(`/object-store/v1/${id('account')}/box/${name}`, 'bytes');
  const given = { name: 'given', disk_format: 'raw', container_format: 'bare' };
  keep('own-image', await demo.post('/image/v2/images', given), 'id');
  return { cloud, demo, admin, id, next, newVolume, newServer, settled, close: () => cloud.close() };
}
