import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { foreignNetwork, makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('subnets');

const bareNetwork = ({ quietly, user }: CaseContext): Promise<string> =>
  quietly(async () => (await user.network.networks.create({ name: 'net' })).id);

export const networkSubnets: ContractArea = {
  area: 'network-subnets',
  cases: [
    networkCase(
      'a subnet is created with defaults, changed, and gone after its deletion',
      REFERENCE,
      async (context) => {
        const { user, refused } = context;
        const { subnets } = user.network;
        const network_id = await bareNetwork(context);
        const made = await subnets.create({ network_id, ip_version: 4, cidr: '10.0.0.0/24' });
        assert.equal(made.gateway_ip, '10.0.0.1');
        await subnets.get(made.id);
        await subnets.update(made.id, { name: 'new', description: 'words', dns_nameservers: ['9.9.9.9', '1.1.1.1'] });
        await subnets.delete(made.id);
        await refused(404, () => subnets.get(made.id));
        await neutron(context, 404, 'DELETE', `/subnets/${made.id}`);
      },
    ),
    networkCase('a subnet takes every attribute that a user may give', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const made = await context.user.network.subnets.create({
        ...{ network_id, ip_version: 4, cidr: '10.0.0.0/24', name: 'sub', description: 'all of it' },
        gateway_ip: '10.0.0.254',
        enable_dhcp: false,
        dns_nameservers: ['8.8.8.8'],
        allocation_pools: [
          { start: '10.0.0.10', end: '10.0.0.20' },
          { start: '10.0.0.30', end: '10.0.0.40' },
        ],
        host_routes: [{ destination: '10.1.0.0/16', nexthop: '10.0.0.5' }],
      });
      assert.equal(made.enable_dhcp, false);
      context.note('order of nameservers', made.dns_nameservers);
    }),
    networkCase('host bits are cut off, and text is taken for the IP version', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      await neutron(context, 201, 'POST', '/subnets', {
        subnet: { network_id, ip_version: '4', cidr: '10.3.0.7/24' },
      });
    }),
    networkCase('a subnet without a gateway has all addresses in its pool', REFERENCE, async (context) => {
      const { subnets } = context.user.network;
      const network_id = await bareNetwork(context);
      const values = { network_id, ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: null } as const;
      const made = await subnets.create(values);
      assert.equal(made.gateway_ip, null);
      await subnets.update(made.id, {
        gateway_ip: '10.0.0.1',
        allocation_pools: [{ start: '10.0.0.2', end: '10.0.0.9' }],
      });
      await subnets.update(made.id, { gateway_ip: null });
    }),
    networkCase('small subnets have small pools', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      for (const cidr of ['10.0.0.0/29', '10.0.1.0/30', '10.0.2.0/31', '10.0.3.0/32', '10.0.4.0/28'])
        await neutron(context, /3[12]$/.test(cidr) ? 400 : 201, 'POST', '/subnets', {
          subnet: { network_id, ip_version: 4, cidr },
        });
    }),
    networkCase('a gateway in the middle divides the pool', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const made = await context.user.network.subnets.create({
        ...{ network_id, ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: '10.0.0.100' },
      });
      assert.equal(made.allocation_pools.length, 2);
    }),
    networkCase('subnets of one network cannot overlap', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      for (const cidr of ['10.20.0.0/24', '10.20.0.128/25', '10.0.0.0/8'])
        await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id: network, ip_version: 4, cidr } });
      await neutron(context, 201, 'POST', '/subnets', {
        subnet: { network_id: network, ip_version: 4, cidr: '10.20.1.0/24' },
      });
    }),
    networkCase('the same addresses can be in two networks', REFERENCE, async (context) => {
      const { subnets } = context.user.network;
      const cidr = '10.0.0.0/24';
      await subnets.create({ network_id: await bareNetwork(context), ip_version: 4, cidr, name: 'one' });
      await subnets.create({ network_id: await bareNetwork(context), ip_version: 4, cidr, name: 'two' });
      await subnets.list({ cidr, project_id: context.project.id });
    }),
    networkCase('a CIDR that is none is refused', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      for (const cidr of ['10.0.0.0', 'ten', '10.0.0.0/33', '', '10.0.0/24', '0.0.0.0/0', 'fd00::/64', ' 10.0.0.0/24'])
        await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, cidr } });
      await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id, ip_version: 4 } });
      for (const ip_version of [5, 'four', null])
        await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id, ip_version, cidr: '10.0.0.0/24' } });
    }),
    networkCase('a loopback or multicast network is refused where Neutron refuses it', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const make = (status: number, values: object) =>
        neutron(context, status, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, ...values } });
      await make(400, { cidr: '127.5.0.0/24' });
      await make(400, { cidr: '224.0.0.0/24' });
      await make(201, { cidr: '127.5.0.0/24', enable_dhcp: false });
    }),
    networkCase('pools are checked', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const make = (status: number, allocation_pools: unknown, more: object = {}) =>
        neutron(context, status, 'POST', '/subnets', {
          subnet: { network_id, ip_version: 4, cidr: '10.0.0.0/24', allocation_pools, ...more },
        });
      await make(400, [{ start: '10.0.0.20', end: '10.0.0.10' }]);
      await make(400, [{ start: '10.0.0.2', end: '10.0.1.10' }]);
      await make(400, [{ start: 'a', end: 'b' }]);
      await make(400, '10.0.0.2-10.0.0.9');
      await make(400, [{ start: 'fd00::1', end: 'fd00::9' }]);
      await make(409, [{ start: '10.0.0.1', end: '10.0.0.9' }]);
      await make(409, [
        { start: '10.0.0.2', end: '10.0.0.9' },
        { start: '10.0.0.5', end: '10.0.0.20' },
      ]);
      await make(201, [], { gateway_ip: '10.0.0.9' });
    }),
    networkCase('gateways, nameservers and routes are checked', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const make = (status: number, values: object) =>
        neutron(context, status, 'POST', '/subnets', {
          subnet: { network_id, ip_version: 4, cidr: '10.0.0.0/24', ...values },
        });
      for (const gateway_ip of ['one', '10.0.0.0', '10.0.0.255', 'fd00::1', 7]) await make(400, { gateway_ip });
      for (const dns_nameservers of [['one'], 'one', ['8.8.8.8', '8.8.8.8'], [7]]) await make(400, { dns_nameservers });
      for (const host_routes of [
        'one',
        [{ destination: '10.1.0.5/16', nexthop: '10.0.0.5' }],
        [{ destination: '10.1.0.0/16', nexthop: 'x' }],
        [{ destination: 'fd00::/64', nexthop: '10.0.0.5' }],
      ])
        await make(400, { host_routes });
      await make(400, { enable_dhcp: 'maybe' });
    }),
    networkCase('a gateway outside of the subnet is accepted', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      await neutron(context, 201, 'POST', '/subnets', {
        subnet: { network_id, ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: '10.9.0.1' },
      });
    }),
    networkCase('IPv6 subnets have modes, and their own pools', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const { subnets } = context.user.network;
      const v6 = { network_id, ip_version: 6 } as const;
      await subnets.create({ ...v6, cidr: 'fd00:1::/64' });
      const slaac = { ipv6_address_mode: 'slaac', ipv6_ra_mode: 'slaac' };
      await subnets.create({ ...v6, cidr: 'fd00:2::/64', ...slaac });
      await subnets.create({ ...v6, cidr: 'FD00:3:0:0::/64', gateway_ip: null });
      const refuse = (values: object) =>
        neutron(context, 400, 'POST', '/subnets', {
          subnet: { network_id, cidr: 'fd00:4::/64', ip_version: 6, ...values },
        });
      await refuse({ ...slaac, cidr: 'fd00:4::/80' });
      await refuse({ ipv6_address_mode: 'moon' });
      await refuse({ ipv6_address_mode: 'slaac', ipv6_ra_mode: 'dhcpv6-stateful' });
      await refuse({ ipv6_ra_mode: 'slaac', enable_dhcp: false });
      await refuse({ ipv6_ra_mode: 'slaac', ip_version: 4, cidr: '10.0.0.0/24' });
      await refuse({ ip_version: 4 });
    }),
    networkCase('what cannot be changed is refused', REFERENCE, async (context) => {
      const { subnet } = await makeNetwork(context);
      const refuse = (status: number, values: object) =>
        neutron(context, status, 'PUT', `/subnets/${subnet}`, { subnet: values });
      await refuse(400, { cidr: '10.0.0.0/8' });
      await refuse(400, { ip_version: 6 });
      await refuse(400, { network_id: subnet });
      await refuse(400, { ipv6_ra_mode: 'slaac' });
      await refuse(400, { gateway_ip: '10.20.0.0' });
      await refuse(409, { gateway_ip: '10.20.0.140' });
      await refuse(400, { allocation_pools: [{ start: '10.9.0.1', end: '10.9.0.2' }] });
      await refuse(400, { dns_nameservers: ['x'] });
      await refuse(400, { name: 7 });
    }),
    networkCase('an update replaces lists', REFERENCE, async (context) => {
      const { subnet } = await makeNetwork(context);
      const { subnets } = context.user.network;
      await subnets.update(subnet, { host_routes: [{ destination: '10.1.0.0/16', nexthop: '10.20.0.5' }] });
      await subnets.update(subnet, { dns_nameservers: ['9.9.9.9'], host_routes: [] });
      await subnets.update(subnet, {
        allocation_pools: [{ start: '10.20.0.50', end: '10.20.0.60' }],
        enable_dhcp: false,
      });
      await neutron(context, 200, 'PUT', `/subnets/${subnet}`, { subnet: { dns_nameservers: null } });
      await subnets.get(subnet);
    }),
    networkCase('a subnet with ports is in use', REFERENCE, async (context) => {
      const { network, subnet } = await makeNetwork(context);
      const { user, refused } = context;
      const port = await user.network.ports.create({ network_id: network });
      await refused(409, () => user.network.subnets.delete(subnet));
      await user.network.ports.delete(port.id);
      await user.network.subnets.delete(subnet);
    }),
    networkCase('a gateway that a port has cannot be changed', REFERENCE, async (context) => {
      const { network, subnet } = await makeNetwork(context);
      const { user, refused } = context;
      const router = await user.network.routers.create({ name: 'router' });
      await user.network.routers.addInterface(router.id, { subnet_id: subnet });
      await refused(409, () => user.network.subnets.update(subnet, { gateway_ip: '10.20.0.254' }));
      await refused(409, () => user.network.subnets.delete(subnet));
      await refused(409, () => user.network.networks.delete(network));
    }),
    networkCase('several subnets are made by one request, or none', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const of = (cidr: string) => ({ network_id, ip_version: 4, cidr }) as const;
      const made = await context.user.network.subnets.createMany([of('10.0.0.0/24'), of('10.0.1.0/24')]);
      assert.equal(made.length, 2);
      await neutron(context, 400, 'POST', '/subnets', { subnets: [of('10.0.2.0/24'), of('10.0.2.0/25')] });
      await context.user.network.subnets.list({ network_id });
    }),
    networkCase('a subnet of another project is not found', REFERENCE, async (context) => {
      const { network, subnet } = await foreignNetwork(context);
      await neutron(context, 404, 'GET', `/subnets/${subnet}`);
      await neutron(context, 404, 'PUT', `/subnets/${subnet}`, { subnet: { name: 'mine' } });
      await neutron(context, 404, 'DELETE', `/subnets/${subnet}`);
      await neutron(context, 404, 'POST', '/subnets', {
        subnet: { network_id: network, ip_version: 4, cidr: '10.1.0.0/24' },
      });
    }),
    networkCase('a subnet pool that is not there is refused', REFERENCE, async (context) => {
      const network_id = await bareNetwork(context);
      const subnetpool_id = '00000000-0000-4000-8000-000000000000';
      await neutron(context, 404, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, subnetpool_id } });
      await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, subnetpool_id: 'pool' } });
      await neutron(context, 400, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, prefixlen: 26 } });
      await neutron(context, 400, 'POST', '/subnets', {
        subnet: { network_id, ip_version: 4, cidr: '10.0.0.0/24', use_default_subnetpool: true },
      });
    }),
  ],
};
