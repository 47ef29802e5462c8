import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { ApiError, isRecord, noContent, reply, type Answer, type Call, type Service } from '../http/service.ts';
import { takesBelow, takesBySchema } from '../http/takes.ts';
import { secret } from '../store/ids.ts';
import { now, toMicros } from '../store/time.ts';
import { accessRulesOf } from './access-rules.ts';
import { catalog } from './catalog.ts';
import { challenge, forbidden, keystoneDialect, malformed, notFound, unauthorized } from './errors.ts';
import { identityOf } from './authentication.ts';
import { checkLogin, loginSchema } from './login-schema.ts';
import { verifySecret } from './passwords.ts';
import { rolesOn } from './roles.ts';
import type { Project, Token, User } from './rows.ts';

const domainRef = z.looseObject({ id: z.string().optional(), name: z.string().optional() });
const userRef = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  domain: domainRef.optional(),
  password: z.string().optional(),
});
const projectRef = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  domain: domainRef.optional(),
});
const authRequest = z.looseObject({
  identity: z.looseObject({
    methods: z.array(z.string()),
    password: z.looseObject({ user: userRef.optional() }).optional(),
    token: z.looseObject({ id: z.string() }).optional(),
    // No schema looks at these; what is no text names nothing.
    application_credential: z
      .looseObject({
        id: z.string().optional().catch(undefined),
        name: z.string().optional().catch(undefined),
        secret: z.string().catch(''),
        user: userRef.optional().catch(undefined),
      })
      .optional()
      .catch({ secret: '' }),
  }),
  scope: z
    .union([
      z.string(),
      z.looseObject({ project: projectRef.optional(), domain: domainRef.optional(), system: z.unknown().optional() }),
    ])
    .optional(),
});
type AuthRequest = z.infer<typeof authRequest>;

/** The methods of a stock Keystone (keystone:keystone/conf/constants.py). */
const methods = ['external', 'password', 'token', 'oauth1', 'mapped', 'application_credential'];

const missing = (attribute: string, target: string): ApiError =>
  malformed(`Expecting to find ${attribute} in ${target}.`);
/** A refusal with what else to try (keystone:keystone/exception.py, class AuthPluginException). */
function authenticationError(message: string, identity: object, challenge: Readonly<Record<string, string>>): ApiError {
  return new ApiError(401, { error: { code: 401, message, title: 'Unauthorized', identity } }, message, challenge);
}

/** What one log-in proved. */
interface Proof {
  readonly user: User;
  readonly projectId: string | null;
  readonly roles: readonly string[];
  readonly applicationCredentialId: string | null;
  /** A token made from a token does not outlive it, and tells where it comes from. */
  readonly expiresAt: string | undefined;
  readonly methods: readonly string[];
  readonly auditIds: readonly string[];
}

function inDomain(cloud: Cloud, domainId: string, ref: z.infer<typeof domainRef> | undefined): boolean {
  const domain = cloud.tables.domains.get(domainId);
  if (!domain || !ref) return false;
  return ref.id !== undefined ? ref.id === domain.id : ref.name?.toLowerCase() === domain.name.toLowerCase();
}

function findUser(cloud: Cloud, ref: z.infer<typeof userRef>): User | undefined {
  if (ref.id !== undefined) return cloud.tables.users.get(ref.id);
  return cloud.tables.users.all().find((user) => user.name === ref.name && inDomain(cloud, user.domain_id, ref.domain));
}

function findProject(cloud: Cloud, ref: z.infer<typeof projectRef>): Project | undefined {
  if (ref.id !== undefined) return cloud.tables.projects.get(ref.id);
  return cloud.tables.projects
    .all()
    .find((project) => project.name === ref.name && inDomain(cloud, project.domain_id, ref.domain));
}

/** A log-in that needs no token. */
const firstLogin = { methods: [], auditIds: [] } as const;

function scope(
  cloud: Cloud,
  origin: string,
  user: User,
  wanted: AuthRequest['scope'],
): Pick<Proof, 'projectId' | 'roles'> {
  if (typeof wanted === 'string') return { projectId: null, roles: [] };
  if (wanted === undefined) {
    const roles = user.default_project_id === null ? [] : rolesOn(cloud, user.id, user.default_project_id);
    return roles.length > 0 ? { projectId: user.default_project_id, roles } : { projectId: null, roles: [] };
  }
  // Only project scope is offered: domain and system scope answer like a user without a role there.
  if (wanted.project && wanted.project.id === undefined && !wanted.project.domain) throw missing('domain', 'project');
  const project = wanted.project && findProject(cloud, wanted.project);
  const roles = project?.enabled ? rolesOn(cloud, user.id, project.id) : [];
  if (!project || roles.length === 0) throw unauthorized(origin);
  return { projectId: project.id, roles };
}

function proveCredential(
  cloud: Cloud,
  origin: string,
  given: NonNullable<AuthRequest['identity']['application_credential']>,
): Proof {
  const table = cloud.tables.applicationCredentials;
  if (given.id === undefined && given.name === undefined) throw missing('name or ID', 'application credential');
  const owner = given.user && findUser(cloud, given.user);
  const credential =
    given.id !== undefined
      ? table.get(given.id)
      : table.by('user', owner?.id ?? '').find((one) => one.name === given.name);
  if (!credential && given.id !== undefined) throw notFound('Application Credential', given.id);
  const user = credential && cloud.tables.users.get(credential.userId);
  if (!credential || !user?.enabled || !verifySecret(given.secret, credential.secretHash)) throw unauthorized(origin);
  if (credential.expiresAt !== null && Date.parse(credential.expiresAt) <= Date.now()) throw unauthorized(origin);
  return {
    user,
    projectId: credential.projectId,
    roles: rolesOn(cloud, user.id, credential.projectId).filter((name) => credential.roles.includes(name)),
    applicationCredentialId: credential.id,
    expiresAt: credential.expiresAt ?? undefined,
    ...firstLogin,
  };
}

function prove(cloud: Cloud, origin: string, { identity, scope: wanted }: AuthRequest): Proof {
  for (const method of identity.methods) {
    if (!methods.includes(method)) {
      const words = 'Attempted to authenticate with an unsupported method.';
      throw authenticationError(words, { methods }, challenge(origin));
    }
    if (identity[method] === undefined) throw missing(method, 'identity');
  }
  if (identity.methods.includes('application_credential') && identity.application_credential) {
    if (wanted !== undefined) {
      const words = 'Application credentials cannot request a scope.';
      const message = `Error authenticating with application credential: ${words}`;
      throw authenticationError(message, {}, challenge(origin));
    }
    return proveCredential(cloud, origin, identity.application_credential);
  }
  if (identity.methods.includes('password') && identity.password) {
    const given = identity.password.user;
    if (!given) throw missing('user', 'password');
    if (given.id === undefined && !given.domain) throw missing('domain', 'user');
    const user = findUser(cloud, given);
    if (!user?.enabled || !verifySecret(given.password ?? '', user.passwordHash)) throw unauthorized(origin);
    return {
      user,
      ...scope(cloud, origin, user, wanted),
      applicationCredentialId: null,
      expiresAt: undefined,
      ...firstLogin,
    };
  }
  if (identity.methods.includes('token') && identity.token) {
    const token = cloud.tables.tokens.get(identity.token.id);
    const user = token && identityOf(cloud, token) && cloud.tables.users.get(token.userId);
    if (!user) throw unknownToken(identity.token.id);
    if (token.applicationCredentialId !== null) {
      throw forbidden('Using a delegated token to create another token is not allowed.');
    }
    const { expiresAt, methods: before, auditIds } = token;
    const own = { applicationCredentialId: null, expiresAt, methods: before, auditIds: auditIds.slice(-1) };
    return { user, ...scope(cloud, origin, user, wanted), ...own };
  }
  throw unauthorized(origin);
}

/** 404 for a token that is none, or not any more. */
const unknownToken = (id: string): ApiError =>
  keystoneDialect.error(404, id.startsWith('gAAAAA') ? 'Failed to validate token' : 'Could not recognize Fernet token');

function view(cloud: Cloud, token: Token, origin: string, withCatalog: boolean) {
  const user = cloud.tables.users.get(token.userId);
  const project = token.projectId === null ? undefined : cloud.tables.projects.get(token.projectId);
  const domain = (id: string | undefined) => ({ id, name: cloud.tables.domains.get(id ?? '')?.name });
  const credential = cloud.tables.applicationCredentials.get(token.applicationCredentialId ?? '');
  const roles = cloud.tables.roles.all().filter((role) => token.roles.includes(role.name));
  return {
    token: {
      methods: token.methods,
      user: { domain: domain(user?.domain_id), id: user?.id, name: user?.name, password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: toMicros(token.expiresAt),
      issued_at: toMicros(token.issuedAt),
      ...(project && {
        project: { domain: domain(project.domain_id), id: project.id, name: project.name },
        is_domain: false,
        roles: roles.map(({ id, name }) => ({ id, name })),
        ...(withCatalog && { catalog: catalog(cloud, origin, project.id) }),
      }),
      ...(credential && {
        application_credential: {
          id: credential.id,
          name: credential.name,
          restricted: !credential.unrestricted,
          ...(credential.accessRules.length > 0 && { access_rules: accessRulesOf(cloud, credential) }),
        },
      }),
    },
  };
}

/** `/v3/auth/tokens` and what belongs to it. */
export function tokenRoutes(service: Service, cloud: Cloud): void {
  const wantsCatalog = (call: Call) => !call.query.has('nocatalog');

  service.post(
    '/v3/auth/tokens',
    takesBelow('auth', takesBySchema(loginSchema)),
    (call) => {
      if (!isRecord(call.body) || (call.body['auth'] ?? undefined) === undefined) throw missing('auth', 'request body');
      checkLogin(call.body['auth']);
      const auth = service.parse(authRequest, call.body['auth']);
      const proof = prove(cloud, call.origin, auth);
      const issuedAt = now();
      const latest = new Date(Date.now() + cloud.tokenTtlSeconds * 1000).toISOString();
      const token: Token = cloud.tables.tokens.insert({
        id: `gAAAAA${secret(96)}`,
        userId: proof.user.id,
        projectId: proof.projectId,
        roles: proof.roles,
        methods: [...new Set([...proof.methods, ...auth.identity.methods])],
        applicationCredentialId: proof.applicationCredentialId,
        issuedAt,
        expiresAt: proof.expiresAt !== undefined && proof.expiresAt < latest ? proof.expiresAt : latest,
        auditIds: [secret(16), ...proof.auditIds],
      });
      return reply(201, view(cloud, token, call.origin, wantsCatalog(call)), {
        'x-subject-token': token.id,
        vary: 'X-Auth-Token',
      });
    },
    { open: true },
  );

  const subject = (call: Call, action: string): Token => {
    const id = call.headers['x-subject-token'];
    if (typeof id !== 'string') throw forbidden(`identity:${action}`);
    const token = cloud.tables.tokens.get(id);
    if (!token || !identityOf(cloud, token)) throw unknownToken(id);
    if (!call.who.isAdmin && token.userId !== call.who.userId) throw forbidden(`identity:${action}`);
    return token;
  };
  const show = (call: Call): Answer => {
    const token = subject(call, call.method === 'HEAD' ? 'check_token' : 'validate_token');
    // Who does not know access rules must not take the token for a free one (keystone:keystone/token/provider.py).
    const credential = cloud.tables.applicationCredentials.get(token.applicationCredentialId ?? '');
    const understood = Number(call.headers['openstack-identity-access-rules'] ?? 0) >= 1;
    if (credential && credential.accessRules.length > 0 && !understood) throw unknownToken(token.id);
    return reply(200, view(cloud, token, call.origin, wantsCatalog(call)), { 'x-subject-token': token.id });
  };
  service.get('/v3/auth/tokens', show);
  service.route('HEAD', '/v3/auth/tokens', (call) => headOf(show(call)));
  service.delete('/v3/auth/tokens', (call) => {
    cloud.tables.tokens.delete(subject(call, 'revoke_token').id);
    return noContent();
  });
  const services = (call: Call): Answer =>
    reply(200, {
      catalog: catalog(cloud, call.origin, call.who.projectId),
      links: { self: `${call.origin}/identity/v3/auth/catalog` },
    });
  service.get('/v3/auth/catalog', services);
  service.route('HEAD', '/v3/auth/catalog', (call) => headOf(services(call)));
}

/** The answer to a HEAD: what a GET answers, without its body. */
const headOf = ({ status, headers }: Answer): Answer => ({
  status,
  headers: { ...headers, 'content-type': 'application/json' },
});
