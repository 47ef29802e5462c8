import { z } from 'zod';
import { clusterSpecSchema } from '../cluster-spec.ts';
import { LIVING } from '../cluster-phase.ts';
import { parseInput } from '../input.ts';
import { type AccessSpec, accessSchema } from '../spec/access.ts';
import { type AuthenticationSpec, authenticationSchema } from '../spec/authentication.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare, whereSame } from './declaration.ts';

/** Input of `applyAccess`. */
export const applyAccessSchema = z.strictObject({
  name: clusterNameInput,
  id: clusterIdInput,
  access: accessSchema.describe('All that users and groups shall be allowed; what is not among it is taken away'),
  authentication: authenticationSchema
    .optional()
    .describe(
      'Who the users shall be; as it is when absent. Machines of the control plane that are made from then on know it: replaceControlPlane brings it to all',
    ),
});

/** Result of `applyAccess`. */
export const applyAccessResultSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1),
  bindings: z.int().min(0).describe('Bindings that there are now, of one role in one place each'),
  changed: z.int().min(0).describe('Those that were made or changed'),
  removed: z.int().min(0),
});

export type ApplyAccessResult = Readonly<z.output<typeof applyAccessResultSchema>>;

/** Makes what users and groups may do in a cluster that of the input, and keeps who they are. */
export const applyAccess = declare({
  title: 'Apply access',
  verb: 'apply the access of',
  summary: 'Grants roles to users and groups and takes away what is not wanted; keeps who the users are',
  schema: applyAccessSchema,
  result: applyAccessResultSchema,
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  desire: ({ spec }, { access, authentication = spec.kubernetes.authentication }) => {
    const kubernetes = { ...spec.kubernetes, authentication };
    const wanted = parseInput(clusterSpecSchema, { ...spec, access, kubernetes });
    return wanted.ok ? { spec: wanted.value } : { issues: wanted.issues };
  },
  loss: ({ id, spec }, { access, authentication = spec.kubernetes.authentication }) => {
    const staying = new Set(grantsIn(access));
    const going = grantsIn(spec.access).filter((one) => !staying.has(one));
    const issuers = new Set(urlsIn(authentication));
    const closed = urlsIn(spec.kubernetes.authentication).filter((url) => !issuers.has(url));
    const words = [
      ...(going.length === 0 ? [] : [`takes away in ${id}: ${listed(going)}`]),
      ...(closed.length === 0 ? [] : [`locks out of ${id} who comes from ${listed(closed)}`]),
    ];
    return words.length === 0 ? undefined : words.join(', and ');
  },
  conflicts: { same: 'merge', other: 'queue' },
  merge: whereSame,
  pausable: false,
  deadlineMinutes: () => 30,
});

/** Each grant of a role, in words. */
const grantsIn = (access: AccessSpec): string[] =>
  access.flatMap(({ role, namespace, groups, users }) => {
    const what = namespace === undefined ? role : `${role} in ${namespace}`;
    return [...groups.map((name) => `${what} from group ${name}`), ...users.map((name) => `${what} from user ${name}`)];
  });

const urlsIn = ({ oidc }: AuthenticationSpec): string[] => oidc.map(({ issuer }) => issuer.url);

/** More than these are counted. */
const NAMED = 10;

const listed = (names: readonly string[]): string =>
  [...names.slice(0, NAMED), ...(names.length > NAMED ? [`${names.length - NAMED} more`] : [])].join(', ');
