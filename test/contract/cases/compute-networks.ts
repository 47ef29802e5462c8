import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import {
  COMPUTE_REFERENCE,
  gone,
  makeNetwork,
  removeServersLater,
  settled,
  smallServer,
  startedServer,
} from './compute-setup.ts';

const CREATE = `${COMPUTE_REFERENCE}#create-server`;

/** Servers and their ports. */
export const computeNetworks: ContractArea = {
  area: 'compute-networks',
  cases: [
    {
      name: 'a server gets a port in each network that it names, and takes them with it',
      reference: CREATE,
      run: async (context) => {
        const { user, quietly } = context;
        const first = await makeNetwork(context, { name: 'one', cidr: '10.91.0.0/24' });
        const second = await makeNetwork(context, { name: 'two', cidr: '10.92.0.0/24' });
        removeServersLater(context);
        const networks = [{ uuid: first.network }, { uuid: second.network, fixed_ip: '10.92.0.77' }];
        const { id } = await user.compute.servers.create(smallServer(context, { networks }));
        await settled(context, id);
        const server = await user.compute.servers.get(id);
        assert.equal(server.addresses['two']?.[0]?.addr, '10.92.0.77');
        await user.compute.service.request('GET', `/servers/${id}/ips`);
        await user.compute.service.request('GET', `/servers/${id}/ips/two`);
        await user.compute.servers.list({ ip: '10.92.0.7' }).all();
        await user.compute.servers.listBrief({ ip: '^10.92.0.77$' }).all();
        const ports = await quietly(() => user.network.ports.list({ device_id: id }).all());
        assert.equal(ports.length, 2);
        await user.compute.servers.update(id, { name: 'seen' }, { microversion: '2.1' });
        await user.compute.servers.delete(id);
        await gone(context, id);
        assert.deepEqual(await user.network.ports.list({ device_id: id }).all(), []);
      },
    },
    {
      name: 'a port that is given keeps its address, is in use, and outlives the server',
      reference: CREATE,
      run: async (context) => {
        const { user, quietly, cleanUp, refused, note } = context;
        const { network, subnet } = await makeNetwork(context);
        const fixed_ips = [{ subnet_id: subnet, ip_address: '10.90.0.44' }];
        const port = await quietly(() => user.network.ports.create({ network_id: network, name: 'given', fixed_ips }));
        cleanUp(() => user.network.ports.delete(port.id));
        removeServersLater(context);
        const wanted = smallServer(context, { networks: [{ port: port.id }] });
        const { id } = await user.compute.servers.create(wanted);
        await settled(context, id);
        const taken = await quietly(() => user.network.ports.get(port.id));
        assert.equal(taken.device_id, id);
        note('owner', taken.device_owner);
        await refused(409, () => user.compute.servers.create(wanted));
        await user.compute.servers.delete(id);
        await gone(context, id);
        const left = await quietly(() => user.network.ports.get(port.id));
        note('after', [left.device_id, left.device_owner, left.status, left.fixed_ips, left.name]);
      },
    },
    {
      name: 'a server without a choice gets the only network there is',
      reference: `${COMPUTE_REFERENCE}#create-server`,
      run: async (context) => {
        const { user } = context;
        await makeNetwork(context);
        removeServersLater(context);
        const { id } = await user.compute.servers.create(smallServer(context, { networks: 'auto' }));
        await settled(context, id);
        const server = await user.compute.servers.get(id);
        assert.deepEqual(Object.keys(server.addresses), ['net']);
      },
    },
    {
      name: 'with two networks a server must say which',
      reference: 'nova:nova/network/neutron.py _ports_needed_per_instance',
      run: async (context) => {
        const { user, refused } = context;
        await makeNetwork(context, { name: 'one', cidr: '10.91.0.0/24' });
        await makeNetwork(context, { name: 'two', cidr: '10.92.0.0/24' });
        await refused(409, () => user.compute.servers.create(smallServer(context, { networks: 'auto' })));
        await refused(409, () => user.compute.servers.create(smallServer(context, { networks: [] })));
      },
    },
    {
      name: 'a network without a subnet is refused',
      reference: 'nova:nova/exception.py NetworkRequiresSubnet',
      run: async (context) => {
        const { user, refused, quietly, cleanUp } = context;
        const { id } = await quietly(() => user.network.networks.create({ name: 'bare' }));
        cleanUp(() => user.network.networks.delete(id));
        await refused(400, () => user.compute.servers.create(smallServer(context, { networks: [{ uuid: id }] })));
      },
    },
    {
      name: 'an address that another server has is refused',
      reference: 'nova:nova/exception.py FixedIpAlreadyInUse',
      run: async (context) => {
        const { user, refused } = context;
        const { network } = await makeNetwork(context);
        const networks = [{ uuid: network, fixed_ip: '10.90.0.9' }];
        await startedServer(context, { networks });
        await refused(400, () => user.compute.servers.create(smallServer(context, { networks })));
      },
    },
    {
      name: 'an address outside the subnet lets the build fail',
      reference: CREATE,
      run: async (context) => {
        const { user } = context;
        const { network } = await makeNetwork(context);
        removeServersLater(context);
        const networks = [{ uuid: network, fixed_ip: '192.0.2.1' }];
        const { id } = await user.compute.servers.create(smallServer(context, { networks }));
        await settled(context, id, 'ERROR');
        const server = await user.compute.servers.get(id);
        assert.ok(server.fault);
        assert.deepEqual(await user.network.ports.list({ device_id: id }).all(), []);
      },
    },
    {
      name: 'a port is given once, and not with an address',
      reference: 'nova:nova/api/openstack/compute/servers.py _get_requested_networks',
      run: async (context) => {
        const { user, refused, quietly, cleanUp } = context;
        const { network } = await makeNetwork(context);
        const port = await quietly(() => user.network.ports.create({ network_id: network }));
        cleanUp(() => user.network.ports.delete(port.id));
        const ask = (more: object) => () => user.compute.servers.create(smallServer(context, more));
        await refused(400, ask({ networks: [{ port: port.id }, { port: port.id }] }));
        await refused(400, ask({ networks: [{ port: port.id, fixed_ip: '10.90.0.9' }] }));
        await refused(400, ask({ networks: [{ port: port.id }], max_count: 2 }));
        await refused(400, ask({ networks: [{ uuid: network, fixed_ip: '10.90.0.9' }], max_count: 2 }));
        await refused(400, ask({ networks: [{}] }));
      },
    },
    {
      name: 'security groups are those of the request, on the ports that Nova makes',
      reference: CREATE,
      run: async (context) => {
        const { user, quietly, cleanUp } = context;
        const { network } = await makeNetwork(context);
        const group = await quietly(() => user.network.securityGroups.create({ name: 'web' }));
        cleanUp(() => user.network.securityGroups.delete(group.id));
        removeServersLater(context);
        const wanted = { networks: [{ uuid: network }], security_groups: [{ name: 'web' }, { name: 'default' }] };
        const { id } = await user.compute.servers.create(smallServer(context, wanted));
        await settled(context, id);
        const server = await user.compute.servers.get(id);
        assert.equal(server.security_groups?.length, 2);
        const [port] = await quietly(() => user.network.ports.list({ device_id: id }).all());
        assert.equal(port?.security_groups.length, 2);
        await user.compute.servers.action(id, { removeSecurityGroup: { name: 'default' } });
        await user.compute.servers.get(id);
        await user.compute.servers.action(id, { addSecurityGroup: { name: 'default' } });
      },
    },
    {
      name: 'a security group that a server has not, or that is not there, is not found',
      reference: `${COMPUTE_REFERENCE}#remove-security-group-from-a-server-removesecuritygroup-action`,
      run: async (context) => {
        const { user, refused, quietly, cleanUp } = context;
        const { network } = await makeNetwork(context);
        const group = await quietly(() => user.network.securityGroups.create({ name: 'web' }));
        cleanUp(() => user.network.securityGroups.delete(group.id));
        const { id } = await startedServer(context, { networks: [{ uuid: network }] });
        await refused(404, () => user.compute.servers.action(id, { removeSecurityGroup: { name: 'web' } }));
        await refused(404, () => user.compute.servers.action(id, { addSecurityGroup: { name: 'no-such' } }));
      },
    },
    {
      name: 'interfaces are listed, added and removed',
      reference: `${COMPUTE_REFERENCE}#port-interfaces-servers-os-interface`,
      run: async (context) => {
        const { user, refused, until } = context;
        const first = await makeNetwork(context, { name: 'one', cidr: '10.91.0.0/24' });
        const second = await makeNetwork(context, { name: 'two', cidr: '10.92.0.0/24' });
        const { id } = await startedServer(context, { networks: [{ uuid: first.network }] });
        const at = `/servers/${id}/os-interface`;
        const { service } = user.compute;
        await service.request('GET', at);
        const json = { interfaceAttachment: { net_id: second.network } };
        await service.request('POST', at, { json });
        const list = () => user.network.ports.list({ device_id: id, network_id: second.network }).all();
        const [port] = await until(list, (ports) => ports.length === 1);
        await service.request('GET', `${at}/${port?.id ?? ''}`);
        await service.request('DELETE', `${at}/${port?.id ?? ''}`);
        await until(list, (ports) => ports.length === 0);
        await service.request('DELETE', `${at}/${port?.id ?? ''}`);
        await refused(400, () => service.request('POST', at, { json: { interfaceAttachment: { net_id: 'two' } } }));
      },
    },
    {
      name: 'a floating IP shows among a server’s addresses',
      reference: `${COMPUTE_REFERENCE}#show-server-details`,
      run: async (context) => {
        const { user, quietly, cleanUp, seeds, until } = context;
        const { network, subnet } = await makeNetwork(context);
        const server = await startedServer(context, { networks: [{ uuid: network }] });
        await quietly(async () => {
          const external = { network_id: seeds.externalNetwork };
          const router = await user.network.routers.create({ name: 'r', external_gateway_info: external });
          cleanUp(() => user.network.routers.delete(router.id));
          await user.network.routers.addInterface(router.id, { subnet_id: subnet });
          cleanUp(() => user.network.routers.removeInterface(router.id, { subnet_id: subnet }));
          const [port] = await user.network.ports.list({ device_id: server.id }).all();
          const ip = { floating_network_id: seeds.externalNetwork, port_id: port?.id };
          const floating = await user.network.floatingIps.create(ip);
          cleanUp(() => user.network.floatingIps.delete(floating.id));
        });
        const shown = await until(
          () => user.compute.servers.get(server.id),
          (one) => one.addresses['net']?.length === 2,
        );
        const types = shown.addresses['net']?.map((address) => address['OS-EXT-IPS:type']);
        assert.deepEqual(types, ['fixed', 'floating']);
        await user.compute.servers.get(server.id);
      },
    },
  ],
};
