import { ignored, kept, refused, seen, type Expectation, type Expectations, type Walk } from './expectation.ts';
import type { World } from './world.ts';

const none = '00000000-0000-4000-8000-000000000000';
const owners = ['tenant_id', 'project_id'];
const standard = ['created_at', 'updated_at', 'revision_number', 'tags', 'tags-any', 'not-tags', 'not-tags-any'];

/** What Neutron's resources, their tags, interfaces of routers and quotas take. */
export function neutronWalks(world: World): Readonly<Record<string, Walk>> {
  const { admin, id, next } = world;
  const below = (singular: string, expectations: Expectations): Expectations =>
    Object.fromEntries(Object.entries(expectations).map(([name, one]) => [`${singular}.${name}`, one]));
  const each = (names: readonly string[], one: Expectation): Expectations =>
    Object.fromEntries(names.map((name) => [name, one]));
  /** What only Neutron sets. */
  const fixed = (...names: readonly string[]) => each(names, refused('x', /not allowed in POST/));
  /** What an update may not have. */
  const readOnly = (...names: readonly string[]) => each(names, refused('x', /Cannot update read-only attribute/));
  const text = { name: kept('walker'), description: kept('goes') };
  const created = { ...fixed('id', ...standard), ...each(owners, kept(id('project'))) };
  const updated = readOnly('id', ...owners, ...standard);
  const noQos = refused(none, /QoS policy|could not be found/);

  const network = {
    ...text,
    admin_state_up: kept(false),
    shared: kept(true),
    'router:external': kept(true),
    mtu: kept(1400),
    port_security_enabled: kept(false),
    qos_policy_id: noQos,
  };
  const provider = { network_type: 'vlan', physical_network: 'physnet1', segmentation_id: 77 };
  const physical = {
    'provider:network_type': 'vlan',
    'provider:physical_network': 'physnet1',
    'provider:segmentation_id': 70,
  };
  const networkFixed = ['subnets', 'status', 'ipv4_address_scope', 'ipv6_address_scope', 'l2_adjacency'];
  let block = 0;
  const cidr = (): string => `10.3.${(block += 1)}.0/24`;
  /** On a network of its own, so that it may be made twice. */
  const alone = (more: object) => async () => {
    const made = await admin.neutron('POST', '/networks', { network: { name: `alone-${next()}` } });
    return { subnet: { network_id: made.string('network.id'), ip_version: 4, ...more } };
  };
  const subnet = (more: object = {}) => ({ subnet: { network_id: id('bare'), ip_version: 4, cidr: cidr(), ...more } });
  const six = alone({ ip_version: 6, cidr: 'fd00:7::/64' });
  const subnetText = {
    ...text,
    enable_dhcp: kept(false),
    dns_nameservers: kept(['192.0.2.53']),
    service_types: kept(['compute:nova']),
    segment_id: refused(none, /[Ss]egment/),
  };
  const unloaded = 'test/contract/recorded/network-ports.json: ML2 has no extension driver for it';
  const port = (more: object = {}) => ({ port: { network_id: id('network'), ...more } });
  const portText = {
    ...text,
    admin_state_up: kept(false),
    mac_address: kept('fa:16:3e:00:00:77'),
    device_id: kept('machine'),
    device_owner: kept('baremetal:none'),
    security_groups: kept([id('security-group')]),
    allowed_address_pairs: kept([{ ip_address: '10.0.9.9', mac_address: 'fa:16:3e:00:00:01' }]),
    extra_dhcp_opts: kept([{ opt_name: 'mtu', opt_value: '1400', ip_version: 4 }]),
    numa_affinity_policy: ignored('preferred', unloaded),
    'binding:vnic_type': kept('direct'),
    'binding:host_id': kept('host-7'),
    'binding:profile': kept({ a: 'b' }),
    qos_policy_id: noQos,
    port_security_enabled: kept(false, { body: { port: { security_groups: [], allowed_address_pairs: [] } } }),
  };
  const portFixed = [
    ...['status', 'ip_allocation', 'resource_request', 'binding:vif_type', 'binding:vif_details'],
    ...['qos_network_policy_id', 'trunk_details'],
  ];
  const router = {
    ...text,
    admin_state_up: kept(false),
    distributed: kept(true),
    ha: kept(true),
  };
  const gateway = kept({ network_id: id('external'), enable_snat: false });
  const group = { name: kept('walkers-2'), description: kept('goes'), stateful: kept(false) };
  const rule = (more: object = {}) => ({
    security_group_rule: {
      ...{ security_group_id: id('security-group'), direction: 'ingress', protocol: 'tcp' },
      ...{ port_range_min: next(), port_range_max: 9000, ...more },
    },
  });
  const floating = () => ({ floatingip: { floating_network_id: id('external') } });
  const address = `127.64.77.1`;
  const tags = (kind: string, which: string): Record<string, Walk> => {
    const read = () => `/networking/v2.0/${kind}/${id(which)}/tags`;
    const walk: Walk = {
      ...{ params: { id: id(which) }, read },
      unknown: () =>
        ignored('x', 'neutron:neutron/extensions/tagging.py looks at tags only', { body: { tags: ['blue'] } }),
      attributes: { tags: seen(['red'], (_world, _answer, reply) => reply.list('tags').includes('red')) },
    };
    return { [`PUT /v2.0/${kind}/:id/tags`]: walk, [`POST /v2.0/${kind}/:id/tags`]: walk };
  };
  const interfaces = `/networking/v2.0/ports?device_id=${id('router-2')}`;
  const quotas = [
    ...['network', 'subnet', 'subnetpool', 'port', 'router', 'floatingip', 'security_group', 'security_group_rule'],
    ...['rbac_policy', 'trunk'],
  ];
  const bare = (attributes: Expectations, more: Partial<Walk>): Walk => ({ user: 'admin', ...more, attributes });
  return {
    'POST /v2.0/networks': bare(
      below('network', {
        ...created,
        ...network,
        ...fixed(...networkFixed, 'availability_zones'),
        is_default: kept(true, { body: { network: { 'router:external': true } } }),
        segments: kept([
          { 'provider:network_type': 'vxlan', 'provider:physical_network': null, 'provider:segmentation_id': 8 },
          { 'provider:network_type': 'vxlan', 'provider:physical_network': null, 'provider:segmentation_id': 9 },
        ]),
        'provider:network_type': kept('flat', { body: { network: { 'provider:physical_network': 'physnet1' } } }),
        'provider:physical_network': kept('physnet2', {
          body: { network: { 'provider:network_type': 'vlan', 'provider:segmentation_id': 71 } },
        }),
        'provider:segmentation_id': kept(72, { body: { network: physical } }),
        availability_zone_hints: refused(['mars'], /AvailabilityZone mars could not be found/i),
        ha: ignored(true, 'neutron_lib/api/definitions/network_ha.py: is_visible is False'),
      }),
      { body: () => ({ network: { name: `network-${next()}` } }) },
    ),
    'PUT /v2.0/networks/:id': bare(
      below('network', {
        ...updated,
        ...network,
        ...readOnly(...networkFixed, 'availability_zones', 'availability_zone_hints', 'ha'),
        is_default: kept(true),
        segments: ignored([provider], 'neutron:neutron/plugins/ml2/plugin.py, update_network reads none'),
        'provider:network_type': refused('vlan', /Plugin does not support updating/),
        'provider:physical_network': refused('physnet1', /Plugin does not support updating/),
        'provider:segmentation_id': refused(99, /Only VLAN type networks can be updated/),
      }),
      { params: { id: id('bare') } },
    ),
    'POST /v2.0/subnets': bare(
      below('subnet', {
        ...created,
        ...subnetText,
        ...fixed('shared', 'router:external'),
        ip_version: kept(6, { body: { subnet: { network_id: id('bare'), cidr: 'fd00:aaaa::/64' } } }),
        network_id: kept(id('other')),
        subnetpool_id: refused(none, /Subnet pool .* could not be found/),
        prefixlen: refused(24, /cidr and prefixlen must not be supplied together/),
        cidr: kept('10.77.0.0/24'),
        gateway_ip: kept('10.78.0.9', { body: alone({ cidr: '10.78.0.0/24' }) }),
        allocation_pools: kept([{ start: '10.79.0.10', end: '10.79.0.20' }], { body: alone({ cidr: '10.79.0.0/24' }) }),
        host_routes: kept([{ destination: '192.0.2.0/24', nexthop: '10.80.0.2' }], {
          body: alone({ cidr: '10.80.0.0/24' }),
        }),
        ipv6_ra_mode: kept('slaac', { body: six }),
        ipv6_address_mode: kept('slaac', { body: six }),
        use_default_subnetpool: refused(true, /No default subnetpool found/),
      }),
      { body: () => subnet() },
    ),
    'PUT /v2.0/subnets/:id': bare(
      below('subnet', {
        ...updated,
        ...subnetText,
        ...readOnly('ip_version', 'network_id', 'subnetpool_id', 'prefixlen', 'cidr', 'ipv6_ra_mode'),
        ...readOnly('ipv6_address_mode', 'shared', 'router:external', 'use_default_subnetpool'),
        gateway_ip: kept(null),
        allocation_pools: kept([{ start: '10.2.1.0', end: '10.2.99.0' }]),
        host_routes: kept([{ destination: '192.0.2.0/24', nexthop: '10.2.0.2' }]),
      }),
      { params: { id: id('other-subnet') } },
    ),
    'POST /v2.0/ports': bare(
      below('port', {
        ...created,
        ...portText,
        ...fixed(...portFixed),
        tags: ignored(
          ['blue'],
          'neutron:neutron/plugins/ml2/extensions/tag_ports_during_bulk_creation.py is not loaded',
        ),
        network_id: kept(id('other')),
        fixed_ips: kept([{ ip_address: '10.0.7.7' }]),
        device_profile: ignored('gpu', unloaded),
        security_groups: kept([id('security-group')], { body: port({ project_id: world.demo.projectId }) }),
        port_security_enabled: kept(false, { body: port({ security_groups: [] }) }),
        mac_address: kept('fa:16:3e:00:00:78'),
      }),
      { body: () => port() },
    ),
    'PUT /v2.0/ports/:id': bare(
      below('port', {
        ...updated,
        ...portText,
        ...readOnly(...portFixed, 'network_id', 'device_profile'),
        fixed_ips: kept([{ ip_address: '10.0.7.8' }]),
      }),
      { params: { id: id('port') } },
    ),
    'POST /v2.0/routers': bare(
      below('router', {
        ...created,
        ...router,
        ...fixed('status', 'routes', 'availability_zones'),
        external_gateway_info: gateway,
        flavor_id: refused(none, /Flavor .* could not be found/),
        availability_zone_hints: refused(['mars'], /AvailabilityZone mars could not be found/i),
      }),
      { body: () => ({ router: {} }) },
    ),
    'PUT /v2.0/routers/:id': bare(
      below('router', {
        ...updated,
        ...router,
        ...readOnly('status', 'flavor_id', 'availability_zones', 'availability_zone_hints'),
        external_gateway_info: gateway,
        routes: kept([{ destination: '192.0.2.0/24', nexthop: '10.0.0.9' }]),
      }),
      { params: { id: id('router') } },
    ),
    'POST /v2.0/security-groups': bare(
      below('security_group', { ...created, ...group, ...fixed('security_group_rules', 'shared') }),
      { body: () => ({ security_group: { name: `group-${next()}` } }) },
    ),
    'PUT /v2.0/security-groups/:id': bare(
      below('security_group', { ...updated, ...group, ...readOnly('security_group_rules', 'shared') }),
      { params: { id: id('idle-group') } },
    ),
    'POST /v2.0/security-group-rules': bare(
      below('security_group_rule', {
        ...fixed(
          'id',
          'created_at',
          'updated_at',
          'revision_number',
          'tags',
          'normalized_cidr',
          'belongs_to_default_sg',
        ),
        ...each(owners, kept(id('project'))),
        description: kept('lets'),
        security_group_id: refused(none, /Security group .* does not exist|could not be found/),
        remote_group_id: kept(id('security-group')),
        direction: kept('egress'),
        protocol: kept('udp'),
        port_range_min: kept(7777),
        port_range_max: kept(9999),
        ethertype: kept('IPv6'),
        remote_ip_prefix: kept('192.0.2.0/24'),
        remote_address_group_id: refused(none, /[Aa]ddress group .* could not be found|not exist/),
      }),
      { body: () => rule() },
    ),
    'PUT /v2.0/security-group-rules/:id': bare(
      below('security_group_rule', {
        ...readOnly('id', ...owners, 'created_at', 'updated_at', 'revision_number', 'tags', 'normalized_cidr'),
        ...readOnly('belongs_to_default_sg', 'security_group_id', 'remote_group_id', 'direction', 'protocol'),
        ...readOnly('port_range_min', 'port_range_max', 'ethertype', 'remote_ip_prefix', 'remote_address_group_id'),
        description: refused('lets', /internal server error/),
      }),
      { params: { id: id('rule') } },
    ),
    'POST /v2.0/floatingips': bare(
      below('floatingip', {
        ...created,
        ...fixed('router_id', 'status', 'port_details', 'port_forwardings'),
        description: kept('floats'),
        floating_ip_address: kept(address),
        subnet_id: seen(id('external-subnet'), (_world, _answer, read) =>
          read.string('floatingip.floating_ip_address').startsWith('127.64.'),
        ),
        floating_network_id: refused(none, /Network .* could not be found/),
        port_id: kept(id('port')),
        fixed_ip_address: refused('10.0.7.7', /port/i),
        qos_policy_id: noQos,
      }),
      { body: floating },
    ),
    'PUT /v2.0/floatingips/:id': bare(
      below('floatingip', {
        ...updated,
        ...readOnly('floating_ip_address', 'subnet_id', 'floating_network_id', 'router_id', 'status'),
        ...readOnly('port_details', 'port_forwardings'),
        description: kept('floats'),
        port_id: kept(id('port-2')),
        fixed_ip_address: refused('10.0.7.7', /port/i),
        qos_policy_id: noQos,
      }),
      { params: { id: id('floating') } },
    ),
    ...tags('networks', 'bare'),
    ...tags('subnets', 'subnet'),
    ...tags('ports', 'port'),
    ...tags('routers', 'router'),
    ...tags('security-groups', 'security-group'),
    ...tags('floatingips', 'floating'),
    'PUT /v2.0/routers/:id/add_router_interface': {
      params: { id: id('router-2') },
      read: () => interfaces,
      unknown: () => refused('x', /Either subnet_id or port_id must be specified/),
      attributes: {
        port_id: refused(none, /Port .* could not be found/),
        subnet_id: seen(id('other-subnet'), (_world, _answer, read) => read.text.includes(id('other-subnet'))),
      },
    },
    'PUT /v2.0/routers/:id/remove_router_interface': {
      params: { id: id('router-2') },
      read: () => interfaces,
      unknown: () => refused('x', /Either subnet_id or port_id must be specified/),
      attributes: {
        port_id: refused(none, /does not have an interface with id/),
        subnet_id: seen(id('other-subnet'), (_world, _answer, read) => !read.text.includes(id('other-subnet'))),
      },
    },
    'PUT /v2.0/quotas/:project': {
      user: 'admin',
      params: { project: id('project') },
      unknown: () => refused('x', /Unrecognized attribute\(s\) 'bogus'/),
      attributes: {
        ...Object.fromEntries(quotas.map((name) => [`quota.${name}`, kept(77)])),
        'quota.force': seen(true, (_world, _answer, read) => read.at('quota.port') === 0, {
          body: { quota: { port: 0 } },
        }),
        'quota.check_limit': ignored(true, 'neutron:neutron/extensions/quotasv2.py checks unless `force` is there', {
          body: { quota: { port: 500 } },
        }),
      },
    },
  };
}
