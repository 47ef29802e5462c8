import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import {
  foreignNetwork,
  makeNetwork,
  makeRoutedNetwork,
  networkCase,
  networkReference,
  neutron,
} from './network-setup.ts';

const REFERENCE = networkReference('routers-routers');
const NOWHERE = '00000000-0000-4000-8000-000000000000';

export const networkRouters: ContractArea = {
  area: 'network-routers',
  cases: [
    networkCase(
      'a router is created with defaults, changed, and gone after its deletion',
      REFERENCE,
      async (context) => {
        const { routers } = context.user.network;
        const made = await routers.create({});
        assert.equal(made.external_gateway_info, null);
        await routers.get(made.id);
        await routers.update(made.id, { name: 'new', description: 'words', admin_state_up: false });
        await routers.delete(made.id);
        await context.refused(404, () => routers.get(made.id));
        await neutron(context, 404, 'DELETE', `/routers/${made.id}`);
        await neutron(context, 404, 'PUT', `/routers/${made.id}`, { router: { name: 'late' } });
      },
    ),
    networkCase('several routers are not made by one request', REFERENCE, async (context) => {
      await neutron(context, 400, 'POST', '/routers', { routers: [{ name: 'one' }, { name: 'two' }] });
    }),
    networkCase('a gateway is set, kept and cleared', REFERENCE, async (context) => {
      const { routers } = context.user.network;
      const network_id = context.seeds.externalNetwork;
      const made = await routers.create({ name: 'router', external_gateway_info: { network_id } });
      assert.equal(made.external_gateway_info?.enable_snat, true);
      await routers.update(made.id, { external_gateway_info: { network_id } });
      await routers.update(made.id, { external_gateway_info: null });
      await routers.update(made.id, { external_gateway_info: { network_id } });
      await neutron(context, 200, 'PUT', `/routers/${made.id}`, { router: { external_gateway_info: {} } });
    }),
    networkCase('the port of a gateway is not the user’s to see', REFERENCE, async ({ user, seeds }) => {
      const external_gateway_info = { network_id: seeds.externalNetwork };
      const { id } = await user.network.routers.create({ name: 'router', external_gateway_info });
      await user.network.ports.list({ device_id: id });
    }),
    networkCase('address translation and gateway addresses are the administrator’s', REFERENCE, async (context) => {
      const network_id = context.seeds.externalNetwork;
      const { id } = await context.quietly(() => context.user.network.routers.create({ name: 'router' }));
      for (const values of [
        { network_id, enable_snat: false },
        { network_id, enable_snat: true },
        { network_id, external_fixed_ips: [{ ip_address: '10.0.0.9' }] },
      ]) {
        await neutron(context, 403, 'POST', '/routers', { router: { external_gateway_info: values } });
        await neutron(context, 403, 'PUT', `/routers/${id}`, { router: { external_gateway_info: values } });
      }
      await neutron(context, 403, 'POST', '/routers', { router: { distributed: true } });
      await neutron(context, 403, 'POST', '/routers', { router: { ha: true } });
    }),
    networkCase('a gateway that is no external network is refused', REFERENCE, async (context) => {
      const { network } = await makeNetwork(context);
      const { network: foreign } = await foreignNetwork(context);
      const make = (status: number, external_gateway_info: unknown) =>
        neutron(context, status, 'POST', '/routers', { router: { external_gateway_info } });
      await make(400, { network_id: network });
      await make(404, { network_id: foreign });
      await make(404, { network_id: NOWHERE });
      await make(400, { network_id: 'x' });
      await make(400, { enable_snat: true });
      await make(400, { network_id: NOWHERE, colour: 'blue' });
      await make(400, 'public');
      await make(201, {});
    }),
    networkCase('a router with interfaces is in use', REFERENCE, async (context) => {
      const { routers } = context.user.network;
      const { router, subnet } = await makeRoutedNetwork(context);
      await context.refused(409, () => routers.delete(router));
      await routers.removeInterface(router, { subnet_id: subnet });
      await routers.delete(router);
    }),
    networkCase('routes are set where their next hop can be reached', REFERENCE, async (context) => {
      const { router } = await makeRoutedNetwork(context);
      const { routers } = context.user.network;
      const routes = [{ destination: '10.50.0.0/16', nexthop: '10.20.0.9' }];
      await routers.update(router, { routes });
      await routers.get(router);
      const change = (status: number, values: unknown) =>
        neutron(context, status, 'PUT', `/routers/${router}`, { router: { routes: values } });
      await change(400, [{ destination: '10.50.0.0/16', nexthop: '10.77.0.9' }]);
      await change(400, [{ destination: '10.50.0.0/16', nexthop: '10.20.0.1' }]);
      await change(400, [{ destination: 'x', nexthop: '10.20.0.9' }]);
      await change(400, 'x');
      await change(400, [...routes, ...routes]);
      await neutron(context, 400, 'POST', '/routers', { router: { routes } });
      await change(200, []);
    }),
    networkCase('an interface that a route needs stays', REFERENCE, async (context) => {
      const { router, subnet } = await makeRoutedNetwork(context);
      const { routers } = context.user.network;
      await routers.update(router, { routes: [{ destination: '10.50.0.0/16', nexthop: '10.20.0.9' }] });
      await context.refused(409, () => routers.removeInterface(router, { subnet_id: subnet }));
    }),
    networkCase('what cannot be changed is refused', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.routers.create({ name: 'router' }));
      for (const values of [
        { status: 'DOWN' },
        { project_id: context.project.id },
        { name: 7 },
        { admin_state_up: 'x' },
      ])
        await neutron(context, 400, 'PUT', `/routers/${id}`, { router: values });
      await neutron(context, 404, 'POST', '/routers', { router: { availability_zone_hints: ['moon'] } });
      await neutron(context, 404, 'POST', '/routers', { router: { flavor_id: 'x' } });
    }),
    networkCase('routers are listed by what they have', REFERENCE, async ({ user, project }) => {
      const { routers } = user.network;
      await routers.create({ name: 'one', description: 'first' });
      await routers.create({ name: 'two', admin_state_up: false });
      const count = async (filters: object) =>
        (await routers.list({ project_id: project.id, ...filters }).all()).length;
      assert.equal(await count({}), 2);
      assert.equal(await count({ name: 'one' }), 1);
      assert.equal(await count({ admin_state_up: false }), 1);
      assert.equal(await count({ description: 'first' }), 1);
    }),
    networkCase('a router of another project is not found', REFERENCE, async (context) => {
      const { admin, cleanUp } = context;
      const { id } = await admin.network.routers.create({ name: 'foreign' });
      cleanUp(() => admin.network.routers.delete(id));
      await neutron(context, 404, 'GET', `/routers/${id}`);
      await neutron(context, 404, 'PUT', `/routers/${id}`, { router: { name: 'mine' } });
      await neutron(context, 404, 'DELETE', `/routers/${id}`);
      const { subnet } = await makeNetwork(context);
      await neutron(context, 404, 'PUT', `/routers/${id}/add_router_interface`, { subnet_id: subnet });
    }),
  ],
};
