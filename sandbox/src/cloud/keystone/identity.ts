import type { Cloud } from '../cloud.ts';
import type { Token } from './rows.ts';

/** Who makes a request, from its token. */
export interface Identity {
  readonly token: Token | undefined;
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string;
  readonly projectName: string | null;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** Comes with a signature of the project's in place of a token: Swift's temporary URLs. */
  readonly isSigned?: boolean;
}

/** Nobody: what open routes see without a token. */
export const anonymous: Identity = {
  token: undefined,
  userId: '',
  userName: '',
  projectId: '',
  projectName: null,
  roles: [],
  isAdmin: false,
};

/** The identity behind a token that is known, not expired, and whose user, project and credential still exist. */
export function authenticate(cloud: Cloud, header: string | string[] | undefined): Identity | undefined {
  if (typeof header !== 'string') return undefined;
  const token = cloud.tables.tokens.get(header);
  return token && identityOf(cloud, token);
}

/** The identity of a stored token, or undefined when it is no longer good. */
export function identityOf(cloud: Cloud, token: Token): Identity | undefined {
  if (Date.parse(token.expiresAt) <= Date.now()) {
    cloud.tables.tokens.delete(token.id);
    return undefined;
  }
  const user = cloud.tables.users.get(token.userId);
  if (!user?.enabled) return undefined;
  const project = token.projectId === null ? undefined : cloud.tables.projects.get(token.projectId);
  if (token.projectId !== null && !project?.enabled) return undefined;
  const credential = token.applicationCredentialId;
  if (credential !== null && !cloud.tables.applicationCredentials.get(credential)) return undefined;
  return {
    token,
    userId: user.id,
    userName: user.name,
    projectId: project?.id ?? '',
    projectName: project?.name ?? null,
    roles: token.roles,
    isAdmin: token.roles.includes('admin'),
  };
}
