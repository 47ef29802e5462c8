/** What every Neutron resource has. Rows are stored as the API shows them. */
export interface NeutronRow {
  readonly id: string;
  readonly project_id: string;
  readonly tenant_id: string;
  name?: string;
  description: string | null;
  tags: string[];
  readonly created_at: string;
  updated_at: string;
  revision_number: number;
}

export interface Network extends NeutronRow {
  name: string;
  admin_state_up: boolean;
  mtu: number;
  status: string;
  subnets: string[];
  shared: boolean;
  'router:external': boolean;
  is_default: boolean;
  availability_zone_hints: string[];
  availability_zones: string[];
  ipv4_address_scope: null;
  ipv6_address_scope: null;
  port_security_enabled: boolean;
  qos_policy_id: null;
  l2_adjacency: boolean;
  'provider:network_type': string;
  'provider:physical_network': string | null;
  'provider:segmentation_id': number | null;
  /** The segments of a network that has several; it shows no others then. */
  segments: readonly ProviderSegment[] | null;
}

/** Where a network is, of which only administrators know. */
export interface ProviderSegment {
  readonly 'provider:network_type': string;
  readonly 'provider:physical_network': string | null;
  readonly 'provider:segmentation_id': number | null;
}

export interface Pool {
  readonly start: string;
  readonly end: string;
}

export interface Subnet extends NeutronRow {
  name: string;
  readonly network_id: string;
  readonly ip_version: number;
  readonly cidr: string;
  gateway_ip: string | null;
  allocation_pools: Pool[];
  dns_nameservers: string[];
  host_routes: Route[];
  enable_dhcp: boolean;
  ipv6_address_mode: string | null;
  ipv6_ra_mode: string | null;
  subnetpool_id: null;
  service_types: string[];
  segment_id: string | null;
}

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface DhcpOption {
  readonly opt_name: string;
  readonly opt_value: string;
  readonly ip_version: number;
}

export interface Port extends NeutronRow {
  name: string;
  readonly network_id: string;
  admin_state_up: boolean;
  mac_address: string;
  fixed_ips: FixedIp[];
  device_id: string;
  device_owner: string;
  status: string;
  security_groups: string[];
  allowed_address_pairs: { ip_address: string; mac_address: string }[];
  extra_dhcp_opts: DhcpOption[];
  port_security_enabled: boolean;
  qos_policy_id: null;
  qos_network_policy_id: null;
  ip_allocation: string;
  resource_request: null;
  'binding:vnic_type': string;
  'binding:host_id': string;
  'binding:profile': Record<string, unknown>;
  'binding:vif_type': string;
  'binding:vif_details': Record<string, unknown>;
}

export interface GatewayInfo {
  network_id: string;
  enable_snat: boolean;
  external_fixed_ips: FixedIp[];
}

export interface Route {
  readonly destination: string;
  readonly nexthop: string;
}

export interface Router extends NeutronRow {
  name: string;
  admin_state_up: boolean;
  status: string;
  external_gateway_info: GatewayInfo | null;
  routes: Route[];
  distributed: boolean;
  ha: boolean;
  availability_zone_hints: string[];
  availability_zones: string[];
  flavor_id: null;
}

export interface SecurityGroup extends NeutronRow {
  name: string;
  stateful: boolean;
  shared: boolean;
}

export interface SecurityGroupRule extends NeutronRow {
  readonly security_group_id: string;
  readonly direction: string;
  readonly ethertype: string;
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: null;
  readonly normalized_cidr: string | null;
  readonly belongs_to_default_sg: boolean;
  readonly standard_attr_id: number;
}

export interface FloatingIp extends NeutronRow {
  readonly floating_network_id: string;
  readonly floating_ip_address: string;
  /** The port on the external network that holds the address; not shown. */
  readonly holder_port_id: string;
  fixed_ip_address: string | null;
  port_id: string | null;
  router_id: string | null;
  status: string;
  qos_policy_id: null;
}
