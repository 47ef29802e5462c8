import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { makeNetwork, makeRoutedNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('floating-ips-floatingips');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

/** A port on a network that has a way out; made unrecorded. */
async function reachablePort(context: CaseContext, more: object = {}) {
  const made = await makeRoutedNetwork(context);
  const port = await context.quietly(() => context.user.network.ports.create({ network_id: made.network, ...more }));
  return { ...made, port: port.id };
}

const makeAddress = ({ user, seeds, quietly }: CaseContext): Promise<string> =>
  quietly(async () => (await user.network.floatingIps.create({ floating_network_id: seeds.externalNetwork })).id);

export const networkFloatingIps: ContractArea = {
  area: 'network-floating-ips',
  cases: [
    networkCase(
      'a floating IP is created with defaults, shown, and gone after its deletion',
      REFERENCE,
      async (context) => {
        const { floatingIps } = context.user.network;
        const made = await floatingIps.create({ floating_network_id: context.seeds.externalNetwork });
        assert.equal(made.port_id, null);
        await floatingIps.get(made.id);
        await floatingIps.update(made.id, { description: 'words' });
        await floatingIps.delete(made.id);
        await context.refused(404, () => floatingIps.get(made.id));
        await neutron(context, 404, 'DELETE', `/floatingips/${made.id}`);
        await neutron(context, 404, 'PUT', `/floatingips/${made.id}`, { floatingip: { port_id: null } });
      },
    ),
    networkCase('a floating IP is made for a port, and taken off it', REFERENCE, async (context) => {
      const { floatingIps } = context.user.network;
      const { port } = await reachablePort(context);
      const values = { floating_network_id: context.seeds.externalNetwork, port_id: port, description: 'words' };
      const made = await floatingIps.create(values);
      assert.equal(made.port_id, port);
      await floatingIps.get(made.id);
      await floatingIps.update(made.id, { port_id: null });
      await floatingIps.get(made.id);
    }),
    networkCase('a floating IP is given to a port, and moved to another', REFERENCE, async (context) => {
      const { floatingIps, ports } = context.user.network;
      const { port, network } = await reachablePort(context);
      const id = await makeAddress(context);
      await floatingIps.update(id, { port_id: port });
      const other = await ports.create({ network_id: network });
      await floatingIps.update(id, { port_id: other.id });
      await floatingIps.get(id);
      await floatingIps.update(id, { description: 'words' });
      // An update of nothing takes it off its port.
      await neutron(context, 200, 'PUT', `/floatingips/${id}`, { floatingip: {} });
      await floatingIps.get(id);
    }),
    networkCase('a port without a way to the external network gets no floating IP', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const port = await context.quietly(() => context.user.network.ports.create({ network_id: network }));
      const id = await makeAddress(context);
      await neutron(context, 404, 'PUT', `/floatingips/${id}`, { floatingip: { port_id: port.id } });
      const floatingip = { floating_network_id: context.seeds.externalNetwork, port_id: port.id };
      await neutron(context, 404, 'POST', '/floatingips', { floatingip });
    }),
    networkCase('a fixed address of a port has one floating IP', REFERENCE, async (context) => {
      const { port } = await reachablePort(context);
      const first = await makeAddress(context);
      const floating_network_id = context.seeds.externalNetwork;
      const { id: second } = await context.user.network.floatingIps.create({ floating_network_id });
      await context.user.network.floatingIps.update(first, { port_id: port });
      await neutron(context, 409, 'PUT', `/floatingips/${second}`, { floatingip: { port_id: port } });
    }),
    networkCase('a port with several addresses must say which', REFERENCE, async (context) => {
      const fixed_ips = [{ ip_address: '10.20.0.50' }, { ip_address: '10.20.0.51' }];
      const { port } = await reachablePort(context, { fixed_ips });
      const id = await makeAddress(context);
      await neutron(context, 400, 'PUT', `/floatingips/${id}`, { floatingip: { port_id: port } });
      await neutron(context, 400, 'PUT', `/floatingips/${id}`, {
        floatingip: { port_id: port, fixed_ip_address: '10.20.0.99' },
      });
      await context.user.network.floatingIps.update(id, { port_id: port, fixed_ip_address: '10.20.0.51' });
    }),
    networkCase('a port without an address gets no floating IP', REFERENCE, async (context) => {
      const { port } = await reachablePort(context, { fixed_ips: [] });
      const id = await makeAddress(context);
      await neutron(context, 400, 'PUT', `/floatingips/${id}`, { floatingip: { port_id: port } });
    }),
    networkCase('a floating IP needs an external network', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const make = (status: number, values: object) =>
        neutron(context, status, 'POST', '/floatingips', { floatingip: values });
      await make(400, { floating_network_id: network });
      await make(404, { floating_network_id: NOWHERE });
      await make(400, { floating_network_id: 'x' });
      await make(400, { floating_network_id: null });
    }),
    networkCase('values that are not right are refused', REFERENCE, async (context) => {
      const floating_network_id = context.seeds.externalNetwork;
      const make = (status: number, values: object) =>
        neutron(context, status, 'POST', '/floatingips', { floatingip: { floating_network_id, ...values } });
      await make(404, { port_id: NOWHERE });
      await make(400, { port_id: 'x' });
      await make(400, { fixed_ip_address: '10.0.0.5' });
      await make(400, { fixed_ip_address: 'x' });
      await make(400, { status: 'ACTIVE' });
      await make(400, { router_id: NOWHERE });
      await make(404, { subnet_id: NOWHERE });
      await make(400, { description: 7 });
      const id = await makeAddress(context);
      const change = (status: number, values: object) =>
        neutron(context, status, 'PUT', `/floatingips/${id}`, { floatingip: values });
      await change(400, { floating_network_id });
      await change(400, { floating_ip_address: '10.0.0.5' });
      await change(404, { port_id: NOWHERE });
      await change(400, { fixed_ip_address: '10.0.0.5' });
    }),
    networkCase('which address it is, is the administrator’s to choose', REFERENCE, async (context) => {
      const floatingip = { floating_network_id: context.seeds.externalNetwork, floating_ip_address: '203.0.113.99' };
      await neutron(context, 403, 'POST', '/floatingips', { floatingip });
    }),
    networkCase('a floating IP survives its port', REFERENCE, async (context) => {
      const { floatingIps, ports } = context.user.network;
      const { port } = await reachablePort(context);
      const id = await makeAddress(context);
      await floatingIps.update(id, { port_id: port });
      await ports.delete(port);
      const left = await floatingIps.get(id);
      assert.equal(left.port_id, null);
    }),
    networkCase('what a floating IP needs stays: interface, gateway, router', REFERENCE, async (context) => {
      const { routers, floatingIps } = context.user.network;
      const { port, router, subnet } = await reachablePort(context);
      const id = await makeAddress(context);
      await floatingIps.update(id, { port_id: port });
      await context.refused(409, () => routers.removeInterface(router, { subnet_id: subnet }));
      await context.refused(409, () => routers.update(router, { external_gateway_info: null }));
      await context.refused(409, () => routers.delete(router));
      await floatingIps.delete(id);
      await routers.update(router, { external_gateway_info: null });
    }),
    networkCase('floating IPs are listed by what they have', REFERENCE, async (context) => {
      const { floatingIps } = context.user.network;
      const { port, router } = await reachablePort(context);
      const floating_network_id = context.seeds.externalNetwork;
      const used = await context.quietly(() => floatingIps.create({ floating_network_id, port_id: port }));
      await makeAddress(context);
      const count = async (filters: object) =>
        (await floatingIps.list({ project_id: context.project.id, ...filters }).all()).length;
      assert.equal(await count({}), 2);
      assert.equal(await count({ port_id: port }), 1);
      assert.equal(await count({ router_id: router }), 1);
      assert.equal(await count({ floating_network_id }), 2);
      assert.equal(await count({ fixed_ip_address: used.fixed_ip_address ?? '' }), 1);
      assert.equal(await count({ floating_network_id: NOWHERE }), 0);
      await neutron(context, 200, 'GET', `/floatingips?port_id=&project_id=${context.project.id}`);
      await neutron(context, 200, 'GET', `/floatingips?floating_ip_address=${used.floating_ip_address}`);
    }),
    networkCase('a floating IP of another project is not found', REFERENCE, async (context) => {
      const { admin, seeds, cleanUp } = context;
      const { id } = await admin.network.floatingIps.create({ floating_network_id: seeds.externalNetwork });
      cleanUp(() => admin.network.floatingIps.delete(id));
      await neutron(context, 404, 'GET', `/floatingips/${id}`);
      await neutron(context, 404, 'PUT', `/floatingips/${id}`, { floatingip: { port_id: null } });
      await neutron(context, 404, 'DELETE', `/floatingips/${id}`);
    }),
    networkCase('several floating IPs are not made by one request', REFERENCE, async (context) => {
      const one = { floating_network_id: context.seeds.externalNetwork };
      await neutron(context, 400, 'POST', '/floatingips', { floatingips: [one, one] });
    }),
  ],
};
