import { networkCase, networkReference, neutron } from './network-setup.ts';
import type { ContractArea } from '../kit/case.ts';

const REFERENCE = networkReference('networks');
/** neutron_lib/api/attributes.py: which attributes a request may have, and the words if it may not. */
const ATTRIBUTES = 'openstack/neutron-lib:neutron_lib/api/attributes.py';
const VALIDATORS = 'openstack/neutron-lib:neutron_lib/api/validators/__init__.py';

/** What is wrong with requests in general; the network stands for all resources. */
export const networkRequests: ContractArea = {
  area: 'network-requests',
  cases: [
    networkCase(
      'a body that is not JSON, not an object or has another resource is refused',
      REFERENCE,
      async (context) => {
        for (const body of ['{', '[]', '"network"', '', '{}', '{"port": {}}', '{"network": []}', '{"network": null}'])
          await neutron(context, 400, 'POST', '/networks', body);
      },
    ),
    networkCase('an update with a body that is not right is refused', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      for (const body of ['{', '[]', '{"port": {}}']) await neutron(context, 400, 'PUT', `/networks/${id}`, body);
    }),
    networkCase('an attribute that does not exist is refused', ATTRIBUTES, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 400, 'POST', '/networks', { network: { colour: 'blue' } });
      await neutron(context, 400, 'PUT', `/networks/${id}`, { network: { colour: 'blue' } });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id: id, colour: 'blue' } });
      await neutron(context, 400, 'POST', '/routers', { router: { colour: 'blue' } });
      await neutron(context, 400, 'POST', '/security-groups', { security_group: { colour: 'blue' } });
      await neutron(context, 400, 'POST', '/floatingips', { floatingip: { colour: 'blue' } });
    }),
    networkCase('attributes that are for reading only are refused', ATTRIBUTES, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      for (const values of [
        { id },
        { status: 'DOWN' },
        { subnets: [] },
        { created_at: '2026-01-01T00:00:00Z' },
        { revision_number: 9 },
        { tags: ['a'] },
        { availability_zones: [] },
        { ipv4_address_scope: null },
      ]) {
        await neutron(context, 400, 'POST', '/networks', { network: values });
        await neutron(context, 400, 'PUT', `/networks/${id}`, { network: values });
      }
      await neutron(context, 400, 'PUT', `/networks/${id}`, { network: { project_id: context.project.id } });
      await neutron(context, 400, 'PUT', `/networks/${id}`, { network: { availability_zone_hints: [] } });
    }),
    networkCase('attributes that a request must have are asked for', ATTRIBUTES, async (context) => {
      await neutron(context, 400, 'POST', '/subnets', { subnet: {} });
      await neutron(context, 400, 'POST', '/subnets', { subnet: { ip_version: 4, cidr: '10.0.0.0/24' } });
      await neutron(context, 400, 'POST', '/ports', { port: {} });
      await neutron(context, 400, 'POST', '/security-group-rules', { security_group_rule: {} });
      await neutron(context, 400, 'POST', '/floatingips', { floatingip: {} });
    }),
    networkCase('strings are checked for type and length', VALIDATORS, async (context) => {
      for (const name of [7, null, true, ['a'], { a: 1 }, 'x'.repeat(256)])
        await neutron(context, 400, 'POST', '/networks', { network: { name } });
      await neutron(context, 201, 'POST', '/networks', { network: { name: 'ä'.repeat(255) } });
      await neutron(context, 400, 'POST', '/networks', { network: { description: 'x'.repeat(256) } });
      await neutron(context, 400, 'POST', '/networks', { network: { description: 7 } });
    }),
    networkCase('booleans and numbers are taken as text too', VALIDATORS, async (context) => {
      await neutron(context, 201, 'POST', '/networks', { network: { admin_state_up: 'false', mtu: '1400' } });
      await neutron(context, 201, 'POST', '/networks', { network: { admin_state_up: 0, shared: 'False' } });
      for (const admin_state_up of ['maybe', null, 2, []])
        await neutron(context, 400, 'POST', '/networks', { network: { admin_state_up } });
      for (const mtu of ['many', null, -1, 9000, []])
        await neutron(context, 400, 'POST', '/networks', { network: { mtu } });
    }),
    networkCase('ids that are none are refused in bodies, and not found in paths', VALIDATORS, async (context) => {
      await neutron(context, 404, 'GET', '/networks/not-an-id');
      await neutron(context, 404, 'DELETE', '/networks/not-an-id');
      await neutron(context, 404, 'GET', '/subnets/not-an-id');
      await neutron(context, 404, 'GET', '/ports/not-an-id');
      await neutron(context, 404, 'GET', '/routers/not-an-id');
      await neutron(context, 404, 'GET', '/floatingips/not-an-id');
      await neutron(context, 404, 'GET', '/security-groups/not-an-id');
      await neutron(context, 404, 'GET', '/security-group-rules/not-an-id');
      await neutron(context, 400, 'POST', '/ports', { port: { network_id: 'not-an-id' } });
      await neutron(context, 400, 'POST', '/ports', { port: { network_id: null } });
      const nowhere = '00000000-0000-4000-8000-000000000000';
      await neutron(context, 404, 'POST', '/ports', { port: { network_id: nowhere } });
      await neutron(context, 404, 'POST', '/subnets', {
        subnet: { network_id: nowhere, ip_version: 4, cidr: '10.0.0.0/24' },
      });
    }),
    networkCase('a path that does not exist is not found', REFERENCE, async (context) => {
      await neutron(context, 404, 'GET', '/clouds');
      await neutron(context, 404, 'POST', '/clouds', { cloud: {} });
      await neutron(context, 404, 'GET', '/networks/a/b/c');
    }),
    networkCase('methods that a resource does not have are refused', REFERENCE, async (context) => {
      const { id } = await context.quietly(() => context.user.network.networks.create({ name: 'net' }));
      await neutron(context, 405, 'PATCH', `/networks/${id}`, { network: {} });
      await neutron(context, 404, 'DELETE', '/networks');
      await neutron(context, 404, 'PUT', '/networks', { network: {} });
    }),
    networkCase('without a token nothing is answered', REFERENCE, async ({ send }) => {
      await send({ service: 'network', method: 'GET', path: '/networks', token: false });
      await send({ service: 'network', method: 'GET', path: '/networks', token: 'wrong' });
      await send({ service: 'network', method: 'GET', path: '/networks/x', token: false });
    }),
    networkCase('revision numbers guard changes by If-Match', networkReference('revisions'), async (context) => {
      const { send, quietly, user } = context;
      const { id } = await quietly(() => user.network.networks.create({ name: 'net' }));
      const change = (match: string) =>
        send({
          ...{ service: 'network', method: 'PUT', path: `/networks/${id}`, body: { network: { name: 'new' } } },
          headers: { 'if-match': match },
        });
      await change('revision_number=99');
      await change('revision_number=many');
      await change('revision_number=1');
      await send({
        ...{ service: 'network', method: 'DELETE', path: `/networks/${id}` },
        headers: { 'if-match': 'revision_number=99' },
      });
    }),
  ],
};
