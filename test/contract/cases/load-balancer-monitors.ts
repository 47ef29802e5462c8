import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, settled, standing } from './load-balancer-setup.ts';

const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;
const CHECK = { type: 'TCP', delay: 5, timeout: 2, max_retries: 2 } as const;

/** Health monitors of pools. */
export const loadBalancerMonitors: ContractArea = {
  area: 'load-balancer-monitors',
  cases: [
    {
      name: 'a health monitor is created with defaults, and goes ONLINE',
      reference: octaviaReference('create-health-monitor'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [POOL] });
        const pool_id = lb.pools[0]?.id ?? '';
        const made = await user.loadBalancer.healthMonitors.create({ pool_id, ...CHECK });
        assert.equal(made.operating_status, 'OFFLINE');
        await octavia(context, 409, 'PUT', `/healthmonitors/${made.id}`, { healthmonitor: { delay: 7 } });
        await settled(context, lb.id);
        const ready = await user.loadBalancer.healthMonitors.waitActive(made.id);
        assert.equal(ready.operating_status, 'ONLINE');
        await user.loadBalancer.pools.get(pool_id);
        await octavia(context, 409, 'POST', '/healthmonitors', { healthmonitor: { pool_id, ...CHECK } });
      },
    },
    {
      name: 'a monitor of HTTP has defaults of its own, and keeps what it is given',
      reference: octaviaReference('create-health-monitor'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [POOL, { ...POOL, name: 'other' }] });
        const pools = await context.quietly(() => user.loadBalancer.pools.list().all());
        const pool = (name: string): string => pools.find((one) => one.name === name)?.id ?? '';
        await user.loadBalancer.healthMonitors.create({ pool_id: pool('back'), ...CHECK, type: 'HTTP' });
        await settled(context, lb.id);
        const reply = await octavia(context, 201, 'POST', '/healthmonitors', {
          healthmonitor: {
            ...{ name: 'check', pool_id: pool('other'), type: 'HTTPS', delay: 30, timeout: 40, max_retries: 10 },
            ...{ max_retries_down: 1, http_method: 'HEAD', url_path: '/health?deep=1', expected_codes: '200,204' },
            ...{ http_version: 1.1, domain_name: 'www.example.com', admin_state_up: false, tags: ['b', 'a'] },
          },
        });
        assert.ok(reply.text.includes('www.example.com'));
        await settled(context, lb.id);
        await user.loadBalancer.healthMonitors.list();
      },
    },
    {
      name: 'a health monitor that is not right is refused',
      reference: octaviaReference('create-health-monitor'),
      run: async (context) => {
        const { lb } = await standing(context, { pools: [POOL] });
        const good = { pool_id: lb.pools[0]?.id, ...CHECK };
        for (const wrong of [
          { type: 'LUCK' },
          { type: 'UDP-CONNECT' },
          { type: 'SCTP' },
          { delay: -1 },
          { delay: 'often' },
          { timeout: -1 },
          { max_retries: 0 },
          { max_retries: 11 },
          { max_retries_down: 0 },
          { http_method: 'GET' },
          { url_path: '/' },
          { expected_codes: '200' },
          { type: 'HTTP', http_method: 'FETCH' },
          { type: 'HTTP', url_path: 'health' },
          { type: 'HTTP', expected_codes: 'all' },
          { type: 'HTTP', http_version: 2 },
          { type: 'HTTP', domain_name: 'www.example.com' },
          { type: 'HTTP', http_version: 1.0, domain_name: 'www.example.com' },
          { description: 'none' },
          { pool_id: 'not-an-id' },
        ])
          await octavia(context, 400, 'POST', '/healthmonitors', { healthmonitor: { ...good, ...wrong } });
        for (const name of ['pool_id', 'type', 'delay', 'timeout', 'max_retries'])
          await octavia(context, 400, 'POST', '/healthmonitors', { healthmonitor: { ...good, [name]: undefined } });
        await octavia(context, 404, 'POST', '/healthmonitors', {
          healthmonitor: { ...good, pool_id: '00000000-0000-4000-8000-000000000000' },
        });
        await octavia(context, 500, 'POST', '/healthmonitors', {});
      },
    },
    {
      name: 'pools of datagrams have monitors of their own',
      reference: 'openstack/octavia:octavia/api/v2/controllers/health_monitor.py',
      run: async (context) => {
        const { lb } = await standing(context, { pools: [{ ...POOL, protocol: 'UDP' }] });
        const good = { pool_id: lb.pools[0]?.id, ...CHECK };
        for (const wrong of [
          { type: 'PING' },
          { type: 'HTTPS' },
          { type: 'TLS-HELLO' },
          { type: 'UDP-CONNECT', delay: 2 },
        ])
          await octavia(context, 400, 'POST', '/healthmonitors', { healthmonitor: { ...good, ...wrong } });
        await octavia(context, 201, 'POST', '/healthmonitors', { healthmonitor: { ...good, type: 'UDP-CONNECT' } });
        await settled(context, lb.id);
      },
    },
    {
      name: 'a health monitor is changed, and null resets',
      reference: octaviaReference('update-a-health-monitor'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [{ ...POOL, healthmonitor: { ...CHECK, type: 'HTTP' } }] });
        const [first] = await context.quietly(() => user.loadBalancer.healthMonitors.list().all());
        const id = first?.id ?? '';
        const changed = await user.loadBalancer.healthMonitors.update(id, {
          name: 'new',
          delay: 9,
          timeout: 8,
          max_retries: 7,
          max_retries_down: 6,
          http_method: 'HEAD',
          url_path: '/new',
          expected_codes: '200-204',
          admin_state_up: false,
          tags: ['c'],
        });
        assert.equal(changed.provisioning_status, 'PENDING_UPDATE');
        await settled(context, lb.id);
        await user.loadBalancer.healthMonitors.get(id);
        await octavia(context, 200, 'PUT', `/healthmonitors/${id}`, {
          healthmonitor: {
            ...{ name: null, max_retries_down: null, http_method: null, url_path: null, expected_codes: null },
            admin_state_up: true,
          },
        });
        await settled(context, lb.id);
        for (const wrong of [{ type: 'TCP' }, { pool_id: id }, { delay: null }, { max_retries: 11 }, { url_path: 'x' }])
          await octavia(context, 400, 'PUT', `/healthmonitors/${id}`, { healthmonitor: wrong });
        await user.loadBalancer.healthMonitors.get(id);
      },
    },
    {
      name: 'a health monitor is deleted, and its members are not monitored any more',
      reference: octaviaReference('remove-a-health-monitor'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, {
          pools: [{ ...POOL, healthmonitor: CHECK, members: [{ address: '10.30.0.10', protocol_port: 80 }] }],
        });
        const [first] = await context.quietly(() => user.loadBalancer.healthMonitors.list().all());
        const id = first?.id ?? '';
        await user.loadBalancer.healthMonitors.delete(id);
        await octavia(context, 409, 'DELETE', `/healthmonitors/${id}`);
        await settled(context, lb.id);
        await user.loadBalancer.healthMonitors.waitGone(id);
        await refused(404, () => user.loadBalancer.healthMonitors.delete(id));
        const members = await user.loadBalancer.members(lb.pools[0]?.id ?? '').list();
        assert.equal(members[0]?.operating_status, 'NO_MONITOR');
        await user.loadBalancer.pools.get(lb.pools[0]?.id ?? '');
      },
    },
  ],
};
