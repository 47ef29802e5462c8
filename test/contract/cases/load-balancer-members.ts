import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, settled, standing } from './load-balancer-setup.ts';

const CONTROLLER = 'openstack/octavia:octavia/api/v2/controllers/member.py';
const POOL = { name: 'back', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN' } as const;
const two = { ...POOL, members: [1, 2].map((n) => ({ name: `m${n}`, address: `10.30.0.${n}0`, protocol_port: 80 })) };

/** Members of pools, one at a time and all at once. */
export const loadBalancerMembers: ContractArea = {
  area: 'load-balancer-members',
  cases: [
    {
      name: 'a member is created with defaults, and all above it is PENDING_UPDATE meanwhile',
      reference: octaviaReference('create-member'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, {
          listeners: [{ name: 'web', protocol: 'TCP', protocol_port: 80, default_pool: POOL }],
        });
        const members = user.loadBalancer.members(lb.pools[0]?.id ?? '');
        const made = await members.create({ address: '10.30.0.10', protocol_port: 80 });
        assert.equal(made.operating_status, 'NO_MONITOR');
        const tree = await user.loadBalancer.loadBalancers.statusTree(lb.id);
        assert.equal(tree.listeners[0]?.pools[0]?.provisioning_status, 'PENDING_UPDATE');
        await octavia(context, 409, 'POST', `/pools/${lb.pools[0]?.id ?? ''}/members`, {
          member: { address: '10.30.0.11', protocol_port: 80 },
        });
        await settled(context, lb.id);
        await members.get(made.id);
        await members.waitActive(made.id);
        await user.loadBalancer.pools.get(lb.pools[0]?.id ?? '');
        await user.loadBalancer.loadBalancers.statusTree(lb.id);
      },
    },
    {
      name: 'a member keeps what it is given',
      reference: octaviaReference('create-member'),
      run: async (context) => {
        const { user } = context;
        const { lb, subnetId } = await standing(context, { pools: [POOL] });
        const made = await user.loadBalancer.members(lb.pools[0]?.id ?? '').create({
          name: 'one',
          address: '10.30.0.10',
          protocol_port: 8080,
          subnet_id: subnetId,
          weight: 0,
          backup: true,
          admin_state_up: false,
          monitor_address: '10.30.0.99',
          monitor_port: 9000,
          tags: ['b', 'a'],
        });
        assert.equal(made.weight, 0);
        await settled(context, lb.id);
        await user.loadBalancer.members(lb.pools[0]?.id ?? '').list();
      },
    },
    {
      name: 'a member that is not right is refused',
      reference: octaviaReference('create-member'),
      run: async (context) => {
        const { lb } = await standing(context, { pools: [two] });
        const path = `/pools/${lb.pools[0]?.id ?? ''}/members`;
        const good = { address: '10.30.0.30', protocol_port: 80 };
        const nowhere = '00000000-0000-4000-8000-000000000000';
        for (const wrong of [
          { address: 'here' },
          { address: '10.30.0' },
          { address: '169.254.169.254' },
          { protocol_port: 0 },
          { protocol_port: 65_536 },
          { weight: 257 },
          { weight: -1 },
          { backup: 'perhaps' },
          { subnet_id: nowhere },
          { subnet_id: 'not-an-id' },
          { monitor_port: 0 },
          { monitor_address: 'there' },
          { description: 'none' },
          { request_sriov: true },
        ])
          await octavia(context, 400, 'POST', path, { member: { ...good, ...wrong } });
        await octavia(context, 400, 'POST', path, { member: { address: '10.30.0.30' } });
        await octavia(context, 400, 'POST', path, { member: { protocol_port: 80 } });
        await octavia(context, 409, 'POST', path, { member: { address: '10.30.0.10', protocol_port: 80 } });
        await octavia(context, 409, 'POST', path, { member: { ...good, tags: ['a', 'a'] } });
        await octavia(context, 404, 'POST', `/pools/${nowhere}/members`, { member: good });
        await octavia(context, 500, 'POST', path, {});
      },
    },
    {
      name: 'a member is changed, and null resets',
      reference: octaviaReference('update-a-member'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [two] });
        const pool = lb.pools[0]?.id ?? '';
        const [first] = await context.quietly(() => user.loadBalancer.members(pool).list({ name: 'm1' }).all());
        const id = first?.id ?? '';
        const changed = await user.loadBalancer.members(pool).update(id, {
          name: 'new',
          weight: 9,
          backup: true,
          admin_state_up: false,
          monitor_address: '10.30.0.98',
          monitor_port: 9001,
          tags: ['c'],
        });
        assert.equal(changed.provisioning_status, 'PENDING_UPDATE');
        await settled(context, lb.id);
        const path = `/pools/${pool}/members/${id}`;
        await octavia(context, 200, 'PUT', path, {
          member: { weight: null, backup: null, monitor_address: null, monitor_port: null, name: null },
        });
        await settled(context, lb.id);
        for (const wrong of [{ address: '10.30.0.12' }, { protocol_port: 81 }, { weight: 257 }, { subnet_id: pool }])
          await octavia(context, 400, 'PUT', path, { member: wrong });
        await octavia(context, 500, 'PUT', path, {});
        await octavia(context, 200, 'GET', path);
      },
    },
    {
      name: 'a member is deleted, and found under its own pool only',
      reference: octaviaReference('remove-a-member'),
      run: async (context) => {
        const { user, refused } = context;
        const { lb } = await standing(context, { pools: [two, { ...POOL, name: 'other' }] });
        const pools = await context.quietly(() => user.loadBalancer.pools.list().all());
        const own = pools.find(({ name }) => name === 'back')?.id ?? '';
        const other = pools.find(({ name }) => name === 'other')?.id ?? '';
        const [first] = await context.quietly(() => user.loadBalancer.members(own).list({ name: 'm1' }).all());
        const id = first?.id ?? '';
        await octavia(context, 404, 'GET', `/pools/${other}/members/${id}`);
        await octavia(context, 404, 'DELETE', `/pools/${other}/members/${id}`);
        await user.loadBalancer.members(own).delete(id);
        await octavia(context, 409, 'DELETE', `/pools/${own}/members/${id}`);
        await settled(context, lb.id);
        await user.loadBalancer.members(own).waitGone(id);
        await refused(404, () => user.loadBalancer.members(own).delete(id));
        await user.loadBalancer.pools.get(own);
      },
    },
    {
      name: 'all members are replaced at once',
      reference: octaviaReference('batch-update-members'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [two] });
        const members = user.loadBalancer.members(lb.pools[0]?.id ?? '');
        await members.setAll([
          { name: 'kept', address: '10.30.0.10', protocol_port: 80, weight: 7 },
          { name: 'fresh', address: '10.30.0.30', protocol_port: 80, tags: ['t'] },
        ]);
        await members.list();
        await settled(context, lb.id);
        await members.list();
        await members.setAll([{ address: '10.30.0.30', protocol_port: 80 }]);
        await settled(context, lb.id);
        await members.list();
        await members.setAll([]);
        await settled(context, lb.id);
        assert.equal((await members.list()).length, 0);
        await members.setAll([]);
        await user.loadBalancer.loadBalancers.get(lb.id);
      },
    },
    {
      name: 'members are added at once, and the others stay',
      reference: octaviaReference('batch-update-members'),
      run: async (context) => {
        const { user } = context;
        const { lb } = await standing(context, { pools: [two] });
        const members = user.loadBalancer.members(lb.pools[0]?.id ?? '');
        await members.setAll([{ name: 'more', address: '10.30.0.30', protocol_port: 80 }], { additiveOnly: true });
        await settled(context, lb.id);
        assert.equal((await members.list()).length, 3);
        await members.setAll([], { additiveOnly: true });
        await settled(context, lb.id);
        assert.equal((await members.list()).length, 3);
      },
    },
    {
      name: 'a batch of members that is not right is refused as a whole',
      reference: CONTROLLER,
      run: async (context) => {
        const { lb } = await standing(context, { pools: [two] });
        const path = `/pools/${lb.pools[0]?.id ?? ''}/members`;
        const known = { address: '10.30.0.10', protocol_port: 80 };
        const fresh = { address: '10.30.0.30', protocol_port: 80 };
        await octavia(context, 400, 'PUT', path, { members: [known, known] });
        await octavia(context, 409, 'PUT', path, { members: [fresh, fresh] });
        await octavia(context, 400, 'PUT', path, { members: [fresh, { address: 'here', protocol_port: 80 }] });
        await octavia(context, 400, 'PUT', path, { members: [{ address: '10.30.0.31' }] });
        await octavia(context, 400, 'PUT', path, { members: [{ ...fresh, address: '169.254.169.254' }] });
        await octavia(context, 400, 'PUT', path, { members: fresh });
        await octavia(context, 500, 'PUT', path, {});
        await octavia(context, 400, 'PUT', `${path}?colour=blue`, { members: [] });
        await octavia(context, 200, 'GET', path);
      },
    },
  ],
};
