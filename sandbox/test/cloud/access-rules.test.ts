import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn, makeNetwork, testCloud, type TestCloud, type User } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

type Rule = readonly [service: string, method: string, path: string];

let serial = 0;
/** The user `demo` through an application credential with these access rules. */
async function restricted(rules: readonly Rule[]): Promise<User> {
  const { demo } = cloud;
  const made = await demo.post(`/identity/v3/users/${demo.userId}/application_credentials`, {
    application_credential: {
      name: `rules-${++serial}`,
      access_rules: rules.map(([service, method, path]) => ({ service, method, path })),
    },
  });
  const [id, secret] = [made.string('application_credential.id'), made.string('application_credential.secret')];
  const identity = { methods: ['application_credential'], application_credential: { id, secret } };
  return logIn(cloud.running.url, { auth: { identity } });
}

/** One harmless request to each service. */
const probes: readonly (readonly [service: string, path: string, url: string])[] = [
  ['identity', '/v3/auth/projects', '/identity/v3/auth/projects'],
  ['compute', '/v2.1/servers', '/compute/v2.1/servers'],
  ['network', '/v2.0/networks', '/networking/v2.0/networks'],
  ['image', '/v2/images', '/image/v2/images'],
  ['load-balancer', '/v2/lbaas/loadbalancers', '/load-balancer/v2/lbaas/loadbalancers'],
  ['block-storage', '/v3/volumes', '/volume/v3/volumes'],
  ['object-store', '/v1/AUTH_{project}', '/object-store/v1/AUTH_{project}'],
  ['dns', '/v2/zones', '/dns/v2/zones'],
];

describe('access rules of an application credential', () => {
  it.each(probes)('a rule for %s opens that request, and no other of any service', async (service, path, url) => {
    const user = await restricted([[service, 'GET', path.replace('{project}', cloud.demo.projectId)]]);
    for (const [, , asked] of probes) {
      const reply = await user.get(asked.replace('{project}', user.projectId));
      const allowed = asked === url;
      expect([asked, reply.status < 300, reply.status === 401]).toEqual([asked, allowed, !allowed]);
    }
  });

  it('are of one method and one service', async () => {
    const user = await restricted([
      ['compute', 'GET', '/v2.1/servers'],
      ['compute', 'POST', '/v2.0/networks'],
    ]);
    expect((await user.get('/compute/v2.1/servers')).status).toBe(200);
    expect((await user.get('/compute/v2.1/servers/detail')).status).toBe(401);
    expect((await user.post('/compute/v2.1/servers', {})).status).toBe(401);
    expect((await user.neutron('POST', '/networks', { network: { name: 'forbidden' } })).status).toBe(401);
    const names = (await cloud.demo.neutron('GET', '/networks?name=forbidden')).list('networks');
    expect(names).toEqual([]);
  });

  it('take `*` and `{name}` for one part of a path, `**` for any', async () => {
    const { network } = await makeNetwork(cloud.demo);
    const one = await restricted([['network', 'GET', '/v2.0/networks/*']]);
    expect((await one.neutron('GET', `/networks/${network}`)).status).toBe(200);
    expect((await one.neutron('GET', `/networks/${network}/tags`)).status).toBe(401);
    expect((await one.neutron('GET', '/networks')).status).toBe(401);
    const named = await restricted([['network', 'GET', '/v2.0/networks/{network_id}/tags']]);
    expect((await named.neutron('GET', `/networks/${network}/tags`)).status).toBe(200);
    expect((await named.neutron('GET', `/networks/${network}`)).status).toBe(401);
    const all = await restricted([['network', 'GET', '/v2.0/**']]);
    expect((await all.neutron('GET', `/networks/${network}/tags`)).status).toBe(200);
    expect((await all.neutron('GET', '/networks?name=net')).status).toBe(200);
    expect((await all.neutron('DELETE', `/networks/${network}`)).status).toBe(401);
  });

  it('guard unknown paths too, show the token, and say nothing in a token that has none', async () => {
    const user = await restricted([['compute', 'GET', '/v2.1/servers']]);
    expect((await user.get('/compute/v2.1/moons')).status).toBe(401);
    const shown = await user.get('/identity/v3/auth/tokens', {
      'x-subject-token': user.token,
      'openstack-identity-access-rules': '1.0',
    });
    expect(shown.list('token.application_credential.access_rules')).toEqual([
      { id: expect.any(String) as string, service: 'compute', method: 'GET', path: '/v2.1/servers' },
    ]);
    const unaware = await user.get('/identity/v3/auth/tokens', { 'x-subject-token': user.token });
    expect([unaware.status, unaware.string('error.message')]).toEqual([404, 'Failed to validate token']);
    const free = await restricted([]);
    expect((await free.get('/compute/v2.1/servers/detail')).status).toBe(200);
  });
});
