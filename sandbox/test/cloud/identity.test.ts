import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, logIn, passwordAuth, testCloud, User, type TestCloud } from './harness.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
});
afterAll(() => cloud.close());

const password = (name: string): string => cloud.running.cloud.passwords.get(name) ?? '';
const credentials = (user: User) => `/identity/v3/users/${user.userId}/application_credentials`;
const credentialAuth = (id: string, secret: string) => ({
  auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
});

describe('Keystone', () => {
  it('gives a scoped token with a catalogue that points back to where the client came in', async () => {
    const reply = await cloud.nobody.post('/identity/v3/auth/tokens', passwordAuth('demo', password('demo')));
    expect(reply.status).toBe(201);
    const types = reply.list('token.catalog').map((service) => field(service, 'type'));
    expect(types).toEqual(
      expect.arrayContaining([
        'identity',
        'compute',
        'network',
        'image',
        'load-balancer',
        'block-storage',
        'object-store',
        'dns',
      ]),
    );
    expect(reply.string('token.catalog.1.endpoints.0.url')).toBe(`${cloud.running.url}/compute/v2.1`);
    expect(reply.list('token.roles').map((role) => field(role, 'name'))).toEqual([
      'member',
      'reader',
      'load-balancer_member',
    ]);
    expect(reply.headers.get('x-openstack-request-id')).toMatch(/^req-/);
  });

  it('answers a wrong password, a missing token and an unknown one with 401 in Keystone’s words', async () => {
    const message = 'The request you have made requires authentication.';
    const wrong = await cloud.nobody.post('/identity/v3/auth/tokens', passwordAuth('demo', 'no'));
    expect([wrong.status, wrong.at('error.message'), wrong.at('error.title')]).toEqual([401, message, 'Unauthorized']);
    const none = await cloud.nobody.get('/compute/v2.1/servers');
    expect([none.status, none.at('error.message')]).toEqual([401, message]);
    expect(none.headers.get('www-authenticate')).toMatch(/^Keystone uri=/);
    const forged = await new User(cloud.running.url, 'gAAAAforged', '', '').get('/networking/v2.0/ports');
    expect(forged.status).toBe(401);
  });

  it('makes application credentials that work, say their secret once, and die with their deletion', async () => {
    const { demo } = cloud;
    const made = await demo.post(credentials(demo), { application_credential: { name: 'robot', roles: [] } });
    expect(made.status).toBe(201);
    const [id, secret] = [made.string('application_credential.id'), made.string('application_credential.secret')];
    const twice = await demo.post(credentials(demo), { application_credential: { name: 'robot' } });
    expect([twice.status, twice.string('error.message')]).toEqual([409, expect.stringContaining('Duplicate entry')]);
    expect((await demo.get(`${credentials(demo)}/${id}`)).text).not.toContain(secret);
    const robot = await logIn(cloud.running.url, credentialAuth(id, secret));
    expect(robot.projectId).toBe(demo.projectId);
    expect((await robot.get('/compute/v2.1/servers')).status).toBe(200);
    expect((await robot.post(credentials(robot), { application_credential: { name: 'child' } })).status).toBe(403);
    expect((await demo.delete(`${credentials(demo)}/${id}`)).status).toBe(204);
    expect((await robot.get('/compute/v2.1/servers')).status).toBe(401);
    await expect(logIn(cloud.running.url, credentialAuth(id, secret))).rejects.toThrow('404');
  });

  it('lets an unrestricted credential make another, and refuses one past its time', async () => {
    const { demo } = cloud;
    const made = await demo.post(credentials(demo), { application_credential: { name: 'free', unrestricted: true } });
    const free = await logIn(
      cloud.running.url,
      credentialAuth(made.string('application_credential.id'), made.string('application_credential.secret')),
    );
    expect((await free.post(credentials(free), { application_credential: { name: 'child' } })).status).toBe(201);
    const past = await demo.post(credentials(demo), {
      application_credential: { name: 'past', expires_at: '2020-01-01T00:00:00Z' },
    });
    expect(past.status).toBe(400);
    const soon = new Date(Date.now() + 1500).toISOString();
    const brief = await demo.post(credentials(demo), { application_credential: { name: 'brief', expires_at: soon } });
    await pause(1600);
    const auth = credentialAuth(
      brief.string('application_credential.id'),
      brief.string('application_credential.secret'),
    );
    await expect(logIn(cloud.running.url, auth)).rejects.toThrow('401');
  });

  it('validates and revokes tokens, and keeps members out of what is the admin’s', async () => {
    const one = await logIn(cloud.running.url, passwordAuth('demo', password('demo')));
    const shown = await cloud.admin.get('/identity/v3/auth/tokens', { 'x-subject-token': one.token });
    expect(shown.string('token.user.name')).toBe('demo');
    expect(
      (await one.send('DELETE', '/identity/v3/auth/tokens', undefined, { 'x-subject-token': one.token })).status,
    ).toBe(204);
    expect((await one.get('/compute/v2.1/servers')).status).toBe(401);
    const refused = await cloud.demo.get('/identity/v3/projects');
    expect([refused.status, refused.string('error.message')]).toEqual([
      403,
      'You are not authorized to perform the requested action: identity:list_projects.',
    ]);
    expect((await cloud.admin.get('/identity/v3/projects?name=demo')).string('projects.0.id')).toBe(
      cloud.demo.projectId,
    );
    const unknown = await cloud.demo.get('/identity/v3/nonsense');
    expect([unknown.status, unknown.text]).toEqual([404, expect.stringContaining('<h1>Not Found</h1>')]);
  });

  it('ends tokens after their time', async () => {
    const short = await testCloud({ tokenTtlSeconds: 0.05 });
    try {
      await pause(60);
      expect((await short.demo.get('/compute/v2.1/servers')).status).toBe(401);
    } finally {
      await short.close();
    }
  });
});
