import { z } from 'zod';
import type { CatalogEntry } from '../catalog.ts';
import type { RequestOptions } from '../http-types.ts';
import { NotFoundError } from '../errors.ts';
import { path } from '../query.ts';
import { type DeleteOptions, ReadableResource, Resource } from '../resource.ts';
import type { ServiceClient } from '../service-client.ts';
import type { HeldToken, Session, Token } from '../session.ts';
import type { Listing } from '../listing.ts';

/** https://docs.openstack.org/api-ref/identity/v3/#projects */
export const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  domain_id: z.string().nullish(),
  description: z.string().nullish(),
  enabled: z.boolean().optional(),
  tags: z.array(z.string()).default([]),
});
export type Project = z.output<typeof projectSchema>;

/** https://docs.openstack.org/api-ref/identity/v3/#application-credentials */
export const applicationCredentialSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  project_id: z.string().nullish(),
  expires_at: z.string().nullish(),
  /**
   * Null in the answer to a creation that did not say it (keystone:keystone/application_credential/backends/sql.py).
   */
  unrestricted: z.boolean().nullish(),
  roles: z.array(z.looseObject({ id: z.string(), name: z.string().optional() })).default([]),
  /** Only in the answer to the creation. */
  secret: z.string().optional(),
});
export type ApplicationCredential = z.output<typeof applicationCredentialSchema>;

export interface ApplicationCredentialCreate {
  name: string;
  description?: string | undefined;
  /** Default: Keystone makes one. */
  secret?: string | undefined;
  /** ISO 8601; default: never. */
  expires_at?: string | undefined;
  /** Default: the roles of the token. */
  roles?: readonly { id?: string | undefined; name?: string | undefined }[] | undefined;
  /** Whether it may make other application credentials; default false. */
  unrestricted?: boolean | undefined;
  access_rules?: readonly { path: string; method: string; service: string }[] | undefined;
}

/**
 * Application credentials of the user of the token.
 * https://docs.openstack.org/api-ref/identity/v3/#application-credentials
 */
export class ApplicationCredentials {
  readonly #service: ServiceClient;
  readonly #session: Session;

  constructor(service: ServiceClient, session: Session) {
    this.#service = service;
    this.#session = session;
  }

  /** All of the user's. They belong to a user, so each call asks the token whose they are. */
  async list(filters?: { name?: string }, options: RequestOptions = {}): Promise<ApplicationCredential[]> {
    const kit = await this.#kit(options);
    return kit.list(filters, options);
  }

  async get(id: string, options: RequestOptions = {}): Promise<ApplicationCredential> {
    return (await this.#kit(options)).get(id, options);
  }

  /** The answer is the only one that holds `secret`. */
  async create(values: ApplicationCredentialCreate, options: RequestOptions = {}): Promise<ApplicationCredential> {
    return (await this.#kit(options)).create(values, options);
  }

  async delete(id: string, options: DeleteOptions = {}): Promise<void> {
    return (await this.#kit(options)).delete(id, options);
  }

  async #kit(
    options: RequestOptions,
  ): Promise<Resource<ApplicationCredential, ApplicationCredentialCreate, never, { name?: string }>> {
    const { details } = await this.#session.token(options.signal);
    return new Resource(this.#service, {
      noun: 'application credential',
      path: path`/users/${details.user.id}/application_credentials`,
      one: 'application_credential',
      many: 'application_credentials',
      schema: applicationCredentialSchema,
    });
  }
}

/** Keystone. https://docs.openstack.org/api-ref/identity/v3/ */
export class IdentityService {
  readonly service: ServiceClient;
  readonly applicationCredentials: ApplicationCredentials;
  /** Projects the credential may see by id. */
  readonly projects: ReadableResource<Project, { name?: string; domain_id?: string; tags?: string }>;
  readonly #session: Session;

  constructor(service: ServiceClient, session: Session) {
    this.service = service;
    this.#session = session;
    this.applicationCredentials = new ApplicationCredentials(service, session);
    this.projects = new ReadableResource(service, {
      noun: 'project',
      path: '/projects',
      one: 'project',
      many: 'projects',
      schema: projectSchema,
    });
  }

  /** What Keystone says about the current token: user, project, roles, expiry, catalogue. */
  async token(options: RequestOptions = {}): Promise<Token> {
    return (await this.#session.token(options.signal)).details;
  }

  /** The secret value of the current token, for another program. Keep it out of logs and histories. */
  async tokenValue(options: RequestOptions = {}): Promise<string> {
    const held: HeldToken = await this.#session.token(options.signal);
    return held.value;
  }

  /** Revokes a token at once. https://docs.openstack.org/api-ref/identity/v3/#revoke-token */
  async revokeToken(value: string, options: RequestOptions = {}): Promise<void> {
    await this.service.request('DELETE', '/auth/tokens', { ...options, headers: { 'x-subject-token': value } });
  }

  /** The catalogue of the current token. */
  async catalog(options: RequestOptions = {}): Promise<CatalogEntry[]> {
    return (await this.token(options)).catalog;
  }

  /** The project of the current token, as the token names it. @throws NotFoundError if the token has no project */
  async currentProject(options: RequestOptions = {}): Promise<{ id: string; name?: string | undefined }> {
    const { project } = await this.token(options);
    if (!project) throw new NotFoundError({ words: 'The token is not scoped to a project' });
    return project;
  }

  /**
   * The projects the user has a role in. https://docs.openstack.org/api-ref/identity/v3/#get-available-project-scopes
   */
  availableProjects(options: RequestOptions = {}): Listing<Project> {
    return this.service.list('/auth/projects', 'projects', projectSchema, options);
  }
}
