import { z } from 'zod';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { octavia, octaviaReference, standing } from './load-balancer-setup.ts';

const REFERENCE = octaviaReference('filtering-and-column-selection');
const PAGINATION = 'openstack/octavia:octavia/api/common/pagination.py';

/** A load balancer with three listeners, `a` to `c`. */
const three = (context: CaseContext) =>
  standing(context, {
    description: 'of three',
    tags: ['red', 'round'],
    listeners: (
      [
        ['a', ['red', 'round'], 'first'],
        ['b', ['red'], 'second'],
        ['c', [], 'third'],
      ] as const
    ).map(([name, tags, description], index) => ({
      ...{ name, tags, description, admin_state_up: name !== 'c', protocol: 'TCP', protocol_port: 90 - index },
    })),
  });

const listSchema = z.object({
  listeners: z.array(z.looseObject({ name: z.string().optional() })),
  listeners_links: z.array(z.unknown()),
});

/** Lists of load balancers and of what hangs below them. */
export const loadBalancerLists: ContractArea = {
  area: 'load-balancer-lists',
  cases: [
    {
      name: 'empty lists have links',
      reference: PAGINATION,
      run: async (context) => {
        for (const kind of ['loadbalancers', 'listeners', 'pools', 'healthmonitors', 'l7policies'])
          await octavia(context, 200, 'GET', `/${kind}`);
      },
    },
    {
      name: 'load balancers are filtered by attributes',
      reference: REFERENCE,
      run: async (context) => {
        const { lb } = await standing(context, { name: 'a', description: 'first', tags: ['red', 'round'] });
        await context.user.loadBalancer.loadBalancers.get(lb.id);
        for (const query of [
          ...[
            'name=a',
            'name=A',
            'name=z',
            'name=',
            'description=first',
            'admin_state_up=false',
            'admin_state_up=True',
          ],
          ...['provisioning_status=ACTIVE', 'provisioning_status=ERROR', 'provider=amphora', 'provider=other'],
          ...['tags=red,round', 'tags=blue', 'name=a&description=first', 'name=a&description=other'],
          ...[`id=${lb.id}`, `vip_port_id=${lb.vip_port_id ?? ''}`, `vip_subnet_id=${lb.vip_subnet_id ?? ''}`],
          ...[`vip_network_id=${lb.vip_network_id ?? ''}`, `vip_address=${lb.vip_address ?? ''}`],
          ...['flavor_id=00000000-0000-4000-8000-000000000000', `project_id=${context.project.id}`],
        ])
          await octavia(context, 200, 'GET', `/loadbalancers?${query}&fields=name`);
        for (const query of ['colour=blue', 'tenant_id=x', 'vip_colour=blue'])
          await octavia(context, 400, 'GET', `/loadbalancers?${query}`);
      },
    },
    {
      name: 'lists are filtered by tags',
      reference: octaviaReference('filtering-by-tags'),
      run: async (context) => {
        await three(context);
        for (const query of [
          ...[
            'tags=red',
            'tags=red,round',
            'tags=red&tags=round',
            'tags-any=round,blue',
            'not-tags=red',
            'not-tags=red,round',
          ],
          ...['not-tags-any=round,blue', 'tags=red&not-tags=round', 'tags=red&name=b', 'tags='],
        ])
          await octavia(context, 200, 'GET', `/listeners?${query}&fields=name`);
      },
    },
    {
      name: 'lists are sorted, in pages, with links',
      reference: PAGINATION,
      run: async (context) => {
        const { user, note } = context;
        await three(context);
        const [second] = await context.quietly(() => user.loadBalancer.listeners.list({ name: 'b' }).all());
        const marker = `marker=${second?.id ?? ''}`;
        for (const query of [
          ...[
            'sort=name',
            'sort=name:desc',
            'sort_key=name',
            'sort_key=name&sort_dir=desc',
            'sort=admin_state_up,name:desc',
          ],
          ...[
            'sort=protocol_port',
            'sort=name&limit=2',
            'sort=name&limit=3',
            'sort=name&limit=0',
            'sort=name&limit=-1',
          ],
          ...[
            'sort=name&limit=5000',
            `sort=name&${marker}`,
            `sort=name&limit=1&${marker}`,
            `sort=name:desc&limit=1&${marker}`,
          ],
          ...[`sort=name&limit=1&${marker}&page_reverse=True`, 'limit=1&name=b'],
        ]) {
          const reply = await octavia(context, 200, 'GET', `/listeners?${query}`);
          note(
            query.replace(second?.id ?? '', 'b'),
            listSchema.parse(JSON.parse(reply.text)).listeners.map((one) => one.name),
          );
        }
        for (const query of [
          'fields=id',
          'fields=name&fields=id',
          'fields=name,id',
          'fields=colour',
          'fields=tenant_id',
        ])
          await octavia(context, 200, 'GET', `/listeners?sort=name&${query}`);
        for (const query of [
          'limit=many',
          'sort=colour',
          'sort=name:up',
          'sort_key=name&sort_dir=up',
          'marker=not-an-id',
        ])
          await octavia(context, 400, 'GET', `/listeners?${query}`);
      },
    },
    {
      name: 'children are filtered and shown by fields too',
      reference: REFERENCE,
      run: async (context) => {
        const { lb } = await standing(context, {
          listeners: [
            {
              ...{ name: 'web', protocol: 'HTTP', protocol_port: 80, tags: ['red'] },
              default_pool: {
                ...{ name: 'back', protocol: 'HTTP', lb_algorithm: 'ROUND_ROBIN', tags: ['red'] },
                healthmonitor: { name: 'check', type: 'TCP', delay: 5, timeout: 2, max_retries: 2 },
                members: [
                  { name: 'm1', address: '10.30.0.10', protocol_port: 80, tags: ['red'] },
                  { name: 'm2', address: '10.30.0.20', protocol_port: 80, weight: 5, backup: true },
                ],
              },
              l7policies: [
                { name: 'p', action: 'REJECT', rules: [{ type: 'PATH', compare_type: 'EQUAL_TO', value: '/x' }] },
              ],
            },
            { name: 'tls', protocol: 'HTTPS', protocol_port: 443 },
          ],
        });
        const pool = lb.pools[0]?.id ?? '';
        const policies = await context.quietly(() => context.user.loadBalancer.l7Policies.list().all());
        const policy = policies[0]?.id ?? '';
        for (const path of [
          ...[
            '/listeners?protocol=HTTP',
            '/listeners?protocol_port=443',
            `/listeners?loadbalancer_id=${lb.id}`,
            '/listeners?tags=red',
          ],
          ...[
            `/listeners?default_pool_id=${pool}`,
            '/listeners?sort=protocol_port:desc&limit=1',
            '/listeners?name=web&fields=name',
          ],
          ...[
            '/pools?lb_algorithm=SOURCE_IP',
            `/pools?loadbalancer_id=${lb.id}`,
            '/pools?tags=blue',
            '/pools?fields=protocol',
          ],
          ...[
            `/pools/${pool}/members?address=10.30.0.10`,
            `/pools/${pool}/members?weight=5`,
            `/pools/${pool}/members?backup=true`,
          ],
          ...[
            `/pools/${pool}/members?name=m2&fields=name`,
            `/pools/${pool}/members?tags=red`,
            `/pools/${pool}/members?limit=2&sort=name`,
          ],
          ...[
            '/healthmonitors?type=TCP',
            `/healthmonitors?pool_id=${pool}`,
            '/healthmonitors?max_retries=2&fields=type',
          ],
          ...['/l7policies?action=REJECT', '/l7policies?position=2', `/l7policies/${policy}/rules?type=PATH`],
          ...[`/l7policies/${policy}/rules?fields=value`, `/listeners/${lb.listeners[0]?.id ?? ''}?fields=name`],
        ])
          await octavia(context, 200, 'GET', path);
        for (const path of [
          ...['/listeners?colour=blue', '/pools?listener_id=x', `/pools/${pool}/members?description=x`],
          ...['/healthmonitors?description=x', `/l7policies/${policy}/rules?name=x`, `/pools/${pool}/members?marker=x`],
        ])
          await octavia(context, 400, 'GET', path);
      },
    },
  ],
};
