import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('create-port');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

export const networkPortAddresses: ContractArea = {
  area: 'network-port-addresses',
  cases: [
    networkCase('an address that is asked for is given, once', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { user, refused } = context;
      const fixed_ips = [{ ip_address: '10.20.0.77' }];
      const { id } = await user.network.ports.create({ network_id, fixed_ips });
      await refused(409, () => user.network.ports.create({ network_id, fixed_ips }));
      await user.network.ports.delete(id);
      await user.network.ports.create({ network_id, fixed_ips });
    }),
    networkCase(
      'addresses outside of the pools can be asked for, and the gateway’s too',
      REFERENCE,
      async (context) => {
        const { user } = context;
        const { id: network_id } = await user.network.networks.create({ name: 'net' });
        const allocation_pools = [{ start: '10.0.0.10', end: '10.0.0.11' }];
        await user.network.subnets.create({ network_id, ip_version: 4, cidr: '10.0.0.0/24', allocation_pools });
        await user.network.ports.create({ network_id, fixed_ips: [{ ip_address: '10.0.0.200' }] });
        await user.network.ports.create({ network_id, fixed_ips: [{ ip_address: '10.0.0.1' }] });
      },
    ),
    networkCase('addresses that are none of the subnet are refused', REFERENCE, async (context) => {
      const { network: network_id, subnet: subnet_id } = await makeNetwork(context);
      const make = (fixed_ips: unknown, status = 400) =>
        neutron(context, status, 'POST', '/ports', { port: { network_id, fixed_ips } });
      await make([{ ip_address: '10.9.0.1' }]);
      await make([{ subnet_id, ip_address: '10.9.0.1' }]);
      await make([{ subnet_id, ip_address: '10.20.0.0' }]);
      await make([{ subnet_id, ip_address: '10.20.0.255' }]);
      await make([{ subnet_id: NOWHERE }], 404);
      await make([{ subnet_id: NOWHERE, ip_address: '10.20.0.5' }], 404);
      await make([{ subnet_id: 'x' }]);
      await make([{ ip_address: 'x' }]);
      await make([{}]);
      await make([{ colour: 'blue' }]);
      await make(['10.20.0.5']);
      await make({ ip_address: '10.20.0.5' });
      await make([{ ip_address: '10.20.0.5' }, { ip_address: '10.20.0.5' }]);
    }),
    networkCase('a port has several addresses if it asks for them', REFERENCE, async (context) => {
      const { network: network_id, subnet: subnet_id } = await makeNetwork(context);
      const made = await context.user.network.ports.create({
        network_id,
        fixed_ips: [{ subnet_id }, { subnet_id, ip_address: '10.20.0.80' }, { ip_address: '10.20.0.81' }],
      });
      assert.equal(made.fixed_ips.length, 3);
      await neutron(context, 201, 'POST', '/ports', {
        port: { network_id, fixed_ips: [1, 2, 3, 4, 5, 6].map((n) => ({ ip_address: `10.20.0.10${n}` })) },
      });
    }),
    networkCase('a port may have no address', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const made = await context.user.network.ports.create({ network_id, fixed_ips: [] });
      assert.equal(made.fixed_ips.length, 0);
    }),
    networkCase('addresses are changed by naming all that are wanted', REFERENCE, async (context) => {
      const { network: network_id, subnet: subnet_id } = await makeNetwork(context);
      const { ports } = context.user.network;
      const { id } = await ports.create({ network_id, fixed_ips: [{ ip_address: '10.20.0.30' }] });
      await ports.update(id, { fixed_ips: [{ ip_address: '10.20.0.30' }, { ip_address: '10.20.0.31' }] });
      await ports.update(id, { fixed_ips: [{ subnet_id, ip_address: '10.20.0.32' }] });
      await ports.create({ network_id, fixed_ips: [{ ip_address: '10.20.0.40' }] });
      await context.refused(409, () => ports.update(id, { fixed_ips: [{ ip_address: '10.20.0.40' }] }));
      await ports.update(id, { fixed_ips: [{ subnet_id }] });
      await ports.update(id, { fixed_ips: [] });
    }),
    networkCase('a full subnet has no more addresses', REFERENCE, async (context) => {
      const { user, refused, quietly } = context;
      const { id: network_id } = await quietly(() => user.network.networks.create({ name: 'net' }));
      const subnet = { network_id, ip_version: 4, cidr: '10.0.0.0/30', enable_dhcp: false } as const;
      const { id: subnet_id } = await quietly(() => user.network.subnets.create(subnet));
      await user.network.ports.create({ network_id });
      await refused(409, () => user.network.ports.create({ network_id }));
      await refused(409, () => user.network.ports.create({ network_id, fixed_ips: [{ subnet_id }] }));
    }),
    networkCase('a port gets an address of each IP version', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const { user } = context;
      await user.network.subnets.create({ network_id, ip_version: 6, cidr: 'fd00:5::/64' });
      const made = await user.network.ports.create({ network_id });
      assert.equal(made.fixed_ips.length, 2);
    }),
    networkCase('an address of SLAAC is made of the MAC address', REFERENCE, async (context) => {
      const { user, quietly } = context;
      const { id: network_id } = await quietly(() => user.network.networks.create({ name: 'net' }));
      const slaac = { ipv6_address_mode: 'slaac', ipv6_ra_mode: 'slaac' };
      const subnet = { network_id, ip_version: 6, cidr: 'fd00:6::/64', ...slaac } as const;
      await quietly(() => user.network.subnets.create(subnet));
      const made = await user.network.ports.create({ network_id, mac_address: '02:00:00:00:00:07' });
      context.note('address', made.fixed_ips[0]?.ip_address);
      await neutron(context, 400, 'POST', '/ports', {
        port: { network_id, fixed_ips: [{ ip_address: 'fd00:6::99' }] },
      });
    }),
  ],
};
