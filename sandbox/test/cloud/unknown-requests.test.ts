import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCloud, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

interface Raw {
  readonly status: number;
  readonly text: string;
}

/** A request byte by byte as wanted, which `fetch` would not send. */
function send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Raw> {
  return new Promise((done, failed) => {
    const wire = request(
      cloud.running.url,
      {
        method,
        path,
        agent: false,
        headers: {
          'x-auth-token': cloud.admin.token,
          accept: 'application/json',
          ...(body !== '' && { 'content-length': body.length }),
          ...headers,
        },
        signal: AbortSignal.timeout(10_000),
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => {
          done({ status: response.statusCode ?? 0, text });
        });
      },
    );
    wire.once('error', failed);
    wire.end(body);
  });
}

const services: readonly (readonly [name: string, root: string, words: RegExp])[] = [
  ['Keystone', '/identity/v3', /The requested URL was not found on the server/],
  ['Nova', '/compute/v2.1', /The resource could not be found/],
  ['Neutron', '/networking/v2.0', /"HTTPNotFound".*The resource could not be found/],
  ['Glance', '/image/v2', /The resource could not be found/],
  ['Octavia', '/load-balancer/v2', /"title":"Not Found"/],
  ['Cinder', '/volume/v3', /The resource could not be found/],
  ['Designate', '/dns/v2', /"not_found"/],
];
const unknown = ['moons', 'moons/7', 'moons/7/craters/9', `moons/${'7'.repeat(4000)}`, 'moons/%zz', 'moons/%E0%A4%A'];
const bodies: readonly (readonly [type: string | undefined, body: string])[] = [
  [undefined, ''],
  ['application/json', ''],
  ['application/json', '{'],
  ['application/json; charset=utf-8', '{"moon": {}}'],
  ['application/x-www-form-urlencoded', 'a=b'],
  ['text/plain', 'moon'],
  ['application/xml', '<moon/>'],
  ['nonsense', 'moon'],
];
/** Words of Fastify and zod, which no user of OpenStack has ever seen. */
const foreignWords =
  /FST_|Route [A-Z]+:|Body cannot be empty|Unsupported Media Type: |is not a valid url|Invalid input: expected|Invalid option|Unrecognized key|Too (small|big)|ZodError|report this to the sandbox/;

describe('an unknown path is not found in the service’s own words', () => {
  it.each(services)(
    '%s, whatever comes with it',
    async (_name, root, words) => {
      const answers = new Map<string, string>();
      for (const path of unknown)
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
          for (const [type, body] of bodies) {
            const asked = `${method} ${path.slice(0, 20)} ${type ?? 'nothing'} ${body}`;
            const headers = { ...(type !== undefined && { 'content-type': type }) };
            const { status, text } = await send(method, `${root}/${path}`, headers, method === 'HEAD' ? '' : body);
            if (status !== 404 || (method !== 'HEAD' && !words.test(text))) answers.set(asked, `${status} ${text}`);
          }
      expect(Object.fromEntries(answers)).toEqual({});
    },
    60_000,
  );

  it('Swift, whose every path is an account, says so in its words too', async () => {
    for (const [type, body] of bodies) {
      const headers = { ...(type !== undefined && { 'content-type': type }) };
      const { status, text } = await send('DELETE', '/object-store/v2/moons', headers, body);
      expect([type, status, text.match(foreignWords)]).toEqual([type, expect.toBeOneOf([404, 412]), null]);
    }
  });

  it('of no service at all, too', async () => {
    for (const [type, body] of bodies) {
      const headers = { ...(type !== undefined && { 'content-type': type }) };
      const { status, text } = await send('POST', '/moon/v1/craters', headers, body);
      expect([type, status, text.match(foreignWords)]).toEqual([type, 404, null]);
    }
  });
});

/** What is made by a POST, with the name of the object in its body; and what is changed by a PUT or a PATCH. */
const writes: readonly (readonly [method: string, path: string, name: string])[] = [
  ['POST', '/identity/v3/auth/tokens', 'auth'],
  ['POST', '/identity/v3/projects', 'project'],
  ['PATCH', '/identity/v3/projects/{project}', 'project'],
  ['POST', '/identity/v3/users', 'user'],
  ['PATCH', '/identity/v3/users/{user}', 'user'],
  ['POST', '/identity/v3/users/{user}/application_credentials', 'application_credential'],
  ['POST', '/compute/v2.1/servers', 'server'],
  ['POST', '/compute/v2.1/flavors', 'flavor'],
  ['POST', '/compute/v2.1/flavors/1/os-extra_specs', 'extra_specs'],
  ['POST', '/compute/v2.1/os-keypairs', 'keypair'],
  ['POST', '/compute/v2.1/os-server-groups', 'server_group'],
  ['PUT', '/compute/v2.1/os-quota-sets/{project}', 'quota_set'],
  ['POST', '/networking/v2.0/networks', 'network'],
  ['POST', '/networking/v2.0/subnets', 'subnet'],
  ['POST', '/networking/v2.0/ports', 'port'],
  ['POST', '/networking/v2.0/routers', 'router'],
  ['POST', '/networking/v2.0/security-groups', 'security_group'],
  ['POST', '/networking/v2.0/security-group-rules', 'security_group_rule'],
  ['POST', '/networking/v2.0/floatingips', 'floatingip'],
  ['PUT', '/networking/v2.0/quotas/{project}', 'quota'],
  ['POST', '/image/v2/images', 'name'],
  ['POST', '/load-balancer/v2/lbaas/loadbalancers', 'loadbalancer'],
  ['POST', '/load-balancer/v2/lbaas/listeners', 'listener'],
  ['POST', '/load-balancer/v2/lbaas/pools', 'pool'],
  ['POST', '/load-balancer/v2/lbaas/healthmonitors', 'healthmonitor'],
  ['PUT', '/load-balancer/v2/lbaas/quotas/{project}', 'quota'],
  ['POST', '/volume/v3/volumes', 'volume'],
  ['POST', '/volume/v3/snapshots', 'snapshot'],
  ['POST', '/volume/v3/types', 'volume_type'],
  ['PUT', '/volume/v3/os-quota-sets/{project}', 'quota_set'],
  ['POST', '/dns/v2/zones', 'name'],
  ['PATCH', '/dns/v2/quotas/{project}', 'zones'],
];

/** A body in which the field of one name has a type that it never has. */
const oddities = (name: string): readonly unknown[] => [
  [],
  'x',
  7,
  {},
  { [name]: null },
  { [name]: 'x' },
  { [name]: 7 },
  { [name]: [] },
  { [name]: [7] },
  { [name]: { name: 7 } },
  { [name]: { name: 'x', description: 7, enabled: 'perhaps', email: 7, domain_id: 7, tags: 'x' } },
  { [name]: { name: 'x', enabled: 'true', default_project_id: 7 } },
  { [name]: { instances: 'x', volumes: 'x', network: 'x', load_balancer: 'x', zones: 'x' } },
  { [name]: { identity: 'x' } },
  { [name]: { identity: { methods: ['application_credential'], application_credential: 'x' } } },
  { [name]: { identity: { methods: ['application_credential'], application_credential: { id: 7, secret: 7 } } } },
  { [name]: { identity: { methods: ['token'], token: {} } } },
];

it.each(writes)('%s %s refuses oddities without a word of zod', async (method, path, name) => {
  const { admin } = cloud;
  const filled = path.replace('{project}', admin.projectId).replace('{user}', admin.userId);
  const leaks = new Map<string, string>();
  for (const body of oddities(name)) {
    const text = JSON.stringify(body);
    const reply = await admin.send(method, filled, text, { 'content-type': 'application/json' });
    if (foreignWords.test(reply.text)) leaks.set(text, `${reply.status} ${reply.text}`);
  }
  expect(Object.fromEntries(leaks)).toEqual({});
});

it('Octavia has each of its resources with `lbaas` in the path and without, under v2 and v2.0', async () => {
  const names = ['loadbalancers', 'listeners', 'pools', 'l7policies', 'healthmonitors', 'quotas', 'providers'];
  const more = ['flavors', 'flavorprofiles', 'availabilityzones', 'availabilityzoneprofiles'];
  const quota = `quotas/${cloud.admin.projectId}`;
  for (const path of [...names, ...more, quota, `${quota}/default`, 'loadbalancers?name=moon'])
    for (const root of ['v2/lbaas', 'v2', 'v2.0/lbaas', 'v2.0'])
      expect([root, path, (await cloud.admin.get(`/load-balancer/${root}/${path}`)).status]).toEqual([root, path, 200]);
});
