import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { noContent, reply, type Answer, type Call, type Service } from '../http/service.ts';
import { secret } from '../store/ids.ts';
import { now, toMicros } from '../store/time.ts';
import { catalog } from './catalog.ts';
import { forbidden, keystoneDialect, notFound, unauthorized } from './errors.ts';
import { identityOf } from './identity.ts';
import { verifySecret } from './passwords.ts';
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
  auth: z.looseObject({
    identity: z.looseObject({
      methods: z.array(z.string()).min(1),
      password: z.looseObject({ user: userRef }).optional(),
      token: z.looseObject({ id: z.string() }).optional(),
      application_credential: z
        .looseObject({
          id: z.string().optional(),
          name: z.string().optional(),
          secret: z.string(),
          user: userRef.optional(),
        })
        .optional(),
    }),
    scope: z
      .union([z.literal('unscoped'), z.looseObject({ project: projectRef.optional(), domain: domainRef.optional() })])
      .optional(),
  }),
});
type AuthRequest = z.infer<typeof authRequest>['auth'];

/** What one log-in proved. */
interface Proof {
  readonly user: User;
  readonly projectId: string | null;
  readonly roles: readonly string[];
  readonly applicationCredentialId: string | null;
  /** A token made from a token does not outlive it. */
  readonly expiresAt: string | undefined;
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

/** The names of a user's roles on a project. */
export function rolesOn(cloud: Cloud, userId: string, projectId: string): string[] {
  return cloud.tables.assignments
    .by('user', userId)
    .filter((assignment) => assignment.projectId === projectId)
    .flatMap((assignment) => cloud.tables.roles.get(assignment.roleId)?.name ?? []);
}

function scope(cloud: Cloud, user: User, wanted: AuthRequest['scope']): Pick<Proof, 'projectId' | 'roles'> {
  if (wanted === 'unscoped') return { projectId: null, roles: [] };
  if (wanted === undefined) {
    const roles = user.default_project_id === null ? [] : rolesOn(cloud, user.id, user.default_project_id);
    return roles.length > 0 ? { projectId: user.default_project_id, roles } : { projectId: null, roles: [] };
  }
  // Only project scope is offered: domain and system scope answer like a user without a role there.
  const project = wanted.project && findProject(cloud, wanted.project);
  const roles = project?.enabled ? rolesOn(cloud, user.id, project.id) : [];
  if (!project || roles.length === 0) throw unauthorized();
  return { projectId: project.id, roles };
}

function proveCredential(cloud: Cloud, given: NonNullable<AuthRequest['identity']['application_credential']>): Proof {
  const owner = given.user && findUser(cloud, given.user);
  const credential =
    given.id !== undefined
      ? cloud.tables.applicationCredentials.get(given.id)
      : cloud.tables.applicationCredentials.by('user', owner?.id ?? '').find((one) => one.name === given.name);
  const user = credential && cloud.tables.users.get(credential.userId);
  if (!credential || !user?.enabled || !verifySecret(given.secret, credential.secretHash)) throw unauthorized();
  if (credential.expiresAt !== null && Date.parse(credential.expiresAt) <= Date.now()) throw unauthorized();
  return {
    user,
    projectId: credential.projectId,
    roles: credential.roles,
    applicationCredentialId: credential.id,
    expiresAt: credential.expiresAt ?? undefined,
  };
}

function prove(cloud: Cloud, { identity, scope: wanted }: AuthRequest): Proof {
  if (identity.methods.includes('application_credential') && identity.application_credential) {
    if (wanted !== undefined) {
      throw keystoneDialect.error(401, 'Application credentials cannot request a scope.');
    }
    return proveCredential(cloud, identity.application_credential);
  }
  if (identity.methods.includes('password') && identity.password) {
    const given = identity.password.user;
    const user = findUser(cloud, given);
    if (!user?.enabled || !verifySecret(given.password ?? '', user.passwordHash)) throw unauthorized();
    return { user, ...scope(cloud, user, wanted), applicationCredentialId: null, expiresAt: undefined };
  }
  if (identity.methods.includes('token') && identity.token) {
    const token = cloud.tables.tokens.get(identity.token.id);
    const user = token && identityOf(cloud, token) && cloud.tables.users.get(token.userId);
    if (!user) throw unauthorized();
    if (token.applicationCredentialId !== null) throw forbidden('rescope an application credential token');
    return { user, ...scope(cloud, user, wanted), applicationCredentialId: null, expiresAt: token.expiresAt };
  }
  throw unauthorized();
}

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
      audit_ids: [token.auditId],
      expires_at: toMicros(token.expiresAt),
      issued_at: toMicros(token.issuedAt),
      ...(project && {
        project: { domain: domain(project.domain_id), id: project.id, name: project.name },
        is_domain: false,
        roles: roles.map(({ id, name }) => ({ id, name })),
        ...(withCatalog && { catalog: catalog(cloud, origin, project.id) }),
      }),
      ...(credential && {
        application_credential: { id: credential.id, name: credential.name, restricted: !credential.unrestricted },
      }),
    },
  };
}

/** `/v3/auth/tokens` and what belongs to it. */
export function tokenRoutes(service: Service, cloud: Cloud): void {
  const wantsCatalog = (call: Call) => !call.query.has('nocatalog');

  service.post(
    '/v3/auth/tokens',
    (call) => {
      const { auth } = service.parse(authRequest, call.body);
      const proof = prove(cloud, auth);
      const issuedAt = now();
      const latest = new Date(Date.now() + cloud.tokenTtlSeconds * 1000).toISOString();
      const token: Token = cloud.tables.tokens.insert({
        id: `gAAAAA${secret(96)}`,
        userId: proof.user.id,
        projectId: proof.projectId,
        roles: proof.roles,
        methods: auth.identity.methods,
        applicationCredentialId: proof.applicationCredentialId,
        issuedAt,
        expiresAt: proof.expiresAt !== undefined && proof.expiresAt < latest ? proof.expiresAt : latest,
        auditId: secret(16),
      });
      return reply(201, view(cloud, token, call.origin, wantsCatalog(call)), {
        'x-subject-token': token.id,
        vary: 'X-Auth-Token',
      });
    },
    { open: true },
  );

  const subject = (call: Call): Token => {
    const id = call.headers['x-subject-token'];
    const token = typeof id === 'string' ? cloud.tables.tokens.get(id) : undefined;
    if (!token || !identityOf(cloud, token)) throw notFound('token', typeof id === 'string' ? '(hidden)' : 'None');
    if (!call.who.isAdmin && token.userId !== call.who.userId) throw forbidden('identity:validate_token');
    return token;
  };
  const show = (call: Call): Answer => {
    const token = subject(call);
    return reply(200, view(cloud, token, call.origin, wantsCatalog(call)), { 'x-subject-token': token.id });
  };
  service.get('/v3/auth/tokens', show);
  service.route('HEAD', '/v3/auth/tokens', (call) => ({ ...show(call), body: undefined }));
  service.delete('/v3/auth/tokens', (call) => {
    cloud.tables.tokens.delete(subject(call).id);
    return noContent();
  });
  service.get('/v3/auth/catalog', (call) =>
    reply(200, {
      catalog: catalog(cloud, call.origin, call.who.projectId),
      links: { self: `${call.origin}/identity/v3/auth/catalog` },
    }),
  );
}
