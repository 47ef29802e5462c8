import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { makeSubnet, octavia, octaviaReference, removeLater, settled } from './load-balancer-setup.ts';

const REFERENCE = octaviaReference('creating-a-fully-populated-load-balancer');
const LISTENER = { name: 'web', protocol: 'HTTP', protocol_port: 80 } as const;
const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;

/** Load balancers with all that belongs to them in one request. */
export const loadBalancerWhole: ContractArea = {
  area: 'load-balancer-whole',
  cases: [
    {
      name: 'the load balancer of a Kubernetes API is made in one request',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const made = await user.loadBalancer.loadBalancers.create({
          name: 'api',
          description: 'of a cluster',
          tags: ['cluster'],
          vip_subnet_id,
          listeners: [
            {
              name: 'api',
              protocol: 'TCP',
              protocol_port: 6443,
              allowed_cidrs: ['203.0.113.0/24', '10.30.0.0/24'],
              default_pool: {
                name: 'control-plane',
                protocol: 'TCP',
                lb_algorithm: 'ROUND_ROBIN',
                healthmonitor: {
                  ...{ name: 'api', type: 'TCP', delay: 10, timeout: 5, max_retries: 5, max_retries_down: 3 },
                },
                members: [
                  { name: 'cp-0', address: '10.30.0.50', protocol_port: 6443, subnet_id: vip_subnet_id },
                  { name: 'cp-1', address: '10.30.0.51', protocol_port: 6443, subnet_id: vip_subnet_id },
                ],
              },
            },
          ],
        });
        removeLater(context, made.id);
        const lb = await settled(context, made.id);
        await user.loadBalancer.loadBalancers.get(lb.id);
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await user.loadBalancer.listeners.list();
        await user.loadBalancer.pools.list();
        await user.loadBalancer.healthMonitors.list();
        await user.loadBalancer.members(lb.pools[0]?.id ?? '').list();
      },
    },
    {
      name: 'pools can be referred to by name, and policies come along',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const made = await user.loadBalancer.loadBalancers.create({
          vip_subnet_id,
          pools: [POOL, { ...POOL, name: 'spare', session_persistence: { type: 'HTTP_COOKIE' } }],
          listeners: [
            { ...LISTENER, default_pool: { name: 'back' } },
            {
              ...{ ...LISTENER, name: 'other', protocol_port: 8080, default_pool: { name: 'spare' } },
              l7policies: [
                {
                  action: 'REDIRECT_TO_POOL',
                  redirect_pool: { ...POOL, name: 'files' },
                  rules: [{ type: 'FILE_TYPE', compare_type: 'EQUAL_TO', value: 'jpg' }],
                },
                { action: 'REJECT', position: 1 },
                { action: 'REDIRECT_TO_URL', redirect_url: 'http://www.example.com/' },
              ],
            },
          ],
        });
        removeLater(context, made.id);
        assert.equal(made.pools.length, 3);
        await settled(context, made.id);
        await user.loadBalancer.pools.list();
        await user.loadBalancer.l7Policies.list();
        await user.loadBalancer.loadBalancers.statusTree(made.id);
      },
    },
    {
      name: 'what is wrong within a whole load balancer is told, and nothing but ports for its VIP is left',
      reference: 'openstack/octavia:octavia/api/v2/controllers/load_balancer.py',
      run: async (context) => {
        const { user, quietly } = context;
        const { subnetId: vip_subnet_id } = await makeSubnet(context);
        const member = { address: '10.30.0.9', protocol_port: 80 };
        const check = { type: 'TCP', delay: 5, timeout: 2, max_retries: 2 };
        for (const [status, wrong] of [
          [400, { listeners: [{ ...LISTENER, default_pool: { name: 'missing' } }] }],
          [400, { listeners: [{ ...LISTENER, default_pool: { ...POOL, name: undefined } }] }],
          [400, { pools: [POOL, POOL] }],
          [400, { pools: [{ name: 'bare', protocol: 'HTTP' }] }],
          [400, { pools: [{ name: 'bare', lb_algorithm: 'ROUND_ROBIN' }] }],
          [400, { listeners: [{ ...LISTENER, protocol: 'UDP', default_pool: POOL }] }],
          [400, { listeners: [{ ...LISTENER, allowed_cidrs: ['2001:db8::/32'] }] }],
          [400, { pools: [{ ...POOL, healthmonitor: { ...check, type: 'UDP-CONNECT' } }] }],
          [400, { pools: [{ ...POOL, healthmonitor: { ...check, url_path: '/' } }] }],
          [400, { pools: [{ ...POOL, members: [{ ...member, address: '169.254.169.254' }] }] }],
          [400, { listeners: [{ ...LISTENER, l7policies: [{ action: 'REDIRECT_TO_URL' }] }] }],
          [409, { listeners: [LISTENER, LISTENER] }],
          [409, { pools: [{ ...POOL, members: [member, member] }] }],
        ] as const) {
          await octavia(context, status, 'POST', '/loadbalancers', { loadbalancer: { vip_subnet_id, ...wrong } });
          const left = await quietly(() => user.network.ports.list({ device_owner: 'Octavia' }).all());
          context.note('ports of VIPs that are left', left.length);
          for (const { id } of left) await quietly(() => user.network.ports.delete(id));
        }
        assert.equal((await user.loadBalancer.loadBalancers.list()).length, 0);
        await user.loadBalancer.listeners.list();
        await user.loadBalancer.pools.list();
      },
    },
  ],
};
