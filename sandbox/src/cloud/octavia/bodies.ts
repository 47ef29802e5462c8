import {
  address,
  boolean,
  choice,
  cidr,
  httpVersion,
  integer,
  text,
  texts,
  url,
  urlPath,
  uuidText,
  word,
} from './wsme-types.ts';
import { list, may, must, or, record, within, type Type } from './wsme.ts';

/** 24 days, in milliseconds: the longest time-out. */
const LONGEST = 24 * 24 * 60 * 60 * 1000;
const LAST_POSITION = 2_147_483_647;

const name = may(text(255));
const description = may(text(255));
const tags = may(list(text(255)));
const projectId = may(text(36));
const tenantId = projectId;
const port = integer(1, 65_535);
const timeout = may(integer(0, LONGEST));
const reference = may(text(255));
const versions = may(list(text(32)));
const retries = integer(1, 10);
const line = { shown: '^[^\\r\\n]*$', test: /^[^\r\n]*$/ };
const statusCodes = {
  shown: '^(\\d{3}(\\s*,\\s*\\d{3})*)$|^(\\d{3}-\\d{3})$',
  test: /^(\d{3}(\s*,\s*\d{3})*)$|^(\d{3}-\d{3})$/,
};
const domainName = {
  shown: '^(?=.{1,253}\\.?$)(?:(?!-|[^.]+_)[A-Za-z0-9-_]{1,63}(?<!-)(?:\\.|$))+$',
  test: /^(?=.{1,253}\.?$)(?:(?!-|[^.]+_)[A-Za-z0-9-_]{1,63}(?<!-)(?:\.|$))+$/,
};
const alpn = may(
  list<string>({
    read: (json) => json as string,
    check: (value) => word('h2', 'http/1.1', 'http/1.0').check(value as 'h2'),
  }),
);

const poolProtocol = word('TCP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'UDP', 'SCTP');
const algorithm = word('LEAST_CONNECTIONS', 'ROUND_ROBIN', 'SOURCE_IP', 'SOURCE_IP_PORT');
const persistenceKind = word('SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE');
const cookieName = may(text(255, { shown: '^[^\\s,;\\\\]+$', test: /^[^\s,;\\]+$/ }));
const persistence = {
  cookie_name: cookieName,
  persistence_timeout: may(integer()),
  persistence_granularity: may(address),
};

const member = {
  name,
  admin_state_up: or(boolean, true),
  address: must(address),
  protocol_port: must(port),
  weight: or(integer(0, 256), 1),
  backup: or(boolean, false),
  subnet_id: may(uuidText),
  monitor_port: may(port),
  monitor_address: may(address),
  tags,
  request_sriov: or(boolean, false),
};
export const memberCreate = record({ ...member, project_id: projectId, tenant_id: tenantId });
const memberWithin = within(record(member));
export const memberUpdate = record({
  name,
  admin_state_up: may(boolean),
  weight: may(integer(0, 256)),
  backup: may(boolean),
  monitor_port: may(port),
  monitor_address: may(address),
  tags,
});

const http = {
  http_method: may(word('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'OPTIONS', 'CONNECT', 'PATCH')),
  url_path: may(urlPath),
  expected_codes: may(text(Infinity, statusCodes)),
};
const newer = { http_version: may(httpVersion), domain_name: may(text(255, domainName)) };
const monitor = {
  name,
  type: must(word('HTTP', 'HTTPS', 'PING', 'TCP', 'TLS-HELLO', 'UDP-CONNECT', 'SCTP')),
  delay: must(integer(0)),
  timeout: must(integer(0)),
  max_retries_down: or(retries, 3),
  max_retries: must(retries),
  ...http,
  admin_state_up: or(boolean, true),
  tags,
  ...newer,
};
export const monitorCreate = record({
  ...monitor,
  project_id: projectId,
  pool_id: must(uuidText),
  tenant_id: tenantId,
});
const monitorWithin = within(record(monitor));
export const monitorUpdate = record({
  name,
  delay: may(integer(0)),
  timeout: may(integer(0)),
  max_retries_down: may(retries),
  max_retries: may(retries),
  ...http,
  admin_state_up: may(boolean),
  tags,
  ...newer,
});

const tls = {
  tls_container_ref: reference,
  ca_tls_container_ref: reference,
  crl_container_ref: reference,
  tls_ciphers: may(text(2048)),
  tls_versions: versions,
  alpn_protocols: alpn,
};
const poolDetails = {
  session_persistence: may(record({ type: must(persistenceKind), ...persistence })),
  healthmonitor: may(monitorWithin),
  members: may(list(memberWithin)),
  tags,
  ...tls,
  tls_enabled: or(boolean, false),
};
const named = { name, description, admin_state_up: or(boolean, true) };
export const poolCreate = record({
  ...named,
  listener_id: may(uuidText),
  loadbalancer_id: may(uuidText),
  protocol: must(poolProtocol),
  lb_algorithm: must(algorithm),
  ...poolDetails,
  project_id: projectId,
  tenant_id: tenantId,
});
/** A pool within a whole load balancer; with a name only it means one that is described elsewhere. */
const poolWithin = within(
  record({ ...named, protocol: may(poolProtocol), lb_algorithm: may(algorithm), ...poolDetails }),
);
export const poolUpdate = record({
  name,
  description,
  admin_state_up: may(boolean),
  lb_algorithm: may(algorithm),
  session_persistence: may(record({ type: may(persistenceKind), ...persistence })),
  tags,
  ...tls,
  tls_enabled: may(boolean),
});

const ruleType = word(
  'HOST_NAME',
  'PATH',
  'FILE_TYPE',
  'HEADER',
  'COOKIE',
  'SSL_CONN_HAS_CERT',
  'SSL_VERIFY_RESULT',
  'SSL_DN_FIELD',
);
const comparison = word('REGEX', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS', 'EQUAL_TO');
const rule = (key: Type<string>) => ({
  type: must(ruleType),
  compare_type: must(comparison),
  key: may(key),
  value: must(key),
  invert: or(boolean, false),
  admin_state_up: or(boolean, true),
  tags,
});
export const ruleCreate = record({ ...rule(text(255, line)), project_id: projectId, tenant_id: tenantId });
const ruleWithin = within(record(rule(text(255))));
export const ruleUpdate = record({
  type: may(ruleType),
  compare_type: may(comparison),
  key: may(text(255, line)),
  value: may(text(255, line)),
  invert: may(boolean),
  admin_state_up: may(boolean),
  tags,
});

const action = word('REJECT', 'REDIRECT_TO_URL', 'REDIRECT_TO_POOL', 'REDIRECT_PREFIX');
const redirection = {
  redirect_url: may(url),
  redirect_prefix: may(url),
  redirect_http_code: may(choice(301, 302, 303, 307, 308)),
};
const policy = {
  ...named,
  action: must(action),
  ...redirection,
  position: or(integer(1, LAST_POSITION), LAST_POSITION),
  rules: may(list(ruleWithin)),
  tags,
};
export const policyCreate = record({
  ...policy,
  redirect_pool_id: may(uuidText),
  listener_id: must(uuidText),
  project_id: projectId,
  tenant_id: tenantId,
});
const policyWithin = within(record({ ...policy, redirect_pool: may(poolWithin) }));
export const policyUpdate = record({
  name,
  description,
  admin_state_up: may(boolean),
  action: may(action),
  redirect_pool_id: may(uuidText),
  ...redirection,
  position: may(integer(1, LAST_POSITION)),
  tags,
});

const listenerFields = {
  connection_limit: integer(-1),
  default_tls_container_ref: reference,
  sni_container_refs: may(list(text(255))),
  default_pool_id: may(uuidText),
  insert_headers: may(texts),
  timeout_client_data: timeout,
  timeout_member_connect: timeout,
  timeout_member_data: timeout,
  timeout_tcp_inspect: timeout,
  tags,
  client_ca_tls_container_ref: reference,
  client_crl_container_ref: reference,
  allowed_cidrs: may(list(cidr)),
  tls_ciphers: may(text(2048)),
  tls_versions: versions,
  alpn_protocols: alpn,
};
const authentication = word('NONE', 'OPTIONAL', 'MANDATORY');
const listener = {
  ...named,
  protocol: must(word('TCP', 'HTTPS', 'HTTP', 'TERMINATED_HTTPS', 'UDP', 'SCTP', 'PROMETHEUS')),
  protocol_port: must(port),
  ...listenerFields,
  connection_limit: or(listenerFields.connection_limit, -1),
  default_pool: may(poolWithin),
  l7policies: or(list(policyWithin), []),
  client_authentication: or(authentication, 'NONE'),
  hsts_max_age: may(integer(0)),
  hsts_include_subdomains: or(boolean, false),
  hsts_preload: or(boolean, false),
};
export const listenerCreate = record({
  ...listener,
  project_id: projectId,
  loadbalancer_id: must(uuidText),
  tenant_id: tenantId,
});
const listenerWithin = within(record(listener));
export const listenerUpdate = record({
  name,
  description,
  admin_state_up: may(boolean),
  ...listenerFields,
  connection_limit: may(listenerFields.connection_limit),
  client_authentication: may(authentication),
  hsts_max_age: may(integer(0)),
  hsts_include_subdomains: may(boolean),
  hsts_preload: may(boolean),
});

export const loadBalancerCreate = record({
  ...named,
  vip_address: may(address),
  vip_port_id: may(uuidText),
  vip_subnet_id: may(uuidText),
  vip_network_id: may(uuidText),
  vip_qos_policy_id: may(uuidText),
  vip_sg_ids: may(list(uuidText)),
  additional_vips: or(
    list(record({ subnet_id: must(uuidText), ip_address: may(address), port_id: may(uuidText) })),
    [],
  ),
  project_id: projectId,
  listeners: or(list(listenerWithin), []),
  pools: or(list(poolWithin), []),
  provider: may(text(64)),
  tags,
  flavor_id: may(uuidText),
  availability_zone: may(text(255)),
  tenant_id: tenantId,
});
export const loadBalancerUpdate = record({
  name,
  description,
  vip_qos_policy_id: may(uuidText),
  admin_state_up: may(boolean),
  vip_sg_ids: may(list(uuidText)),
  tags,
});

const limit = may(integer(-1, 2_000_000_000));
export const quotaUpdate = record({
  loadbalancer: limit,
  load_balancer: limit,
  listener: limit,
  member: limit,
  pool: limit,
  healthmonitor: limit,
  health_monitor: limit,
  l7policy: limit,
  l7rule: limit,
});

type Read<T> = T extends Type<infer V> ? V : never;
export type MemberBody = Read<typeof memberWithin>;
export type MonitorBody = Read<typeof monitorWithin>;
export type PoolBody = Read<typeof poolWithin>;
export type RuleBody = Read<typeof ruleWithin>;
export type PolicyBody = Read<typeof policyWithin>;
export type ListenerBody = Read<typeof listenerWithin>;
export type LoadBalancerBody = Read<typeof loadBalancerCreate>;
export type ListenerChanges = Read<typeof listenerUpdate>;
export type PoolChanges = Read<typeof poolUpdate>;
export type PolicyChanges = Read<typeof policyUpdate>;
export type RuleChanges = Read<typeof ruleUpdate>;
export type MonitorChanges = Read<typeof monitorUpdate>;
