import { z } from 'zod';

const ref = z.looseObject({ id: z.string() });
const tags = z.array(z.string()).default([]);

/** What every object of Octavia has. The listing may leave out what the project may not see. */
const common = {
  id: z.string(),
  name: z.string().default(''),
  description: z.string().nullish(),
  /** ACTIVE, ERROR, DELETED, or PENDING_CREATE, PENDING_UPDATE, PENDING_DELETE. */
  provisioning_status: z.string(),
  /** ONLINE, DRAINING, OFFLINE, DEGRADED, ERROR, NO_MONITOR. */
  operating_status: z.string().optional(),
  admin_state_up: z.boolean().optional(),
  project_id: z.string().nullish(),
  tags,
};

/** https://docs.openstack.org/api-ref/load-balancer/v2/#load-balancers */
export const loadBalancerSchema = z.looseObject({
  ...common,
  vip_address: z.string().nullish(),
  vip_port_id: z.string().nullish(),
  vip_subnet_id: z.string().nullish(),
  vip_network_id: z.string().nullish(),
  additional_vips: z
    .array(z.looseObject({ subnet_id: z.string().nullish(), ip_address: z.string().nullish() }))
    .optional(),
  provider: z.string().nullish(),
  flavor_id: z.string().nullish(),
  availability_zone: z.string().nullish(),
  listeners: z.array(ref).default([]),
  pools: z.array(ref).default([]),
  created_at: z.string().optional(),
  updated_at: z.string().nullish(),
});
export type LoadBalancer = z.output<typeof loadBalancerSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#listeners */
export const listenerSchema = z.looseObject({
  ...common,
  protocol: z.string(),
  protocol_port: z.number(),
  loadbalancers: z.array(ref).default([]),
  default_pool_id: z.string().nullish(),
  connection_limit: z.number().nullish(),
  allowed_cidrs: z.array(z.string()).nullish(),
  timeout_client_data: z.number().nullish(),
  timeout_member_data: z.number().nullish(),
  l7policies: z.array(ref).optional(),
});
export type Listener = z.output<typeof listenerSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#pools */
export const poolSchema = z.looseObject({
  ...common,
  protocol: z.string(),
  lb_algorithm: z.string(),
  loadbalancers: z.array(ref).default([]),
  listeners: z.array(ref).default([]),
  members: z.array(ref).default([]),
  healthmonitor_id: z.string().nullish(),
  session_persistence: z.looseObject({ type: z.string() }).nullish(),
});
export type Pool = z.output<typeof poolSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#members */
export const memberSchema = z.looseObject({
  ...common,
  address: z.string(),
  protocol_port: z.number(),
  subnet_id: z.string().nullish(),
  weight: z.number().nullish(),
  backup: z.boolean().nullish(),
  monitor_address: z.string().nullish(),
  monitor_port: z.number().nullish(),
});
export type Member = z.output<typeof memberSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#health-monitor */
export const healthMonitorSchema = z.looseObject({
  ...common,
  type: z.string(),
  /** Seconds. */
  delay: z.number(),
  /** Seconds. */
  timeout: z.number(),
  max_retries: z.number(),
  max_retries_down: z.number().optional(),
  http_method: z.string().nullish(),
  url_path: z.string().nullish(),
  expected_codes: z.string().nullish(),
  pools: z.array(ref).default([]),
});
export type HealthMonitor = z.output<typeof healthMonitorSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#l7-policies */
export const l7PolicySchema = z.looseObject({
  ...common,
  action: z.string(),
  listener_id: z.string(),
  position: z.number().optional(),
  redirect_pool_id: z.string().nullish(),
  redirect_url: z.string().nullish(),
  redirect_prefix: z.string().nullish(),
  redirect_http_code: z.number().nullish(),
  rules: z.array(ref).default([]),
});
export type L7Policy = z.output<typeof l7PolicySchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#l7-rules */
export const l7RuleSchema = z.looseObject({
  ...common,
  type: z.string(),
  compare_type: z.string(),
  value: z.string(),
  key: z.string().nullish(),
  invert: z.boolean().optional(),
});
export type L7Rule = z.output<typeof l7RuleSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#flavors */
export const loadBalancerFlavorSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean().optional(),
  flavor_profile_id: z.string().nullish(),
});
export type LoadBalancerFlavor = z.output<typeof loadBalancerFlavorSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#providers */
export const providerSchema = z.looseObject({ name: z.string(), description: z.string().nullish() });
export type Provider = z.output<typeof providerSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#availability-zones */
export const loadBalancerZoneSchema = z.looseObject({
  name: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean().optional(),
});
export type LoadBalancerZone = z.output<typeof loadBalancerZoneSchema>;

/**
 * What the project may have, not what it has; -1 means no limit.
 * https://docs.openstack.org/api-ref/load-balancer/v2/#show-project-quota
 */
export const loadBalancerQuotaSchema = z.looseObject({
  load_balancer: z.number().nullish(),
  listener: z.number().nullish(),
  pool: z.number().nullish(),
  member: z.number().nullish(),
  health_monitor: z.number().nullish(),
  l7policy: z.number().nullish(),
  l7rule: z.number().nullish(),
});
export type LoadBalancerQuota = z.output<typeof loadBalancerQuotaSchema>;

/** https://docs.openstack.org/api-ref/load-balancer/v2/#get-load-balancer-statistics */
export const loadBalancerStatsSchema = z.looseObject({
  active_connections: z.number(),
  bytes_in: z.number(),
  bytes_out: z.number(),
  request_errors: z.number(),
  total_connections: z.number(),
});
export type LoadBalancerStats = z.output<typeof loadBalancerStatsSchema>;

const node = {
  id: z.string(),
  name: z.string().default(''),
  provisioning_status: z.string().optional(),
  operating_status: z.string().optional(),
};
const treeMember = z.looseObject({ ...node, address: z.string().optional(), protocol_port: z.number().optional() });
const treePool = z.looseObject({
  ...node,
  members: z.array(treeMember).default([]),
  health_monitor: z
    .looseObject({ ...node, type: z.string().optional() })
    .partial()
    .optional(),
});

/**
 * The load balancer and all below it.
 * https://docs.openstack.org/api-ref/load-balancer/v2/#get-load-balancer-status-tree
 */
export const statusTreeSchema = z.looseObject({
  ...node,
  listeners: z.array(z.looseObject({ ...node, pools: z.array(treePool).default([]) })).default([]),
  pools: z.array(treePool).default([]),
});
export type StatusTree = z.output<typeof statusTreeSchema>;
