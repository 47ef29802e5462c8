import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, makeNetwork, testCloud, type Reply, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

const demo = (method: string, path: string, body?: object): Promise<Reply> => cloud.demo.neutron(method, path, body);
const refusal = (reply: Reply): unknown[] => [reply.status, reply.at('NeutronError.type')];
const external = async (): Promise<string> =>
  (await demo('GET', '/networks?router:external=true')).string('networks.0.id');
const port = async (network: string, more: object = {}): Promise<string> =>
  (await demo('POST', '/ports', { port: { network_id: network, ...more } })).string('port.id');

describe('what is in use', () => {
  it('cannot be deleted, in Neutron’s words, until what uses it is gone', async () => {
    const { network, subnet } = await makeNetwork(cloud.demo, '10.2.0.0/24');
    const router = (
      await demo('POST', '/routers', { router: { name: 'r', external_gateway_info: { network_id: await external() } } })
    ).string('router.id');
    const added = await demo('PUT', `/routers/${router}/add_router_interface`, { subnet_id: subnet });
    const interfacePort = added.string('port_id');
    const twice = await demo('PUT', `/routers/${router}/add_router_interface`, { subnet_id: subnet });
    expect([twice.status, twice.at('NeutronError.message')]).toEqual([
      400,
      `Bad router request: Router already has a port on subnet ${subnet}.`,
    ]);
    const target = await port(network);
    const floating = await demo('POST', '/floatingips', {
      floatingip: { floating_network_id: await external(), port_id: target },
    });
    expect([floating.at('floatingip.status'), floating.at('floatingip.router_id')]).toEqual(['ACTIVE', router]);
    expect(floating.string('floatingip.floating_ip_address')).toMatch(/^127\.64\./);

    const second = await demo('POST', '/floatingips', {
      floatingip: { floating_network_id: await external(), port_id: target },
    });
    expect(refusal(second)).toEqual([409, 'FloatingIPPortAlreadyAssociated']);
    expect(refusal(await demo('DELETE', `/routers/${router}`))).toEqual([409, 'RouterInUse']);
    expect(refusal(await demo('PUT', `/routers/${router}/remove_router_interface`, { subnet_id: subnet }))).toEqual([
      409,
      'RouterInterfaceInUseByFloatingIP',
    ]);
    expect(refusal(await demo('PUT', `/routers/${router}`, { router: { external_gateway_info: null } }))).toEqual([
      409,
      'RouterExternalGatewayInUseByFloatingIp',
    ]);
    expect(refusal(await demo('DELETE', `/ports/${interfacePort}`))).toEqual([409, 'ServicePortInUse']);
    const held = await demo('DELETE', `/networks/${network}`);
    expect(refusal(held)).toEqual([409, 'NetworkInUse']);
    expect(held.string('NeutronError.message')).toContain('There are one or more ports still in use on the network');
    expect(refusal(await demo('DELETE', `/subnets/${subnet}`))).toEqual([409, 'SubnetInUse']);

    expect((await demo('DELETE', `/ports/${target}`)).status).toBe(204);
    const left = await demo('GET', `/floatingips/${floating.string('floatingip.id')}`);
    expect([left.at('floatingip.status'), left.at('floatingip.port_id')]).toEqual(['DOWN', null]);
    expect((await demo('PUT', `/routers/${router}/remove_router_interface`, { subnet_id: subnet })).status).toBe(200);
    expect((await demo('DELETE', `/floatingips/${floating.string('floatingip.id')}`)).status).toBe(204);
    expect((await demo('DELETE', `/routers/${router}`)).status).toBe(204);
    expect((await demo('DELETE', `/networks/${network}`)).status).toBe(204);
    expect(refusal(await demo('GET', `/subnets/${subnet}`))).toEqual([404, 'SubnetNotFound']);
  });

  it('includes security groups on ports; duplicate rules are refused by the id of the first', async () => {
    const group = (await demo('POST', '/security-groups', { security_group: { name: 'sg' } })).string(
      'security_group.id',
    );
    const rule = {
      security_group_id: group,
      direction: 'ingress',
      protocol: 'tcp',
      port_range_min: 6443,
      port_range_max: 6443,
      remote_ip_prefix: '10.0.0.0/8',
    };
    const first = (await demo('POST', '/security-group-rules', { security_group_rule: rule })).string(
      'security_group_rule.id',
    );
    const again = await demo('POST', '/security-group-rules', {
      security_group_rule: { ...rule, protocol: '6' },
    });
    expect([again.status, again.at('NeutronError')]).toEqual([
      409,
      {
        type: 'SecurityGroupRuleExists',
        message: `Security group rule already exists. Rule id is ${first}.`,
        detail: '',
      },
    ]);
    const { network } = await makeNetwork(cloud.demo, '10.3.0.0/24');
    const used = await port(network, { security_groups: [group] });
    expect(refusal(await demo('DELETE', `/security-groups/${group}`))).toEqual([409, 'SecurityGroupInUse']);
    await demo('DELETE', `/ports/${used}`);
    expect((await demo('DELETE', `/security-groups/${group}`)).status).toBe(204);
    await demo('DELETE', `/networks/${network}`);
    const standard = (await demo('GET', '/security-groups?name=default')).at('security_groups.0');
    expect(field(standard, 'security_group_rules.length')).toBe(4);
    expect(refusal(await demo('DELETE', `/security-groups/${String(field(standard, 'id'))}`))).toEqual([
      409,
      'SecurityGroupCannotRemoveDefault',
    ]);
  });
});

describe('bulk requests', () => {
  it('make all or nothing', async () => {
    const { network, subnet } = await makeNetwork(cloud.demo, '10.4.0.0/24');
    const many = [1, 2, 3].map((n) => ({ network_id: network, name: `b${n}` }));
    const made = await demo('POST', '/ports', { ports: many });
    expect([made.status, made.list('ports').length]).toEqual([201, 3]);
    const fixed = (address: string) => ({
      network_id: network,
      fixed_ips: [{ subnet_id: subnet, ip_address: address }],
    });
    const clash = await demo('POST', '/ports', { ports: [fixed('10.4.0.100'), fixed('10.4.0.100')] });
    expect(refusal(clash)).toEqual([409, 'IpAddressAlreadyAllocated']);
    expect((await demo('GET', `/ports?network_id=${network}`)).list('ports')).toHaveLength(3);
    const group = (await demo('POST', '/security-groups', { security_group: { name: 'bulk' } })).string(
      'security_group.id',
    );
    const tcp = (min: number) => ({
      security_group_id: group,
      direction: 'ingress',
      protocol: 'tcp',
      port_range_min: min,
      port_range_max: 100,
    });
    expect(refusal(await demo('POST', '/security-group-rules', { security_group_rules: [tcp(1), tcp(200)] }))).toEqual([
      400,
      'SecurityGroupInvalidPortRange',
    ]);
    expect(
      (await demo('GET', `/security-group-rules?security_group_id=${group}`)).list('security_group_rules'),
    ).toHaveLength(2);
    const others = {
      ...tcp(1),
      security_group_id: (await demo('GET', '/security-groups?name=default')).string('security_groups.0.id'),
    };
    expect(refusal(await demo('POST', '/security-group-rules', { security_group_rules: [tcp(1), others] }))).toEqual([
      400,
      'SecurityGroupNotSingleGroupRules',
    ]);
    expect((await demo('POST', '/security-group-rules', { security_group_rules: [tcp(1), tcp(2)] })).status).toBe(201);
  });
});

describe('addresses', () => {
  it('run out with 409, and come back when a port goes', async () => {
    const { network } = await makeNetwork(cloud.demo, '10.5.0.0/29');
    const ports = await Promise.all([1, 2, 3, 4, 5].map(() => port(network)));
    const full = await demo('POST', '/ports', { port: { network_id: network } });
    expect(full.at('NeutronError')).toEqual({
      type: 'IpAddressGenerationFailure',
      message: `No more IP addresses available on network ${network}.`,
      detail: '',
    });
    const taken = await demo('GET', `/ports/${ports[2] ?? ''}`);
    await demo('DELETE', `/ports/${ports[2] ?? ''}`);
    const back = await demo('GET', `/ports/${await port(network)}`);
    expect(back.string('port.fixed_ips.0.ip_address')).toBe(taken.string('port.fixed_ips.0.ip_address'));
  });

  it('outside run out with ExternalIpAddressExhausted', async () => {
    const small = await testCloud({ externalCidr: '127.70.0.0/30' });
    try {
      const network = (await small.demo.neutron('GET', '/networks?router:external=true')).string('networks.0.id');
      const take = () => small.demo.neutron('POST', '/floatingips', { floatingip: { floating_network_id: network } });
      expect((await take()).status).toBe(201);
      expect(refusal(await take())).toEqual([400, 'ExternalIpAddressExhausted']);
    } finally {
      await small.close();
    }
  });

  it('follow pools and gateways, which are checked', async () => {
    const network = (await demo('POST', '/networks', { network: { name: 'pools' } })).string('network.id');
    const subnet = (more: object) =>
      demo('POST', '/subnets', { subnet: { network_id: network, ip_version: 4, cidr: '10.6.0.0/24', ...more } });
    expect(refusal(await subnet({ allocation_pools: [{ start: '10.7.0.1', end: '10.7.0.9' }] }))).toEqual([
      400,
      'OutOfBoundsAllocationPool',
    ]);
    const gateway = { gateway_ip: '10.6.0.5', allocation_pools: [{ start: '10.6.0.2', end: '10.6.0.9' }] };
    expect(refusal(await subnet(gateway))).toEqual([409, 'GatewayConflictWithAllocationPools']);
    const made = await subnet({ gateway_ip: '10.6.0.254' });
    expect(made.at('subnet.allocation_pools')).toEqual([{ start: '10.6.0.1', end: '10.6.0.253' }]);
    expect(refusal(await subnet({}))).toEqual([400, 'InvalidInput']);
  });
});

describe('lists', () => {
  it('filter by attribute and tag, choose fields, sort and page', async () => {
    const { network } = await makeNetwork(cloud.demo, '10.8.0.0/24');
    for (const name of ['c', 'a', 'b']) {
      const id = await port(network, { name });
      expect((await demo('PUT', `/ports/${id}/tags`, { tags: ['cluster=x', `name=${name}`] })).status).toBe(200);
    }
    const names = async (query: string): Promise<unknown[]> =>
      (await demo('GET', `/ports?network_id=${network}&${query}`)).list('ports').map((one) => field(one, 'name'));
    expect(await names('sort_key=name&sort_dir=desc')).toEqual(['c', 'b', 'a']);
    expect(await names('tags=cluster%3Dx,name%3Da')).toEqual(['a']);
    expect(await names('not-tags=name%3Da&sort_key=name&sort_dir=asc')).toEqual(['b', 'c']);
    expect((await names('name=a&name=b')).sort()).toEqual(['a', 'b']);
    const page = await demo(
      'GET',
      `/ports?network_id=${network}&limit=2&sort_key=name&sort_dir=asc&fields=id&fields=name`,
    );
    expect(Object.keys(page.at('ports.0') ?? {}).sort()).toEqual(['id', 'name']);
    const next = new URL(String(field(page.at('ports_links.0'), 'href')));
    const rest = await cloud.demo.get(next.pathname + next.search);
    expect(rest.list('ports').map((one) => field(one, 'name'))).toEqual(['c']);
    const odd = await demo('GET', '/ports?colour=red');
    expect([odd.status, odd.at('NeutronError.message')]).toEqual([
      400,
      "['colour'] is invalid attribute for filtering",
    ]);
  });

  it('show a project its own things and what is shared, nothing else', async () => {
    const hidden = await makeNetwork(cloud.admin, '10.9.0.0/24', 'hidden');
    expect(refusal(await demo('GET', `/networks/${hidden.network}`))).toEqual([404, 'NetworkNotFound']);
    expect(refusal(await demo('POST', '/ports', { port: { network_id: hidden.network } }))).toEqual([
      404,
      'NetworkNotFound',
    ]);
    const names = (await demo('GET', '/networks')).list('networks').map((one) => field(one, 'name'));
    expect(names).toContain('public');
    expect(names).not.toContain('hidden');
    expect((await demo('PUT', `/networks/${await external()}`, { network: { name: 'mine' } })).status).toBe(403);
  });
});

describe('quotas', () => {
  it('are refused with 409 OverQuota, counted in details, and changed by an admin only', async () => {
    const { projectId } = cloud.demo;
    expect((await demo('PUT', `/quotas/${projectId}`, { quota: { router: 1 } })).status).toBe(403);
    expect(
      (await cloud.admin.neutron('PUT', `/quotas/${projectId}`, { quota: { router: 1 } })).at('quota.router'),
    ).toBe(1);
    expect((await demo('POST', '/routers', { router: { name: 'one' } })).status).toBe(201);
    const over = await demo('POST', '/routers', { router: { name: 'two' } });
    expect(over.at('NeutronError')).toEqual({
      type: 'OverQuota',
      message: "Quota exceeded for resources: ['router'].",
      detail: '',
    });
    expect((await demo('GET', `/quotas/${projectId}/details`)).at('quota.router')).toEqual({
      limit: 1,
      used: 1,
      reserved: 0,
    });
  });
});
