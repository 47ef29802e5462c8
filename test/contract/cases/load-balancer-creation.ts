import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { subnetOf } from '../kit/subnet.ts';
import { makeSubnet, octavia, octaviaReference, removeLater, settled } from './load-balancer-setup.ts';

const REFERENCE = octaviaReference('create-a-load-balancer');
const CONTROLLER = 'openstack/octavia:octavia/api/v2/controllers/load_balancer.py';

/** A VIP can be asked for in several ways, and what is wrong with one is told. */
export const loadBalancerCreation: ContractArea = {
  area: 'load-balancer-creation',
  cases: [
    {
      name: 'a load balancer on a subnet has defaults, and is PENDING_CREATE, then ACTIVE',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        const made = await user.loadBalancer.loadBalancers.create({ vip_subnet_id: subnetId });
        removeLater(context, made.id);
        assert.equal(made.provisioning_status, 'PENDING_CREATE');
        await user.loadBalancer.loadBalancers.get(made.id);
        await settled(context, made.id);
        await user.loadBalancer.loadBalancers.get(made.id);
      },
    },
    {
      name: 'a load balancer keeps what it is given',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        const made = await user.loadBalancer.loadBalancers.create({
          name: 'named',
          description: 'of some use',
          admin_state_up: false,
          vip_subnet_id: subnetId,
          vip_address: '10.30.0.77',
          tags: ['b', 'a'],
          provider: 'amphora',
        });
        removeLater(context, made.id);
        assert.equal(made.vip_address, '10.30.0.77');
        await settled(context, made.id);
        await user.loadBalancer.loadBalancers.get(made.id);
      },
    },
    {
      name: 'a load balancer on a network takes its first IPv4 subnet',
      reference: REFERENCE,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId, subnetId } = await makeSubnet(context);
        await quietly(() =>
          user.network.subnets.create({ network_id: networkId, ip_version: 6, cidr: 'fd00:30::/64', name: 'six' }),
        );
        const made = await user.loadBalancer.loadBalancers.create({ vip_network_id: networkId });
        removeLater(context, made.id);
        assert.equal(made.vip_subnet_id, subnetId);
        await settled(context, made.id);
      },
    },
    {
      name: 'an address on a network chooses the subnet that it fits',
      reference: REFERENCE,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId } = await makeSubnet(context);
        const other = await quietly(() =>
          user.network.subnets.create({ network_id: networkId, ...subnetOf('10.31.0.0/24') }),
        );
        const made = await user.loadBalancer.loadBalancers.create({
          vip_network_id: networkId,
          vip_address: '10.31.0.9',
        });
        removeLater(context, made.id);
        assert.equal(made.vip_subnet_id, other.id);
        await octavia(context, 400, 'POST', '/loadbalancers', {
          loadbalancer: { vip_network_id: networkId, vip_address: '10.99.0.9' },
        });
      },
    },
    {
      name: 'a port of the project can carry the VIP, and stays when the load balancer goes',
      reference: REFERENCE,
      run: async (context) => {
        const { user, quietly, until } = context;
        const { networkId } = await makeSubnet(context);
        const port = await quietly(() => user.network.ports.create({ network_id: networkId, name: 'mine' }));
        const made = await user.loadBalancer.loadBalancers.create({ vip_port_id: port.id });
        assert.equal(made.vip_address, port.fixed_ips[0]?.ip_address);
        await settled(context, made.id);
        await user.network.ports.get(port.id);
        await user.loadBalancer.loadBalancers.delete(made.id);
        await until(
          () => user.loadBalancer.loadBalancers.list().all(),
          (all) => all.length === 0,
        );
        await user.network.ports.get(port.id);
      },
    },
    {
      name: 'a port that somebody uses cannot carry a VIP',
      reference: CONTROLLER,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId } = await makeSubnet(context);
        const port = await quietly(() =>
          user.network.ports.create({ network_id: networkId, device_id: 'somebody', name: 'taken' }),
        );
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { vip_port_id: port.id } });
      },
    },
    {
      name: 'a port with several addresses needs to be told which one is the VIP',
      reference: CONTROLLER,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId, subnetId } = await makeSubnet(context);
        const port = await quietly(() =>
          user.network.ports.create({
            network_id: networkId,
            fixed_ips: [
              { subnet_id: subnetId, ip_address: '10.30.0.20' },
              { subnet_id: subnetId, ip_address: '10.30.0.21' },
            ],
          }),
        );
        const vip_port_id = port.id;
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { vip_port_id } });
        await octavia(context, 400, 'POST', '/loadbalancers', {
          loadbalancer: { vip_port_id, vip_address: '10.30.0.99' },
        });
        const made = await user.loadBalancer.loadBalancers.create({ vip_port_id, vip_address: '10.30.0.21' });
        removeLater(context, made.id);
        assert.equal(made.vip_subnet_id, subnetId);
      },
    },
    {
      name: 'additional VIPs are shown with their addresses',
      reference: octaviaReference('additional-vips'),
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId, subnetId } = await makeSubnet(context);
        const other = await quietly(() =>
          user.network.subnets.create({ network_id: networkId, ...subnetOf('10.31.0.0/24') }),
        );
        const made = await user.loadBalancer.loadBalancers.create({
          vip_subnet_id: subnetId,
          additional_vips: [{ subnet_id: other.id, ip_address: '10.31.0.50' }],
        });
        removeLater(context, made.id);
        assert.equal(made.additional_vips?.[0]?.ip_address, '10.31.0.50');
        await user.network.ports.get(made.vip_port_id ?? '');
        await settled(context, made.id);
        await user.loadBalancer.loadBalancers.get(made.id);
      },
    },
    {
      name: 'additional VIPs must be on other subnets of the same network',
      reference: CONTROLLER,
      run: async (context) => {
        const { user, quietly } = context;
        const { subnetId } = await makeSubnet(context);
        const elsewhere = await quietly(async () => {
          const network = await user.network.networks.create({ name: 'elsewhere' });
          return user.network.subnets.create({ network_id: network.id, ...subnetOf('10.32.0.0/24') });
        });
        for (const additional_vips of [
          [{ subnet_id: subnetId }],
          [{ subnet_id: elsewhere.id }],
          [{ ip_address: '10.30.0.9' }],
          [{ subnet_id: 'not-an-id' }],
        ])
          await octavia(context, 400, 'POST', '/loadbalancers', {
            loadbalancer: { vip_subnet_id: subnetId, additional_vips },
          });
      },
    },
    {
      name: 'a VIP must be asked for in one way at least, and on something that is there',
      reference: REFERENCE,
      run: async (context) => {
        const nowhere = '00000000-0000-4000-8000-000000000000';
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: {} });
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { name: 'no vip' } });
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { vip_address: '10.30.0.9' } });
        for (const name of ['vip_subnet_id', 'vip_network_id', 'vip_port_id']) {
          await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { [name]: nowhere } });
          await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { [name]: 'not-an-id' } });
          await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { [name]: null } });
        }
      },
    },
    {
      name: 'a subnet must be of the network that is named with it',
      reference: CONTROLLER,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId, subnetId } = await makeSubnet(context);
        const empty = await quietly(() => user.network.networks.create({ name: 'empty' }));
        await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { vip_network_id: empty.id } });
        await octavia(context, 400, 'POST', '/loadbalancers', {
          loadbalancer: { vip_network_id: empty.id, vip_subnet_id: subnetId },
        });
        const made = await user.loadBalancer.loadBalancers.create({
          vip_network_id: networkId,
          vip_subnet_id: subnetId,
        });
        removeLater(context, made.id);
      },
    },
    {
      name: 'an address that is taken, or outside of the subnet, is refused',
      reference: REFERENCE,
      run: async (context) => {
        const { user, quietly } = context;
        const { networkId, subnetId } = await makeSubnet(context);
        await quietly(() =>
          user.network.ports.create({
            network_id: networkId,
            fixed_ips: [{ subnet_id: subnetId, ip_address: '10.30.0.40' }],
          }),
        );
        await octavia(context, 409, 'POST', '/loadbalancers', {
          loadbalancer: { vip_subnet_id: subnetId, vip_address: '10.30.0.40' },
        });
        await octavia(context, 500, 'POST', '/loadbalancers', {
          loadbalancer: { vip_subnet_id: subnetId, vip_address: '10.99.0.40' },
        });
        await user.loadBalancer.loadBalancers.list();
        await user.network.ports.list();
      },
    },
    {
      name: 'names need not be unique',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        for (const vip_address of ['10.30.0.11', '10.30.0.12']) {
          const made = await user.loadBalancer.loadBalancers.create({
            name: 'same',
            vip_subnet_id: subnetId,
            vip_address,
          });
          removeLater(context, made.id);
          await settled(context, made.id);
        }
        assert.equal((await user.loadBalancer.loadBalancers.list({ name: 'same' })).length, 2);
      },
    },
    {
      name: 'a tag that is given twice is taken for an id that is there',
      reference: 'openstack/octavia:octavia/db/base_models.py',
      run: async (context) => {
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        await octavia(context, 409, 'POST', '/loadbalancers', { loadbalancer: { vip_subnet_id, tags: ['a', 'a'] } });
      },
    },
    {
      name: 'a provider, a flavor and a zone must be there',
      reference: REFERENCE,
      run: async (context) => {
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const nowhere = '00000000-0000-4000-8000-000000000000';
        for (const wrong of [
          { provider: 'nobody' },
          { flavor_id: nowhere },
          { flavor_id: 'not-an-id' },
          { availability_zone: 'nowhere' },
          { vip_sg_ids: [nowhere] },
        ])
          await octavia(context, 400, 'POST', '/loadbalancers', {
            loadbalancer: { vip_subnet_id, ...wrong },
          });
      },
    },
    {
      name: 'security groups can be chosen for the VIP',
      reference: REFERENCE,
      run: async (context) => {
        const { user, quietly } = context;
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const group = await quietly(() => user.network.securityGroups.create({ name: 'vip' }));
        const reply = await octavia(context, 201, 'POST', '/loadbalancers', {
          loadbalancer: { vip_subnet_id, vip_sg_ids: [group.id] },
        });
        const { loadbalancer } = JSON.parse(reply.text) as { loadbalancer: { id: string } };
        removeLater(context, loadbalancer.id);
        await settled(context, loadbalancer.id);
        await user.loadBalancer.loadBalancers.get(loadbalancer.id);
      },
    },
    {
      name: 'fields of the wrong type are refused',
      reference: REFERENCE,
      run: async (context) => {
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        for (const wrong of [
          { name: 7 },
          { name: 'x'.repeat(256) },
          { name: ['a'] },
          { description: true },
          { admin_state_up: 'maybe' },
          { tags: 'a' },
          { tags: [1] },
          { tags: ['x'.repeat(256)] },
          { vip_address: '10.30.0' },
          { colour: 'blue' },
          { listeners: [{ colour: 'blue', protocol: 'TCP', protocol_port: 80 }] },
          { listeners: [{ protocol: 'TCP' }] },
          { pools: [{ name: 'p', members: [{ address: '10.30.0.5' }] }] },
        ])
          await octavia(context, 400, 'POST', '/loadbalancers', { loadbalancer: { vip_subnet_id, ...wrong } });
      },
    },
    {
      name: 'a body that is not what it should be is refused',
      reference: 'openstack/octavia:octavia/api/v2/types/load_balancer.py',
      run: async (context) => {
        await octavia(context, 400, 'POST', '/loadbalancers', '{');
        await octavia(context, 400, 'POST', '/loadbalancers', { balancer: {} });
        await octavia(context, 400, 'POST', '/loadbalancers', '');
        await octavia(context, 500, 'POST', '/loadbalancers', []);
        await octavia(context, 500, 'POST', '/loadbalancers', { loadbalancer: 'text' });
      },
    },
    {
      name: 'a load balancer cannot be made for another project',
      reference: REFERENCE,
      run: async (context) => {
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const project_id = '0123456789abcdef0123456789abcdef';
        await octavia(context, 403, 'POST', '/loadbalancers', { loadbalancer: { vip_subnet_id, project_id } });
        await octavia(context, 403, 'POST', '/loadbalancers', {
          loadbalancer: { vip_subnet_id, tenant_id: project_id },
        });
      },
    },
  ],
};
