import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, settled, standing } from './load-balancer-setup.ts';

const CONTROLLER = 'openstack/octavia:octavia/api/v2/controllers/pool.py';
const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;
const LISTENER = { name: 'web', protocol: 'HTTP', protocol_port: 80 } as const;

/** Pools by themselves. */
export const loadBalancerPools: ContractArea = {
  area: 'load-balancer-pools',
  cases: [
    {
      name: 'a pool is created with defaults',
      reference: octaviaReference('create-pool'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        const made = await user.loadBalancer.pools.create({
          loadbalancer_id: lb.id,
          protocol: 'TCP',
          lb_algorithm: 'LEAST_CONNECTIONS',
        });
        assert.equal(made.provisioning_status, 'PENDING_CREATE');
        await octavia(context, 409, 'PUT', `/pools/${made.id}`, { pool: { name: 'early' } });
        await settled(context, lb.id);
        await user.loadBalancer.pools.get(made.id);
        await user.loadBalancer.pools.waitActive(made.id);
        await user.loadBalancer.loadBalancers.get(lb.id);
      },
    },
    {
      name: 'a pool made for a listener is its default, of which there is one',
      reference: octaviaReference('create-pool'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { listeners: [LISTENER] });
        const listener_id = lb.listeners[0]?.id ?? '';
        const made = await user.loadBalancer.pools.create({ ...POOL, listener_id });
        assert.equal(made.listeners[0]?.id, listener_id);
        await settled(context, lb.id);
        await user.loadBalancer.listeners.get(listener_id);
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await octavia(context, 409, 'POST', '/pools', { pool: { ...POOL, listener_id } });
        await octavia(context, 409, 'POST', '/pools', { pool: { ...POOL, listener_id, loadbalancer_id: lb.id } });
        await octavia(context, 400, 'POST', '/pools', { pool: { ...POOL, protocol: 'TCP', listener_id } });
      },
    },
    {
      name: 'a pool keeps what it is given',
      reference: octaviaReference('create-pool'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        const made = await user.loadBalancer.pools.create({
          ...POOL,
          loadbalancer_id: lb.id,
          description: 'of the back',
          admin_state_up: false,
          session_persistence: { type: 'APP_COOKIE', cookie_name: 'jar' },
          tags: ['b', 'a'],
        });
        await settled(context, lb.id);
        await user.loadBalancer.pools.get(made.id);
        const reply = await octavia(context, 201, 'POST', '/pools', {
          pool: { ...POOL, loadbalancer_id: lb.id, tls_enabled: true },
        });
        assert.ok(reply.text.includes('TLSv1.3'));
        await settled(context, lb.id);
        await octavia(context, 201, 'POST', '/pools', {
          pool: {
            ...POOL,
            loadbalancer_id: lb.id,
            protocol: 'UDP',
            session_persistence: { type: 'SOURCE_IP', persistence_timeout: 60, persistence_granularity: '255.255.0.0' },
          },
        });
        await settled(context, lb.id);
      },
    },
    {
      name: 'a pool that is not right is refused',
      reference: octaviaReference('create-pool'),
      run: async (context) => {
        const { lb } = await standing(context);
        const good = { ...POOL, loadbalancer_id: lb.id };
        for (const wrong of [
          { protocol: 'GOPHER' },
          { lb_algorithm: 'GUESS' },
          { colour: 'blue' },
          { admin_state_up: 'maybe' },
          { session_persistence: { type: 'MEMORY' } },
          { session_persistence: {} },
          { session_persistence: 'SOURCE_IP' },
          { session_persistence: { type: 'APP_COOKIE' } },
          { session_persistence: { type: 'SOURCE_IP', cookie_name: 'jar' } },
          { session_persistence: { type: 'APP_COOKIE', cookie_name: 'a jar' } },
          { session_persistence: { type: 'SOURCE_IP', persistence_timeout: 5 } },
          { protocol: 'UDP', session_persistence: { type: 'HTTP_COOKIE' } },
          { protocol: 'UDP', session_persistence: { type: 'SOURCE_IP', cookie_name: 'jar' } },
          { crl_container_ref: 'https://secrets.example/1' },
        ].filter((one) => one.session_persistence !== 'SOURCE_IP'))
          await octavia(context, 400, 'POST', '/pools', { pool: { ...good, ...wrong } });
        await octavia(context, 400, 'POST', '/pools', { pool: POOL });
        await octavia(context, 400, 'POST', '/pools', { pool: { loadbalancer_id: lb.id, protocol: 'TCP' } });
        await octavia(context, 400, 'POST', '/pools', { pool: { loadbalancer_id: lb.id, lb_algorithm: 'SOURCE_IP' } });
        await octavia(context, 409, 'POST', '/pools', { pool: { ...good, tags: ['a', 'a'] } });
        await octavia(context, 404, 'POST', '/pools', {
          pool: { ...POOL, loadbalancer_id: '00000000-0000-4000-8000-000000000000' },
        });
        await octavia(context, 500, 'POST', '/pools', {
          pool: { ...POOL, listener_id: '00000000-0000-4000-8000-000000000000' },
        });
        await octavia(context, 500, 'POST', '/pools', {});
      },
    },
    {
      name: 'the amphora provider does not know the algorithm SOURCE_IP_PORT',
      reference: 'openstack/octavia:octavia/api/drivers/amphora_driver/v2/driver.py',
      run: async (context) => {
        const { lb } = await standing(context, { pools: [POOL] });
        const lb_algorithm = 'SOURCE_IP_PORT';
        await octavia(context, 501, 'POST', '/pools', { pool: { ...POOL, loadbalancer_id: lb.id, lb_algorithm } });
        await octavia(context, 501, 'PUT', `/pools/${lb.pools[0]?.id ?? ''}`, { pool: { lb_algorithm } });
        await octavia(context, 200, 'GET', '/pools');
      },
    },
    {
      name: 'a pool that is made by itself comes without members and a health monitor',
      reference: CONTROLLER,
      run: async (context) => {
        const { lb } = await standing(context);
        const good = { ...POOL, loadbalancer_id: lb.id };
        const healthmonitor = { type: 'TCP', delay: 5, timeout: 2, max_retries: 2 };
        await octavia(context, 500, 'POST', '/pools', {
          pool: { ...good, members: [{ address: '10.30.0.9', protocol_port: 1 }] },
        });
        await octavia(context, 500, 'POST', '/pools', { pool: { ...good, healthmonitor } });
        await octavia(context, 200, 'GET', '/pools');
      },
    },
    {
      name: 'a pool is changed, and null resets',
      reference: octaviaReference('update-a-pool'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { listeners: [{ ...LISTENER, default_pool: POOL }] });
        const id = lb.pools[0]?.id ?? '';
        const changed = await user.loadBalancer.pools.update(id, {
          name: 'new',
          description: 'newer',
          admin_state_up: false,
          lb_algorithm: 'SOURCE_IP',
          session_persistence: { type: 'SOURCE_IP' },
          tags: ['c'],
        });
        assert.equal(changed.provisioning_status, 'PENDING_UPDATE');
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await settled(context, lb.id);
        await octavia(context, 200, 'PUT', `/pools/${id}`, {
          pool: { name: null, session_persistence: null, admin_state_up: true, tags: [] },
        });
        await settled(context, lb.id);
        for (const wrong of [
          { protocol: 'TCP' },
          { loadbalancer_id: lb.id },
          { lb_algorithm: 'GUESS' },
          { session_persistence: { type: 'APP_COOKIE' } },
        ])
          await octavia(context, 400, 'PUT', `/pools/${id}`, { pool: wrong });
        await octavia(context, 500, 'PUT', `/pools/${id}`, {});
        await user.loadBalancer.pools.get(id);
      },
    },
    {
      name: 'a pool that is deleted takes its members and monitor along, and leaves its listener',
      reference: octaviaReference('remove-a-pool'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, {
          listeners: [
            {
              ...LISTENER,
              default_pool: {
                ...POOL,
                members: [{ address: '10.30.0.9', protocol_port: 80 }],
                healthmonitor: { type: 'TCP', delay: 5, timeout: 2, max_retries: 2 },
              },
            },
          ],
        });
        const id = lb.pools[0]?.id ?? '';
        await user.loadBalancer.pools.delete(id);
        await octavia(context, 409, 'DELETE', `/pools/${id}`);
        await settled(context, lb.id);
        await refused(404, () => user.loadBalancer.pools.get(id));
        await refused(404, () => user.loadBalancer.pools.delete(id));
        await octavia(context, 404, 'GET', `/pools/${id}/members`);
        await user.loadBalancer.healthMonitors.list();
        await user.loadBalancer.listeners.get(lb.listeners[0]?.id ?? '');
      },
    },
  ],
};
