import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('security-group-rules-security-group-rules');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

const makeGroup = ({ user, quietly }: CaseContext): Promise<string> =>
  quietly(async () => (await user.network.securityGroups.create({ name: 'group' })).id);

/** A function that makes ingress rules of a new group, and expects a status. */
async function ruleMaker(context: CaseContext) {
  const security_group_id = await makeGroup(context);
  return (status: number, values: object) =>
    neutron(context, status, 'POST', '/security-group-rules', {
      security_group_rule: { security_group_id, direction: 'ingress', ...values },
    });
}

export const networkSecurityGroupRules: ContractArea = {
  area: 'network-security-group-rules',
  cases: [
    networkCase('a rule is created with defaults, shown, and gone after its deletion', REFERENCE, async (context) => {
      const { securityGroupRules } = context.user.network;
      const security_group_id = await makeGroup(context);
      const made = await securityGroupRules.create({ security_group_id, direction: 'ingress' });
      await securityGroupRules.get(made.id);
      await securityGroupRules.delete(made.id);
      await context.refused(404, () => securityGroupRules.get(made.id));
      await neutron(context, 404, 'DELETE', `/security-group-rules/${made.id}`);
    }),
    networkCase('a rule takes ports, protocol, addresses and a description', REFERENCE, async (context) => {
      const { securityGroupRules } = context.user.network;
      const security_group_id = await makeGroup(context);
      await securityGroupRules.create({
        ...{ security_group_id, direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp' },
        ...{ port_range_min: 6443, port_range_max: 6443, remote_ip_prefix: '10.0.0.0/8', description: 'the API' },
      });
    }),
    networkCase('several rules are made by one request, of one group', REFERENCE, async (context) => {
      const { securityGroupRules } = context.user.network;
      const group = await makeGroup(context);
      const other = await makeGroup(context);
      const tcp = { direction: 'ingress', protocol: 'tcp' } as const;
      const rule = (security_group_id: string, port: number) => ({
        ...{ security_group_id, ...tcp, port_range_min: port, port_range_max: port },
      });
      await securityGroupRules.createMany([rule(group, 80), rule(group, 443)]);
      await context.refused(400, () => securityGroupRules.createMany([rule(group, 1), rule(other, 2)]));
      await context.refused(409, () => securityGroupRules.createMany([rule(group, 81), rule(group, 80)]));
      await context.refused(409, () => securityGroupRules.createMany([rule(group, 82), rule(group, 82)]));
      const found = await securityGroupRules.list({ security_group_id: group, direction: 'ingress' }).all();
      assert.equal(found.length, 2);
    }),
    networkCase('a rule that is there already is refused, with its id', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      const tcp = { protocol: 'tcp', port_range_min: 80, port_range_max: 80 };
      await make(201, { ...tcp, description: 'first' });
      await make(409, { ...tcp, description: 'second' });
      await make(409, { ...tcp, protocol: '6' });
      await make(409, { ...tcp, protocol: 'TCP' });
      await make(409, { ...tcp, remote_ip_prefix: '0.0.0.0/0' });
      await make(409, { ...tcp, remote_ip_prefix: '0.0.0.0/0' });
      await make(201, { ...tcp, remote_ip_prefix: '10.0.0.0/24' });
      await make(201, { ...tcp, remote_ip_prefix: '10.0.0.5/24' });
      await make(201, { ...tcp, ethertype: 'IPv6' });
      await make(409, { direction: 'egress' });
      await make(201, {});
      await make(409, { protocol: 'any' });
    }),
    networkCase('protocols are names or numbers', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      for (const protocol of ['udp', 'icmp', 'sctp', 'vrrp', 50, '47', 'ipip', 253, '0']) await make(201, { protocol });
      for (const protocol of ['ICMP', '112', '4', 0, 17]) await make(409, { protocol });
      for (const protocol of ['moon', '256', 256, -1, '']) await make(400, { protocol });
      await make(400, { protocol: 'icmpv6' });
      await make(201, { protocol: 'icmpv6', ethertype: 'IPv6' });
      await make(409, { protocol: 'ipv6-icmp', ethertype: 'IPv6' });
    }),
    networkCase('ports need a protocol with ports, and the right order', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      await make(400, { port_range_min: 80, port_range_max: 80 });
      await make(400, { protocol: 'tcp', port_range_min: 90, port_range_max: 80 });
      await make(400, { protocol: 'tcp', port_range_min: 80 });
      await make(400, { protocol: 'tcp', port_range_max: 80 });
      await make(400, { protocol: 'tcp', port_range_min: 0, port_range_max: 80 });
      await make(400, { protocol: 'tcp', port_range_min: 80, port_range_max: 65_536 });
      await make(400, { protocol: 'tcp', port_range_min: 'http', port_range_max: 80 });
      await make(400, { protocol: 'esp', port_range_min: 80, port_range_max: 80 });
      await make(201, { protocol: 'udp', port_range_min: '53', port_range_max: '53' });
      await make(201, { protocol: 'tcp', port_range_min: 1, port_range_max: 65_535 });
      await make(201, { protocol: '17', port_range_min: 123, port_range_max: 123 });
    }),
    networkCase('ICMP has types and codes in place of ports', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      await make(201, { protocol: 'icmp', port_range_min: 8, port_range_max: 0 });
      await make(201, { protocol: 'icmp', port_range_min: 3 });
      await make(400, { protocol: 'icmp', port_range_max: 0 });
      await make(400, { protocol: 'icmp', port_range_min: 300 });
      await make(400, { protocol: 'icmp', port_range_min: 8, port_range_max: 300 });
    }),
    networkCase('a rule has one remote: addresses or a group', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      const remote = await makeGroup(context);
      await make(201, { remote_group_id: remote });
      await make(201, { remote_group_id: remote, protocol: 'tcp', ethertype: 'IPv6' });
      await make(400, { remote_group_id: remote, remote_ip_prefix: '10.0.0.0/8' });
      await make(404, { remote_group_id: NOWHERE });
      await make(404, { remote_group_id: 'x' });
      await make(404, { remote_address_group_id: NOWHERE });
      await make(400, { remote_group_id: remote, remote_address_group_id: NOWHERE });
    }),
    networkCase('addresses of a rule are a network of its IP version', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      await make(201, { remote_ip_prefix: '10.1.2.3' });
      await make(201, { remote_ip_prefix: '10.7.0.5/16' });
      await make(201, { remote_ip_prefix: 'fd00::5/64', ethertype: 'IPv6' });
      await make(201, { remote_ip_prefix: 'fd00::7', ethertype: 'IPv6' });
      await make(400, { remote_ip_prefix: 'fd00::/64' });
      await make(400, { remote_ip_prefix: '10.0.0.0/8', ethertype: 'IPv6' });
      for (const remote_ip_prefix of ['x', '10.0.0.0/33']) await make(400, { remote_ip_prefix });
      await make(201, { remote_ip_prefix: '0.0.0.0/0', protocol: 'tcp' });
      await make(201, { remote_ip_prefix: '::/0', protocol: 'tcp', ethertype: 'IPv6' });
    }),
    networkCase('direction and IP version are checked', REFERENCE, async (context) => {
      const make = await ruleMaker(context);
      for (const direction of ['sideways', null, 7, 'INGRESS']) await make(400, { direction });
      for (const ethertype of ['IPv5', '', 7, 'ARP']) await make(400, { ethertype });
      await make(201, { ethertype: 'ipv4', protocol: 'tcp' });
      await make(400, { ethertype: null, protocol: 'udp' });
      await make(404, { security_group_id: 'x' });
      await make(404, { security_group_id: NOWHERE });
    }),
    networkCase('a rule is not changed', REFERENCE, async (context) => {
      const { securityGroupRules } = context.user.network;
      const security_group_id = await makeGroup(context);
      const { id } = await securityGroupRules.create({ security_group_id, direction: 'ingress' });
      await neutron(context, 400, 'PUT', `/security-group-rules/${id}`, { security_group_rule: { protocol: 'tcp' } });
    }),
    networkCase('rules are listed by what they have', REFERENCE, async (context) => {
      const { securityGroupRules } = context.user.network;
      const security_group_id = await makeGroup(context);
      const rule = { security_group_id, direction: 'ingress' } as const;
      const ports = { port_range_min: 80, port_range_max: 80 };
      await securityGroupRules.create({ ...rule, protocol: 'tcp', ...ports, remote_ip_prefix: '10.0.0.0/8' });
      await securityGroupRules.create({ ...rule, protocol: 'udp', remote_group_id: security_group_id });
      const count = async (filters: object) =>
        (await securityGroupRules.list({ security_group_id, ...filters }).all()).length;
      assert.equal(await count({}), 4);
      assert.equal(await count({ direction: 'ingress' }), 2);
      assert.equal(await count({ protocol: 'tcp' }), 1);
      assert.equal(await count({ protocol: '6' }), 0);
      assert.equal(await count({ remote_ip_prefix: '10.0.0.0/8' }), 1);
      assert.equal(await count({ remote_group_id: security_group_id }), 1);
      assert.equal(await count({ ethertype: 'IPv6' }), 1);
      assert.equal(await count({ port_range_min: 80 }), 1);
    }),
    networkCase('the rules of the default group say so', REFERENCE, async ({ user, project }) => {
      await user.network.securityGroups.list();
      await user.network.securityGroupRules.list({ project_id: project.id });
    }),
  ],
};
