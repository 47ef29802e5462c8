import { z } from 'zod';

/*
 * What users and groups may do: bindings of RBAC (Kubernetes: reference/access-authn-authz/rbac). Names of roles are
 * those that make a segment of a path (apimachinery: pkg/api/validation/path).
 */

const subject = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without spaces')
  .refine((name) => !name.startsWith('system:'), 'must not begin with system:, which are Kubernetes’ own');

const grant = z
  .strictObject({
    role: z
      .string()
      .max(200)
      .regex(/^[A-Za-z0-9]([-A-Za-z0-9:._]*[A-Za-z0-9])?$/, 'must be the name of a ClusterRole')
      .describe('ClusterRole: cluster-admin, admin, edit, view, or another one of the cluster'),
    namespace: z
      .string()
      .max(63)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace')
      .optional()
      .describe('Where it is granted; everywhere when absent. It is made when it is not there, and never removed'),
    groups: z
      .array(subject)
      .max(100)
      .default([])
      .describe('Groups, with the prefix of their issuer: `oidc:atlas-admins`'),
    users: z.array(subject).max(100).default([]).describe('Users, with the prefix of their issuer'),
  })
  .refine(({ groups, users }) => groups.length + users.length > 0, 'must have at least one group or user');

/** More names than these together would make the cluster's record too large. */
const MAX_TOGETHER = 32_768;

/** `access` of a specification. */
export const accessSchema = z
  .array(grant)
  .max(100)
  .superRefine((grants, context) => {
    for (const [index, { role, namespace }] of grants.entries()) {
      if (grants.findIndex((one) => one.role === role && one.namespace === namespace) === index) continue;
      const message = `is granted ${namespace === undefined ? 'everywhere' : `in ${namespace}`} already: name all groups and users in one entry`;
      context.addIssue({ code: 'custom', path: [index, 'role'], message });
    }
    if (JSON.stringify(grants).length > MAX_TOGETHER)
      context.addIssue({ code: 'custom', message: `is more than ${MAX_TOGETHER} characters of JSON` });
  });

/** What users and groups may do, with every default. */
export type AccessSpec = z.output<typeof accessSchema>;

/** Name of the binding for a role; in a namespace there may be one of the same name. */
export const bindingName = (role: string): string => `slipway:${role}`;
