import type { ContractArea } from '../kit/case.ts';
import { octaviaReference, standing } from './load-balancer-setup.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const ACTIVE = { target: ['ACTIVE'] } as const;

/** What the client offers beyond single requests. */
export const loadBalancerClient: ContractArea = {
  area: 'load-balancer-client',
  cases: [
    {
      name: 'every kind of object can be waited for',
      reference: octaviaReference('provisioning-status-codes'),
      run: async (context) => {
        const { loadBalancer: client } = context.user;
        const { lb } = await standing(context, {
          listeners: [
            {
              ...{ name: 'web', protocol: 'HTTP', protocol_port: 80 },
              default_pool: {
                ...{ name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN' },
                healthmonitor: { type: 'TCP', delay: 5, timeout: 2, max_retries: 2 },
                members: [{ address: '10.30.0.10', protocol_port: 80 }],
              },
              l7policies: [{ action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }] }],
            },
          ],
        });
        const [listener, pool] = [lb.listeners[0]?.id ?? '', lb.pools[0]?.id ?? ''];
        const first = async (list: Promise<readonly { id: string }[]>): Promise<string> => (await list)[0]?.id ?? '';
        await client.loadBalancers.waitFor(lb.id, ACTIVE);
        await client.loadBalancers.waitActive(lb.id);
        await client.listeners.waitFor(listener, ACTIVE);
        await client.listeners.waitActive(listener);
        await client.pools.waitFor(pool, ACTIVE);
        const members = client.members(pool);
        await members.waitFor(await context.quietly(() => first(members.list().all())), ACTIVE);
        await client.healthMonitors.waitFor(
          await context.quietly(() => first(client.healthMonitors.list().all())),
          ACTIVE,
        );
        const policy = await context.quietly(() => first(client.l7Policies.list().all()));
        await client.l7Policies.waitFor(policy, ACTIVE);
        const rules = client.l7Rules(policy);
        await rules.waitFor(await context.quietly(() => first(rules.list().all())), ACTIVE);
        for (const kind of [client.loadBalancers, client.listeners, client.pools]) await kind.waitGone(NOWHERE);
        const flavor = await context.quietly(() => first(client.flavors.list({ name: 'default' }).all()));
        await client.flavors.waitFor(flavor, { target: ['PRESENT'] });
        await client.flavors.waitGone(NOWHERE);
      },
    },
  ],
};
