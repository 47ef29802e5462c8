import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeSubnet, octavia, octaviaReference, removeLater, settled, standing } from './load-balancer-setup.ts';

const LISTENER = { name: 'web', protocol: 'HTTP', protocol_port: 80 } as const;
const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;

/** What becomes of a load balancer after its creation, and what it refuses meanwhile. */
export const loadBalancerLife: ContractArea = {
  area: 'load-balancer-life',
  cases: [
    {
      name: 'a load balancer that is PENDING_CREATE refuses changes, children, failover and deletion',
      reference: octaviaReference('provisioning-status-codes'),
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        const { id } = await user.loadBalancer.loadBalancers.create({ vip_subnet_id: subnetId });
        removeLater(context, id);
        await octavia(context, 409, 'PUT', `/loadbalancers/${id}`, { loadbalancer: { name: 'new' } });
        await octavia(context, 409, 'DELETE', `/loadbalancers/${id}`);
        await octavia(context, 409, 'DELETE', `/loadbalancers/${id}?cascade=true`);
        await octavia(context, 409, 'POST', '/listeners', { listener: { loadbalancer_id: id, ...LISTENER } });
        await octavia(context, 409, 'POST', '/pools', { pool: { loadbalancer_id: id, ...POOL } });
        await octavia(context, 403, 'PUT', `/loadbalancers/${id}/failover`);
        await settled(context, id);
      },
    },
    {
      name: 'while a whole load balancer is built, each of its children refuses changes in its own words',
      reference: octaviaReference('provisioning-status-codes'),
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        const made = await octavia(context, 201, 'POST', '/loadbalancers', {
          loadbalancer: {
            vip_subnet_id: subnetId,
            listeners: [
              {
                ...LISTENER,
                default_pool: {
                  ...POOL,
                  members: [{ address: '10.30.0.50', protocol_port: 80 }],
                  healthmonitor: { type: 'HTTP', delay: 5, timeout: 2, max_retries: 2 },
                },
                l7policies: [
                  { action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'STARTS_WITH', value: '/private' }] },
                ],
              },
            ],
          },
        });
        const { loadbalancer } = JSON.parse(made.text) as { loadbalancer: Built };
        removeLater(context, loadbalancer.id);
        const [listener] = loadbalancer.listeners;
        const [pool] = loadbalancer.pools;
        const [policy] = listener?.l7policies ?? [];
        assert.ok(listener && pool && policy);
        await octavia(context, 409, 'PUT', `/listeners/${listener.id}`, { listener: { name: 'new' } });
        await octavia(context, 409, 'DELETE', `/listeners/${listener.id}`);
        await octavia(context, 409, 'PUT', `/pools/${pool.id}`, { pool: { name: 'new' } });
        await octavia(context, 409, 'DELETE', `/pools/${pool.id}`);
        const member = `/pools/${pool.id}/members/${pool.members[0]?.id ?? ''}`;
        await octavia(context, 409, 'PUT', member, { member: { weight: 3 } });
        await octavia(context, 409, 'DELETE', member);
        await octavia(context, 409, 'PUT', `/pools/${pool.id}/members`, { members: [] });
        const monitor = `/healthmonitors/${pool.healthmonitor.id}`;
        await octavia(context, 409, 'PUT', monitor, { healthmonitor: { delay: 7 } });
        await octavia(context, 409, 'DELETE', monitor);
        await octavia(context, 409, 'PUT', `/l7policies/${policy.id}`, { l7policy: { name: 'new' } });
        await octavia(context, 409, 'DELETE', `/l7policies/${policy.id}`);
        const rule = `/l7policies/${policy.id}/rules/${policy.rules[0]?.id ?? ''}`;
        await octavia(context, 409, 'PUT', rule, { rule: { value: '/other' } });
        await octavia(context, 409, 'DELETE', rule);
        await settled(context, loadbalancer.id);
        await user.loadBalancer.loadBalancers.statusTree(loadbalancer.id);
      },
    },
    {
      name: 'a load balancer is changed, PENDING_UPDATE in the answer',
      reference: octaviaReference('update-a-load-balancer'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { description: 'old', tags: ['old'] });
        const changed = await user.loadBalancer.loadBalancers.update(lb.id, {
          name: 'new',
          description: 'newer',
          admin_state_up: false,
          tags: ['b', 'a'],
        });
        assert.equal(changed.provisioning_status, 'PENDING_UPDATE');
        await settled(context, lb.id);
        await octavia(context, 200, 'PUT', `/loadbalancers/${lb.id}`, {
          loadbalancer: { name: null, description: null, tags: [], admin_state_up: true },
        });
        await settled(context, lb.id);
        await octavia(context, 200, 'PUT', `/loadbalancers/${lb.id}`, { loadbalancer: {} });
        await settled(context, lb.id);
        await user.loadBalancer.loadBalancers.get(lb.id);
      },
    },
    {
      name: 'what cannot be changed of a load balancer is refused',
      reference: octaviaReference('update-a-load-balancer'),
      run: async (context) => {
        const { lb, subnetId } = await standing(context);
        for (const wrong of [
          { vip_subnet_id: subnetId },
          { vip_address: '10.30.0.9' },
          { provider: 'amphora' },
          { project_id: 'x' },
          { name: 7 },
          { admin_state_up: 'maybe' },
          { tags: 'a' },
        ])
          await octavia(context, 400, 'PUT', `/loadbalancers/${lb.id}`, { loadbalancer: wrong });
        await octavia(context, 400, 'PUT', `/loadbalancers/${lb.id}`, '{');
        await octavia(context, 400, 'PUT', `/loadbalancers/${lb.id}?colour=blue`, { loadbalancer: {} });
      },
    },
    {
      name: 'a load balancer that is deleted is PENDING_DELETE, then not found, and its VIP port goes',
      reference: octaviaReference('remove-a-load-balancer'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context);
        await user.loadBalancer.loadBalancers.delete(lb.id);
        const going = await user.loadBalancer.loadBalancers.get(lb.id);
        assert.equal(going.provisioning_status, 'PENDING_DELETE');
        await octavia(context, 409, 'DELETE', `/loadbalancers/${lb.id}`);
        await octavia(context, 409, 'PUT', `/loadbalancers/${lb.id}`, { loadbalancer: { name: 'new' } });
        await octavia(context, 409, 'POST', '/listeners', { listener: { loadbalancer_id: lb.id, ...LISTENER } });
        await context.quietly(() => user.loadBalancer.loadBalancers.waitGone(lb.id));
        await refused(404, () => user.loadBalancer.loadBalancers.get(lb.id));
        await refused(404, () => user.loadBalancer.loadBalancers.delete(lb.id));
        await refused(404, () => user.loadBalancer.loadBalancers.update(lb.id, { name: 'new' }));
        await refused(404, () => user.loadBalancer.loadBalancers.statusTree(lb.id));
        await refused(404, () => user.loadBalancer.loadBalancers.stats(lb.id));
        assert.equal((await user.loadBalancer.loadBalancers.list()).length, 0);
        await refused(404, () => user.network.ports.get(lb.vip_port_id ?? ''));
      },
    },
    {
      name: 'a load balancer with children is deleted only with all of them',
      reference: octaviaReference('remove-a-load-balancer'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, { listeners: [{ ...LISTENER, default_pool: POOL }] });
        await octavia(context, 400, 'DELETE', `/loadbalancers/${lb.id}`);
        await octavia(context, 400, 'DELETE', `/loadbalancers/${lb.id}?cascade=false`);
        await octavia(context, 400, 'DELETE', `/loadbalancers/${lb.id}?cascade=perhaps`);
        await octavia(context, 400, 'DELETE', `/loadbalancers/${lb.id}?cascade=true&colour=blue`);
        await user.loadBalancer.loadBalancers.delete(lb.id, { cascade: true });
        await context.quietly(() => user.loadBalancer.loadBalancers.waitGone(lb.id));
        await refused(404, () => user.loadBalancer.listeners.get(lb.listeners[0]?.id ?? ''));
        await refused(404, () => user.loadBalancer.pools.get(lb.pools[0]?.id ?? ''));
        assert.equal((await user.loadBalancer.pools.list()).length, 0);
      },
    },
    {
      name: 'the VIP port belongs to Octavia, is down, and cannot be taken away',
      reference: 'openstack/octavia:octavia/network/drivers/neutron/allowed_address_pairs.py',
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        await user.network.ports.get(lb.vip_port_id ?? '');
        await user.network.ports.list({ device_owner: 'Octavia' });
        assert.equal(lb.vip_vnic_type, 'normal');
      },
    },
    {
      name: 'a load balancer without listeners has a status tree and no traffic',
      reference: octaviaReference('get-load-balancer-status-tree'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await octavia(context, 200, 'GET', `/loadbalancers/${lb.id}/statuses`);
        await user.loadBalancer.loadBalancers.stats(lb.id);
      },
    },
    {
      name: 'failover is for administrators',
      reference: octaviaReference('failover-a-load-balancer'),
      run: async (context) => {
        const { lb } = await standing(context);
        await octavia(context, 403, 'PUT', `/loadbalancers/${lb.id}/failover`);
        await octavia(context, 404, 'PUT', '/loadbalancers/00000000-0000-4000-8000-000000000000/failover');
      },
    },
    {
      name: 'an id that is none is not found',
      reference: octaviaReference('show-load-balancer-details'),
      run: async (context) => {
        for (const kind of ['loadbalancers', 'listeners', 'pools', 'healthmonitors', 'l7policies'])
          for (const method of ['GET', 'DELETE']) await octavia(context, 404, method, `/${kind}/not-an-id`);
        await octavia(context, 404, 'GET', '/pools/not-an-id/members');
        await octavia(context, 404, 'GET', '/l7policies/not-an-id/rules');
        await octavia(context, 404, 'GET', '/nothing');
      },
    },
    {
      name: 'what another project has is forbidden',
      reference: 'openstack/octavia:octavia/policies/loadbalancer.py',
      run: async (context) => {
        const { admin, cleanUp, quietly } = context;
        const { subnetId } = await makeSubnet(context);
        const other = await quietly(() =>
          admin.loadBalancer.loadBalancers.create({
            vip_subnet_id: subnetId,
            listeners: [{ ...LISTENER, default_pool: POOL }],
          }),
        );
        cleanUp(() => admin.loadBalancer.loadBalancers.delete(other.id, { cascade: true }));
        const [listener, pool] = [other.listeners[0]?.id ?? '', other.pools[0]?.id ?? ''];
        await octavia(context, 403, 'GET', `/loadbalancers/${other.id}`);
        await octavia(context, 403, 'PUT', `/loadbalancers/${other.id}`, { loadbalancer: { name: 'mine' } });
        await octavia(context, 403, 'DELETE', `/loadbalancers/${other.id}`);
        await octavia(context, 403, 'GET', `/loadbalancers/${other.id}/status`);
        await octavia(context, 403, 'GET', `/loadbalancers/${other.id}/stats`);
        await octavia(context, 403, 'GET', `/listeners/${listener}`);
        await octavia(context, 403, 'DELETE', `/listeners/${listener}`);
        await octavia(context, 403, 'GET', `/pools/${pool}/members`);
        await octavia(context, 403, 'POST', '/listeners', {
          listener: { loadbalancer_id: other.id, protocol: 'TCP', protocol_port: 22 },
        });
        await octavia(context, 403, 'POST', `/pools/${pool}/members`, {
          member: { address: '10.30.0.9', protocol_port: 1 },
        });
        await octavia(context, 403, 'GET', '/loadbalancers?project_id=0123456789abcdef0123456789abcdef');
        await octavia(context, 200, 'GET', '/loadbalancers');
        await quietly(() => admin.loadBalancer.loadBalancers.waitActive(other.id));
      },
    },
  ],
};

interface Id {
  readonly id: string;
}
/** The parts of the answer to the creation of a whole load balancer. */
interface Built extends Id {
  readonly listeners: readonly (Id & { readonly l7policies: readonly (Id & { readonly rules: readonly Id[] })[] })[];
  readonly pools: readonly (Id & { readonly members: readonly Id[]; readonly healthmonitor: Id })[];
}
