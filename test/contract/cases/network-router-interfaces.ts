import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import {
  foreignNetwork,
  makeNetwork,
  makeRoutedNetwork,
  networkCase,
  networkReference,
  neutron,
} from './network-setup.ts';

const REFERENCE = networkReference('add-interface-to-router');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

const makeRouter = ({ user, quietly }: CaseContext): Promise<string> =>
  quietly(async () => (await user.network.routers.create({ name: 'router' })).id);

export const networkRouterInterfaces: ContractArea = {
  area: 'network-router-interfaces',
  cases: [
    networkCase('a subnet is connected and disconnected', REFERENCE, async (context) => {
      const { routers, ports } = context.user.network;
      const { subnet } = await makeNetwork(context);
      const router = await makeRouter(context);
      const added = await routers.addInterface(router, { subnet_id: subnet });
      const [port] = await ports.list({ device_id: router }).all();
      assert.equal(port?.id, added.port_id);
      await routers.get(router);
      await routers.removeInterface(router, { subnet_id: subnet });
      await ports.list({ device_id: router });
      await neutron(context, 404, 'PUT', `/routers/${router}/remove_router_interface`, { subnet_id: subnet });
    }),
    networkCase('a port is connected and disconnected', REFERENCE, async (context) => {
      const { routers, ports } = context.user.network;
      const { network } = await makeNetwork(context);
      const router = await makeRouter(context);
      const port = await ports.create({ network_id: network, name: 'leg', fixed_ips: [{ ip_address: '10.20.0.44' }] });
      await routers.addInterface(router, { port_id: port.id });
      await ports.get(port.id);
      await context.refused(409, () => ports.delete(port.id));
      await routers.removeInterface(router, { port_id: port.id });
      await context.refused(404, () => ports.get(port.id));
    }),
    networkCase('a subnet is connected to a router once', REFERENCE, async (context) => {
      const { router, subnet, network } = await makeRoutedNetwork(context);
      await neutron(context, 400, 'PUT', `/routers/${router}/add_router_interface`, { subnet_id: subnet });
      const port = await context.user.network.ports.create({ network_id: network });
      await neutron(context, 400, 'PUT', `/routers/${router}/add_router_interface`, { port_id: port.id });
      const other = await makeRouter(context);
      await neutron(context, 409, 'PUT', `/routers/${other}/add_router_interface`, { subnet_id: subnet });
      await context.user.network.routers.addInterface(other, { port_id: port.id });
    }),
    networkCase('subnets with the same addresses do not meet at a router', REFERENCE, async (context) => {
      const { router } = await makeRoutedNetwork(context, '10.20.0.0/16');
      const { subnet } = await makeNetwork(context, '10.20.7.0/24');
      await neutron(context, 400, 'PUT', `/routers/${router}/add_router_interface`, { subnet_id: subnet });
    }),
    networkCase('a port that is in use, or without address, is not connected', REFERENCE, async (context) => {
      const { user } = context;
      const { network } = await makeNetwork(context);
      const router = await makeRouter(context);
      const add = (status: number, port_id: string) =>
        neutron(context, status, 'PUT', `/routers/${router}/add_router_interface`, { port_id });
      const used = await user.network.ports.create({ network_id: network, device_id: 'thing' });
      await add(409, used.id);
      const bare = await user.network.ports.create({ network_id: network, fixed_ips: [] });
      await add(400, bare.id);
      const two = [{ ip_address: '10.20.0.60' }, { ip_address: '10.20.0.61' }];
      const double = await user.network.ports.create({ network_id: network, fixed_ips: two });
      await add(400, double.id);
      await add(404, NOWHERE);
    }),
    networkCase('a subnet without gateway, or that is not there, is not connected', REFERENCE, async (context) => {
      const { user } = context;
      const router = await makeRouter(context);
      const { id: network_id } = await user.network.networks.create({ name: 'net' });
      const values = { network_id, ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: null } as const;
      const subnet = await user.network.subnets.create(values);
      const { subnet: foreign } = await foreignNetwork(context);
      const add = (status: number, body: unknown) =>
        neutron(context, status, 'PUT', `/routers/${router}/add_router_interface`, body);
      await add(400, { subnet_id: subnet.id });
      await add(404, { subnet_id: NOWHERE });
      await add(404, { subnet_id: foreign });
      await add(400, {});
      await add(400, { subnet_id: subnet.id, port_id: NOWHERE });
      await add(400, { subnet_id: 'x' });
      await add(400, { port_id: 'x' });
      await add(400, { colour: 'blue' });
    }),
    networkCase('what is not connected is not disconnected', REFERENCE, async (context) => {
      const { router } = await makeRoutedNetwork(context);
      const { subnet, network } = await makeNetwork(context, '10.30.0.0/24');
      const port = await context.quietly(() => context.user.network.ports.create({ network_id: network }));
      const remove = (status: number, body: unknown) =>
        neutron(context, status, 'PUT', `/routers/${router}/remove_router_interface`, body);
      await remove(404, { subnet_id: subnet });
      await remove(404, { port_id: port.id });
      await remove(404, { subnet_id: NOWHERE });
      await remove(404, { port_id: NOWHERE });
      await remove(400, {});
      await neutron(context, 404, 'PUT', `/routers/${NOWHERE}/add_router_interface`, { subnet_id: subnet });
      await neutron(context, 404, 'PUT', `/routers/${NOWHERE}/remove_router_interface`, { subnet_id: subnet });
    }),
    networkCase('a port and a subnet that do not belong together are refused', REFERENCE, async (context) => {
      const { router, subnet } = await makeRoutedNetwork(context);
      const { subnet: other } = await makeNetwork(context, '10.30.0.0/24');
      const [port] = await context.quietly(() => context.user.network.ports.list({ device_id: router }).all());
      const body = { port_id: port?.id, subnet_id: other };
      await neutron(context, 400, 'PUT', `/routers/${router}/remove_router_interface`, body);
      await neutron(context, 200, 'PUT', `/routers/${router}/remove_router_interface`, {
        port_id: port?.id,
        subnet_id: subnet,
      });
    }),
    networkCase('the ports of a router are seen, and not deleted by themselves', REFERENCE, async (context) => {
      const { router } = await makeRoutedNetwork(context);
      const [port] = await context.user.network.ports
        .list({ device_id: router, device_owner: 'network:router_interface' })
        .all();
      assert.ok(port);
      await context.refused(409, () => context.user.network.ports.delete(port.id));
      await neutron(context, 400, 'PUT', `/ports/${port.id}`, { port: { fixed_ips: [{ ip_address: '10.20.0.200' }] } });
      await neutron(context, 200, 'PUT', `/ports/${port.id}`, { port: { name: 'leg' } });
    }),
    networkCase('a network with a router’s port is in use, until the port is gone', REFERENCE, async (context) => {
      const { network, router, subnet } = await makeRoutedNetwork(context);
      await context.refused(409, () => context.user.network.networks.delete(network));
      await context.user.network.routers.removeInterface(router, { subnet_id: subnet });
      await context.user.network.networks.delete(network);
    }),
  ],
};
