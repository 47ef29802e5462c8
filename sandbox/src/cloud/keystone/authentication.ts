import type { Cloud } from '../cloud.ts';
import type { Identity } from './identity.ts';
import type { Token } from './rows.ts';

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
