/** What every Octavia object has. Rows hold what the API shows, under its names, and the ids of their parents. */
export interface OctaviaRow {
  readonly id: string;
  name: string | null;
  description: string | null;
  provisioning_status: string;
  /** As the service stores it. What members do decides about the others: see views.ts. */
  operating_status: string;
  admin_state_up: boolean;
  readonly project_id: string;
  readonly created_at: string;
  updated_at: string | null;
  tags: string[];
  /** The load balancer it belongs to; its own id for a load balancer. */
  readonly lbId: string;
}

/** An address of a load balancer besides its VIP. */
export interface AdditionalVip {
  readonly subnet_id: string;
  readonly ip_address: string;
  readonly port_id: string;
}

export interface LoadBalancer extends OctaviaRow {
  readonly vip_address: string;
  readonly vip_port_id: string;
  readonly vip_subnet_id: string;
  readonly vip_network_id: string;
  readonly additional_vips: readonly AdditionalVip[];
  vip_sg_ids: string[];
  /** The security group that Octavia makes for the VIP port, unless the user chose groups. */
  ownGroupId: string | null;
  /** The port of the machine that does the work: on the user's network, but Octavia's. */
  amphoraPortId: string | null;
  /** Whether Octavia made the VIP port, and removes it. */
  readonly ownsPort: boolean;
  readonly provider: string;
  readonly flavor_id: string | null;
  readonly availability_zone: string | null;
  /** Whether its creation ends in ERROR. */
  doomed: boolean;
}

export interface Listener extends OctaviaRow {
  readonly protocol: string;
  readonly protocol_port: number;
  connection_limit: number;
  default_pool_id: string | null;
  insert_headers: Record<string, string>;
  timeout_client_data: number;
  timeout_member_connect: number;
  timeout_member_data: number;
  timeout_tcp_inspect: number;
  allowed_cidrs: string[] | null;
  tls_ciphers: string | null;
  tls_versions: string[] | null;
  alpn_protocols: string[] | null;
}

export interface SessionPersistence {
  type: string;
  cookie_name: string | null;
  persistence_timeout: number | null;
  persistence_granularity: string | null;
}

export interface Pool extends OctaviaRow {
  readonly protocol: string;
  lb_algorithm: string;
  session_persistence: SessionPersistence | null;
  tls_enabled: boolean;
  tls_ciphers: string | null;
  tls_versions: string[] | null;
  alpn_protocols: string[] | null;
}

export interface Member extends OctaviaRow {
  readonly poolId: string;
  readonly address: string;
  readonly protocol_port: number;
  subnet_id: string | null;
  weight: number;
  backup: boolean;
  monitor_address: string | null;
  monitor_port: number | null;
}

export interface HealthMonitor extends OctaviaRow {
  readonly poolId: string;
  readonly type: string;
  delay: number;
  timeout: number;
  max_retries: number;
  max_retries_down: number;
  http_method: string | null;
  url_path: string | null;
  expected_codes: string | null;
  http_version: number | null;
  domain_name: string | null;
}

export interface L7Policy extends OctaviaRow {
  readonly listener_id: string;
  action: string;
  position: number;
  redirect_pool_id: string | null;
  redirect_url: string | null;
  redirect_prefix: string | null;
  redirect_http_code: number | null;
}

export interface L7Rule extends OctaviaRow {
  readonly policyId: string;
  type: string;
  compare_type: string;
  key: string | null;
  value: string;
  invert: boolean;
}
