import type { Cloud } from '../cloud.ts';
import { ok, type ApiError, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { addressUse, defaultRules, pools, ruleTypes, segments, type DerivedRow } from './derived-rows.ts';
import { neutronError, neutronNotFound } from './errors.ts';
import { listRows, selectFields } from './lists.ts';

/** A collection that an extension announces, and that nobody changes here. */
interface Collection {
  /** Below `/v2.0/`. */
  readonly path: string;
  readonly singular: string;
  readonly plural: string;
  /** The attributes that lists are filtered and sorted by, besides `id`. */
  readonly filters?: readonly string[];
  /** What there is of it; nothing unless said. */
  readonly rows?: (cloud: Cloud, call: Call) => readonly DerivedRow[];
  /** Only administrators see what there is. */
  readonly isAdministrators?: boolean;
  readonly notFound: (id: string) => ApiError;
  /** Actions on one of them (neutron-lib:neutron_lib/api/definitions, ACTION_MAP), and lists below one. */
  readonly below?: readonly (readonly [method: string, name: string])[];
}

/** A 404 in the words of its exception. */
const missing =
  (type: string, words: string) =>
  (id: string): ApiError =>
    neutronError(404, type, words.replace('%s', id));
const hidden = (): ApiError => neutronError(404, 'HTTPNotFound', 'The resource could not be found.');

const named = ['name', 'description', 'tenant_id', 'project_id'];
const shared = [...named, 'shared'];
const policyRules = [
  ...['bandwidth_limit_rules', 'dscp_marking_rules', 'minimum_bandwidth_rules', 'minimum_packet_rate_rules'],
  'packet_rate_limit_rules',
];
const segmentFilters = ['network_id', 'name', 'description', 'physical_network', 'network_type', 'segmentation_id'];
const ruleFilters = [
  ...['description', 'remote_group_id', 'remote_address_group_id', 'direction', 'protocol', 'port_range_min'],
  ...['port_range_max', 'ethertype', 'remote_ip_prefix', 'used_in_default_sg', 'used_in_non_default_sg'],
];

const collections: readonly Collection[] = [
  {
    ...{ path: 'trunks', singular: 'trunk', plural: 'trunks' },
    filters: [...named, 'admin_state_up', 'port_id', 'status', 'sub_ports'],
    notFound: missing('TrunkNotFound', 'Trunk %s could not be found.'),
    below: [
      ['GET', 'get_subports'],
      ['PUT', 'add_subports'],
      ['PUT', 'remove_subports'],
    ],
  },
  {
    ...{ path: 'qos/policies', singular: 'policy', plural: 'policies' },
    filters: [...shared, 'is_default'],
    notFound: missing('QosPolicyNotFound', 'QoS policy %s could not be found.'),
    below: policyRules.flatMap((name) => ['GET', 'POST'].map((method) => [method, name] as const)),
  },
  {
    ...{ path: 'rbac-policies', singular: 'rbac_policy', plural: 'rbac_policies' },
    filters: ['object_type', 'object_id', 'target_tenant', 'action', 'tenant_id', 'project_id'],
    notFound: missing('RbacPolicyNotFound', 'RBAC policy of type None with ID %s not found'),
  },
  {
    ...{ path: 'subnetpools', singular: 'subnetpool', plural: 'subnetpools' },
    filters: [
      ...[...shared, 'default_quota', 'ip_version', 'default_prefixlen', 'min_prefixlen', 'max_prefixlen'],
      ...['is_default', 'address_scope_id'],
    ],
    notFound: missing('SubnetPoolNotFound', 'Subnet pool %s could not be found.'),
    below: ['add_prefixes', 'remove_prefixes', 'onboard_network_subnets'].map((name) => ['PUT', name] as const),
  },
  {
    ...{ path: 'address-scopes', singular: 'address_scope', plural: 'address_scopes' },
    filters: [...shared.filter((name) => name !== 'description'), 'ip_version'],
    notFound: missing('AddressScopeNotFound', 'Address scope %s could not be found'),
  },
  {
    ...{ path: 'address-groups', singular: 'address_group', plural: 'address_groups' },
    filters: shared,
    notFound: missing('AddressGroupNotFound', 'Address group %s could not be found.'),
    below: ['add_addresses', 'remove_addresses'].map((name) => ['PUT', name] as const),
  },
  {
    ...{ path: 'flavors', singular: 'flavor', plural: 'flavors' },
    filters: ['name', 'description', 'service_type', 'enabled'],
    notFound: missing('FlavorNotFound', 'Flavor %s could not be found.'),
    below: [
      ['GET', 'next_providers'],
      ['POST', 'service_profiles'],
    ],
  },
  {
    ...{ path: 'service_profiles', singular: 'service_profile', plural: 'service_profiles' },
    filters: ['description', 'driver', 'metainfo', 'enabled'],
    notFound: missing('ServiceProfileNotFound', 'Service Profile %s could not be found.'),
  },
  {
    ...{ path: 'agents', singular: 'agent', plural: 'agents' },
    filters: [
      ...['agent_type', 'binary', 'topic', 'host', 'admin_state_up', 'alive', 'availability_zone', 'description'],
      'resources_synced',
    ],
    notFound: missing('AgentNotFound', 'Agent %s could not be found.'),
    below: [
      ['GET', 'dhcp-networks'],
      ['GET', 'l3-routers'],
    ],
  },
  {
    ...{ path: 'segments', singular: 'segment', plural: 'segments' },
    filters: segmentFilters,
    rows: segments,
    isAdministrators: true,
    notFound: missing('SegmentNotFound', 'Segment %s could not be found.'),
  },
  {
    path: 'network-ip-availabilities',
    ...{ singular: 'network_ip_availability', plural: 'network_ip_availabilities' },
    filters: ['network_id', 'network_name', 'tenant_id', 'project_id', 'ip_version'],
    rows: addressUse,
    isAdministrators: true,
    notFound: neutronNotFound.network,
  },
  {
    ...{ path: 'floatingip_pools', singular: 'floatingip_pool', plural: 'floatingip_pools' },
    filters: ['subnet_id', 'subnet_name', 'network_id', 'cidr', 'tenant_id', 'project_id'],
    rows: pools,
    notFound: hidden,
  },
  {
    path: 'default-security-group-rules',
    ...{ singular: 'default_security_group_rule', plural: 'default_security_group_rules' },
    filters: ruleFilters,
    rows: defaultRules,
    notFound: missing('DefaultSecurityGroupRuleNotFound', 'Default Security Group rule %s does not exist'),
  },
  {
    ...{ path: 'qos/rule-types', singular: 'rule_type', plural: 'rule_types' },
    filters: ['type', 'all_supported', 'all_rules'],
    rows: ruleTypes,
    notFound: hidden,
  },
  {
    ...{ path: 'service-providers', singular: 'service_provider', plural: 'service_providers' },
    filters: ['service_type', 'name', 'default'],
    notFound: hidden,
  },
  {
    ...{ path: 'availability_zones', singular: 'availability_zone', plural: 'availability_zones' },
    filters: ['name', 'resource', 'state'],
    notFound: hidden,
  },
];

/**
 * What clients of the announced extensions ask before they do their work: lists of what there is, and 404s in the words
 * of the extension. What would make or change something is no route here.
 */
export function extensionCollectionRoutes(service: Service, cloud: Cloud): void {
  for (const one of collections) {
    const path = `/v2.0/${one.path}`;
    const { rows = () => [], notFound, plural, singular } = one;
    const visible = (call: Call): readonly DerivedRow[] =>
      one.isAdministrators === true && !call.who.isAdmin ? [] : rows(cloud, call);
    const attributes = Object.fromEntries(
      ['id', ...(one.filters ?? [])].map((name) => [name, { filter: true, sort: true }]),
    );
    const find = (call: Call, id: string) => visible(call).find((row) => row.id === id);
    service.get(path, (call) =>
      ok(
        listRows(
          call,
          {
            ...{ plural, attributes, notFound },
            table: { get: (id) => find(call, id) },
            candidates: () => [...visible(call)],
            visible: () => true,
          },
          (row) => shownOf(row),
        ),
      ),
    );
    service.get(`${path}/:id`, (call) => {
      const row = find(call, call.params['id'] ?? '');
      if (!row) throw notFound(call.params['id'] ?? '');
      return ok({ [singular]: selectFields(call, shownOf(row)) });
    });
    const absent = (call: Call): never => {
      throw notFound(call.params['id'] ?? '');
    };
    // Nothing that there is may be changed, and of the rest there is nothing to change.
    if (one.rows === undefined)
      for (const method of ['PUT', 'DELETE']) service.route(method, `${path}/:id`, absent, { takes: takesNothing });
    for (const [method, name] of one.below ?? [])
      service.route(method, `${path}/:id/${name}`, absent, { takes: takesNothing });
  }
}

/** A row without the id that it is listed by, where it has no attribute of that name. */
const shownOf = ({ hasNoId, ...row }: DerivedRow): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => hasNoId !== true || name !== 'id'));
