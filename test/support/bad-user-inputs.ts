import { kubernetes, type Row, spec } from './bad-input.ts';
import { CERTIFICATE } from './certificates.ts';

const ISSUER = { url: 'https://sso.example.org/realms/atlas', audiences: ['kubernetes'] };

const issuers = (...oidc: unknown[]): unknown => kubernetes({ authentication: { oidc } });
/** One issuer, with these fields in the place of its own. */
const issuer = (fields: object): unknown => issuers({ issuer: { ...ISSUER, ...fields } });
const mapped = (claimMappings: unknown): unknown => issuers({ issuer: ISSUER, claimMappings });
const ruled = (...claimValidationRules: unknown[]): unknown => issuers({ issuer: ISSUER, claimValidationRules });
const access = (...grants: unknown[]): unknown => spec({ access: grants });

const AUTHENTICATION = 'kubernetes.authentication';
const FIRST = `${AUTHENTICATION}.oidc[0]`;
const CA = `${FIRST}.issuer.certificateAuthority`;
const RESERVED = /begin with system: or kubeadm:/;

/** Users that kube-apiserver would not know, or who could be somebody else. */
export const userRows: readonly Row[] = [
  ['authentication as text', kubernetes({ authentication: 'oidc' }), AUTHENTICATION, /must be an object/],
  ['one issuer without a list', kubernetes({ authentication: { oidc: {} } }), `${AUTHENTICATION}.oidc`, /an array/],
  ['a Keystone', kubernetes({ authentication: { keystone: {} } }), `${AUTHENTICATION}.keystone`, /unknown field/],
  [
    'six issuers',
    issuers(...Array.from({ length: 6 }, () => ({ issuer: ISSUER }))),
    `${AUTHENTICATION}.oidc`,
    /most 5/,
  ],
  ['no issuer', issuers({}), `${FIRST}.issuer`, /is required/],
  ['an issuer without TLS', issuer({ url: 'http://sso.example.org' }), `${FIRST}.issuer.url`, /an https:\/\/ URL/],
  ['an issuer with a query', issuer({ url: 'https://sso.example.org/?a' }), `${FIRST}.issuer.url`, /an https:\/\/ URL/],
  [
    'the cluster’s own issuer',
    issuer({ url: 'https://kubernetes.default.svc.cluster.local' }),
    `${FIRST}.issuer.url`,
    /of service accounts/,
  ],
  ['nobody as audience', issuer({ audiences: [] }), `${FIRST}.issuer.audiences`, /at least 1 entry/],
  ['an empty audience', issuer({ audiences: [''] }), `${FIRST}.issuer.audiences[0]`, /at least 1 character/],
  ['an audience twice', issuer({ audiences: ['a', 'a'] }), `${FIRST}.issuer.audiences`, /the same/],
  ['an authority that is none', issuer({ certificateAuthority: 'CN=ca' }), CA, /certificates in PEM/],
  ['an empty authority', issuer({ certificateAuthority: '' }), CA, /certificates in PEM/],
  [
    'an authority’s key',
    issuer({ certificateAuthority: CERTIFICATE.replaceAll('CERTIFICATE', 'PRIVATE KEY') }),
    CA,
    /certificates in PEM/,
  ],
  [
    'an authority that was cut',
    issuer({ certificateAuthority: CERTIFICATE.split('\n').toSpliced(3, 1).join('\n') }),
    CA,
    /certificate 1 is none, or was cut/,
  ],
  ['mappings as a list', mapped([]), `${FIRST}.claimMappings`, /must be an object/],
  ['an empty claim', mapped({ username: { claim: '' } }), `${FIRST}.claimMappings.username.claim`, /at least 1/],
  ...['', 's', 'system', 'system:', 'system:x', 'kube', 'kubeadm:'].flatMap((prefix): Row[] => [
    [
      `users with the prefix "${prefix}"`,
      mapped({ username: { prefix } }),
      `${FIRST}.claimMappings.username.prefix`,
      RESERVED,
    ],
    [
      `groups with the prefix "${prefix}"`,
      mapped({ groups: { prefix } }),
      `${FIRST}.claimMappings.groups.prefix`,
      RESERVED,
    ],
  ]),
  ['groups of an empty claim', mapped({ groups: { claim: '' } }), `${FIRST}.claimMappings.groups.claim`, /at least 1/],
  ['a rule without a value', ruled({ claim: 'hd' }), `${FIRST}.claimValidationRules[0].requiredValue`, /is required/],
  ['a rule without a claim', ruled({ requiredValue: 'a' }), `${FIRST}.claimValidationRules[0].claim`, /is required/],
  [
    'two rules about one claim',
    ruled({ claim: 'hd', requiredValue: 'a' }, { claim: 'hd', requiredValue: 'b' }),
    `${FIRST}.claimValidationRules`,
    /the same claim/,
  ],
  [
    'the same issuer twice',
    issuers({ issuer: ISSUER }, { issuer: ISSUER, claimMappings: { username: { prefix: 'other:' } } }),
    `${AUTHENTICATION}.oidc[1].issuer.url`,
    /another issuer’s/,
  ],
  ...(['username', 'groups'] as const).flatMap((field) =>
    ['sso:', 'ss', 'sso:a:'].map((prefix): Row => [
      `two issuers whose ${field} may be the same, sso: and ${prefix}`,
      issuers(
        { issuer: ISSUER, claimMappings: { username: { prefix: 'a:' }, [field]: { prefix: 'sso:' } } },
        {
          issuer: { ...ISSUER, url: 'https://dex.example.org' },
          claimMappings: { username: { prefix: 'b:' }, [field]: { prefix } },
        },
      ),
      `${AUTHENTICATION}.oidc[1].claimMappings.${field}.prefix`,
      /a prefix of its own/,
    ]),
  ),
  [
    'the older flags beside it',
    kubernetes({
      authentication: { oidc: [{ issuer: ISSUER }] },
      apiServer: { extraArgs: { 'oidc-issuer-url': 'https://a.example.org', 'oidc-client-id': 'a' } },
    }),
    'kubernetes.apiServer.extraArgs.oidc-issuer-url',
    /cannot be together/,
  ],
  [
    'the file by hand',
    kubernetes({ apiServer: { extraArgs: { 'authentication-config': '/etc/kubernetes/a.yaml' } } }),
    'kubernetes.apiServer.extraArgs.authentication-config',
    /use kubernetes\.authentication/,
  ],
  ['access as an object', spec({ access: {} }), 'access', /must be an array/],
  ['a role for nobody', access({ role: 'view' }), 'access[0]', /at least one group or user/],
  ['no role', access({ groups: ['a'] }), 'access[0].role', /is required/],
  ['a role with a slash', access({ role: 'a/b', groups: ['a'] }), 'access[0].role', /name of a ClusterRole/],
  [
    'a namespace in capitals',
    access({ role: 'view', namespace: 'Web', groups: ['a'] }),
    'access[0].namespace',
    /namespace/,
  ],
  ['Kubernetes’ own group', access({ role: 'view', groups: ['system:masters'] }), 'access[0].groups[0]', /system:/],
  [
    'a service account as user',
    access({ role: 'view', users: ['system:serviceaccount:a:b'] }),
    'access[0].users[0]',
    /system:/,
  ],
  ['a group with a line break', access({ role: 'view', groups: ['a\n'] }), 'access[0].groups[0]', /printable/],
  [
    'a role twice in one place',
    access({ role: 'view', groups: ['a'] }, { role: 'view', users: ['b'] }),
    'access[1].role',
    /granted everywhere already/,
  ],
  [
    'more names than a record holds',
    access(
      ...Array.from({ length: 3 }, (_, index) => ({
        role: `role-${index}`,
        groups: Array.from({ length: 100 }, () => 'g'.repeat(250)),
      })),
    ),
    'access',
    /characters of JSON/,
  ],
];
