import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeSubnet, octavia, octaviaReference, removeLater, settled, standing } from './load-balancer-setup.ts';

const QUOTAS = octaviaReference('quotas');
const LISTENER = { name: 'web', protocol: 'HTTP', protocol_port: 80 } as const;
const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;
const NAMES = ['loadbalancer', 'listener', 'pool', 'member', 'healthmonitor', 'l7policy', 'l7rule'] as const;

/** What the operator offers and limits. */
export const loadBalancerChoices: ContractArea = {
  area: 'load-balancer-choices',
  cases: [
    {
      name: 'the providers are named',
      reference: octaviaReference('list-providers'),
      run: async (context) => {
        const providers = await context.user.loadBalancer.providers();
        assert.ok(providers.some(({ name }) => name === 'amphora'));
        await octavia(context, 200, 'GET', '/providers?fields=name');
      },
    },
    {
      name: 'the flavor `default` can be chosen',
      reference: octaviaReference('flavors'),
      run: async (context) => {
        const { user, refused } = context;
        const [flavor] = await user.loadBalancer.flavors.list({ name: 'default' });
        const flavor_id = flavor?.id ?? '';
        await user.loadBalancer.flavors.get(flavor_id);
        await refused(404, () => user.loadBalancer.flavors.get('00000000-0000-4000-8000-000000000000'));
        await octavia(context, 200, 'GET', `/flavors/${flavor_id}?fields=name`);
        await octavia(context, 200, 'GET', '/flavors?name=other');
        const { subnetId } = await makeSubnet(context);
        const made = await user.loadBalancer.loadBalancers.create({ vip_subnet_id: subnetId, flavor_id });
        removeLater(context, made.id);
        assert.equal(made.flavor_id, flavor_id);
        await octavia(context, 400, 'POST', '/loadbalancers', {
          loadbalancer: { vip_subnet_id: subnetId, flavor_id, provider: 'octavia' },
        });
        await settled(context, made.id);
      },
    },
    {
      name: 'there are no availability zones, and what is the operator’s is forbidden',
      reference: octaviaReference('availability-zones'),
      run: async (context) => {
        assert.equal((await context.user.loadBalancer.availabilityZones()).length, 0);
        await octavia(context, 404, 'GET', '/availabilityzones/nova');
        await octavia(context, 403, 'GET', '/flavorprofiles');
        await octavia(context, 403, 'GET', '/availabilityzoneprofiles');
        await context.send({ service: 'load-balancer', method: 'GET', path: '/octavia/amphorae' });
      },
    },
    {
      name: 'a project has no limits until the operator sets them',
      reference: QUOTAS,
      run: async (context) => {
        const { user, project, refused } = context;
        const quotas = await user.loadBalancer.quotas(project.id);
        assert.equal(quotas.load_balancer, -1);
        await octavia(context, 200, 'GET', `/quotas/${project.id}/default`);
        await octavia(context, 200, 'GET', '/quotas');
        await refused(403, () => user.loadBalancer.quotas('0123456789abcdef0123456789abcdef'));
        await octavia(context, 403, 'GET', '/quotas/0123456789abcdef0123456789abcdef/default');
        await octavia(context, 403, 'GET', '/quotas/defaults');
        await octavia(context, 403, 'PUT', `/quotas/${project.id}`, { quota: { loadbalancer: 5 } });
        await octavia(context, 403, 'DELETE', `/quotas/${project.id}`);
        await octavia(context, 400, 'PUT', `/quotas/${project.id}`, { quota: { loadbalancer: -2 } });
        await octavia(context, 400, 'PUT', `/quotas/${project.id}`, { quota: { colour: 5 } });
      },
    },
    {
      name: 'limits that the operator sets are shown, and each is refused in its own words',
      reference: QUOTAS,
      run: async (context) => {
        const { user, admin, project } = context;
        const { lb, subnetId } = await standing(context, {
          listeners: [
            {
              ...{ ...LISTENER, default_pool: { ...POOL, members: [{ address: '10.30.0.9', protocol_port: 80 }] } },
              l7policies: [{ action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }] }],
            },
          ],
        });
        const [listener_id, pool_id] = [lb.listeners[0]?.id ?? '', lb.pools[0]?.id ?? ''];
        const policies = await context.quietly(() => user.loadBalancer.l7Policies.list().all());
        const quota = Object.fromEntries(NAMES.map((name) => [name, name === 'healthmonitor' ? 0 : 1]));
        await admin.loadBalancer.service.request('PUT', `/lbaas/quotas/${project.id}`, { json: { quota } });
        await user.loadBalancer.quotas(project.id);
        await octavia(context, 200, 'GET', '/quotas');
        const refused = (path: string, body: object) => octavia(context, 403, 'POST', path, body);
        const more = { ...LISTENER, protocol_port: 81 };
        await refused('/loadbalancers', { loadbalancer: { vip_subnet_id: subnetId } });
        await refused('/listeners', { listener: { ...more, loadbalancer_id: lb.id } });
        await refused('/pools', { pool: { ...POOL, loadbalancer_id: lb.id } });
        await refused(`/pools/${pool_id}/members`, { member: { address: '10.30.0.10', protocol_port: 80 } });
        await refused('/healthmonitors', {
          healthmonitor: { pool_id, type: 'TCP', delay: 5, timeout: 2, max_retries: 2 },
        });
        await refused('/l7policies', { l7policy: { listener_id, action: 'REJECT' } });
        await refused(`/l7policies/${policies[0]?.id ?? ''}/rules`, {
          rule: { type: 'PATH', compare_type: 'EQUAL_TO', value: '/y' },
        });
        const two = ['10.30.0.10', '10.30.0.11'].map((address) => ({ address, protocol_port: 80 }));
        await octavia(context, 403, 'PUT', `/pools/${pool_id}/members`, { members: two });
        await admin.loadBalancer.service.request('PUT', `/lbaas/quotas/${project.id}`, {
          json: { quota: { load_balancer: 2 } },
        });
        await refused('/loadbalancers', { loadbalancer: { vip_subnet_id: subnetId, listeners: [LISTENER] } });
        await refused('/loadbalancers', { loadbalancer: { vip_subnet_id: subnetId, pools: [POOL] } });
        assert.equal((await user.loadBalancer.loadBalancers.list()).length, 1);
        await admin.loadBalancer.service.request('DELETE', `/lbaas/quotas/${project.id}`);
        await user.loadBalancer.quotas(project.id);
      },
    },
  ],
};
