import assert from 'node:assert/strict';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { makeNetwork, networkCase, networkReference, neutron } from './network-setup.ts';

const REFERENCE = networkReference('quotas-extension-quotas');

/** Sets limits of the case's project as the administrator. */
async function limit({ admin, project }: CaseContext, quota: Readonly<Record<string, number>>): Promise<void> {
  await admin.network.service.request('PUT', `/quotas/${project.id}`, { json: { quota } });
}

export const networkQuotas: ContractArea = {
  area: 'network-quotas',
  cases: [
    networkCase('a project has default quotas, and sees what it uses', REFERENCE, async (context) => {
      const { project, user } = context;
      await neutron(context, 200, 'GET', `/quotas/${project.id}`);
      await neutron(context, 200, 'GET', `/quotas/${project.id}/default`);
      await user.network.quotas(project.id);
      await makeNetwork(context);
      await user.network.quotas(project.id);
      await neutron(context, 200, 'GET', '/quotas/tenant');
    }),
    networkCase('quotas are changed by the administrator, and by nobody else', REFERENCE, async (context) => {
      const { project } = context;
      await neutron(context, 403, 'PUT', `/quotas/${project.id}`, { quota: { network: 5 } });
      await neutron(context, 403, 'DELETE', `/quotas/${project.id}`);
      await neutron(context, 403, 'GET', `/quotas/${'f'.repeat(32)}`);
      await neutron(context, 403, 'GET', `/quotas/${'f'.repeat(32)}/details`);
      await limit(context, { network: 5, port: -1 });
      await neutron(context, 200, 'GET', `/quotas/${project.id}`);
      await neutron(context, 200, 'GET', `/quotas/${project.id}/default`);
    }),
    networkCase('the list of quotas is the administrator’s', REFERENCE, async ({ send }) => {
      await send({ service: 'network', method: 'GET', path: '/quotas' });
    }),
    networkCase('a quota that is met refuses more of every kind', REFERENCE, async (context) => {
      const { network: network_id } = await makeNetwork(context);
      const floating_network_id = context.seeds.externalNetwork;
      await context.quietly(() => context.user.network.securityGroups.list().all());
      await limit(context, {
        ...{ network: 1, subnet: 1, port: 0, router: 0, floatingip: 0, security_group: 1, security_group_rule: 4 },
      });
      await neutron(context, 409, 'POST', '/networks', { network: { name: 'more' } });
      await neutron(context, 409, 'POST', '/subnets', { subnet: { network_id, ip_version: 4, cidr: '10.1.0.0/24' } });
      await neutron(context, 409, 'POST', '/ports', { port: { network_id } });
      await neutron(context, 409, 'POST', '/routers', { router: { name: 'more' } });
      await neutron(context, 409, 'POST', '/floatingips', { floatingip: { floating_network_id } });
      await neutron(context, 409, 'POST', '/security-groups', { security_group: { name: 'more' } });
      const [group] = await context.quietly(() => context.user.network.securityGroups.list().all());
      const rule = { security_group_id: group?.id, direction: 'ingress', protocol: 'tcp' };
      await neutron(context, 409, 'POST', '/security-group-rules', { security_group_rule: rule });
    }),
    networkCase('several that do not all fit are refused together', REFERENCE, async (context) => {
      await limit(context, { network: 2 });
      const networks = ['one', 'two', 'three'].map((name) => ({ name }));
      await neutron(context, 409, 'POST', '/networks', { networks });
      await neutron(context, 201, 'POST', '/networks', { networks: networks.slice(1) });
      await neutron(context, 409, 'POST', '/networks', { network: { name: 'late' } });
    }),
    networkCase('the rules that come with a group count', REFERENCE, async (context) => {
      await context.quietly(() => context.user.network.securityGroups.list().all());
      await limit(context, { security_group_rule: 5 });
      await context.send({
        ...{ service: 'network', method: 'POST', path: '/security-groups' },
        body: { security_group: { name: 'more' } },
      });
      await context.user.network.quotas(context.project.id);
    }),
    networkCase('an interface of a router is made beyond the quota of ports', REFERENCE, async (context) => {
      const { user, quietly } = context;
      const { subnet } = await makeNetwork(context);
      const router = await quietly(() => user.network.routers.create({ name: 'router' }));
      await limit(context, { port: 0 });
      await neutron(context, 200, 'PUT', `/routers/${router.id}/add_router_interface`, { subnet_id: subnet });
    }),
    networkCase('quotas that were changed can be set back', REFERENCE, async (context) => {
      const { admin, project } = context;
      await limit(context, { network: 0 });
      await neutron(context, 409, 'POST', '/networks', { network: {} });
      await admin.network.service.request('DELETE', `/quotas/${project.id}`);
      await neutron(context, 201, 'POST', '/networks', { network: {} });
      const shown = await context.user.network.quotas(project.id);
      assert.ok(shown);
    }),
  ],
};
