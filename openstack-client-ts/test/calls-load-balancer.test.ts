import { testCalls } from './support/calls.ts';

const OCTAVIA = '/load-balancer/v2/lbaas';

const balancer = { id: 'b', name: 'api', provisioning_status: 'ACTIVE' };
const member = { id: 'm', address: '10.0.0.5', protocol_port: 6443, provisioning_status: 'ACTIVE' };
const monitor = { id: 'h', type: 'TCP', delay: 10, timeout: 5, max_retries: 5, provisioning_status: 'ACTIVE' };

testCalls('load balancer', [
  {
    name: 'a fully populated load balancer',
    call: (cloud) =>
      cloud.loadBalancer.loadBalancers.create({
        name: 'api',
        vip_subnet_id: 'u',
        listeners: [
          {
            protocol: 'TCP',
            protocol_port: 6443,
            default_pool: {
              protocol: 'TCP',
              lb_algorithm: 'ROUND_ROBIN',
              members: [{ address: '10.0.0.5', protocol_port: 6443 }],
            },
          },
        ],
      }),
    line: `POST ${OCTAVIA}/loadbalancers`,
    sent: {
      loadbalancer: {
        name: 'api',
        vip_subnet_id: 'u',
        listeners: [
          {
            protocol: 'TCP',
            protocol_port: 6443,
            default_pool: {
              protocol: 'TCP',
              lb_algorithm: 'ROUND_ROBIN',
              members: [{ address: '10.0.0.5', protocol_port: 6443 }],
            },
          },
        ],
      },
    },
    reply: {
      status: 201,
      json: { loadbalancer: { ...balancer, provisioning_status: 'PENDING_CREATE', vip_port_id: 'p' } },
    },
    gives: { vip_port_id: 'p' },
  },
  {
    name: 'a load balancer with all below it goes',
    call: (cloud) => cloud.loadBalancer.loadBalancers.delete('b', { cascade: true }),
    line: `DELETE ${OCTAVIA}/loadbalancers/b?cascade=true`,
    reply: { status: 204 },
  },
  {
    name: 'the status tree',
    call: (cloud) => cloud.loadBalancer.loadBalancers.statusTree('b'),
    line: `GET ${OCTAVIA}/loadbalancers/b/status`,
    reply: {
      json: {
        statuses: {
          loadbalancer: {
            id: 'b',
            provisioning_status: 'ACTIVE',
            listeners: [
              { id: 'l', pools: [{ id: 'q', members: [{ id: 'm', operating_status: 'ONLINE' }], health_monitor: {} }] },
            ],
          },
        },
      },
    },
    gives: { listeners: [{ pools: [{ members: [{ operating_status: 'ONLINE' }] }] }] },
  },
  {
    name: 'load-balancer statistics',
    call: (cloud) => cloud.loadBalancer.loadBalancers.stats('b'),
    line: `GET ${OCTAVIA}/loadbalancers/b/stats`,
    reply: {
      json: { stats: { active_connections: 1, bytes_in: 2, bytes_out: 3, request_errors: 0, total_connections: 5 } },
    },
    gives: { bytes_in: 2 },
  },
  {
    name: 'a listener',
    call: (cloud) => cloud.loadBalancer.listeners.create({ protocol: 'TCP', protocol_port: 443, loadbalancer_id: 'b' }),
    line: `POST ${OCTAVIA}/listeners`,
    sent: { listener: { protocol: 'TCP', protocol_port: 443, loadbalancer_id: 'b' } },
    reply: {
      status: 201,
      json: { listener: { id: 'l', protocol: 'TCP', protocol_port: 443, provisioning_status: 'PENDING_CREATE' } },
    },
    gives: { id: 'l' },
  },
  {
    name: 'a pool',
    call: (cloud) => cloud.loadBalancer.pools.get('q'),
    line: `GET ${OCTAVIA}/pools/q`,
    reply: { json: { pool: { id: 'q', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN', provisioning_status: 'ACTIVE' } } },
    gives: { members: [] },
  },
  {
    name: 'a member',
    call: (cloud) => cloud.loadBalancer.members('q').create({ address: '10.0.0.5', protocol_port: 6443 }),
    line: `POST ${OCTAVIA}/pools/q/members`,
    sent: { member: { address: '10.0.0.5', protocol_port: 6443 } },
    reply: { status: 201, json: { member } },
    gives: member,
  },
  {
    name: 'members as a batch',
    call: (cloud) =>
      cloud.loadBalancer.members('q').setAll([{ address: '10.0.0.5', protocol_port: 6443 }], { additiveOnly: true }),
    line: `PUT ${OCTAVIA}/pools/q/members?additive_only=true`,
    sent: { members: [{ address: '10.0.0.5', protocol_port: 6443 }] },
    reply: { status: 202 },
  },
  {
    name: 'a health monitor',
    call: (cloud) =>
      cloud.loadBalancer.healthMonitors.create({ type: 'TCP', delay: 10, timeout: 5, max_retries: 5, pool_id: 'q' }),
    line: `POST ${OCTAVIA}/healthmonitors`,
    sent: { healthmonitor: { type: 'TCP', delay: 10, timeout: 5, max_retries: 5, pool_id: 'q' } },
    reply: { status: 201, json: { healthmonitor: monitor } },
    gives: monitor,
  },
  {
    name: 'an L7 policy',
    call: (cloud) => cloud.loadBalancer.l7Policies.list({ name: 'x' }),
    line: `GET ${OCTAVIA}/l7policies?name=x`,
    reply: { json: { l7policies: [{ id: 'o', action: 'REJECT', listener_id: 'l', provisioning_status: 'ACTIVE' }] } },
    gives: [{ action: 'REJECT' }],
  },
  {
    name: 'an L7 rule',
    call: (cloud) => cloud.loadBalancer.l7Rules('o').create({ type: 'PATH', compare_type: 'STARTS_WITH', value: '/x' }),
    line: `POST ${OCTAVIA}/l7policies/o/rules`,
    sent: { rule: { type: 'PATH', compare_type: 'STARTS_WITH', value: '/x' } },
    reply: {
      status: 201,
      json: {
        rule: {
          id: 'r',
          type: 'PATH',
          compare_type: 'STARTS_WITH',
          value: '/x',
          provisioning_status: 'PENDING_CREATE',
        },
      },
    },
    gives: { id: 'r' },
  },
  {
    name: 'load-balancer flavors',
    call: (cloud) => cloud.loadBalancer.flavors.list(),
    line: `GET ${OCTAVIA}/flavors`,
    reply: { json: { flavors: [{ id: 'f', name: 'small' }] } },
    gives: [{ id: 'f' }],
  },
  {
    name: 'load-balancer providers',
    call: (cloud) => cloud.loadBalancer.providers(),
    line: `GET ${OCTAVIA}/providers`,
    reply: { json: { providers: [{ name: 'ovn', description: '' }] } },
    gives: [{ name: 'ovn' }],
  },
  {
    name: 'load-balancer zones',
    call: (cloud) => cloud.loadBalancer.availabilityZones(),
    line: `GET ${OCTAVIA}/availabilityzones`,
    reply: { json: { availability_zones: [{ name: 'az1' }] } },
    gives: [{ name: 'az1' }],
  },
  {
    name: 'load-balancer quotas',
    call: (cloud) => cloud.loadBalancer.quotas('p1'),
    line: `GET ${OCTAVIA}/quotas/p1`,
    reply: { json: { quota: { load_balancer: 10, listener: -1 } } },
    gives: { load_balancer: 10 },
  },
]);
