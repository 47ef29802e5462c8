import { logIn, passwordAuth } from '../harness.ts';
import { ignored, kept, refused, seen, type Expectation, type Walk } from './expectation.ts';
import type { World } from './world.ts';

const options = [
  ...['ignore_change_password_upon_first_use', 'ignore_password_expiry', 'ignore_lockout_failure_attempts'],
  ...['ignore_user_inactivity', 'lock_password', 'multi_factor_auth_enabled'],
];
/** Keystone keeps attributes that it does not know (keystone:keystone/resource/schema.py, additionalProperties). */
const extra = (parent: string): Expectation | undefined => (parent.includes('options') ? undefined : kept('x'));

/** What `/v3/users` and `/v3/projects`, application credentials and log-ins take. */
export function keystoneWalks(world: World): Readonly<Record<string, Walk>> {
  const { cloud, demo, id, next } = world;
  const logsIn = async (name: string, password: string): Promise<boolean> => {
    const { auth } = passwordAuth(name, password);
    const reply = await world.cloud.nobody.post('/identity/v3/auth/tokens', { auth: { identity: auth.identity } });
    // There is nothing that such a user may do yet, but it is known.
    return reply.status !== 401 || !reply.text.includes('requires authentication');
  };
  const user = {
    'user.description': kept('reads'),
    'user.default_project_id': kept(id('project')),
    'user.enabled': kept(false),
    ...Object.fromEntries(options.map((name) => [`user.options.${name}`, kept(true)])),
  };
  const project = {
    'project.description': kept('white'),
    'project.enabled': kept(false),
    'project.tags': kept(['blue']),
  };
  const rules = () => {
    const name = `rules-${next()}`;
    return {
      application_credential: { name, access_rules: [{ path: `/v2.1/${name}`, method: 'GET', service: 'compute' }] },
    };
  };
  const credentials = `/identity/v3/users/${demo.userId}/application_credentials`;
  const auth = passwordAuth('demo', cloud.running.cloud.passwords.get('demo') ?? '').auth;
  const by = (domain: object) => {
    const { user } = auth.identity.password;
    return { auth: { identity: { methods: ['password'], password: { user: { ...user, domain } } } } };
  };
  const within = (domain: object) => ({
    auth: { identity: auth.identity, scope: { project: { name: 'demo', domain } } },
  });
  const wrong = /requires authentication|Could not (?:find|recognize)|does not match|must be present|Invalid input/;
  return {
    'POST /v3/users': {
      user: 'admin',
      body: () => ({ user: { name: `user-${next()}` } }),
      unknown: extra,
      attributes: {
        ...user,
        'user.name': kept('walker'),
        'user.domain_id': refused('mars', /Could not find domain: mars\./),
        'user.password': seen('pass-1', (_world, _answer, read) => logsIn(read.string('user.name'), 'pass-1')),
      },
    },
    'PATCH /v3/users/:id': {
      user: 'admin',
      params: { id: id('user') },
      unknown: extra,
      attributes: {
        ...user,
        'user.name': kept('sleepwalker'),
        'user.domain_id': refused('mars', /Cannot change Domain ID/),
        'user.enabled': kept(false),
        'user.password': seen('pass-2', (_world, _answer, read) => logsIn(read.string('user.name'), 'pass-2'), {
          body: { user: { enabled: true } },
        }),
      },
    },
    'POST /v3/projects': {
      user: 'admin',
      body: () => ({ project: { name: `project-${next()}` } }),
      unknown: extra,
      attributes: {
        ...project,
        'project.name': kept('apollo'),
        'project.options.immutable': kept(true),
        'project.domain_id': refused('mars', /Could not find domain: mars\./),
        'project.parent_id': kept(id('project')),
        'project.is_domain': refused(true, /has not been implemented/),
      },
    },
    'PATCH /v3/projects/:id': {
      user: 'admin',
      params: { id: id('project') },
      unknown: extra,
      attributes: { ...project, 'project.name': kept('sun'), 'project.options.immutable': kept(false) },
    },
    'POST /v3/users/:user/application_credentials': {
      params: { user: demo.userId },
      read: (answer) => `${credentials}/${answer?.string('application_credential.id') ?? ''}`,
      body: () => ({ application_credential: { name: `credential-${next()}` } }),
      unknown: (parent) =>
        parent.endsWith('access_rules[].')
          ? ignored('x', 'keystone:keystone/application_credential/schema.py names no additionalProperties of a rule', {
              body: rules,
            })
          : undefined,
      attributes: {
        'application_credential.id': ignored('x', 'keystone:keystone/api/users.py makes an id of its own'),
        'application_credential.secret': seen('hush', async (_world, answer) => {
          const known = { id: answer.string('application_credential.id'), secret: 'hush' };
          const identity = { methods: ['application_credential'], application_credential: known };
          return (await logIn(cloud.running.url, { auth: { identity } })).userId === demo.userId;
        }),
        'application_credential.name': kept('mine'),
        'application_credential.description': kept('opens'),
        'application_credential.expires_at': kept('2099-01-02T03:04:05.000000'),
        'application_credential.project_id': ignored('x', 'keystone:keystone/api/users.py takes that of the token'),
        'application_credential.access_rules[].id': kept('ab1', { body: rules }),
        'application_credential.access_rules[].path': kept('/v2.1/images', { body: rules }),
        'application_credential.access_rules[].service': kept('image', { body: rules }),
        'application_credential.access_rules[].method': kept('POST', { body: rules }),
        'application_credential.unrestricted': kept(true),
        'application_credential.system': ignored('all', 'keystone:keystone/api/users.py reads it nowhere'),
        'application_credential.roles[].id': seen(id('role'), (_world, _answer, read) =>
          read.list('application_credential.roles').some((one) => Reflect.get(Object(one), 'id') === id('role')),
        ),
        'application_credential.roles[].name': seen('member', (_world, _answer, read) =>
          read.list('application_credential.roles').every((one) => Reflect.get(Object(one), 'name') !== 'admin'),
        ),
      },
    },
    'POST /v3/auth/tokens': {
      body: () => ({ auth }),
      read: () => '/identity/v3',
      unknown: (parent) =>
        ['auth.identity.token.', 'auth.scope.domain.'].includes(parent)
          ? refused('x', wrong)
          : ignored('x', `keystone:keystone/auth/schema.py says nothing of ${parent}`),
      attributes: {
        'auth.identity.methods': refused(['moon'], /unsupported method/),
        'auth.identity.password.user.id': refused('7', wrong),
        'auth.identity.password.user.name': refused('nobody', wrong),
        'auth.identity.password.user.password': refused('wrong', wrong),
        'auth.identity.password.user.domain.id': refused('mars', wrong),
        'auth.identity.password.user.domain.name': refused('Mars', wrong, { body: by({}) }),
        'auth.identity.token.id': refused('x', wrong, {
          body: { auth: { identity: { methods: ['token'], token: { id: 'y' } } } },
        }),
        'auth.scope.project.name': refused('nowhere', wrong),
        'auth.scope.project.id': refused('7', wrong),
        'auth.scope.project.domain.id': refused('mars', wrong),
        'auth.scope.project.domain.name': refused('Mars', wrong, { body: within({}) }),
        'auth.scope.domain.id': refused('default', wrong, { body: { auth: { identity: auth.identity } } }),
        'auth.scope.domain.name': refused('Default', wrong, { body: { auth: { identity: auth.identity } } }),
        'auth.scope.OS-TRUST:trust.id': refused('7', wrong, { body: { auth: { identity: auth.identity } } }),
        'auth.scope.system.all': refused(true, wrong, { body: { auth: { identity: auth.identity } } }),
      },
    },
  };
}
