import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { changeIdentity, grant, logIn, makeIdentity, passwordLogin } from './identity-setup.ts';

const REFERENCE = 'https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management';
const TYPES = ['block-storage', 'compute', 'identity', 'image', 'load-balancer', 'network'];

/** Logging in, what a token says, how it ends. */
export const identityTokens: ContractArea = {
  area: 'identity-tokens',
  cases: [
    {
      name: 'a password and a project id give a token of that project',
      reference: REFERENCE,
      run: async (context) => {
        const reply = await logIn(context, passwordLogin(context));
        assert.equal(reply.status, 201);
        assert.ok(reply.headers['x-subject-token']);
      },
    },
    {
      name: 'user and project can be named, each with its domain by name',
      reference: REFERENCE,
      run: async (context) => {
        const { username: name, password } = context.credentials;
        const domain = { name: 'Default' };
        const identity = { methods: ['password'], password: { user: { name, domain, password } } };
        const auth = { identity, scope: { project: { name: context.project.name, domain } } };
        assert.equal((await logIn(context, { auth })).status, 201);
      },
    },
    {
      name: 'the catalogue lists public, internal and admin endpoints of each service',
      reference: REFERENCE,
      run: async ({ user, note, send }) => {
        const catalog = await user.identity.catalog();
        const known = catalog.filter(({ type }) => TYPES.includes(type));
        for (const { type, name, endpoints } of known.sort((one, other) => (one.type < other.type ? -1 : 1)))
          note(`endpoints of ${type}`, {
            name,
            endpoints: endpoints
              .map(({ interface: kind, region_id: id, region }) => ({ kind, id, region }))
              .sort((one, other) => (one.kind < other.kind ? -1 : 1)),
          });
        assert.equal(known.length, TYPES.length);
        note('project', await user.identity.currentProject());
        assert.equal((await send({ service: 'identity', method: 'HEAD', path: '/auth/catalog' })).status, 200);
      },
    },
    {
      name: 'a wrong password is refused as an unknown user is',
      reference: REFERENCE,
      run: async (context) => {
        const login = (user: object) =>
          logIn(context, { auth: { identity: { methods: ['password'], password: { user } } } });
        const { username: name, password } = context.credentials;
        const domain = { id: 'default' };
        const wrong = await login({ name, domain, password: 'wrong' });
        const unknown = await login({ name: context.unique('nobody'), domain, password });
        const domainless = await login({ name, domain: { name: 'nowhere' }, password });
        for (const reply of [wrong, unknown, domainless]) assert.equal(reply.status, 401);
        assert.equal(unknown.text, wrong.text);
      },
    },
    {
      name: 'a scope in which the user has no role is refused',
      reference: REFERENCE,
      run: async (context) => {
        const other = await makeIdentity(context, 'project');
        for (const scope of [
          { project: { id: other.id } },
          { project: { id: '00000000000000000000000000000000' } },
          { domain: { id: 'default' } },
          { system: { all: true } },
        ])
          assert.equal((await logIn(context, passwordLogin(context, scope))).status, 401);
      },
    },
    {
      name: 'without a scope the token has no project, and can be exchanged for one that has',
      reference: REFERENCE,
      run: async (context) => {
        const unscoped = await logIn(context, passwordLogin(context, undefined));
        assert.equal(unscoped.status, 201);
        const id = unscoped.headers['x-subject-token'] ?? '';
        assert.equal((await logIn(context, passwordLogin(context, 'unscoped'))).status, 201);
        const identity = { methods: ['token'], token: { id } };
        const scope = { project: { id: context.project.id } };
        assert.equal((await logIn(context, { auth: { identity, scope } })).status, 201);
        const bad = { methods: ['token'], token: { id: 'nonsense' } };
        assert.equal((await logIn(context, { auth: { identity: bad, scope } })).status, 404);
      },
    },
    {
      name: 'a token is scoped to the default project of its user unless another is asked for',
      reference: REFERENCE,
      run: async (context) => {
        const { id } = (await context.user.identity.token()).user;
        await changeIdentity(context, 'user', id, { default_project_id: context.project.id });
        const reply = await logIn(context, passwordLogin(context, undefined));
        assert.match(reply.text, new RegExp(context.project.id));
      },
    },
    {
      name: 'a user validates tokens of its own',
      reference: REFERENCE,
      run: async ({ user, send }) => {
        const headers = { 'x-subject-token': await user.identity.tokenValue() };
        const path = '/auth/tokens?nocatalog';
        assert.equal((await send({ service: 'identity', method: 'GET', path, headers })).status, 200);
        assert.equal((await send({ service: 'identity', method: 'HEAD', path, headers })).status, 200);
      },
    },
    {
      name: 'what is no token is not found, and none is a token of nobody',
      reference: REFERENCE,
      run: async ({ send }) => {
        const path = '/auth/tokens';
        const headers = { 'x-subject-token': 'nonsense' };
        assert.equal((await send({ service: 'identity', method: 'GET', path, headers })).status, 404);
        assert.equal((await send({ service: 'identity', method: 'DELETE', path, headers })).status, 404);
        assert.equal((await send({ service: 'identity', method: 'GET', path })).status, 403);
      },
    },
    {
      name: 'tokens of others are not for the user to validate or revoke',
      reference: REFERENCE,
      run: async ({ admin, send }) => {
        const headers = { 'x-subject-token': await admin.identity.tokenValue() };
        for (const method of ['GET', 'HEAD', 'DELETE'])
          assert.equal((await send({ service: 'identity', method, path: '/auth/tokens', headers })).status, 403);
      },
    },
    {
      name: 'a revoked token is worth nothing, also for revoking it again',
      reference: REFERENCE,
      run: async (context) => {
        const token = (await logIn(context, passwordLogin(context))).headers['x-subject-token'] ?? '';
        await context.user.identity.revokeToken(token);
        const path = '/auth/projects';
        assert.equal((await context.send({ service: 'identity', method: 'GET', path, token })).status, 401);
        await context.refused(404, () => context.user.identity.revokeToken(token));
        const identity = { methods: ['token'], token: { id: token } };
        assert.equal((await logIn(context, { auth: { identity } })).status, 404);
      },
    },
    {
      name: 'the client takes a new token when its own is revoked meanwhile',
      reference: REFERENCE,
      run: async ({ user }) => {
        const first = await user.identity.tokenValue();
        await user.identity.revokeToken(first);
        const projects = await user.identity.availableProjects().all();
        assert.equal(projects.length, 1);
        assert.notEqual(await user.identity.tokenValue(), first);
      },
    },
    {
      name: 'requests without a token, or with one that is none, are refused by every service in its words',
      reference: REFERENCE,
      run: async ({ send }) => {
        for (const token of [false, 'nonsense'] as const)
          for (const [service, path] of [
            ['identity', '/auth/projects'],
            ['identity', '/projects'],
            ['image', '/images'],
            ['block-storage', '/volumes'],
            ['block-storage', '/nowhere'],
          ] as const)
            assert.equal((await send({ service, method: 'GET', path, token })).status, 401);
      },
    },
    {
      name: 'a disabled user has no token, old or new, until it is enabled again',
      reference: REFERENCE,
      run: async (context) => {
        const { id } = (await context.user.identity.token()).user;
        const token = await context.user.identity.tokenValue();
        await changeIdentity(context, 'user', id, { enabled: false });
        const ask = () => context.send({ service: 'identity', method: 'GET', path: '/auth/projects', token });
        assert.equal((await ask()).status, 401);
        assert.equal((await logIn(context, passwordLogin(context))).status, 401);
        await changeIdentity(context, 'user', id, { enabled: true });
        assert.equal((await logIn(context, passwordLogin(context))).status, 201);
      },
    },
    {
      name: 'a disabled project gives no tokens, and ends those it gave',
      reference: REFERENCE,
      run: async (context) => {
        const project = await makeIdentity(context, 'project');
        const { roles } = await context.user.identity.token();
        for (const { id } of roles) await grant(context, project.id, id);
        const scope = { project: { id: project.id } };
        const token = (await logIn(context, passwordLogin(context, scope))).headers['x-subject-token'] ?? '';
        await changeIdentity(context, 'project', project.id, { enabled: false });
        const ask = () => context.send({ service: 'identity', method: 'GET', path: '/auth/projects', token });
        assert.equal((await ask()).status, 404);
        assert.equal((await logIn(context, passwordLogin(context, scope))).status, 401);
      },
    },
    {
      name: 'log-ins that say too little or the wrong thing are refused with what is missing',
      reference: REFERENCE,
      run: async (context) => {
        const { username: name, password } = context.credentials;
        for (const [body, status] of [
          ['{', 400],
          ['', 400],
          [[], 400],
          [{}, 400],
          [{ auth: { identity: { methods: ['password'] } } }, 400],
          [{ auth: { identity: { methods: ['password'], password: { user: { password } } } } }, 400],
          [{ auth: { identity: { methods: ['password'], password: { user: { name, password } } } } }, 400],
          [{ auth: { identity: { methods: ['magic'], magic: {} } } }, 401],
          [{ auth: { identity: { methods: [] } } }, 401],
          [passwordLogin(context, { project: { name: context.project.name } }), 400],
          [passwordLogin(context, { project: {} }), 400],
        ] as const)
          assert.equal((await logIn(context, body)).status, status, JSON.stringify(body));
        const request = { service: 'identity', method: 'POST', path: '/auth/tokens', token: false } as const;
        const headers = { 'content-type': 'text/plain' };
        assert.equal((await context.send({ ...request, body: '{}', headers })).status, 400);
      },
    },
    {
      name: 'version documents are open to everybody',
      reference: 'https://docs.openstack.org/api-ref/identity/v3/#api-versions',
      run: async ({ send }) => {
        const path = '/';
        assert.equal((await send({ service: 'identity', method: 'GET', path, token: false })).status, 200);
      },
    },
    {
      name: 'paths and methods that Keystone does not have are refused, with or without a token',
      reference: 'keystone:keystone/server/flask/application.py',
      run: async ({ send }) => {
        const ask = (method: string, path: string, token?: false) =>
          send({ service: 'identity', method, path, ...(token === false && { token }) });
        assert.equal((await ask('GET', '/nowhere')).status, 404);
        assert.equal((await ask('GET', '/nowhere', false)).status, 404);
        assert.equal((await ask('PUT', '/auth/tokens')).status, 405);
      },
    },
  ],
};
