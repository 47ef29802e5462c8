import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, imageId, makeNetwork, slowly, testCloud, until, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
let network: string;
let subnet: string;
beforeAll(async () => {
  cloud = await testCloud();
  ({ network, subnet } = await makeNetwork(cloud.demo, '10.1.0.0/24'));
});
afterAll(() => cloud.close());

const octavia = (method: string, path: string, body?: object): Promise<Reply> => cloud.demo.octavia(method, path, body);
const create = async (name: string, more: object = {}): Promise<string> =>
  (await octavia('POST', '/loadbalancers', { loadbalancer: { name, vip_subnet_id: subnet, ...more } })).string(
    'loadbalancer.id',
  );
const active = (id: string) =>
  until(
    () => octavia('GET', `/loadbalancers/${id}`),
    (reply) => reply.at('loadbalancer.provisioning_status') === 'ACTIVE',
  );

const listener = (members: object[]) => ({
  name: 'api',
  protocol: 'TCP',
  protocol_port: 6443,
  allowed_cidrs: ['10.0.0.0/8'],
  default_pool: {
    name: 'planes',
    protocol: 'TCP',
    lb_algorithm: 'ROUND_ROBIN',
    healthmonitor: { type: 'TCP', delay: 10, timeout: 5, max_retries: 5 },
    members,
  },
});

describe('load balancers', () => {
  it('are made whole in one request, with a real VIP port, and refuse changes until they are there', async () => {
    const made = await slowly(cloud, { loadBalancer: { create: 2 } }, () =>
      octavia('POST', '/loadbalancers', {
        loadbalancer: {
          name: 'whole',
          vip_subnet_id: subnet,
          tags: ['cluster=a'],
          listeners: [listener([{ address: '10.1.0.50', protocol_port: 6443 }])],
        },
      }),
    );
    const id = made.string('loadbalancer.id');
    expect([made.status, made.at('loadbalancer.provisioning_status')]).toEqual([201, 'PENDING_CREATE']);
    expect(made.at('loadbalancer.listeners.0.protocol_port')).toBe(6443);
    const vip = (await cloud.demo.neutron('GET', `/ports/${made.string('loadbalancer.vip_port_id')}`)).at('port');
    expect([field(vip, 'device_owner'), field(vip, 'fixed_ips.0.ip_address'), field(vip, 'network_id')]).toEqual([
      'Octavia',
      made.string('loadbalancer.vip_address'),
      network,
    ]);

    const early = await octavia('POST', '/listeners', {
      listener: { loadbalancer_id: id, protocol: 'TCP', protocol_port: 80 },
    });
    expect([early.status, early.at('faultstring')]).toEqual([
      409,
      `Load Balancer ${id} is immutable and cannot be updated.`,
    ]);
    const rename = await octavia('PUT', `/loadbalancers/${id}`, { loadbalancer: { name: 'x' } });
    expect([rename.status, rename.at('faultstring')]).toEqual([
      409,
      `Invalid state PENDING_CREATE of loadbalancer resource ${id}`,
    ]);

    await active(id);
    const tree = await octavia('GET', `/loadbalancers/${id}/status`);
    const pool = tree.at('statuses.loadbalancer.listeners.0.pools.0');
    expect([
      field(pool, 'name'),
      field(pool, 'members.0.operating_status'),
      field(pool, 'health_monitor.type'),
    ]).toEqual(['planes', 'ERROR', 'TCP']);
    expect((await octavia('GET', '/loadbalancers?tags=cluster%3Da')).list('loadbalancers')).toHaveLength(1);
    expect((await octavia('GET', '/loadbalancers?tags=cluster%3Db')).list('loadbalancers')).toHaveLength(0);

    expect((await octavia('DELETE', `/loadbalancers/${id}`)).string('faultstring')).toContain('it has children');
    const removal = await slowly(cloud, { loadBalancer: { delete: 1 } }, () =>
      octavia('DELETE', `/loadbalancers/${id}?cascade=true`),
    );
    expect(removal.status).toBe(204);
    expect((await octavia('GET', `/loadbalancers/${id}`)).at('loadbalancer.provisioning_status')).toBe(
      'PENDING_DELETE',
    );
    const gone = await until(
      () => octavia('GET', `/loadbalancers/${id}`),
      (reply) => reply.status === 404,
    );
    expect(gone.at('faultstring')).toBe(`Load Balancer ${id} not found.`);
    expect((await cloud.demo.neutron('GET', `/ports/${made.string('loadbalancer.vip_port_id')}`)).status).toBe(404);
    expect((await octavia('GET', '/pools')).list('pools')).toHaveLength(0);
  });

  it('change their parts one at a time; a member is ONLINE when a running server has its address', async () => {
    const id = await create('parts', { pools: [{ ...listener([]).default_pool, protocol: 'HTTP' }] });
    await active(id);
    const pool = (await octavia('GET', `/loadbalancers/${id}`)).string('loadbalancer.pools.0.id');
    const made = await slowly(cloud, { loadBalancer: { update: 1 } }, () =>
      octavia('POST', '/listeners', {
        listener: { loadbalancer_id: id, protocol: 'HTTP', protocol_port: 6443, default_pool_id: pool },
      }),
    );
    expect(made.at('listener.provisioning_status')).toBe('PENDING_CREATE');
    expect((await octavia('GET', `/loadbalancers/${id}`)).at('loadbalancer.provisioning_status')).toBe(
      'PENDING_UPDATE',
    );
    await active(id);
    const twin = await octavia('POST', '/listeners', {
      listener: { loadbalancer_id: id, protocol: 'TCP', protocol_port: 6443 },
    });
    expect(twin.status).toBe(409);

    const server = (
      await cloud.demo.nova('POST', '/servers', {
        server: { name: 's', flavorRef: '2', imageRef: await imageId(cloud.demo), networks: [{ uuid: network }] },
      })
    ).string('server.id');
    await until(
      () => cloud.demo.nova('GET', `/servers/${server}`),
      (reply) => reply.at('server.status') === 'ACTIVE',
    );
    const address = (await cloud.demo.neutron('GET', `/ports?device_id=${server}`)).string(
      'ports.0.fixed_ips.0.ip_address',
    );
    const batch = {
      members: [
        { address, protocol_port: 6443, subnet_id: subnet },
        { address: '10.1.0.99', protocol_port: 6444 },
      ],
    };
    expect((await octavia('PUT', `/pools/${pool}/members`, batch)).status).toBe(202);
    await active(id);
    const members = (await octavia('GET', `/pools/${pool}/members?sort=protocol_port`)).list('members');
    expect(members.map((member) => field(member, 'operating_status'))).toEqual(['ONLINE', 'ERROR']);
    expect((await octavia('GET', `/pools/${pool}`)).at('pool.operating_status')).toBe('DEGRADED');
    expect((await octavia('PUT', `/pools/${pool}/members`, { members: [] })).status).toBe(202);
    await active(id);
    expect((await octavia('GET', `/pools/${pool}/members`)).list('members')).toHaveLength(0);

    const policy = await octavia('POST', '/l7policies', {
      l7policy: { listener_id: made.string('listener.id'), action: 'REJECT' },
    });
    await active(id);
    const rules = `/l7policies/${policy.string('l7policy.id')}/rules`;
    const rule = { type: 'PATH', compare_type: 'STARTS_WITH', value: '/x' };
    expect((await octavia('POST', rules, { rule })).status).toBe(201);
    await active(id);
    expect((await octavia('GET', rules)).list('rules')).toHaveLength(1);
    await cloud.demo.nova('DELETE', `/servers/${server}`);
    await octavia('DELETE', `/loadbalancers/${id}?cascade=true`);
  });

  it('leave nothing behind but the port for the VIP when a part of a whole is refused', async () => {
    const path = `/ports?network_id=${network}&device_owner=Octavia`;
    const ports = async () => (await cloud.demo.neutron('GET', path)).list('ports').map((port) => field(port, 'id'));
    const before = await ports();
    const doubled = [
      { address: '10.1.0.60', protocol_port: 1 },
      { address: '10.1.0.60', protocol_port: 1 },
    ];
    const refused = await octavia('POST', '/loadbalancers', {
      loadbalancer: { name: 'bad', vip_subnet_id: subnet, listeners: [listener(doubled)] },
    });
    expect([refused.status, refused.string('faultstring')]).toEqual([
      409,
      expect.stringContaining('Another member on this pool is already using ip 10.1.0.60'),
    ]);
    expect((await octavia('GET', '/loadbalancers?name=bad')).list('loadbalancers')).toHaveLength(0);
    const left = (await ports()).filter((id) => !before.includes(id));
    expect(left).toHaveLength(1);
    await cloud.demo.neutron('DELETE', `/ports/${String(left[0])}`);
  });

  it('have a quota, refused with 403, and answer under /v2.0 too', async () => {
    await cloud.admin.octavia('PUT', `/quotas/${cloud.demo.projectId}`, { quota: { loadbalancer: 0 } });
    const over = await octavia('POST', '/loadbalancers', { loadbalancer: { vip_subnet_id: subnet } });
    expect([over.status, over.at('faultstring')]).toEqual([403, 'Quota has been met for resources: Load Balancer']);
    await cloud.admin.octavia('DELETE', `/quotas/${cloud.demo.projectId}`);
    expect((await cloud.demo.get('/load-balancer/v2.0/lbaas/providers')).list('providers').length).toBeGreaterThan(1);
    const lacking = await octavia('POST', '/loadbalancers', { loadbalancer: { name: 'no vip' } });
    expect([lacking.status, lacking.string('faultstring')]).toEqual([
      400,
      expect.stringContaining('VIP must contain one of'),
    ]);
  });
});
