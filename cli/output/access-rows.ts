import type { AccessSpec } from '../../model/index.ts';

/** Headings of {@link accessRows}. */
export const ACCESS_COLUMNS = ['ROLE', 'NAMESPACE', 'GROUPS', 'USERS'];

/** What users and groups may do, as the cluster's specification wants it. */
export const accessRows = (access: AccessSpec): string[][] =>
  access.map(({ role, namespace, groups, users }) => [
    ...[role, namespace ?? 'all'],
    ...[groups, users].map((names) => names.join(', ') || '-'),
  ]);
