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
}

export interface User {
  readonly id: string;
  name: string;
  domain_id: string;
  default_project_id: string | null;
  description: string;
  email: string | null;
  enabled: boolean;
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
  readonly unrestricted: boolean;
  readonly expiresAt: string | null;
  readonly secretHash: string;
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
  readonly auditId: string;
}
