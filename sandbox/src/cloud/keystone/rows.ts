import type { Options } from './options.ts';

/** Keystone's resources as they are stored. */
export interface Domain {
  readonly id: string;
  name: string;
  description: string;
  enabled: boolean;
}

export interface Project {
  readonly id: string;
  name: string;
  domain_id: string;
  description: string;
  enabled: boolean;
  tags: string[];
  /** The project above, or the domain. */
  readonly parentId: string;
  /** What else a request said. */
  extra: Record<string, unknown>;
  options: Options;
}

export interface User {
  readonly id: string;
  name: string;
  domain_id: string;
  default_project_id: string | null;
  /** Null: not shown. */
  description: string | null;
  /** As it came: Keystone looks at no address. */
  email: unknown;
  enabled: boolean;
  /** What else a request said. */
  extra: Record<string, unknown>;
  options: Options;
  /** `scrypt:<salt>:<hash>`. */
  passwordHash: string;
}

export interface Role {
  readonly id: string;
  name: string;
}

/** A role of a user on a project. */
export interface Assignment {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly roleId: string;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly userId: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  /** Null where the creation did not say: like false. */
  readonly unrestricted: boolean | null;
  readonly expiresAt: string | null;
  /** Ids. */
  readonly accessRules: readonly string[];
  readonly secretHash: string;
}

/** What an application credential may be used for. */
export interface AccessRule {
  readonly id: string;
  readonly userId: string;
  readonly path: string;
  readonly method: string;
  readonly service: string;
}

/** An endpoint that a project's catalogue is to show. */
export interface ProjectEndpoint {
  readonly id: string;
  readonly projectId: string;
  readonly endpointId: string;
}

export interface Token {
  readonly id: string;
  readonly userId: string;
  /** Null: unscoped. */
  readonly projectId: string | null;
  readonly roles: readonly string[];
  readonly methods: readonly string[];
  readonly applicationCredentialId: string | null;
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Its own, and that of the first token of its chain. */
  readonly auditIds: readonly string[];
}
