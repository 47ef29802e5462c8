import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('allowed-address-pairs');
const SECURITY = networkReference('port-security');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

export const networkPortSecurity: ContractArea = {
  area: 'network-port-security',
  cases: [
    networkCase('a port is in the default security group unless it says otherwise', SECURITY, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports } = context.user.network;
      const plain = await ports.create({ network_id });
      assert.equal(plain.security_groups.length, 1);
      await ports.create({ network_id, security_groups: [] });
      await neutron(context, 201, 'POST', '/ports', { port: { network_id, security_groups: null } });
      await neutron(context, 404, 'POST', '/ports', { port: { network_id, security_groups: [NOWHERE] } });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, security_groups: ['default'] } });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, security_groups: 'default' } });
    }),
    networkCase('security groups of a port are replaced', SECURITY, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports, securityGroups } = context.user.network;
      const { id } = await ports.create({ network_id });
      const one = await securityGroups.create({ name: 'one' });
      const two = await securityGroups.create({ name: 'two' });
      await ports.update(id, { security_groups: [one.id] });
      const both = await context.quietly(() => ports.update(id, { security_groups: [one.id, two.id] }));
      context.note('how many', both.security_groups.length);
      await ports.update(id, { security_groups: [two.id] });
      await neutron(context, 404, 'PUT', `/ports/${id}`, { port: { security_groups: [NOWHERE] } });
      await ports.update(id, { security_groups: [] });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, security_groups: [one.id, one.id] } });
    }),
    networkCase('port security is switched off where no security group is', SECURITY, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports, securityGroups } = context.user.network;
      const open = await ports.create({ network_id, port_security_enabled: false });
      assert.equal(open.security_groups.length, 0);
      const group = await securityGroups.create({ name: 'group' });
      const wrong = { port_security_enabled: false, security_groups: [group.id] };
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, ...wrong } });
      const closed = await ports.create({ network_id });
      await neutron(context, 409, 'PUT', `/ports/${closed.id}`, { port: { port_security_enabled: false } });
      await ports.update(closed.id, { port_security_enabled: false, security_groups: [] });
      await neutron(context, 400, 'PUT', `/ports/${closed.id}`, { port: { security_groups: [group.id] } });
      await ports.update(closed.id, { port_security_enabled: true });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, port_security_enabled: 'maybe' } });
    }),
    networkCase('ports take port security from their network', SECURITY, async ({ user }) => {
      const { networks, subnets, ports } = user.network;
      const { id: network_id } = await networks.create({ name: 'open', port_security_enabled: false });
      await subnets.create({ network_id, ip_version: 4, cidr: '10.0.0.0/24' });
      const made = await ports.create({ network_id });
      assert.equal(made.security_groups.length, 0);
      await ports.create({ network_id, port_security_enabled: true });
    }),
    networkCase('address pairs allow more addresses', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports } = context.user.network;
      const pairs = [{ ip_address: '10.30.0.0/16', mac_address: '02:00:00:00:00:09' }];
      const { id } = await ports.create({ network_id, allowed_address_pairs: pairs });
      await ports.update(id, { allowed_address_pairs: [{ ip_address: '0.0.0.0/0' }] });
      await ports.update(id, { allowed_address_pairs: [] });
      await neutron(context, 200, 'PUT', `/ports/${id}`, { port: { allowed_address_pairs: null } });
    }),
    networkCase('address pairs are checked', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const make = (allowed_address_pairs: unknown, status = 400) =>
        neutron(context, status, 'POST', '/ports', { port: { network_id, allowed_address_pairs } });
      await make([{ ip_address: 'x' }]);
      await make([{}]);
      await make([{ mac_address: '02:00:00:00:00:09' }]);
      await make([{ ip_address: '10.0.0.1', mac_address: 'x' }]);
      await make([{ ip_address: '10.0.0.1', colour: 'blue' }]);
      await make('10.0.0.1');
      await make(['10.0.0.1']);
      await make([{ ip_address: '10.0.0.1' }, { ip_address: '10.0.0.1' }]);
      await make(Array.from({ length: 11 }, (_, index) => ({ ip_address: `10.0.0.${index + 1}` })));
    }),
    networkCase('address pairs need port security', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports } = context.user.network;
      const pairs = { allowed_address_pairs: [{ ip_address: '10.99.0.100' }] };
      await neutron(context, 409, 'POST', '/ports', { port: { network_id, port_security_enabled: false, ...pairs } });
      const open = await ports.create({ network_id, port_security_enabled: false });
      await neutron(context, 409, 'PUT', `/ports/${open.id}`, { port: pairs });
      const closed = await ports.create({ network_id, security_groups: [], ...pairs });
      await neutron(context, 409, 'PUT', `/ports/${closed.id}`, { port: { port_security_enabled: false } });
    }),
  ],
};
