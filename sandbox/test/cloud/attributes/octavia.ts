import { ignored, kept, refused, seen, type Expectation, type Expectations, type Walk } from './expectation.ts';
import type { World } from './world.ts';

const none = '00000000-0000-4000-8000-000000000000';
const secret = 'http://barbican/v1/containers/x';

/** What Octavia's resources and quotas take; resources within others are walked by themselves. */
export function octaviaWalks(world: World): Readonly<Record<string, Walk>> {
  const { demo, id, next, settled } = world;
  const below = (singular: string, expectations: Expectations): Expectations =>
    Object.fromEntries(Object.entries(expectations).map(([name, one]) => [`${singular}.${name}`, one]));
  const each = (names: readonly string[], one: Expectation): Expectations =>
    Object.fromEntries(names.map((name) => [name, one]));
  const at = { loadbalancer_id: id('balancer') };
  const common = { name: kept('walker'), admin_state_up: kept(false), tags: kept(['blue']) };
  const described = { ...common, description: kept('goes') };
  /** Children belong to the project of their load balancer, whatever they say. */
  const owners = each(
    ['project_id', 'tenant_id'],
    ignored(id('project'), 'octavia:octavia/api/v2/controllers: children take the project of their load balancer'),
  );
  const listener = (more: object = {}) => ({
    listener: { protocol: 'TCP', protocol_port: 1000 + next(), ...at, ...more },
  });
  const http = () => listener({ protocol: 'HTTP' });
  const pool = (more: object = {}) => ({ pool: { protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN', ...at, ...more } });
  const udp = (more: object = {}) => ({
    pool: { protocol: 'UDP', lb_algorithm: 'ROUND_ROBIN', session_persistence: { type: 'SOURCE_IP', ...more }, ...at },
  });
  const web = () => pool({ protocol: 'HTTP' });
  const member = () => ({ member: { address: '10.0.4.1', protocol_port: next() } });
  const timing = { delay: 5, timeout: 3, max_retries: 3 };
  const fresh = async (): Promise<string> => {
    await settled();
    return (await demo.octavia('POST', '/pools', web())).string('pool.id');
  };
  const policy = (more: object = {}) => ({ l7policy: { action: 'REJECT', listener_id: id('listener'), ...more } });
  const to = { action: 'REDIRECT_TO_URL', redirect_url: 'http://b.example/' };
  const rule = (more: object = {}) => ({
    rule: { type: 'HEADER', compare_type: 'EQUAL_TO', key: 'k', value: `v${next()}`, ...more },
  });
  const timeouts = {
    timeout_client_data: kept(1000),
    timeout_member_connect: kept(1001),
    timeout_member_data: kept(1002),
    timeout_tcp_inspect: kept(1003),
  };
  /** Octavia fails where a resource within another is not expected. */
  const notWithin = /'dict' object has no attribute '_sa_instance_state'/;
  const tls = /[Cc]ertificate|TLS|reference|retrieve/;
  const listenerText = {
    ...described,
    ...timeouts,
    connection_limit: kept(77),
    allowed_cidrs: kept(['192.0.2.0/24']),
    default_tls_container_ref: refused(secret, tls),
    sni_container_refs: refused([secret], tls),
    client_ca_tls_container_ref: refused(secret, tls),
    client_crl_container_ref: refused(secret, tls),
    client_authentication: refused('MANDATORY', tls),
    tls_ciphers: kept('TLS_AES_256_GCM_SHA384'),
    tls_versions: kept(['TLSv1.3']),
    alpn_protocols: kept(['h2']),
    hsts_max_age: refused(10, /HSTS/),
    hsts_include_subdomains: refused(true, /hsts_max_age/),
    hsts_preload: refused(true, /hsts_max_age/),
  };
  const poolTls = {
    tls_container_ref: refused(secret, tls),
    ca_tls_container_ref: refused(secret, tls),
    crl_container_ref: refused(secret, tls),
    tls_enabled: kept(true),
    tls_ciphers: kept('TLS_AES_256_GCM_SHA384'),
    tls_versions: kept(['TLSv1.3']),
    alpn_protocols: kept(['h2']),
  };
  const monitorText = {
    ...common,
    delay: kept(7),
    timeout: kept(4),
    max_retries: kept(5),
    max_retries_down: kept(6),
    http_method: kept('HEAD'),
    url_path: kept('/healthz'),
    expected_codes: kept('204'),
    http_version: kept(1.1),
    domain_name: kept('a.example'),
  };
  const memberText = {
    ...common,
    weight: kept(7),
    backup: kept(true),
    monitor_port: kept(8080),
    monitor_address: kept('10.0.4.9'),
  };
  const policyText = {
    ...described,
    redirect_prefix: kept('http://c.example/', { body: policy({ action: 'REDIRECT_PREFIX' }) }),
    redirect_http_code: kept(301, { body: policy(to) }),
  };
  const ruleText = {
    type: kept('COOKIE'),
    compare_type: kept('CONTAINS'),
    key: kept('other'),
    value: kept('else'),
    invert: kept(true),
    admin_state_up: kept(false),
    tags: kept(['blue']),
  };
  const ready = settled;
  return {
    'POST /v2/lbaas/loadbalancers': {
      body: () => ({ loadbalancer: { vip_subnet_id: id('subnet') } }),
      attributes: below('loadbalancer', {
        ...described,
        ...each(['project_id', 'tenant_id'], kept(id('project'), { user: 'admin' })),
        vip_address: kept('10.0.5.5'),
        vip_port_id: kept(id('port-2'), { body: { loadbalancer: {} } }),
        vip_subnet_id: kept(id('other-subnet')),
        vip_network_id: kept(id('other'), { body: { loadbalancer: {} } }),
        vip_qos_policy_id: refused(none, /qos_policy/),
        vip_sg_ids: kept([id('security-group')]),
        'additional_vips[].subnet_id': refused(none, /All VIP subnets must belong to the same network/),
        'additional_vips[].ip_address': refused('10.0.5.6', /Mandatory|subnet_id/),
        'additional_vips[].port_id': refused(none, /Mandatory|subnet_id/),
        listeners: seen(
          [{ protocol: 'TCP', protocol_port: 1 }],
          (_w, _a, read) => read.list('loadbalancer.listeners').length === 1,
        ),
        pools: seen(
          [{ name: 'p', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' }],
          (_w, _a, read) => read.list('loadbalancer.pools').length === 1,
        ),
        provider: refused('moon', /Provider 'moon' is not enabled/),
        flavor_id: refused(none, /[Ff]lavor/),
        availability_zone: refused('mars', /[Aa]vailability/),
      }),
    },
    'PUT /v2/lbaas/loadbalancers/:id': {
      ready,
      params: { id: id('balancer') },
      attributes: below('loadbalancer', {
        ...described,
        vip_qos_policy_id: refused(none, /qos_policy/),
        vip_sg_ids: seen([id('security-group')], async ({ demo: user }, _answer, read) => {
          const isKept = read.at('loadbalancer.vip_sg_ids.0') === id('security-group');
          await settled();
          await user.octavia('PUT', `/loadbalancers/${id('balancer')}`, { loadbalancer: { vip_sg_ids: [] } });
          return isKept;
        }),
      }),
    },
    'POST /v2/lbaas/listeners': {
      ready,
      body: () => listener(),
      attributes: below('listener', {
        ...listenerText,
        ...owners,
        protocol: kept('HTTP'),
        protocol_port: kept(777),
        loadbalancer_id: refused(none, /Load Balancer .* not found/),
        default_pool_id: kept(id('pool-2'), { body: http }),
        default_pool: refused({ protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' }, notWithin),
        l7policies: refused([{ action: 'REJECT' }], notWithin, { body: http }),
        insert_headers: kept({ 'X-Forwarded-For': 'true' }, { body: http }),
      }),
    },
    'PUT /v2/lbaas/listeners/:id': {
      ready,
      params: { id: id('listener') },
      attributes: below('listener', {
        ...listenerText,
        default_pool_id: kept(id('pool-2')),
        insert_headers: kept({ 'X-Forwarded-For': 'true' }),
      }),
    },
    'POST /v2/lbaas/pools': {
      ready,
      body: () => pool(),
      attributes: below('pool', {
        ...described,
        ...owners,
        ...poolTls,
        listener_id: seen(id('listener-2'), (_w, _a, read) => read.at('pool.listeners.0.id') === id('listener-2'), {
          body: web,
        }),
        loadbalancer_id: refused(none, /Load Balancer .* not found/),
        protocol: kept('HTTP'),
        lb_algorithm: kept('SOURCE_IP'),
        'session_persistence.type': kept('SOURCE_IP'),
        'session_persistence.cookie_name': kept('c', {
          body: pool({ protocol: 'HTTP', session_persistence: { type: 'APP_COOKIE' } }),
        }),
        'session_persistence.persistence_timeout': kept(7, { body: udp }),
        'session_persistence.persistence_granularity': kept('255.255.0.0', { body: udp }),
        healthmonitor: refused({ type: 'TCP', ...timing }, notWithin),
        members: refused([{ address: '10.0.4.1', protocol_port: 1 }], notWithin),
      }),
    },
    'PUT /v2/lbaas/pools/:id': {
      ready,
      params: { id: id('pool-2') },
      attributes: below('pool', {
        ...described,
        ...poolTls,
        lb_algorithm: kept('SOURCE_IP'),
        'session_persistence.type': kept('SOURCE_IP'),
        'session_persistence.cookie_name': kept('c', {
          body: { pool: { session_persistence: { type: 'APP_COOKIE' } } },
        }),
        'session_persistence.persistence_timeout': refused(7, /persistence_timeout/, {
          body: { pool: { session_persistence: { type: 'SOURCE_IP' } } },
        }),
        'session_persistence.persistence_granularity': refused('255.255.0.0', /persistence_granularity/, {
          body: { pool: { session_persistence: { type: 'SOURCE_IP' } } },
        }),
      }),
    },
    'PUT /v2/lbaas/pools/:pool/members': {
      ready: async () => {
        await settled();
        await demo.octavia('PUT', `/pools/${id('pool-2')}/members`, { members: [] });
        await settled();
      },
      params: { pool: id('pool-2') },
      body: () => ({ members: [{ address: '10.0.4.1', protocol_port: 80 }] }),
      attributes: Object.fromEntries(
        Object.entries({
          ...memberText,
          address: kept('10.0.4.2'),
          protocol_port: kept(81),
          subnet_id: kept(id('subnet')),
          request_sriov: refused(true, /SR-IOV/),
          ...owners,
        }).map(([name, one]) => [`members[].${name}`, one.kind === 'kept' ? { ...one, at: `members.0.${name}` } : one]),
      ),
    },
    'POST /v2/lbaas/pools/:pool/members': {
      ready,
      params: { pool: id('pool') },
      body: member,
      attributes: below('member', {
        ...memberText,
        ...owners,
        address: kept('10.0.4.2'),
        protocol_port: kept(9999),
        subnet_id: kept(id('subnet')),
        request_sriov: refused(true, /SR-IOV/),
      }),
    },
    'PUT /v2/lbaas/pools/:pool/members/:id': {
      ready,
      params: { pool: id('pool'), id: id('member') },
      attributes: below('member', memberText),
    },
    'POST /v2/lbaas/healthmonitors': {
      ready,
      body: async () => ({ healthmonitor: { type: 'HTTP', pool_id: await fresh(), ...timing } }),
      attributes: below('healthmonitor', {
        ...monitorText,
        ...owners,
        domain_name: kept('a.example', {
          body: async () => ({ healthmonitor: { type: 'HTTP', pool_id: await fresh(), http_version: 1.1, ...timing } }),
        }),
        type: kept('TCP'),
        pool_id: refused(none, /Pool .* not found/),
      }),
    },
    'PUT /v2/lbaas/healthmonitors/:id': {
      ready,
      params: { id: id('monitor') },
      attributes: below('healthmonitor', monitorText),
    },
    'POST /v2/lbaas/l7policies': {
      ready,
      body: () => policy(),
      attributes: below('l7policy', {
        ...policyText,
        ...owners,
        action: refused('REDIRECT_TO_URL', /redirect_url|url/i),
        redirect_url: kept('http://d.example/', { body: policy({ action: 'REDIRECT_TO_URL' }) }),
        redirect_pool_id: kept(id('pool'), { body: policy({ action: 'REDIRECT_TO_POOL' }) }),
        position: kept(1),
        rules: refused([{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/' }], notWithin),
        listener_id: refused(none, /Listener .* not found/),
      }),
    },
    'PUT /v2/lbaas/l7policies/:id': {
      ready,
      params: { id: id('policy') },
      attributes: below('l7policy', {
        ...described,
        redirect_url: kept('http://e.example/'),
        redirect_http_code: kept(301),
        position: seen(1, (_w, _a, read) => read.at('l7policy.position') === 1),
        redirect_prefix: kept('http://f.example/', { body: { l7policy: { action: 'REDIRECT_PREFIX' } } }),
        redirect_pool_id: kept(id('pool'), { body: { l7policy: { action: 'REDIRECT_TO_POOL' } } }),
        action: kept('REJECT'),
      }),
    },
    'POST /v2/lbaas/l7policies/:policy/rules': {
      ready,
      params: { policy: id('policy-2') },
      body: () => rule(),
      attributes: below('rule', { ...ruleText, ...owners }),
    },
    'PUT /v2/lbaas/l7policies/:policy/rules/:id': {
      ready,
      params: { policy: id('policy'), id: id('l7-rule') },
      attributes: below('rule', ruleText),
    },
    'PUT /v2/lbaas/quotas/:project': {
      user: 'admin',
      params: { project: id('project') },
      attributes: below('quota', {
        ...each(['listener', 'member', 'pool', 'l7policy', 'l7rule'], kept(77)),
        loadbalancer: kept(78, { at: 'quota.load_balancer' }),
        load_balancer: kept(79),
        healthmonitor: kept(78, { at: 'quota.health_monitor' }),
        health_monitor: kept(79),
      }),
    },
  };
}
