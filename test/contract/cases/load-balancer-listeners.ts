import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, settled, standing } from './load-balancer-setup.ts';

const CONTROLLER = 'openstack/octavia:octavia/api/v2/controllers/listener.py';

/** Listeners by themselves. */
export const loadBalancerListeners: ContractArea = {
  area: 'load-balancer-listeners',
  cases: [
    {
      name: 'a listener is created with defaults, and its load balancer is PENDING_UPDATE meanwhile',
      reference: octaviaReference('create-listener'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        const made = await user.loadBalancer.listeners.create({
          loadbalancer_id: lb.id,
          protocol: 'TCP',
          protocol_port: 6443,
        });
        assert.equal(made.provisioning_status, 'PENDING_CREATE');
        await octavia(context, 409, 'PUT', `/listeners/${made.id}`, { listener: { name: 'early' } });
        await settled(context, lb.id);
        await user.loadBalancer.listeners.get(made.id);
        await user.loadBalancer.loadBalancers.get(lb.id);
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await octavia(context, 200, 'GET', `/listeners/${made.id}/stats`);
      },
    },
    {
      name: 'a listener keeps what it is given, and ranges lose their host bits',
      reference: octaviaReference('create-listener'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context);
        const made = await user.loadBalancer.listeners.create({
          loadbalancer_id: lb.id,
          name: 'web',
          description: 'of the web',
          protocol: 'HTTP',
          protocol_port: 80,
          admin_state_up: false,
          connection_limit: 100,
          allowed_cidrs: ['192.0.2.9/24', '198.51.100.7'],
          timeout_client_data: 1000,
          timeout_member_connect: 2000,
          timeout_member_data: 3000,
          timeout_tcp_inspect: 4000,
          insert_headers: { 'X-Forwarded-For': 'true', 'X-Forwarded-Port': 'true' },
          tags: ['b', 'a'],
        });
        assert.deepEqual([...(made.allowed_cidrs ?? [])].sort(), ['192.0.2.0/24', '198.51.100.7/32']);
        await settled(context, lb.id);
        await user.loadBalancer.listeners.get(made.id);
      },
    },
    {
      name: 'a port is taken once for each transport',
      reference: CONTROLLER,
      run: async (context) => {
        const { lb } = await standing(context);
        const loadbalancer_id = lb.id;
        for (const protocol of ['TCP', 'UDP', 'SCTP']) {
          await octavia(context, 201, 'POST', '/listeners', {
            listener: { loadbalancer_id, protocol, protocol_port: 53 },
          });
          await settled(context, lb.id);
        }
        for (const protocol of ['TCP', 'HTTP', 'HTTPS', 'PROMETHEUS', 'UDP', 'SCTP'])
          await octavia(context, 409, 'POST', '/listeners', {
            listener: { loadbalancer_id, protocol, protocol_port: 53 },
          });
        await octavia(context, 409, 'POST', '/listeners', {
          listener: { loadbalancer_id, protocol: 'TCP', protocol_port: 54, tags: ['a', 'a'] },
        });
      },
    },
    {
      name: 'a listener is changed, and null resets',
      reference: octaviaReference('update-a-listener'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { listeners: [{ name: 'web', protocol: 'HTTP', protocol_port: 80 }] });
        const id = lb.listeners[0]?.id ?? '';
        const changed = await user.loadBalancer.listeners.update(id, {
          name: 'new',
          description: 'newer',
          admin_state_up: false,
          connection_limit: 5,
          allowed_cidrs: ['203.0.113.0/24'],
          timeout_client_data: 7,
          insert_headers: { 'X-Forwarded-For': 'true' },
          tags: ['c'],
        });
        assert.equal(changed.provisioning_status, 'PENDING_UPDATE');
        await settled(context, lb.id);
        await octavia(context, 200, 'PUT', `/listeners/${id}`, {
          listener: { name: null, connection_limit: null, allowed_cidrs: null, timeout_client_data: null, tags: [] },
        });
        await settled(context, lb.id);
        await octavia(context, 200, 'PUT', `/listeners/${id}`, { listener: {} });
        await octavia(context, 400, 'PUT', `/listeners/${id}`, {});
        await settled(context, lb.id);
        await user.loadBalancer.listeners.get(id);
      },
    },
    {
      name: 'what cannot be changed of a listener is refused',
      reference: octaviaReference('update-a-listener'),
      run: async (context) => {
        const { lb } = await standing(context, { listeners: [{ protocol: 'TCP', protocol_port: 80 }] });
        const id = lb.listeners[0]?.id ?? '';
        await context.user.loadBalancer.loadBalancers.get(lb.id);
        for (const wrong of [
          { protocol: 'HTTP' },
          { protocol_port: 81 },
          { loadbalancer_id: lb.id },
          { connection_limit: -2 },
          { timeout_client_data: -1 },
          { timeout_client_data: 'long' },
          { allowed_cidrs: ['here'] },
          { allowed_cidrs: ['2001:db8::/32'] },
          { insert_headers: { 'X-Forwarded-For': 'true' } },
          { default_tls_container_ref: 'https://secrets.example/1' },
        ])
          await octavia(context, 400, 'PUT', `/listeners/${id}`, { listener: wrong });
        await octavia(context, 404, 'PUT', `/listeners/${id}`, {
          listener: { default_pool_id: '00000000-0000-4000-8000-000000000000' },
        });
      },
    },
    {
      name: 'a listener that is not right is refused',
      reference: octaviaReference('create-listener'),
      run: async (context) => {
        const { lb } = await standing(context);
        const good = { loadbalancer_id: lb.id, protocol: 'TCP', protocol_port: 80 };
        await context.user.loadBalancer.loadBalancers.get(lb.id);
        for (const wrong of [
          { protocol_port: 0 },
          { protocol_port: 65_536 },
          { protocol_port: 'many' },
          { connection_limit: -2 },
          { timeout_member_data: 2_073_600_001 },
          { allowed_cidrs: ['192.0.2.1/33'] },
          { allowed_cidrs: ['2001:db8::/32'] },
          { allowed_cidrs: 'all' },
          { insert_headers: { 'X-Forwarded-For': 'true' } },
          { insert_headers: 'X-Forwarded-For' },
          { colour: 'blue' },
          { name: 7 },
          { hsts_max_age: 10 },
          { hsts_preload: true },
        ])
          await octavia(context, 400, 'POST', '/listeners', { listener: { ...good, ...wrong } });
        await octavia(context, 400, 'POST', '/listeners', {
          listener: { ...good, protocol: 'HTTP', insert_headers: { 'X-Other': 'true' } },
        });
        await octavia(context, 400, 'POST', '/listeners', {
          listener: { ...good, protocol: 'HTTP', insert_headers: { 'X-SSL-Issuer': 'true' } },
        });
        await octavia(context, 400, 'POST', '/listeners', { listener: { protocol: 'TCP', protocol_port: 80 } });
        await octavia(context, 400, 'POST', '/listeners', { listener: { loadbalancer_id: lb.id, protocol_port: 80 } });
        await octavia(context, 400, 'POST', '/listeners', { listener: { loadbalancer_id: lb.id, protocol: 'TCP' } });
        await octavia(context, 400, 'POST', '/listeners', { listener: { ...good, protocol: 'GOPHER' } });
        await octavia(context, 404, 'POST', '/listeners', {
          listener: { ...good, loadbalancer_id: '00000000-0000-4000-8000-000000000000' },
        });
        await octavia(context, 500, 'POST', '/listeners', {});
      },
    },
    {
      name: 'TLS needs certificates, which must be there',
      reference: CONTROLLER,
      run: async (context) => {
        const { lb } = await standing(context);
        const at = { loadbalancer_id: lb.id, protocol_port: 443 };
        const default_tls_container_ref = 'https://secrets.example/containers/1';
        for (const listener of [
          { ...at, protocol: 'TERMINATED_HTTPS' },
          { ...at, protocol: 'TCP', default_tls_container_ref },
          { ...at, protocol: 'HTTP', sni_container_refs: [default_tls_container_ref] },
          { ...at, protocol: 'UDP', default_tls_container_ref },
          { ...at, protocol: 'TERMINATED_HTTPS', default_tls_container_ref },
          { ...at, protocol: 'TERMINATED_HTTPS', sni_container_refs: [default_tls_container_ref] },
          { ...at, protocol: 'HTTPS', client_authentication: 'MANDATORY' },
          { ...at, protocol: 'HTTPS', client_crl_container_ref: default_tls_container_ref },
        ])
          await octavia(context, 400, 'POST', '/listeners', { listener });
      },
    },
    {
      name: 'a default pool must be of the same load balancer, and speak the same',
      reference: CONTROLLER,
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, {
          pools: [{ name: 'plain', protocol: 'TCP', lb_algorithm: 'SOURCE_IP' }],
        });
        const default_pool_id = lb.pools[0]?.id ?? '';
        const listener = { loadbalancer_id: lb.id, protocol: 'HTTP', protocol_port: 80, default_pool_id };
        await octavia(context, 400, 'POST', '/listeners', { listener });
        await octavia(context, 400, 'POST', '/listeners', { listener: { ...listener, protocol: 'PROMETHEUS' } });
        await octavia(context, 404, 'POST', '/listeners', {
          listener: { ...listener, default_pool_id: '00000000-0000-4000-8000-000000000000' },
        });
        const made = await user.loadBalancer.listeners.create({
          loadbalancer_id: lb.id,
          protocol: 'TCP',
          protocol_port: 80,
          default_pool_id,
        });
        await settled(context, lb.id);
        await user.loadBalancer.pools.get(default_pool_id);
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
        await user.loadBalancer.listeners.update(made.id, { default_pool_id: null });
        await settled(context, lb.id);
        await user.loadBalancer.pools.get(default_pool_id);
      },
    },
    {
      name: 'a listener that is made by itself comes without pools and policies',
      reference: CONTROLLER,
      run: async (context) => {
        const { lb } = await standing(context);
        const default_pool = { name: 'p', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' };
        await octavia(context, 500, 'POST', '/listeners', {
          listener: { loadbalancer_id: lb.id, protocol: 'HTTP', protocol_port: 80, default_pool },
        });
        await octavia(context, 200, 'GET', '/listeners');
        await octavia(context, 200, 'GET', '/pools');
      },
    },
    {
      name: 'a listener that is deleted takes its policies along, and leaves its pool',
      reference: octaviaReference('remove-a-listener'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, {
          listeners: [
            {
              protocol: 'HTTP',
              protocol_port: 80,
              default_pool: { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' },
              l7policies: [{ action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }] }],
            },
          ],
        });
        const id = lb.listeners[0]?.id ?? '';
        const policies = await context.quietly(() => user.loadBalancer.l7Policies.list().all());
        await octavia(context, 400, 'DELETE', `/listeners/${id}?cascade=true`);
        await user.loadBalancer.listeners.delete(id);
        await octavia(context, 409, 'DELETE', `/listeners/${id}`);
        await settled(context, lb.id);
        await refused(404, () => user.loadBalancer.listeners.get(id));
        await refused(404, () => user.loadBalancer.listeners.delete(id));
        await refused(404, () => user.loadBalancer.l7Policies.get(policies[0]?.id ?? ''));
        await user.loadBalancer.pools.list();
        await user.loadBalancer.loadBalancers.get(lb.id);
      },
    },
  ],
};
