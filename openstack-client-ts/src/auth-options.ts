import { z } from 'zod';
import { ConfigurationError } from './errors.ts';

/** A number counts as the digits it was written with, as far as these can still be known; what is empty is left out. */
const asWritten = (value: unknown): unknown => {
  if (value === null || value === '') return undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
};
const text = z.preprocess(
  asWritten,
  z
    .string({
      error: ({ input }) =>
        typeof input === 'number' ? 'a number is not kept as it was written: put it in quotes' : undefined,
    })
    .optional(),
);

/** The `auth` section of clouds.yaml, with the names OpenStack's own tools use. */
export const authOptionsSchema = z.looseObject({
  auth_url: text,
  username: text,
  user_id: text,
  user_domain_id: text,
  user_domain_name: text,
  password: text,
  /** An existing token, to be exchanged for one of the wanted scope. */
  token: text,
  application_credential_id: text,
  application_credential_name: text,
  application_credential_secret: text,
  project_id: text,
  project_name: text,
  project_domain_id: text,
  project_domain_name: text,
  domain_id: text,
  domain_name: text,
  /** `all` for a system-scoped token. */
  system_scope: text,
  /** A trust to act under: its project is the scope. */
  trust_id: text,
  default_domain: text,
  default_domain_id: text,
  default_domain_name: text,
});

/** How to get a token. What is given decides the method: application credential, token, or password. */
export type AuthOptions = Partial<Record<keyof typeof authOptionsSchema.shape, string | undefined>>;

/** What the methods of `auth_type` log in with. */
const SECRETS = ['password', 'token', 'application_credential_secret'] as const;

/**
 * The `auth_type`s of clouds.yaml that can be used (keystoneauth's plugins), and the field of `auth` each logs in with.
 */
const AUTH_TYPES: Readonly<Record<string, (typeof SECRETS)[number]>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  v3applicationcredential: 'application_credential_secret',
};

/**
 * Fields of `auth` that other ways to log in use (keystoneauth's plugins for TOTP, several factors, OpenID Connect,
 * SAML, OAuth and Kerberos). Without an `auth_type` they say that one of these is meant.
 */
const FOREIGN_FIELDS: ReadonlySet<string> = new Set([
  ...['passcode', 'auth_methods', 'identity_provider', 'identity_provider_url', 'protocol', 'mutual_auth'],
  ...[
    'access_token',
    'access_token_endpoint',
    'access_token_type',
    'discovery_endpoint',
    'openid_scope',
    'redirect_uri',
  ],
  ...['client_id', 'client_secret', 'oauth2_endpoint', 'oauth2_client_id', 'oauth2_client_secret'],
  ...['service_provider_endpoint', 'service_provider_entity_id'],
  ...['consumer_key', 'consumer_secret', 'access_key', 'access_secret'],
]);

/** Whether a setting belongs into `auth`. */
export const isAuthField = (name: string): boolean => name in authOptionsSchema.shape || FOREIGN_FIELDS.has(name);

/** @throws ConfigurationError for what would be left out of the login although somebody set it */
const refuseForeign = (authType: string | undefined, auth: AuthOptions, label: string): void => {
  const set = Object.entries(auth).flatMap(([name, value]) => (value && FOREIGN_FIELDS.has(name) ? [name] : []));
  if (set.includes('passcode') && (authType === undefined || AUTH_TYPES[authType] === 'password')) {
    throw new ConfigurationError(
      `${label}: auth.passcode is not supported: a passcode holds for one login only; use an application credential`,
    );
  }
  if (authType !== undefined || set.length === 0) return;
  const known = Object.keys(AUTH_TYPES).join(', ');
  throw new ConfigurationError(
    `${label}: auth.${set.join(', auth.')} is of a login that is not supported; use another, and say which by auth_type: ${known}`,
  );
};

/**
 * What an `auth_type` uses of `auth`: with several secrets at hand, it decides.
 *
 * @throws ConfigurationError for a type that can not be used, or whose secret is missing; for a field of a login that
 *   can not be used
 */
export const authFor = (authType: string | undefined, auth: AuthOptions, label: string): AuthOptions => {
  refuseForeign(authType, auth, label);
  if (authType === undefined) return auth;
  const secret = AUTH_TYPES[authType];
  if (secret === undefined) {
    const known = Object.keys(AUTH_TYPES).join(', ');
    throw new ConfigurationError(`${label}: auth_type ${authType} is not supported; use one of ${known}`);
  }
  if (!auth[secret]) throw new ConfigurationError(`${label}: auth_type ${authType} needs auth.${secret}`);
  const foreign = SECRETS.filter((name) => name !== secret);
  const credential = ['application_credential_id', 'application_credential_name'];
  const left: readonly string[] = secret === 'application_credential_secret' ? foreign : [...foreign, ...credential];
  return Object.fromEntries(Object.entries(auth).filter(([name]) => !left.includes(name)));
};

interface DomainRef {
  id?: string;
  name?: string;
}

const domain = (auth: AuthOptions, id: string | undefined, name: string | undefined): DomainRef => {
  if (id) return { id };
  if (name) return { name };
  if (auth.default_domain_name) return { name: auth.default_domain_name };
  return { id: auth.default_domain_id ?? auth.default_domain ?? 'default' };
};

const user = (auth: AuthOptions): Record<string, unknown> => {
  if (auth.user_id) return { id: auth.user_id };
  if (!auth.username) throw new ConfigurationError('The credential names no user: set auth.username or auth.user_id');
  return { name: auth.username, domain: domain(auth, auth.user_domain_id, auth.user_domain_name) };
};

const OTHER_SCOPES = ['project_id', 'project_name', 'domain_id', 'domain_name', 'system_scope'] as const;

/** https://docs.openstack.org/api-ref/identity/v3-ext/#consuming-a-trust: there is one scope, and a trust is one. */
const trustScope = (auth: AuthOptions): Record<string, unknown> => {
  const other = OTHER_SCOPES.find((name) => auth[name]);
  if (other === undefined) return { 'OS-TRUST:trust': { id: auth.trust_id } };
  throw new ConfigurationError(`auth.trust_id is a scope, and so is auth.${other}: leave one of them out`);
};

const scope = (auth: AuthOptions): Record<string, unknown> | undefined => {
  if (auth.trust_id) return trustScope(auth);
  if (auth.project_id) return { project: { id: auth.project_id } };
  if (auth.project_name) {
    const projectDomain = domain(auth, auth.project_domain_id, auth.project_domain_name);
    return { project: { name: auth.project_name, domain: projectDomain } };
  }
  if (auth.domain_id) return { domain: { id: auth.domain_id } };
  if (auth.domain_name) return { domain: { name: auth.domain_name } };
  if (auth.system_scope) return { system: { all: true } };
  return undefined;
};

/**
 * Checks that a token can be asked for, without asking.
 *
 * @throws ConfigurationError if nothing to authenticate with is given
 */
export const checkCredential = (auth: AuthOptions): void => void tokenRequest(auth);

/**
 * The body of Keystone's `POST /v3/auth/tokens`. An application credential carries its own scope, so none is sent with
 * it. https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 *
 * @throws ConfigurationError if nothing to authenticate with is given
 */
export const tokenRequest = (auth: AuthOptions): Record<string, unknown> => {
  if (auth.application_credential_id || auth.application_credential_name) {
    const { application_credential_id: id, application_credential_name: name } = auth;
    if (!auth.application_credential_secret) {
      throw new ConfigurationError('auth.application_credential_secret is missing');
    }
    if (auth.trust_id) {
      throw new ConfigurationError('auth.trust_id does not go with an application credential, which has its own scope');
    }
    const identity = id ? { id } : { name, user: user(auth) };
    const credential = { ...identity, secret: auth.application_credential_secret };
    return { auth: { identity: { methods: ['application_credential'], application_credential: credential } } };
  }
  const wanted = scope(auth);
  const scoped = wanted === undefined ? {} : { scope: wanted };
  if (auth.token && !auth.password) {
    return { auth: { identity: { methods: ['token'], token: { id: auth.token } }, ...scoped } };
  }
  if (!auth.password) {
    throw new ConfigurationError('The credential has no auth.password, auth.token or auth.application_credential_id');
  }
  const identity = { methods: ['password'], password: { user: { ...user(auth), password: auth.password } } };
  return { auth: { identity, ...scoped } };
};
