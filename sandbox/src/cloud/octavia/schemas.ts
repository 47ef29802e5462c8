import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const common = {
  name: z.string().max(255).default(''),
  description: z.string().max(255).default(''),
  admin_state_up: z.boolean().default(true),
  tags: z.array(z.string().max(255)).default([]),
  project_id: z.string().optional(),
  tenant_id: z.string().optional(),
};
const address = z.string().refine((text) => ipaddr.isValid(text), 'Value should be IPv4 or IPv6 format');
const port = z.int().min(1).max(65_535);

/** Bodies of create requests; nested objects may come with their parents. */
export const memberSchema = z.looseObject({
  ...common,
  address,
  protocol_port: port,
  weight: z.int().min(0).max(256).default(1),
  backup: z.boolean().default(false),
  subnet_id: z.string().nullish(),
  monitor_address: address.nullish(),
  monitor_port: port.nullish(),
});
export const monitorSchema = z.looseObject({
  ...common,
  type: z.enum(['HTTP', 'HTTPS', 'PING', 'SCTP', 'TCP', 'TLS-HELLO', 'UDP-CONNECT']),
  delay: z.int().min(0),
  timeout: z.int().min(0),
  max_retries: z.int().min(1).max(10),
  max_retries_down: z.int().min(1).max(10).default(3),
  http_method: z.string().nullish(),
  url_path: z.string().nullish(),
  expected_codes: z.string().nullish(),
});
const sessionPersistence = z.looseObject({
  type: z.enum(['SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE']),
  cookie_name: z.string().nullish(),
  persistence_timeout: z.int().nullish(),
  persistence_granularity: z.string().nullish(),
});
export const poolSchema = z.looseObject({
  ...common,
  protocol: z.enum(['TCP', 'UDP', 'SCTP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2']),
  lb_algorithm: z.enum(['ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP', 'SOURCE_IP_PORT']),
  session_persistence: sessionPersistence.nullish(),
  members: z.array(memberSchema).default([]),
  healthmonitor: monitorSchema.nullish(),
});
export const ruleSchema = z.looseObject({
  ...common,
  type: z.enum([
    'HOST_NAME',
    'PATH',
    'FILE_TYPE',
    'HEADER',
    'COOKIE',
    'SSL_CONN_HAS_CERT',
    'SSL_VERIFY_RESULT',
    'SSL_DN_FIELD',
  ]),
  compare_type: z.enum(['REGEX', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS', 'EQUAL_TO']),
  key: z.string().nullish(),
  value: z.string(),
  invert: z.boolean().default(false),
});
/** A pool given by name only refers to one elsewhere in the same request. */
const namedPool = z.union([poolSchema, z.strictObject({ name: z.string() })]);
export const policySchema = z.looseObject({
  ...common,
  action: z.enum(['REJECT', 'REDIRECT_TO_POOL', 'REDIRECT_TO_URL', 'REDIRECT_PREFIX']),
  position: z.int().min(1).max(2_147_483_647).optional(),
  redirect_pool_id: z.string().nullish(),
  redirect_url: z.string().nullish(),
  redirect_prefix: z.string().nullish(),
  redirect_http_code: z.int().nullish(),
  redirect_pool: namedPool.optional(),
  rules: z.array(ruleSchema).default([]),
});
export const listenerSchema = z.looseObject({
  ...common,
  protocol: z.enum(['TCP', 'UDP', 'SCTP', 'HTTP', 'HTTPS', 'TERMINATED_HTTPS', 'PROMETHEUS']),
  protocol_port: z.int().min(0).max(65_535),
  connection_limit: z.int().min(-1).default(-1),
  default_pool_id: z.string().nullish(),
  default_pool: namedPool.optional(),
  insert_headers: z.record(z.string(), z.string()).nullish(),
  timeout_client_data: z.int().min(0).default(50_000),
  timeout_member_connect: z.int().min(0).default(5000),
  timeout_member_data: z.int().min(0).default(50_000),
  timeout_tcp_inspect: z.int().min(0).default(0),
  allowed_cidrs: z
    .array(z.string().refine((text) => ipaddr.isValidCIDR(text), 'Value should be IPv4 or IPv6 CIDR format'))
    .nullish(),
  l7policies: z.array(policySchema).default([]),
});
export const loadBalancerSchema = z.looseObject({
  ...common,
  vip_address: address.nullish(),
  vip_subnet_id: z.string().nullish(),
  vip_network_id: z.string().nullish(),
  vip_port_id: z.string().nullish(),
  provider: z.string().nullish(),
  flavor_id: z.string().nullish(),
  availability_zone: z.string().nullish(),
  listeners: z.array(listenerSchema).default([]),
  pools: z.array(poolSchema).default([]),
});

export type MemberSpec = z.output<typeof memberSchema>;
export type MonitorSpec = z.output<typeof monitorSchema>;
export type PoolSpec = z.output<typeof poolSchema>;
export type RuleSpec = z.output<typeof ruleSchema>;
export type PolicySpec = z.output<typeof policySchema>;
export type ListenerSpec = z.output<typeof listenerSchema>;
export type LoadBalancerSpec = z.output<typeof loadBalancerSchema>;

const changes = {
  name: z.string().max(255),
  description: z.string().max(255),
  admin_state_up: z.boolean(),
  tags: z.array(z.string().max(255)),
};

/** Bodies of update requests: what is absent stays. */
export const updateSchemas = {
  loadbalancer: z.strictObject({ ...changes, vip_qos_policy_id: z.string().nullable() }).partial(),
  listener: z
    .strictObject({
      ...changes,
      connection_limit: z.int().min(-1),
      default_pool_id: z.string().nullable(),
      insert_headers: z.record(z.string(), z.string()),
      timeout_client_data: z.int(),
      timeout_member_connect: z.int(),
      timeout_member_data: z.int(),
      timeout_tcp_inspect: z.int(),
      allowed_cidrs: z.array(z.string()).nullable(),
    })
    .partial(),
  pool: z.strictObject({ ...changes, lb_algorithm: poolSchema.shape.lb_algorithm }).partial(),
  member: z
    .strictObject({
      ...changes,
      weight: z.int().min(0).max(256),
      backup: z.boolean(),
      monitor_address: address.nullable(),
      monitor_port: port.nullable(),
    })
    .partial(),
  healthmonitor: z
    .strictObject({
      ...changes,
      delay: z.int(),
      timeout: z.int(),
      max_retries: z.int().min(1).max(10),
      max_retries_down: z.int().min(1).max(10),
      http_method: z.string(),
      url_path: z.string(),
      expected_codes: z.string(),
    })
    .partial(),
  l7policy: z
    .strictObject({
      ...changes,
      action: policySchema.shape.action,
      position: z.int().min(1),
      redirect_pool_id: z.string().nullable(),
      redirect_url: z.string().nullable(),
      redirect_prefix: z.string().nullable(),
      redirect_http_code: z.int().nullable(),
    })
    .partial(),
  rule: z
    .strictObject({
      ...changes,
      type: ruleSchema.shape.type,
      compare_type: ruleSchema.shape.compare_type,
      key: z.string().nullable(),
      value: z.string(),
      invert: z.boolean(),
    })
    .partial(),
} as const;
