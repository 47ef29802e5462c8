import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, makeNetwork, testCloud, type TestCloud } from './harness.ts';

let cloud: TestCloud;
const ids = new Map<string, string>();
beforeAll(async () => {
  cloud = await testCloud();
  const { demo } = cloud;
  const { network, subnet } = await makeNetwork(demo);
  const make = async (path: string, name: string, values: object): Promise<string> =>
    (await demo.neutron('POST', `/${path}`, { [name]: values })).string(`${name}.id`);
  const outside = (await demo.neutron('GET', '/networks?router:external=true')).string('networks.0.id');
  ids.set('networks', network).set('subnets', subnet);
  ids.set('ports', await make('ports', 'port', { network_id: network }));
  ids.set('routers', await make('routers', 'router', { name: 'r' }));
  ids.set('security-groups', await make('security-groups', 'security_group', { name: 'g' }));
  const rule = { security_group_id: ids.get('security-groups'), direction: 'ingress' };
  ids.set('security-group-rules', await make('security-group-rules', 'security_group_rule', rule));
  ids.set('floatingips', await make('floatingips', 'floatingip', { floating_network_id: outside }));
});
afterAll(() => cloud.close());

/**
 * What each extension adds to resources (neutron-lib:neutron_lib/api/definitions, RESOURCE_ATTRIBUTE_MAP: what is
 * visible).
 */
const attributes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'address-scope': { networks: ['ipv4_address_scope', 'ipv6_address_scope'] },
  'allowed-address-pairs': { ports: ['allowed_address_pairs'] },
  binding: {
    ports: ['binding:host_id', 'binding:profile', 'binding:vif_details', 'binding:vif_type', 'binding:vnic_type'],
  },
  dvr: { routers: ['distributed'] },
  'expose-port-forwarding-in-fip': { floatingips: ['port_forwardings'] },
  'ext-gw-mode': { routers: ['external_gateway_info'] },
  'external-net': { networks: ['router:external'] },
  extra_dhcp_opt: { ports: ['extra_dhcp_opts'] },
  extraroute: { routers: ['routes'] },
  'fip-port-details': { floatingips: ['port_details'] },
  ip_allocation: { ports: ['ip_allocation'] },
  l2_adjacency: { networks: ['l2_adjacency'] },
  'l3-flavors': { routers: ['flavor_id'] },
  'l3-ha': { routers: ['ha'] },
  'net-mtu': { networks: ['mtu'] },
  'net-mtu-writable': { networks: ['mtu'] },
  network_availability_zone: { networks: ['availability_zone_hints', 'availability_zones'] },
  'port-mac-address-regenerate': { ports: ['mac_address'] },
  'port-resource-request': { ports: ['resource_request'] },
  'port-security': { networks: ['port_security_enabled'], ports: ['port_security_enabled'] },
  'project-id': { networks: ['project_id'], ports: ['project_id'] },
  provider: { networks: ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'] },
  'qos-fip': { floatingips: ['qos_policy_id'] },
  'qos-port-network-policy': { ports: ['qos_network_policy_id'] },
  router_availability_zone: { routers: ['availability_zone_hints', 'availability_zones'] },
  'security-groups-normalized-cidr': { 'security-group-rules': ['normalized_cidr'] },
  'security-groups-remote-address-group': { 'security-group-rules': ['remote_address_group_id'] },
  'security-groups-rules-belongs-to-default-sg': { 'security-group-rules': ['belongs_to_default_sg'] },
  'security-groups-shared-filtering': { 'security-groups': ['shared'] },
  'standard-attr-description': { networks: ['description'], ports: ['description'], routers: ['description'] },
  'standard-attr-revisions': { networks: ['revision_number'], 'security-group-rules': ['revision_number'] },
  'standard-attr-tag': { networks: ['tags'], floatingips: ['tags'], 'security-groups': ['tags'] },
  'standard-attr-timestamp': { networks: ['created_at', 'updated_at'], routers: ['created_at', 'updated_at'] },
  'stateful-security-group': { 'security-groups': ['stateful'] },
  'subnet-segmentid-writable': { subnets: ['segment_id'] },
  'subnet-external-network': { subnets: ['router:external'] },
  'subnet-service-types': { subnets: ['service_types'] },
};

/** The paths that each extension adds; `{ports}` is the id of one. */
const paths: Readonly<Record<string, readonly string[]>> = {
  'address-group': ['address-groups'],
  'address-scope': ['address-scopes'],
  agent: ['agents'],
  'auto-allocated-topology': ['auto-allocated-topology/None', 'auto-allocated-topology/None?fields=dry-run'],
  availability_zone: ['availability_zones'],
  availability_zone_filter: ['availability_zones?resource=router&state=available'],
  'binding-extended': ['ports/{ports}/bindings', 'ports/{ports}/bindings/nowhere'],
  dhcp_agent_scheduler: ['networks/{networks}/dhcp-agents', 'agents/7/dhcp-networks'],
  flavors: ['flavors', 'service_profiles', 'flavors/7/next_providers'],
  'floating-ip-port-forwarding': ['floatingips/{floatingips}/port_forwardings'],
  'floatingip-pools': ['floatingip_pools'],
  l3_agent_scheduler: ['routers/{routers}/l3-agents', 'agents/7/l3-routers'],
  'network-ip-availability': ['network-ip-availabilities', 'network-ip-availabilities/{networks}'],
  qos: [
    'qos/policies',
    'qos/rule-types',
    ...['bandwidth_limit', 'dscp_marking', 'minimum_bandwidth'].map((kind) => `qos/policies/7/${kind}_rules`),
  ],
  'qos-default': ['qos/policies?is_default=true'],
  'qos-pps': ['qos/policies/7/packet_rate_limit_rules'],
  'qos-pps-minimum': ['qos/policies/7/minimum_packet_rate_rules'],
  'qos-pps-minimum-rule-alias': ['qos/alias_minimum_packet_rate_rules/7'],
  'qos-rule-type-filter': ['qos/rule-types?all_supported=true', 'qos/rule-types?all_rules=true'],
  'qos-rules-alias': ['bandwidth_limit', 'dscp_marking', 'minimum_bandwidth'].map(
    (kind) => `qos/alias_${kind}_rules/7`,
  ),
  quota_details: ['quotas/{project}/details'],
  quotas: ['quotas', 'quotas/{project}', 'quotas/{project}/default'],
  'rbac-policies': ['rbac-policies'],
  router: ['routers', 'floatingips'],
  'security-group': ['security-groups', 'security-group-rules'],
  'security-groups-default-rules': ['default-security-group-rules'],
  segment: ['segments'],
  'service-type': ['service-providers'],
  'standard-attr-tag': ['networks/{networks}/tags'],
  subnet_allocation: ['subnetpools'],
  trunk: ['trunks', 'trunks?port_id={ports}', 'trunks/7/get_subports'],
};

/** Actions on what is not there, of which nothing can be made here: they say that it is not there. */
const actions: Readonly<Record<string, readonly string[]>> = {
  'address-group': ['address-groups/7/add_addresses', 'address-groups/7/remove_addresses'],
  subnet_onboard: ['subnetpools/7/onboard_network_subnets'],
  'subnetpool-prefix-ops': ['subnetpools/7/add_prefixes', 'subnetpools/7/remove_prefixes'],
  trunk: ['trunks/7/add_subports', 'trunks/7/remove_subports'],
};

/**
 * Extensions that add neither paths nor visible attributes, but a behaviour; the contract with the real service
 * compares it.
 */
const behaviours = [
  ...['agent-resources-synced', 'default-subnetpools', 'empty-string-filtering', 'filter-validation', 'network_ha'],
  ...['floating-ip-port-forwarding-description', 'floating-ip-port-forwarding-detail', 'tag-creation', 'sorting'],
  ...['floating-ip-port-forwarding-port-ranges', 'ip-substring-filtering', 'l3-port-ip-change-not-allowed'],
  ...['network-ip-availability-details', 'pagination', 'port-mac-override', 'port-resource-request-groups'],
  ...['port-security-groups-filtering', 'qos-bw-limit-direction', 'qos-bw-minimum-ingress', 'qos-gateway-ip'],
  ...['qos-rule-type-details', 'quota-check-limit', 'quota-check-limit-default', 'rbac-address-group'],
  ...['rbac-address-scope', 'rbac-security-groups', 'rbac-subnetpool', 'revision-if-match', 'standard-attr-segment'],
  ...['router-admin-state-down-before-update', 'segments-peer-subnet-host-routes', 'extraroute-atomic'],
  // Announced though their drivers of ML2 are not loaded, here and in the real service of the contract: nothing shows
  // them.
  ...['port-device-profile', 'port-numa-affinity-policy', 'port-numa-affinity-policy-socket'],
  // Shown where it is set: the segments of a network that has several, the trunk of a port that has one.
  ...['multi-provider', 'trunk-details'],
];

const filled = (path: string): string =>
  path.replace(/\{([\w-]+)\}/g, (_all, name: string) =>
    name === 'project' ? cloud.demo.projectId : (ids.get(name) ?? name),
  );

describe('of the extensions that Neutron announces', () => {
  it('each is walked here', async () => {
    const announced = (await cloud.demo.neutron('GET', '/extensions')).list('extensions');
    const known = [attributes, paths, actions].flatMap((one) => Object.keys(one)).concat(behaviours);
    expect(announced.map((one) => field(one, 'alias')).sort()).toEqual([...new Set(known)].sort());
  });

  it.each(Object.entries(paths))('%s is served, to everybody', async (_alias, added) => {
    for (const user of [cloud.admin, cloud.demo]) {
      for (const path of added.map(filled)) {
        const reply = await user.neutron('GET', `/${path}`);
        expect([path, reply.status]).toEqual([path, expect.toBeOneOf([200, 403, 404, 409])]);
        // Not found is what is asked for, never the path.
        if (reply.status !== 200) expect(reply.string('NeutronError.type')).not.toBe('HTTPNotFound');
      }
    }
  });

  it.each(Object.entries(actions))('%s says what is not there', async (_alias, added) => {
    for (const path of added) {
      const reply = await cloud.admin.neutron('PUT', `/${path}`, {});
      expect([path, reply.status, reply.string('NeutronError.type')]).toEqual([
        path,
        404,
        expect.stringMatching(/^(AddressGroup|SubnetPool|Trunk)NotFound$/),
      ]);
    }
  });

  it.each(Object.entries(attributes))('%s shows what it adds', async (_alias, added) => {
    for (const [collection, names] of Object.entries(added)) {
      const reply = await cloud.admin.neutron('GET', `/${collection}/${ids.get(collection) ?? ''}`);
      const shown: unknown = reply.at(keyOf(collection).slice(0, -1));
      expect(Object.keys(shown ?? {})).toEqual(expect.arrayContaining([...names]));
    }
  });
});

/** Collections that nobody has anything of, with the extension that announces them. */
const empty = [
  ...['trunks', 'qos/policies', 'rbac-policies', 'subnetpools', 'address-scopes', 'address-groups', 'flavors'],
  ...['service_profiles', 'agents'],
];
/** Collections of which there is something. */
const filledOnes = [
  ...['segments', 'network-ip-availabilities', 'floatingip_pools', 'default-security-group-rules', 'qos/rule-types'],
];
const keyOf = (path: string): string => (path.split('/').at(-1) ?? path).replaceAll('-', '_');

describe('lists of extensions', () => {
  it.each(empty)('%s are empty, and what is asked for by id has a 404 of its own', async (path) => {
    const { demo } = cloud;
    const list = await demo.neutron('GET', `/${path}`);
    expect([list.status, list.list(keyOf(path))]).toEqual([200, []]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const one = await demo.neutron(method, `/${path}/7`, method === 'PUT' ? {} : undefined);
      expect([one.status, one.string('NeutronError.type')]).toEqual([404, expect.stringMatching(/NotFound$/u)]);
      expect(one.string('NeutronError.type')).not.toBe('HTTPNotFound');
    }
  });

  it.each([...empty, ...filledOnes])('%s refuse a filter that they do not have, and honour `id`', async (path) => {
    const { admin } = cloud;
    const refusal = await admin.neutron('GET', `/${path}?moon=7`);
    expect([refusal.status, refusal.string('NeutronError.message')]).toEqual([
      400,
      "['moon'] is invalid attribute for filtering",
    ]);
    expect((await admin.neutron('GET', `/${path}?id=7`)).list(keyOf(path))).toEqual([]);
    expect((await admin.neutron('GET', `/${path}?sort_key=moon&sort_dir=asc`)).status).toBe(400);
  });

  it('of addresses count what is there and what is taken, for administrators', async () => {
    const path = `/network-ip-availabilities?network_id=${ids.get('networks') ?? ''}`;
    expect((await cloud.demo.neutron('GET', path)).list('network_ip_availabilities')).toEqual([]);
    const all = await cloud.admin.neutron('GET', path);
    // A /24 with a gateway; one port.
    expect(all.list('network_ip_availabilities')).toHaveLength(1);
    expect(all.at('network_ip_availabilities.0')).toMatchObject({ network_name: 'net', total_ips: 253, used_ips: 1 });
    expect(all.at('network_ip_availabilities.0.ip_availability_details')).toEqual({
      total_ips_in_subnet: 254,
      total_ips_in_allocation_pool: 253,
      used_ips_in_subnet: 1,
      used_ips_in_allocation_pool: 1,
    });
    expect((await cloud.admin.neutron('GET', `${path}&ip_version=6`)).list('network_ip_availabilities')).toEqual([]);
  });

  it('of segments have one of each network, for administrators', async () => {
    const path = `/segments?network_id=${ids.get('networks') ?? ''}`;
    expect((await cloud.demo.neutron('GET', path)).list('segments')).toEqual([]);
    const { admin } = cloud;
    const found = await admin.neutron('GET', path);
    expect(found.at('segments.0')).toMatchObject({ network_type: 'vxlan', segment_index: 0 });
    const id = found.string('segments.0.id');
    expect((await admin.neutron('GET', `/segments/${id}`)).at('segment')).toEqual(found.at('segments.0'));
    expect((await cloud.demo.neutron('GET', `/segments/${id}`)).string('NeutronError.type')).toBe('SegmentNotFound');
  });

  it('of pools have the subnets outside, of default rules what a new security group has', async () => {
    const { demo } = cloud;
    const pools = (await demo.neutron('GET', '/floatingip_pools')).list('floatingip_pools');
    expect(pools).toMatchObject([{ subnet_name: 'public-v4', project_id: demo.projectId }]);
    const path = '/default-security-group-rules?used_in_non_default_sg=true&fields=direction&fields=ethertype';
    const rules = (await demo.neutron('GET', path)).list('default_security_group_rules');
    const group = await demo.neutron('GET', `/security-groups/${ids.get('security-groups') ?? ''}`);
    const own = group.list('security_group.security_group_rules').flatMap((one) => {
      const [direction, ethertype] = [field(one, 'direction'), field(one, 'ethertype')];
      return direction === 'egress' ? [{ direction, ethertype }] : [];
    });
    const order = (one: unknown): string => JSON.stringify(one);
    expect(rules.map(order).sort()).toEqual(own.map(order).sort());
  });
});
