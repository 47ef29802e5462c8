import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { logIn, makeIdentity } from './identity-setup.ts';

const REFERENCE = 'https://docs.openstack.org/api-ref/identity/v3/#application-credentials';

const credentialLogin = (id: string, secret: string, more: object = {}): object => ({
  auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } }, ...more },
});

/** A client that logs in with an application credential. */
const withCredential = ({ connect, credentials }: CaseContext, made: { id: string; secret?: string | undefined }) =>
  connect({
    auth: {
      auth_url: credentials.authUrl,
      application_credential_id: made.id,
      application_credential_secret: made.secret,
    },
  });

/** Keystone's times in ISO 8601, without the zone that is always UTC. */
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 23);

/** `/v3/users/{user}/application_credentials`. */
export const identityApplicationCredentials: ContractArea = {
  area: 'identity-application-credentials',
  cases: [
    {
      name: 'an application credential has all roles of the token, never ends, and says its secret once',
      reference: REFERENCE,
      run: async ({ user }) => {
        const { applicationCredentials } = user.identity;
        const made = await applicationCredentials.create({ name: 'ci' });
        assert.equal(made.secret?.length, 86);
        assert.equal(made.unrestricted, null);
        const shown = await applicationCredentials.get(made.id);
        assert.equal('secret' in shown, false);
        const listed = await applicationCredentials.list();
        assert.equal(listed.length, 1);
        await applicationCredentials.delete(made.id);
        assert.deepEqual(await applicationCredentials.list(), []);
      },
    },
    {
      name: 'an application credential takes a secret, a description and an end',
      reference: REFERENCE,
      run: async ({ user }) => {
        const made = await user.identity.applicationCredentials.create({
          name: 'ci',
          description: 'for the pipeline',
          secret: 'a secret of my own',
          expires_at: '2040-01-02T03:04:05.000000',
        });
        assert.equal(made.secret, 'a secret of my own');
        assert.equal(made.expires_at, '2040-01-02T03:04:05.000000');
        await user.identity.applicationCredentials.get(made.id);
      },
    },
    {
      name: 'an application credential can have some of the roles, and those that they imply',
      reference: REFERENCE,
      run: async (context) => {
        const { user } = context;
        const { applicationCredentials } = user.identity;
        const reader = await applicationCredentials.create({ name: 'reader', roles: [{ name: 'reader' }] });
        assert.deepEqual(
          reader.roles.map(({ name }) => name),
          ['reader'],
        );
        const member = await applicationCredentials.create({ name: 'member', roles: [{ name: 'member' }] });
        context.note('roles of a member', member.roles.map(({ name }) => name ?? '').sort());
        const { roles } = await withCredential(context, reader).identity.token();
        assert.deepEqual(
          roles.map(({ name }) => name),
          ['reader'],
        );
      },
    },
    {
      name: 'a role that the user does not have is not given to an application credential',
      reference: REFERENCE,
      run: async ({ user, refused }) => {
        const { applicationCredentials } = user.identity;
        await refused(400, () => applicationCredentials.create({ name: 'one', roles: [{ name: 'admin' }] }));
        await refused(404, () => applicationCredentials.create({ name: 'two', roles: [{ name: 'no such role' }] }));
        const id = '00000000000000000000000000000000';
        await refused(400, () => applicationCredentials.create({ name: 'three', roles: [{ id }] }));
      },
    },
    {
      name: 'a name belongs to one application credential of the user',
      reference: REFERENCE,
      run: async ({ user, refused }) => {
        const { applicationCredentials } = user.identity;
        const first = await applicationCredentials.create({ name: 'ci' });
        await applicationCredentials.create({ name: 'other' });
        await refused(409, () => applicationCredentials.create({ name: 'ci' }));
        assert.equal((await applicationCredentials.list({ name: 'ci' })).length, 1);
        assert.deepEqual(await applicationCredentials.list({ name: 'c' }), []);
        await applicationCredentials.delete(first.id);
        await applicationCredentials.create({ name: 'ci' });
      },
    },
    {
      name: 'deleting an application credential twice is not found',
      reference: REFERENCE,
      run: async ({ user, refused }) => {
        const { applicationCredentials } = user.identity;
        const { id } = await applicationCredentials.create({ name: 'ci' });
        await applicationCredentials.delete(id);
        await refused(404, () => applicationCredentials.get(id));
        const who = (await user.identity.token()).user.id;
        await refused(404, () =>
          user.identity.service.request('DELETE', `/users/${who}/application_credentials/${id}`),
        );
      },
    },
    {
      name: 'an application credential logs in by its id, or by its name and its user, into its project only',
      reference: REFERENCE,
      run: async (context) => {
        const made = await context.user.identity.applicationCredentials.create({ name: 'ci' });
        const secret = made.secret ?? '';
        assert.equal((await logIn(context, credentialLogin(made.id, secret))).status, 201);
        const user = { name: context.credentials.username, domain: { id: 'default' } };
        const named = { methods: ['application_credential'], application_credential: { name: 'ci', secret, user } };
        assert.equal((await logIn(context, { auth: { identity: named } })).status, 201);
        const scope = { project: { id: context.project.id } };
        assert.equal((await logIn(context, credentialLogin(made.id, secret, { scope }))).status, 401);
      },
    },
    {
      name: 'a wrong secret, an unknown id and a missing secret are refused',
      reference: REFERENCE,
      run: async (context) => {
        const made = await context.user.identity.applicationCredentials.create({ name: 'ci' });
        assert.equal((await logIn(context, credentialLogin(made.id, 'wrong'))).status, 401);
        const nobody = '00000000000000000000000000000000';
        assert.equal((await logIn(context, credentialLogin(nobody, 'wrong'))).status, 404);
        const methods = ['application_credential'];
        const secretless = { methods, application_credential: { id: made.id } };
        assert.equal((await logIn(context, { auth: { identity: secretless } })).status, 401);
        const nameless = { methods, application_credential: { secret: 'wrong' } };
        assert.equal((await logIn(context, { auth: { identity: nameless } })).status, 400);
      },
    },
    {
      name: 'the end of an application credential lies in the future and is a time',
      reference: REFERENCE,
      run: async ({ user, refused }) => {
        const { applicationCredentials } = user.identity;
        const past = '2020-01-01T00:00:00.000000';
        await refused(400, () => applicationCredentials.create({ name: 'one', expires_at: past }));
        await refused(400, () => applicationCredentials.create({ name: 'two', expires_at: 'tomorrow' }));
        await applicationCredentials.create({ name: 'three', expires_at: '2040-01-02T03:04:05Z' });
      },
    },
    {
      name: 'a token ends with its application credential, in the middle of a run',
      reference: REFERENCE,
      run: async (context) => {
        const ends = Date.now() + 15_000;
        const made = await context.user.identity.applicationCredentials.create({
          name: 'ci',
          expires_at: inSeconds(15),
        });
        const reply = await logIn(context, credentialLogin(made.id, made.secret ?? ''));
        assert.equal(reply.status, 201);
        const token = reply.headers['x-subject-token'] ?? '';
        const ask = () => context.send({ service: 'identity', method: 'GET', path: '/auth/projects', token });
        assert.equal((await ask()).status, 200);
        await sleep(Math.max(0, ends + 500 - Date.now()), undefined, { signal: context.signal });
        assert.equal((await ask()).status, 401);
        assert.equal((await logIn(context, credentialLogin(made.id, made.secret ?? ''))).status, 401);
        await context.user.identity.applicationCredentials.get(made.id);
      },
    },
    {
      name: 'a deleted application credential ends its tokens at once',
      reference: REFERENCE,
      run: async (context) => {
        const { applicationCredentials } = context.user.identity;
        const made = await applicationCredentials.create({ name: 'ci' });
        const client = withCredential(context, made);
        await client.identity.availableProjects().all();
        const token = await client.identity.tokenValue();
        await applicationCredentials.delete(made.id);
        await context.refused(404, () => client.identity.availableProjects().all());
        const reply = await context.send({ service: 'image', method: 'GET', path: '/images', token });
        assert.equal(reply.status, 401);
      },
    },
    {
      name: 'an application credential manages no others unless it is unrestricted',
      reference: REFERENCE,
      run: async (context) => {
        const { applicationCredentials } = context.user.identity;
        const restricted = withCredential(context, await applicationCredentials.create({ name: 'restricted' }));
        const made = await applicationCredentials.create({ name: 'unrestricted', unrestricted: true });
        const unrestricted = withCredential(context, made);
        await context.refused(403, () => restricted.identity.applicationCredentials.create({ name: 'one' }));
        await context.refused(403, () => restricted.identity.applicationCredentials.delete(made.id));
        await restricted.identity.applicationCredentials.list();
        await unrestricted.identity.applicationCredentials.create({ name: 'two' });
        await unrestricted.identity.applicationCredentials.delete(made.id);
      },
    },
    {
      name: 'a token of an application credential is not exchanged for another',
      reference: REFERENCE,
      run: async (context) => {
        const made = await context.user.identity.applicationCredentials.create({ name: 'ci' });
        const reply = await logIn(context, credentialLogin(made.id, made.secret ?? ''));
        const identity = { methods: ['token'], token: { id: reply.headers['x-subject-token'] ?? '' } };
        const scope = { project: { id: context.project.id } };
        assert.equal((await logIn(context, { auth: { identity, scope } })).status, 403);
        assert.equal((await logIn(context, { auth: { identity } })).status, 403);
      },
    },
    {
      name: 'access rules are kept with the application credential and by themselves',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#access-rules',
      run: async ({ user, send, refused }) => {
        const rule = { path: '/v2.0/networks', method: 'GET', service: 'network' };
        const made = await user.identity.applicationCredentials.create({ name: 'ci', access_rules: [rule] });
        const [kept] = z
          .object({ access_rules: z.array(z.object({ id: z.string() })) })
          .loose()
          .parse(made).access_rules;
        const path = `/users/${(await user.identity.token()).user.id}/access_rules`;
        assert.equal((await send({ service: 'identity', method: 'GET', path })).status, 200);
        const one = `${path}/${kept?.id ?? ''}`;
        assert.equal((await send({ service: 'identity', method: 'GET', path: one })).status, 200);
        assert.equal((await send({ service: 'identity', method: 'DELETE', path: one })).status, 403);
        await user.identity.applicationCredentials.delete(made.id);
        assert.equal((await send({ service: 'identity', method: 'DELETE', path: one })).status, 204);
        assert.equal((await send({ service: 'identity', method: 'GET', path: one })).status, 404);
        const bad = { ...rule, method: 'LOOK' };
        await refused(400, () => user.identity.applicationCredentials.create({ name: 'bad', access_rules: [bad] }));
      },
    },
    {
      name: 'application credentials of another user are not shown, made or deleted',
      reference: REFERENCE,
      run: async (context) => {
        const other = await makeIdentity(context, 'user');
        const path = `/users/${other.id}/application_credentials`;
        const body = { application_credential: { name: 'ci' } };
        const ask = (method: string, more = '') =>
          context.send({ service: 'identity', method, path: path + more, ...(method === 'POST' && { body }) });
        assert.equal((await ask('GET')).status, 403);
        assert.equal((await ask('POST')).status, 403);
        assert.equal((await ask('GET', '/00000000000000000000000000000000')).status, 403);
        assert.equal((await ask('DELETE', '/00000000000000000000000000000000')).status, 403);
      },
    },
    {
      name: 'requests for an application credential that say too little or the wrong thing are refused',
      reference: REFERENCE,
      run: async ({ user, send }) => {
        const path = `/users/${(await user.identity.token()).user.id}/application_credentials`;
        const ask = (application_credential: unknown) =>
          send({ service: 'identity', method: 'POST', path, body: { application_credential } });
        for (const values of [
          undefined,
          7,
          {},
          { name: '' },
          { name: 7 },
          { name: 'x'.repeat(256) },
          { name: 'ci', description: 7 },
          { name: 'ci', unrestricted: 'perhaps' },
          { name: 'ci', roles: 'member' },
          { name: 'ci', roles: [{}] },
          { name: 'ci', expires_at: 7 },
          { name: 'ci', secret: 7 },
          { name: 'ci', colour: 'red' },
        ])
          assert.equal((await ask(values)).status, 400, JSON.stringify(values));
        assert.equal((await send({ service: 'identity', method: 'POST', path, body: '{' })).status, 400);
      },
    },
    {
      name: 'an application credential loses the role that its user loses',
      reference: 'keystone:keystone/models/token_model.py, _get_application_credential_roles',
      run: async (context) => {
        const { user, admin, project } = context;
        const made = await user.identity.applicationCredentials.create({ name: 'ci' });
        const { user: who, roles } = await user.identity.token();
        const role = roles.find(({ name }) => name === 'member');
        const grantOf = `/projects/${project.id}/users/${who.id}/roles/${role?.id ?? ''}`;
        await admin.identity.service.request('DELETE', grantOf);
        assert.equal((await logIn(context, credentialLogin(made.id, made.secret ?? ''))).status, 201);
      },
    },
  ],
};
