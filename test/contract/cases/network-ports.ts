import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { foreignNetwork, makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('ports');

export const networkPorts: ContractArea = {
  area: 'network-ports',
  cases: [
    networkCase('a port is created with defaults, changed, and gone after its deletion', REFERENCE, async (context) => {
      const { user, refused } = context;
      const { ports } = user.network;
      const { network } = await makeNetwork(context);
      const made = await ports.create({ network_id: network });
      assert.equal(made.status, 'DOWN');
      await ports.get(made.id);
      await ports.update(made.id, { name: 'new', description: 'words', admin_state_up: false });
      await ports.delete(made.id);
      await refused(404, () => ports.get(made.id));
      await neutron(context, 404, 'DELETE', `/ports/${made.id}`);
    }),
    networkCase('a port takes every attribute that a user may give', REFERENCE, async (context) => {
      const { network, subnet } = await makeNetwork(context);
      const { user } = context;
      const group = await user.network.securityGroups.create({ name: 'group' });
      const made = await user.network.ports.create({
        ...{ network_id: network, name: 'port', description: 'all of it', admin_state_up: false },
        fixed_ips: [{ subnet_id: subnet, ip_address: '10.20.0.77' }],
        security_groups: [group.id],
        allowed_address_pairs: [{ ip_address: '10.20.0.100' }],
        port_security_enabled: true,
        mac_address: '02:00:00:00:00:07',
        device_id: 'thing',
        device_owner: 'some:thing',
        'binding:vnic_type': 'normal',
      });
      assert.equal(made.mac_address, '02:00:00:00:00:07');
    }),
    networkCase('a port of a network without subnets has no address', REFERENCE, async ({ user }) => {
      const { id } = await user.network.networks.create({ name: 'net' });
      const port = await user.network.ports.create({ network_id: id });
      assert.equal(port.fixed_ips.length, 0);
    }),
    networkCase('several ports are made by one request', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { ports } = context.user.network;
      const made = await ports.createMany([
        { network_id, name: 'one' },
        { network_id, name: 'two' },
      ]);
      assert.equal(new Set(made.flatMap(({ fixed_ips }) => fixed_ips.map((ip) => ip.ip_address))).size, 2);
      await neutron(context, 404, 'POST', '/ports', {
        ports: [{ network_id }, { network_id: '00000000-0000-4000-8000-000000000000' }],
      });
      const found = await ports.list({ network_id }).all();
      assert.equal(found.length, 2);
    }),
    networkCase('tags may come with the creation of a port', networkReference('create-port'), async (context) => {
      const { network } = await makeNetwork(context);
      await context.send({
        ...{ service: 'network', method: 'POST', path: '/ports' },
        body: { port: { network_id: network, tags: ['red'] } },
      });
    }),
    networkCase('who a port belongs to is data of the network’s owner', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const { ports } = context.user.network;
      const { id } = await ports.create({ network_id: network, device_id: 'one', device_owner: 'my:thing' });
      await ports.update(id, { device_id: 'two', device_owner: 'other:thing' });
      await neutron(context, 201, 'POST', '/ports', { port: { network_id: network, device_owner: 'network:dhcp' } });
      await neutron(context, 200, 'PUT', `/ports/${id}`, { port: { device_owner: 'network:router_interface' } });
      await ports.list({ device_id: 'two' });
      await ports.list({ device_owner: 'other:thing' });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id: network, device_id: 7 } });
    }),
    networkCase(
      'MAC addresses are the network owner’s to choose, and unique in a network',
      REFERENCE,
      async (context) => {
        const { network: network_id } = await makeNetwork(context);
        const { user, refused } = context;
        const mac_address = '02:00:00:00:00:AA';
        const { id } = await user.network.ports.create({ network_id, mac_address });
        await refused(409, () => user.network.ports.create({ network_id, mac_address }));
        for (const wrong of ['02:00:00:00:00', 'mac', 7, '00:00:00:00:00:00', '02-00-00-00-00-07-08'])
          await neutron(context, 400, 'POST', '/ports', { port: { network_id, mac_address: wrong } });
        await neutron(context, 403, 'PUT', `/ports/${id}`, { port: { mac_address: '02:00:00:00:00:ab' } });
        await user.network.ports.list({ mac_address });
      },
    ),
    networkCase('where a port is bound is the administrator’s to see and choose', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { id } = await context.quietly(() => context.user.network.ports.create({ network_id }));
      for (const values of [{ 'binding:host_id': 'host' }, { 'binding:profile': { a: 1 } }]) {
        await neutron(context, 403, 'POST', '/ports', { port: { network_id, ...values } });
        await neutron(context, 403, 'PUT', `/ports/${id}`, { port: values });
      }
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, 'binding:vif_type': 'ovs' } });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id, 'binding:vnic_type': 'moon' } });
      await neutron(context, 201, 'POST', '/ports', { port: { network_id, 'binding:vnic_type': 'direct' } });
      await neutron(context, 400, 'GET', '/ports?binding:vnic_type=normal');
    }),
    networkCase('DHCP options are set, changed and taken away', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const make = (status: number, extra_dhcp_opts: unknown) =>
        neutron(context, status, 'POST', '/ports', { port: { network_id, extra_dhcp_opts } });
      const reply = await make(201, [
        { opt_name: 'mtu', opt_value: '1400' },
        { opt_name: 'tftp', opt_value: 'x', ip_version: 6 },
      ]);
      const id = /"id": ?"([^"]+)"/.exec(reply.text)?.[1] ?? '';
      const change = (extra_dhcp_opts: unknown) =>
        neutron(context, 200, 'PUT', `/ports/${id}`, { port: { extra_dhcp_opts } });
      await change([{ opt_name: 'mtu', opt_value: '1300' }]);
      await change([{ opt_name: 'mtu', opt_value: null }]);
      await make(400, [{ opt_name: 'mtu' }]);
      await make(400, 'mtu');
      await make(400, [{ opt_name: '', opt_value: 'a' }]);
    }),
    networkCase('names in DNS are an extension that is there or not', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      await context.send({
        ...{ service: 'network', method: 'POST', path: '/ports' },
        body: { port: { network_id, dns_name: 'host' } },
      });
    }),
    networkCase('what cannot be changed is refused', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const { id } = await context.quietly(() => context.user.network.ports.create({ network_id: network }));
      for (const values of [{ network_id: network }, { status: 'ACTIVE' }, { project_id: context.project.id }])
        await neutron(context, 400, 'PUT', `/ports/${id}`, { port: values });
      for (const values of [{ admin_state_up: 'maybe' }, { fixed_ips: 'x' }, { name: 7 }])
        await neutron(context, 400, 'PUT', `/ports/${id}`, { port: values });
    }),
    networkCase('ports are listed by what they have', REFERENCE, async (context) => {
      const { network, subnet } = await makeNetwork(context);
      const { ports, securityGroups } = context.user.network;
      const group = await securityGroups.create({ name: 'group' });
      await ports.create({ network_id: network, name: 'one', fixed_ips: [{ ip_address: '10.20.0.50' }] });
      const fixed_ips = [{ ip_address: '10.20.0.77' }];
      await ports.create({ network_id: network, name: 'two', security_groups: [group.id], fixed_ips });
      const count = async (filters: object) => (await ports.list({ network_id: network, ...filters }).all()).length;
      assert.equal(await count({}), 2);
      assert.equal(await count({ name: ['one', 'two'] }), 2);
      assert.equal(await count({ fixed_ips: 'ip_address=10.20.0.50' }), 1);
      assert.equal(await count({ fixed_ips: `subnet_id=${subnet}` }), 2);
      assert.equal(await count({ fixed_ips: ['ip_address=10.20.0.50', `subnet_id=${subnet}`] }), 1);
      assert.equal(await count({ fixed_ips: 'ip_address_substr=20.0.5' }), 1);
      assert.equal(await count({ security_groups: group.id }), 1);
      assert.equal(await count({ status: 'DOWN' }), 2);
      assert.equal(await count({ status: 'ACTIVE' }), 0);
      assert.equal(await count({ device_id: '' }), 2);
      await neutron(context, 400, 'GET', '/ports?fixed_ips=10.20.0.50');
    }),
    networkCase(
      'ports of another project are not found, unless they are on the own network',
      REFERENCE,
      async (context) => {
        const { admin, user, cleanUp } = context;
        const { network, subnet } = await foreignNetwork(context);
        const hidden = await admin.network.ports.create({ network_id: network });
        cleanUp(() => admin.network.ports.delete(hidden.id));
        await neutron(context, 404, 'GET', `/ports/${hidden.id}`);
        await neutron(context, 404, 'PUT', `/ports/${hidden.id}`, { port: { name: 'mine' } });
        await neutron(context, 404, 'DELETE', `/ports/${hidden.id}`);
        await neutron(context, 404, 'POST', '/ports', { port: { network_id: network } });
        const mine = await makeNetwork(context);
        await neutron(context, 404, 'POST', '/ports', {
          port: { network_id: mine.network, fixed_ips: [{ subnet_id: subnet }] },
        });
        const guest = await admin.network.ports.create({ network_id: mine.network });
        cleanUp(() => admin.network.ports.delete(guest.id));
        await user.network.ports.get(guest.id);
        await context.refused(403, () => user.network.ports.update(guest.id, { name: 'guest' }));
        await user.network.ports.delete(guest.id);
      },
    ),
    networkCase('on the external network a user makes no ports', REFERENCE, async (context) => {
      const network_id = context.seeds.externalNetwork;
      await neutron(context, 403, 'POST', '/ports', { port: { network_id, fixed_ips: [{ ip_address: '10.0.0.5' }] } });
    }),
  ],
};
