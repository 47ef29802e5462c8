import { testCalls } from './support/calls.ts';

const NEUTRON = '/networking/v2.0';

const network = { id: 'n', name: 'net' };
const port = { id: 'p', name: '', network_id: 'n' };
const rule = { id: 'r', security_group_id: 'g', direction: 'ingress' };

testCalls('network', [
  {
    name: 'networks by tags',
    call: (cloud) => cloud.network.networks.list({ tags: ['a', 'b'], 'router:external': true }),
    line: `GET ${NEUTRON}/networks?tags=a,b&router:external=true`,
    reply: { json: { networks: [network] } },
    gives: [network],
  },
  {
    name: 'things by several ids',
    call: (cloud) => cloud.network.ports.list({ id: ['a', 'b'], device_id: 's' }),
    line: `GET ${NEUTRON}/ports?id=a&id=b&device_id=s`,
    reply: { json: { ports: [port] } },
    gives: [port],
  },
  {
    name: 'tags of a network',
    call: (cloud) => cloud.network.networks.setTags('n', ['a']),
    line: `PUT ${NEUTRON}/networks/n/tags`,
    sent: { tags: ['a'] },
    reply: { json: { tags: ['a'] } },
    gives: ['a'],
  },
  {
    name: 'a subnet',
    call: (cloud) => cloud.network.subnets.create({ network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24' }),
    line: `POST ${NEUTRON}/subnets`,
    sent: { subnet: { network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24' } },
    reply: {
      status: 201,
      json: {
        subnet: { id: 'u', name: '', network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: '10.0.0.1' },
      },
    },
    gives: { gateway_ip: '10.0.0.1' },
  },
  {
    name: 'a router loses its gateway',
    call: (cloud) => cloud.network.routers.update('r', { external_gateway_info: null }),
    line: `PUT ${NEUTRON}/routers/r`,
    sent: { router: { external_gateway_info: null } },
    reply: { json: { router: { id: 'r', name: '', external_gateway_info: null } } },
    gives: { id: 'r' },
  },
  {
    name: 'an interface of a router',
    call: (cloud) => cloud.network.routers.removeInterface('r', { subnet_id: 'u' }),
    line: `PUT ${NEUTRON}/routers/r/remove_router_interface`,
    sent: { subnet_id: 'u' },
    reply: { json: { id: 'r', port_id: 'p', subnet_id: 'u' } },
    gives: { port_id: 'p' },
  },
  {
    name: 'ports in bulk',
    call: (cloud) => cloud.network.ports.createMany([{ network_id: 'n' }, { network_id: 'n' }]),
    line: `POST ${NEUTRON}/ports`,
    sent: { ports: [{ network_id: 'n' }, { network_id: 'n' }] },
    reply: { status: 201, json: { ports: [port, port] } },
    gives: [port, port],
  },
  {
    name: 'rules in bulk',
    call: (cloud) => cloud.network.securityGroupRules.createMany([{ security_group_id: 'g', direction: 'ingress' }]),
    line: `POST ${NEUTRON}/security-group-rules`,
    sent: { security_group_rules: [{ security_group_id: 'g', direction: 'ingress' }] },
    reply: { status: 201, json: { security_group_rules: [rule] } },
    gives: [rule],
  },
  {
    name: 'a security group',
    call: (cloud) => cloud.network.securityGroups.get('g'),
    line: `GET ${NEUTRON}/security-groups/g`,
    reply: { json: { security_group: { id: 'g', name: 'g', security_group_rules: [rule] } } },
    gives: { security_group_rules: [rule] },
  },
  {
    name: 'a floating IP',
    call: (cloud) => cloud.network.floatingIps.update('i', { port_id: null }),
    line: `PUT ${NEUTRON}/floatingips/i`,
    sent: { floatingip: { port_id: null } },
    reply: {
      json: { floatingip: { id: 'i', floating_ip_address: '192.0.2.1', floating_network_id: 'e', port_id: null } },
    },
    gives: { port_id: null },
  },
  {
    name: 'network quotas',
    call: (cloud) => cloud.network.quotas('p1'),
    line: `GET ${NEUTRON}/quotas/p1/details`,
    reply: {
      json: {
        quota: {
          network: { limit: 100, used: 1, reserved: '0' },
          subnet: { limit: 100, used: 1, reserved: 0 },
          port: { limit: 500, used: 9, reserved: 0 },
        },
      },
    },
    gives: { port: { used: 9 }, network: { reserved: 0 } },
  },
  {
    name: 'extensions',
    call: (cloud) => cloud.network.extensions(),
    line: `GET ${NEUTRON}/extensions`,
    reply: { json: { extensions: [{ alias: 'standard-attr-tag', name: 'Tags', description: '' }] } },
    gives: [{ alias: 'standard-attr-tag' }],
  },
]);
