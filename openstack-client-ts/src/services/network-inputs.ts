/**
 * What every list of Neutron can be filtered by.
 * https://docs.openstack.org/api-ref/network/v2/#filtering-and-column-selection
 */
export interface CommonFilters {
  id?: string | readonly string[] | undefined;
  name?: string | readonly string[] | undefined;
  description?: string | undefined;
  project_id?: string | undefined;
  status?: string | undefined;
  /** All of these tags. */
  tags?: readonly string[] | string | undefined;
  'tags-any'?: readonly string[] | string | undefined;
  'not-tags'?: readonly string[] | string | undefined;
  'not-tags-any'?: readonly string[] | string | undefined;
  /** Attributes to send; those this library reads must be among them. */
  fields?: readonly string[] | undefined;
  sort_key?: string | undefined;
  sort_dir?: 'asc' | 'desc' | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface NetworkFilters extends CommonFilters {
  'router:external'?: boolean | undefined;
  shared?: boolean | undefined;
}

export interface NetworkCreate {
  name?: string | undefined;
  description?: string | undefined;
  admin_state_up?: boolean | undefined;
  mtu?: number | undefined;
  port_security_enabled?: boolean | undefined;
  shared?: boolean | undefined;
  availability_zone_hints?: readonly string[] | undefined;
  'router:external'?: boolean | undefined;
  'provider:network_type'?: string | undefined;
  'provider:physical_network'?: string | undefined;
  'provider:segmentation_id'?: number | undefined;
  project_id?: string | undefined;
}

export interface SubnetFilters extends CommonFilters {
  network_id?: string | readonly string[] | undefined;
  cidr?: string | undefined;
  ip_version?: 4 | 6 | undefined;
  gateway_ip?: string | undefined;
}

export interface SubnetCreate {
  network_id: string;
  ip_version: 4 | 6;
  /** Or `subnetpool_id`. */
  cidr?: string | undefined;
  subnetpool_id?: string | undefined;
  prefixlen?: number | undefined;
  name?: string | undefined;
  description?: string | undefined;
  /** null for none; default: the first address. */
  gateway_ip?: string | null | undefined;
  enable_dhcp?: boolean | undefined;
  dns_nameservers?: readonly string[] | undefined;
  allocation_pools?: readonly { start: string; end: string }[] | undefined;
  host_routes?: readonly { destination: string; nexthop: string }[] | undefined;
  ipv6_address_mode?: string | undefined;
  ipv6_ra_mode?: string | undefined;
  project_id?: string | undefined;
}
export type SubnetUpdate = Partial<
  Pick<
    SubnetCreate,
    'name' | 'description' | 'gateway_ip' | 'enable_dhcp' | 'dns_nameservers' | 'allocation_pools' | 'host_routes'
  >
>;

export interface ExternalGateway {
  network_id: string;
  enable_snat?: boolean | undefined;
  external_fixed_ips?: readonly { subnet_id?: string | undefined; ip_address?: string | undefined }[] | undefined;
}

export interface RouterCreate {
  name?: string | undefined;
  description?: string | undefined;
  admin_state_up?: boolean | undefined;
  /** null takes the gateway away. */
  external_gateway_info?: ExternalGateway | null | undefined;
  routes?: readonly { destination: string; nexthop: string }[] | undefined;
  ha?: boolean | undefined;
  distributed?: boolean | undefined;
  availability_zone_hints?: readonly string[] | undefined;
  project_id?: string | undefined;
}

/** A router takes either a subnet, whose gateway address it gets, or a port. */
export type RouterInterfaceOf = { subnet_id: string } | { port_id: string };

export interface PortFilters extends CommonFilters {
  network_id?: string | readonly string[] | undefined;
  device_id?: string | readonly string[] | undefined;
  device_owner?: string | readonly string[] | undefined;
  /** E.g. `ip_address=10.0.0.5` or `subnet_id=…`. */
  fixed_ips?: string | readonly string[] | undefined;
  mac_address?: string | undefined;
  security_groups?: string | readonly string[] | undefined;
}

export interface PortCreate {
  network_id: string;
  name?: string | undefined;
  description?: string | undefined;
  admin_state_up?: boolean | undefined;
  fixed_ips?: readonly { subnet_id?: string | undefined; ip_address?: string | undefined }[] | undefined;
  security_groups?: readonly string[] | undefined;
  allowed_address_pairs?: readonly { ip_address: string; mac_address?: string | undefined }[] | undefined;
  port_security_enabled?: boolean | undefined;
  mac_address?: string | undefined;
  device_id?: string | undefined;
  device_owner?: string | undefined;
  'binding:vnic_type'?: string | undefined;
  'binding:profile'?: Readonly<Record<string, unknown>> | undefined;
  /** Tags with the creation, where the extension `tag-ports-during-bulk-creation` is there. */
  tags?: readonly string[] | undefined;
  project_id?: string | undefined;
}
export type PortUpdate = Partial<Omit<PortCreate, 'network_id' | 'tags' | 'project_id'>>;

export interface SecurityGroupCreate {
  name: string;
  description?: string | undefined;
  stateful?: boolean | undefined;
  project_id?: string | undefined;
}

export interface SecurityGroupRuleFilters extends Omit<CommonFilters, 'name' | 'status'> {
  security_group_id?: string | readonly string[] | undefined;
  direction?: 'ingress' | 'egress' | undefined;
  protocol?: string | undefined;
  remote_group_id?: string | undefined;
  remote_ip_prefix?: string | undefined;
}

export interface SecurityGroupRuleCreate {
  security_group_id: string;
  direction: 'ingress' | 'egress';
  ethertype?: 'IPv4' | 'IPv6' | undefined;
  /** Name or number; left out: all protocols. */
  protocol?: string | null | undefined;
  port_range_min?: number | null | undefined;
  port_range_max?: number | null | undefined;
  remote_ip_prefix?: string | null | undefined;
  remote_group_id?: string | null | undefined;
  remote_address_group_id?: string | null | undefined;
  description?: string | undefined;
}

export interface FloatingIpFilters extends Omit<CommonFilters, 'name'> {
  floating_network_id?: string | undefined;
  floating_ip_address?: string | readonly string[] | undefined;
  fixed_ip_address?: string | undefined;
  port_id?: string | readonly string[] | undefined;
  router_id?: string | undefined;
}

export interface FloatingIpCreate {
  floating_network_id: string;
  port_id?: string | undefined;
  fixed_ip_address?: string | undefined;
  floating_ip_address?: string | undefined;
  subnet_id?: string | undefined;
  description?: string | undefined;
  project_id?: string | undefined;
}

export interface FloatingIpUpdate {
  /** null takes it off its port. */
  port_id?: string | null | undefined;
  fixed_ip_address?: string | undefined;
  description?: string | undefined;
}
