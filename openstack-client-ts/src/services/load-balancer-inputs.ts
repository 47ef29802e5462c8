/**
 * What every list of Octavia can be filtered by.
 * https://docs.openstack.org/api-ref/load-balancer/v2/#filtering-and-column-selection
 */
export interface LoadBalancerCommonFilters {
  id?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  project_id?: string | undefined;
  provisioning_status?: string | undefined;
  operating_status?: string | undefined;
  /** All of these tags. */
  tags?: readonly string[] | string | undefined;
  'tags-any'?: readonly string[] | string | undefined;
  'not-tags'?: readonly string[] | string | undefined;
  'not-tags-any'?: readonly string[] | string | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
}

export interface LoadBalancerFilters extends LoadBalancerCommonFilters {
  vip_network_id?: string | undefined;
  vip_subnet_id?: string | undefined;
  vip_port_id?: string | undefined;
  vip_address?: string | undefined;
  provider?: string | undefined;
}

interface Common {
  name?: string | undefined;
  description?: string | undefined;
  admin_state_up?: boolean | undefined;
  tags?: readonly string[] | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-pool */
export interface PoolUpdate extends Common {
  lb_algorithm?: 'ROUND_ROBIN' | 'LEAST_CONNECTIONS' | 'SOURCE_IP' | 'SOURCE_IP_PORT' | undefined;
  session_persistence?: { type: string; cookie_name?: string | undefined } | null | undefined;
  tls_enabled?: boolean | undefined;
}
export interface PoolCreate extends PoolUpdate {
  protocol: 'TCP' | 'UDP' | 'HTTP' | 'HTTPS' | 'PROXY' | 'PROXYV2' | 'SCTP';
  /** One of the two; neither within a fully populated load balancer. */
  loadbalancer_id?: string | undefined;
  listener_id?: string | undefined;
  /** Only within a fully populated load balancer. */
  members?: readonly MemberCreate[] | undefined;
  healthmonitor?: HealthMonitorCreate | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-member */
export interface MemberUpdate extends Common {
  /** 0 to 256; 0 takes no new connections. */
  weight?: number | undefined;
  backup?: boolean | undefined;
  monitor_address?: string | undefined;
  monitor_port?: number | undefined;
}
export interface MemberCreate extends MemberUpdate {
  address: string;
  protocol_port: number;
  subnet_id?: string | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-health-monitor */
export interface HealthMonitorUpdate extends Common {
  /** Seconds between checks. */
  delay?: number | undefined;
  /** Seconds; less than `delay`. */
  timeout?: number | undefined;
  max_retries?: number | undefined;
  max_retries_down?: number | undefined;
  http_method?: string | undefined;
  url_path?: string | undefined;
  expected_codes?: string | undefined;
}
export interface HealthMonitorCreate extends HealthMonitorUpdate {
  type: 'HTTP' | 'HTTPS' | 'PING' | 'TCP' | 'TLS-HELLO' | 'UDP-CONNECT' | 'SCTP';
  delay: number;
  timeout: number;
  max_retries: number;
  /** Left out within a fully populated load balancer. */
  pool_id?: string | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-an-l7-rule */
export interface L7RuleCreate extends Omit<Common, 'name' | 'description'> {
  type:
    | 'COOKIE'
    | 'FILE_TYPE'
    | 'HEADER'
    | 'HOST_NAME'
    | 'PATH'
    | 'SSL_CONN_HAS_CERT'
    | 'SSL_VERIFY_RESULT'
    | 'SSL_DN_FIELD';
  compare_type: 'CONTAINS' | 'ENDS_WITH' | 'EQUAL_TO' | 'REGEX' | 'STARTS_WITH';
  value: string;
  key?: string | undefined;
  invert?: boolean | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-an-l7-policy */
export interface L7PolicyUpdate extends Common {
  action?: 'REDIRECT_PREFIX' | 'REDIRECT_TO_POOL' | 'REDIRECT_TO_URL' | 'REJECT' | undefined;
  position?: number | undefined;
  redirect_pool_id?: string | undefined;
  redirect_url?: string | undefined;
  redirect_prefix?: string | undefined;
  redirect_http_code?: number | undefined;
}
export interface L7PolicyCreate extends L7PolicyUpdate {
  action: 'REDIRECT_PREFIX' | 'REDIRECT_TO_POOL' | 'REDIRECT_TO_URL' | 'REJECT';
  /** Left out within a fully populated load balancer. */
  listener_id?: string | undefined;
  rules?: readonly L7RuleCreate[] | undefined;
  redirect_pool?: PoolCreate | undefined;
}

/** https://docs.openstack.org/api-ref/load-balancer/v2/#create-listener */
export interface ListenerUpdate extends Common {
  default_pool_id?: string | null | undefined;
  /** -1 for no limit. */
  connection_limit?: number | undefined;
  allowed_cidrs?: readonly string[] | null | undefined;
  /** Milliseconds. */
  timeout_client_data?: number | undefined;
  timeout_member_data?: number | undefined;
  timeout_member_connect?: number | undefined;
  timeout_tcp_inspect?: number | undefined;
  insert_headers?: Readonly<Record<string, string>> | undefined;
  default_tls_container_ref?: string | undefined;
  sni_container_refs?: readonly string[] | undefined;
}
export interface ListenerCreate extends ListenerUpdate {
  protocol: 'TCP' | 'UDP' | 'HTTP' | 'HTTPS' | 'TERMINATED_HTTPS' | 'SCTP' | 'PROMETHEUS';
  protocol_port: number;
  /** Left out within a fully populated load balancer. */
  loadbalancer_id?: string | undefined;
  /** Only within a fully populated load balancer: a pool, or the name of one of its pools. */
  default_pool?: PoolCreate | { name: string } | undefined;
  l7policies?: readonly L7PolicyCreate[] | undefined;
}

export interface LoadBalancerUpdate extends Common {
  vip_qos_policy_id?: string | null | undefined;
}

/**
 * One of the three VIP fields. With `listeners` and `pools` all of it is made in one request.
 * https://docs.openstack.org/api-ref/load-balancer/v2/#creating-a-fully-populated-load-balancer
 */
export interface LoadBalancerCreate extends LoadBalancerUpdate {
  vip_subnet_id?: string | undefined;
  vip_network_id?: string | undefined;
  vip_port_id?: string | undefined;
  vip_address?: string | undefined;
  additional_vips?: readonly { subnet_id: string; ip_address?: string | undefined }[] | undefined;
  provider?: string | undefined;
  flavor_id?: string | undefined;
  availability_zone?: string | undefined;
  project_id?: string | undefined;
  listeners?: readonly ListenerCreate[] | undefined;
  pools?: readonly PoolCreate[] | undefined;
}
