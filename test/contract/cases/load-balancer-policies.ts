import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, settled, standing } from './load-balancer-setup.ts';

const LISTENER = { name: 'web', protocol: 'HTTP', protocol_port: 80 } as const;
const POOL = { name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' } as const;
const nowhere = '00000000-0000-4000-8000-000000000000';

/** L7 policies and their rules. */
export const loadBalancerPolicies: ContractArea = {
  area: 'load-balancer-policies',
  cases: [
    {
      name: 'a policy is created with defaults, and goes ONLINE',
      reference: octaviaReference('create-an-l7-policy'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { listeners: [LISTENER] });
        const listener_id = lb.listeners[0]?.id ?? '';
        const made = await user.loadBalancer.l7Policies.create({ listener_id, action: 'REJECT' });
        assert.equal(made.operating_status, 'OFFLINE');
        await octavia(context, 409, 'PUT', `/l7policies/${made.id}`, { l7policy: { name: 'early' } });
        await settled(context, lb.id);
        const ready = await user.loadBalancer.l7Policies.waitActive(made.id);
        assert.equal(ready.operating_status, 'ONLINE');
        await user.loadBalancer.listeners.get(listener_id);
      },
    },
    {
      name: 'what a policy leads to decides about its action',
      reference: 'openstack/octavia:octavia/common/validate.py',
      run: async (context) => {
        const { lb } = await standing(context, { listeners: [{ ...LISTENER, default_pool: POOL }] });
        const listener_id = lb.listeners[0]?.id ?? '';
        const redirect_pool_id = lb.pools[0]?.id;
        const redirect_url = 'https://www.example.com/here';
        for (const l7policy of [
          { action: 'REDIRECT_TO_POOL', redirect_pool_id, name: 'pool', description: 'to it', tags: ['t'] },
          { action: 'REDIRECT_TO_URL', redirect_url },
          { action: 'REDIRECT_PREFIX', redirect_prefix: 'https://www.example.com', redirect_http_code: 308 },
          { action: 'REJECT', redirect_url },
          { action: 'REJECT', admin_state_up: false },
        ]) {
          await octavia(context, 201, 'POST', '/l7policies', { l7policy: { listener_id, ...l7policy } });
          await settled(context, lb.id);
        }
        for (const wrong of [
          { action: 'REDIRECT_TO_URL' },
          { action: 'REDIRECT_TO_POOL' },
          { action: 'REDIRECT_PREFIX' },
          { action: 'REDIRECT_PREFIX', redirect_prefix: 'https://www.example.com', redirect_pool_id },
          { action: 'REDIRECT_TO_URL', redirect_url: 'nowhere' },
          { action: 'REDIRECT_TO_URL', redirect_url, redirect_http_code: 200 },
          { action: 'LAUGH' },
          { action: 'REJECT', position: 0 },
          { action: 'REJECT', position: 2_147_483_648 },
          { action: 'REJECT', colour: 'blue' },
          { action: 'REJECT', listener_id: 'not-an-id' },
          {},
        ])
          await octavia(context, 400, 'POST', '/l7policies', { l7policy: { listener_id, ...wrong } });
        await octavia(context, 404, 'POST', '/l7policies', {
          l7policy: { listener_id, action: 'REDIRECT_TO_POOL', redirect_pool_id: nowhere },
        });
        await octavia(context, 404, 'POST', '/l7policies', { l7policy: { listener_id: nowhere, action: 'REJECT' } });
        await octavia(context, 409, 'DELETE', `/pools/${redirect_pool_id ?? ''}`);
        await octavia(context, 200, 'GET', '/l7policies');
      },
    },
    {
      name: 'policies stand in an order without gaps',
      reference: octaviaReference('l7-policies'),
      run: async (context) => {
        const { user, note } = context;
        const { lb } = await standing(context, { listeners: [LISTENER] });
        const listener_id = lb.listeners[0]?.id ?? '';
        const policies = user.loadBalancer.l7Policies;
        const order = async (): Promise<string[]> => {
          const all = await context.quietly(() => policies.list().all());
          return [...all]
            .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
            .map((one) => `${one.position ?? 0} ${one.name}`);
        };
        const ids = new Map<string, string>();
        for (const [name, position] of [
          ['a', undefined],
          ['b', 1],
          ['c', 9],
          ['d', 2],
        ] as const) {
          const made = await policies.create({ listener_id, action: 'REJECT', name, position });
          ids.set(name, made.id);
          await settled(context, lb.id);
        }
        note('made', await order());
        await policies.update(ids.get('c') ?? '', { position: 1 });
        await settled(context, lb.id);
        note('moved', await order());
        await policies.delete(ids.get('b') ?? '');
        await settled(context, lb.id);
        note('one gone', await order());
      },
    },
    {
      name: 'layer 7 is for HTTP, and a policy made by itself comes without rules',
      reference: 'openstack/octavia:octavia/api/drivers/amphora_driver/v2/driver.py',
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, {
          listeners: [{ name: 'tcp', protocol: 'TCP', protocol_port: 81 }, LISTENER],
        });
        const listeners = await context.quietly(() => user.loadBalancer.listeners.list().all());
        const id = (name: string): string => listeners.find((one) => one.name === name)?.id ?? '';
        await octavia(context, 501, 'POST', '/l7policies', { l7policy: { listener_id: id('tcp'), action: 'REJECT' } });
        const rules = [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }];
        await octavia(context, 500, 'POST', '/l7policies', {
          l7policy: { listener_id: id('web'), action: 'REJECT', rules },
        });
        await octavia(context, 200, 'GET', `/loadbalancers/${lb.id}`);
        await octavia(context, 200, 'GET', '/l7policies');
      },
    },
    {
      name: 'a policy is changed and deleted',
      reference: octaviaReference('update-an-l7-policy'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, {
          listeners: [{ ...LISTENER, default_pool: POOL, l7policies: [{ name: 'p', action: 'REJECT' }] }],
        });
        const [first] = await context.quietly(() => user.loadBalancer.l7Policies.list().all());
        const id = first?.id ?? '';
        await user.loadBalancer.l7Policies.update(id, {
          name: 'new',
          description: 'newer',
          action: 'REDIRECT_TO_URL',
          redirect_url: 'http://www.example.com/',
          tags: ['c'],
        });
        await settled(context, lb.id);
        await user.loadBalancer.l7Policies.get(id);
        await user.loadBalancer.l7Policies.update(id, { redirect_pool_id: lb.pools[0]?.id });
        await settled(context, lb.id);
        for (const wrong of [{ listener_id: id }, { action: 'REDIRECT_PREFIX' }, { position: 0 }, {}])
          await octavia(context, 400, 'PUT', `/l7policies/${id}`, { l7policy: wrong });
        await octavia(context, 404, 'PUT', `/l7policies/${id}`, { l7policy: { redirect_pool_id: nowhere } });
        await user.loadBalancer.l7Policies.get(id);
        await user.loadBalancer.l7Policies.delete(id);
        await octavia(context, 409, 'DELETE', `/l7policies/${id}`);
        await settled(context, lb.id);
        await user.loadBalancer.l7Policies.waitGone(id);
        await refused(404, () => user.loadBalancer.l7Policies.delete(id));
      },
    },
    {
      name: 'a rule is created, changed and deleted',
      reference: octaviaReference('create-an-l7-rule'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, { listeners: [{ ...LISTENER, l7policies: [{ action: 'REJECT' }] }] });
        const [policy] = await context.quietly(() => user.loadBalancer.l7Policies.list().all());
        const rules = user.loadBalancer.l7Rules(policy?.id ?? '');
        const made = await rules.create({
          ...{ type: 'HEADER', compare_type: 'CONTAINS', key: 'X-Kind', value: 'test', invert: true },
          ...{ admin_state_up: false, tags: ['b', 'a'] },
        });
        await octavia(context, 409, 'PUT', `/l7policies/${policy?.id ?? ''}/rules/${made.id}`, {
          rule: { value: 'x' },
        });
        await settled(context, lb.id);
        await rules.waitActive(made.id);
        await rules.list();
        await user.loadBalancer.l7Policies.get(policy?.id ?? '');
        await rules.update(made.id, { type: 'PATH', compare_type: 'STARTS_WITH', value: '/x', admin_state_up: true });
        await settled(context, lb.id);
        const changed = await rules.get(made.id);
        assert.equal(changed.key, null);
        await rules.delete(made.id);
        await settled(context, lb.id);
        await rules.waitGone(made.id);
        await refused(404, () => rules.delete(made.id));
      },
    },
    {
      name: 'the parts of a rule must go together',
      reference: 'openstack/octavia:octavia/common/validate.py',
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, {
          listeners: [
            {
              ...LISTENER,
              l7policies: [{ action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }] }],
            },
          ],
        });
        assert.equal(lb.provisioning_status, 'ACTIVE');
        const [policy] = await context.quietly(() => user.loadBalancer.l7Policies.list().all());
        const path = `/l7policies/${policy?.id ?? ''}/rules`;
        const value = 'x';
        for (const wrong of [
          { type: 'HEADER', compare_type: 'EQUAL_TO', value },
          { type: 'COOKIE', compare_type: 'EQUAL_TO', value },
          { type: 'HEADER', compare_type: 'EQUAL_TO', key: 'a b', value },
          { type: 'COOKIE', compare_type: 'EQUAL_TO', key: 'a', value: 'b;c' },
          { type: 'FILE_TYPE', compare_type: 'STARTS_WITH', value },
          { type: 'PATH', compare_type: 'EQUAL_TO', value: '' },
          { type: 'PATH', compare_type: 'EQUAL_TO', value: 'a b' },
          { type: 'PATH', compare_type: 'EQUAL_TO' },
          { type: 'PATH', value },
          { type: 'SMELL', compare_type: 'EQUAL_TO', value },
          { type: 'PATH', compare_type: 'LIKE', value },
          { type: 'SSL_CONN_HAS_CERT', compare_type: 'EQUAL_TO', value },
          { type: 'SSL_CONN_HAS_CERT', compare_type: 'EQUAL_TO', value: 'true', key: 'a' },
          { type: 'SSL_VERIFY_RESULT', compare_type: 'EQUAL_TO', value },
          { type: 'SSL_VERIFY_RESULT', compare_type: 'REGEX', value: '1' },
          { type: 'SSL_DN_FIELD', compare_type: 'EQUAL_TO', value },
          { type: 'SSL_DN_FIELD', compare_type: 'EQUAL_TO', key: '1', value },
          { type: 'PATH', compare_type: 'EQUAL_TO', value, colour: 'blue' },
          { type: 'PATH', compare_type: 'EQUAL_TO', value, name: 'none' },
        ])
          await octavia(context, 400, 'POST', path, { rule: wrong });
        await octavia(context, 404, 'POST', `/l7policies/${nowhere}/rules`, {
          rule: { type: 'PATH', compare_type: 'EQUAL_TO', value },
        });
        await octavia(context, 200, 'GET', path);
      },
    },
  ],
};
