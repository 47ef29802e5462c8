import { pythonText } from '../http/python-repr.ts';
import { isRecord } from '../http/service.ts';
import { adminFlag, fixed, flag, owners, qosPolicy, shown, standard, tagAttributes, text } from './attribute-parts.ts';
import type { AttributeMap } from './attributes.ts';
import { neutronError } from './errors.ts';
import {
  dictionary,
  dictionaryOf,
  fixedIps,
  hostRoutes,
  ipAddress,
  ipPools,
  listOf,
  listOfAny,
  macAddress,
  nameservers,
  nonNegative,
  noneToEmptyList,
  oneLine,
  oneOf,
  orNone,
  string,
  subnet,
  toBoolean,
  toBooleanOrNone,
  toCanonicalAddress,
  toInteger,
  toPools,
  toSubnetCidr,
  uuid,
  type Validator,
} from './validators.ts';

// The attributes of openstack/neutron-lib:neutron_lib/api/definitions, of the extensions that are offered.

const zoneHints = { post: true, default: [], check: listOf(string(255)), sort: true };
const provider = { post: true, put: true, optional: true, filter: true, policy: true };

export const networkAttributes: AttributeMap = {
  id: fixed,
  name: text,
  subnets: shown,
  admin_state_up: flag(true),
  status: fixed,
  ...owners,
  shared: adminFlag,
  ipv4_address_scope: shown,
  ipv6_address_scope: shown,
  'router:external': adminFlag,
  is_default: adminFlag,
  l2_adjacency: shown,
  mtu: {
    ...{ post: true, put: true, default: 0, convert: toInteger, check: nonNegative },
    ...{ filter: true, sort: true, policy: true },
  },
  segments: {
    ...{ post: true, put: true, optional: true, policy: true },
    policyKeys: ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id'],
  },
  'provider:network_type': { ...provider, check: string(32) },
  'provider:physical_network': { ...provider, check: string(64) },
  'provider:segmentation_id': { ...provider, convert: toInteger },
  availability_zones: shown,
  availability_zone_hints: zoneHints,
  ha: { post: true, default: false, convert: toBoolean },
  port_security_enabled: { post: true, put: true, default: true, convert: toBoolean, policy: true },
  qos_policy_id: qosPolicy,
  ...standard,
  ...tagAttributes,
};

const ipv6Mode = {
  ...{ post: true, optional: true, filter: true, sort: true },
  check: oneOf('dhcpv6-stateful', 'dhcpv6-stateless', 'slaac'),
};

export const subnetAttributes: AttributeMap = {
  id: fixed,
  name: text,
  ip_version: { post: true, convert: toInteger, check: oneOf(4, 6), filter: true, sort: true },
  network_id: { post: true, check: uuid, filter: true, sort: true },
  subnetpool_id: { post: true, optional: true, check: orNone(uuid), filter: true, sort: true },
  prefixlen: { post: true, optional: true, convert: toInteger, check: nonNegative },
  cidr: {
    ...{ post: true, optional: true, convert: toSubnetCidr, check: orNone(subnet) },
    ...{ filter: true, sort: true },
  },
  gateway_ip: {
    ...{ post: true, put: true, optional: true, convert: toCanonicalAddress, check: orNone(ipAddress) },
    ...{ filter: true, sort: true },
  },
  allocation_pools: { post: true, put: true, optional: true, convert: toPools, check: ipPools },
  dns_nameservers: { post: true, put: true, optional: true, convert: noneToEmptyList, check: nameservers },
  host_routes: { post: true, put: true, optional: true, convert: noneToEmptyList, check: hostRoutes },
  ...owners,
  enable_dhcp: flag(true),
  ipv6_ra_mode: ipv6Mode,
  ipv6_address_mode: ipv6Mode,
  shared: { filter: true },
  'router:external': { filter: true },
  segment_id: { post: true, put: true, default: null, check: orNone(uuid), filter: true, sort: true },
  use_default_subnetpool: { post: true, default: false, convert: toBoolean },
  service_types: { post: true, put: true, optional: true },
  ...standard,
  ...tagAttributes,
};

/** openstack/neutron-lib:neutron_lib/api/validators/allowedaddresspairs.py */
const addressPairs: Validator = (value) => {
  const refuse = (message: string) => neutronError(400, 'HTTPBadRequest', message);
  if (!Array.isArray(value)) throw refuse('Allowed address pairs must be a list.');
  if (value.length > 10) {
    throw neutronError(
      400,
      'AllowedAddressPairExhausted',
      'The number of allowed address pair exceeds the maximum 10.',
    );
  }
  const seen = new Set<string>();
  for (const pair of value) {
    if (!isRecord(pair)) return dictionary(pair);
    const { ip_address, mac_address, ...others } = pair;
    const wrongMac = 'mac_address' in pair ? macAddress(mac_address) : undefined;
    if (wrongMac !== undefined) throw refuse(wrongMac);
    if (!('ip_address' in pair)) {
      throw neutronError(400, 'AllowedAddressPairsMissingIP', 'AllowedAddressPair must contain ip_address');
    }
    const key = JSON.stringify([mac_address, ip_address]);
    if (seen.has(key)) {
      throw neutronError(
        400,
        'DuplicateAddressPairInRequest',
        `Request contains duplicate address pair: mac_address ${pythonText(mac_address)} ip_address ${pythonText(ip_address)}.`,
      );
    }
    seen.add(key);
    if (Object.keys(others).length > 0) throw refuse(`Unrecognized attribute(s) '${Object.keys(others).join(', ')}'`);
    const problem = String(ip_address).includes('/') ? subnet(ip_address) : ipAddress(ip_address);
    if (problem !== undefined) throw refuse(problem);
  }
  return undefined;
};

const ipVersion = { convert: toInteger, check: oneOf(4, 6) };
const dhcpOption = dictionaryOf({
  opt_name: { required: true, check: oneLine(64) },
  opt_value: { required: true, check: orNone(oneLine(255)) },
  ip_version: ipVersion,
});
const dhcpRouteOption = dictionaryOf({
  opt_name: { required: true, check: oneOf('router', 'classless-static-route') },
  opt_value: { required: true, check: orNone(string(255)) },
  ip_version: ipVersion,
});

const vnicTypes: readonly string[] = [
  ...['normal', 'direct', 'macvtap', 'baremetal', 'direct-physical', 'virtio-forwarder', 'smart-nic', 'vdpa'],
  ...['accelerator-direct', 'accelerator-direct-physical', 'remote-managed'],
];

export const portAttributes: AttributeMap = {
  id: fixed,
  name: text,
  network_id: { post: true, check: uuid, filter: true, sort: true },
  admin_state_up: flag(true),
  mac_address: {
    ...{ post: true, put: true, optional: true, check: macAddress },
    ...{ filter: true, sort: true, policy: true },
  },
  fixed_ips: { post: true, put: true, optional: true, check: fixedIps, filter: true, policy: true },
  device_id: { ...text, policy: true },
  device_owner: { ...text, policy: true },
  ...owners,
  status: fixed,
  security_groups: {
    ...{ post: true, put: true, optional: true, convert: noneToEmptyList, check: listOf(uuid) },
    filter: true,
  },
  allowed_address_pairs: {
    ...{ post: true, put: true, optional: true, convert: noneToEmptyList, check: addressPairs },
    policy: true,
  },
  extra_dhcp_opts: { post: true, put: true, default: null, check: orNone(listOfAny(dhcpRouteOption, dhcpOption)) },
  ip_allocation: fixed,
  device_profile: { post: true, default: null, check: orNone(string(255)) },
  numa_affinity_policy: {
    ...{ post: true, put: true, default: null },
    check: oneOf('required', 'preferred', 'legacy', 'socket', null),
  },
  resource_request: shown,
  'binding:vif_type': shown,
  'binding:vif_details': shown,
  'binding:vnic_type': { post: true, put: true, default: 'normal', check: oneOf(...vnicTypes), policy: true },
  'binding:host_id': { post: true, put: true, optional: true, filter: true, policy: true },
  'binding:profile': { post: true, put: true, optional: true, check: orNone(dictionary), policy: true },
  port_security_enabled: { post: true, put: true, optional: true, convert: toBoolean, policy: true },
  qos_policy_id: qosPolicy,
  qos_network_policy_id: shown,
  trunk_details: shown,
  ...standard,
  ...tagAttributes,
  tags: { post: true, default: [], check: listOf(string(255)), filter: true },
};

/** The words and shape of a gateway (openstack/neutron-lib:neutron_lib/api/definitions/l3_ext_gw_mode.py). */
const gateway = dictionaryOf({
  network_id: { required: true, check: uuid },
  external_fixed_ips: { check: fixedIps },
  enable_snat: { convert: toBoolean },
  qos_policy_id: { check: orNone(uuid) },
});
const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || value === 0 || value === false || JSON.stringify(value) === '{}';

export const routerAttributes: AttributeMap = {
  id: fixed,
  name: text,
  admin_state_up: flag(true),
  status: { sort: true },
  ...owners,
  external_gateway_info: {
    ...{ post: true, put: true, default: null, policy: true },
    check: (value) => (isEmpty(value) ? undefined : gateway(value)),
    policyKeys: ['network_id', 'external_fixed_ips', 'enable_snat', 'qos_policy_id'],
  },
  distributed: { post: true, put: true, optional: true, convert: toBooleanOrNone, policy: true },
  ha: { post: true, put: true, optional: true, convert: toBooleanOrNone, policy: true },
  routes: { put: true, convert: noneToEmptyList, check: hostRoutes },
  flavor_id: { post: true, optional: true, sort: true, policy: true },
  availability_zones: shown,
  availability_zone_hints: { ...zoneHints, sort: false },
  ...standard,
  ...tagAttributes,
};

export const floatingIpAttributes: AttributeMap = {
  id: fixed,
  floating_ip_address: {
    ...{ post: true, default: null, check: orNone(ipAddress) },
    ...{ filter: true, sort: true, policy: true },
  },
  subnet_id: { post: true, default: null, check: orNone(uuid) },
  floating_network_id: { post: true, check: uuid, filter: true, sort: true },
  router_id: fixed,
  port_id: { post: true, put: true, default: null, check: orNone(uuid), filter: true },
  fixed_ip_address: { post: true, put: true, default: null, check: orNone(ipAddress), filter: true, sort: true },
  ...owners,
  status: fixed,
  qos_policy_id: qosPolicy,
  port_details: shown,
  port_forwardings: shown,
  ...standard,
  ...tagAttributes,
};

/** openstack/neutron:neutron/extensions/securitygroup.py */
const notDefault: Validator = (value) => {
  const problem = string(255)(value);
  if (problem === undefined && typeof value === 'string' && value.toLowerCase() === 'default')
    throw neutronError(409, 'SecurityGroupDefaultAlreadyExists', 'Default security group already exists.');
  return problem;
};

export const securityGroupAttributes: AttributeMap = {
  id: fixed,
  name: { ...text, check: notDefault },
  ...owners,
  security_group_rules: shown,
  shared: { filter: true },
  stateful: { post: true, put: true, default: true, convert: toBoolean },
  ...standard,
  ...tagAttributes,
};
