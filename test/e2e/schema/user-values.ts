import type { ClusterSpec } from '../../../model/index.ts';
import { CERTIFICATE } from '../../support/certificates.ts';
import type { Change } from './field-values.ts';
import { label, ODD } from './odd-values.ts';

type Issuers = ClusterSpec['kubernetes']['authentication']['oidc'];
type Issuer = Issuers[number];

const ISSUER: Issuer = {
  issuer: { url: 'https://sso.example.org/realms/atlas', audiences: ['kubernetes'] },
  claimMappings: { username: { claim: 'sub', prefix: 'oidc:' } },
  claimValidationRules: [],
};
const OTHER: Issuer = {
  ...ISSUER,
  issuer: { ...ISSUER.issuer, url: 'https://dex.example.org' },
  claimMappings: { username: { claim: 'email', prefix: 'dex:' }, groups: { claim: 'groups', prefix: 'dex:' } },
};

const URLS = [
  'https://a',
  'https://sso.example.org:8443/',
  'https://192.0.2.1/dex',
  'https://[fd00::1]/dex',
  'https://sso.example.org:0',
  'https://sso.example.org:70000',
  'https://sso.example.org/a//b/../c',
  'https://sso.example.org/a%20b',
  'https://sso.example.org/%zz',
  'https://sso.example.org?a=b',
  'https://sso.example.org#a',
  'https://a:b@sso.example.org',
  'http://sso.example.org',
  'HTTPS://sso.example.org',
  'https://',
  'sso.example.org',
  'https://kubernetes.default.svc.cluster.local',
  'https://kubernetes.default.svc.cluster.local/',
  'https://kubernetes.default.svc',
  `https://a/${label(500)}`,
  `https://a/${label(600)}`,
];

const PREFIXES = ['oidc:', '', 's', 'system:', 'system', 'kubeadm:', 'x', '-', label(63), label(64)];

const AUTHORITIES = [
  CERTIFICATE,
  CERTIFICATE.repeat(2),
  CERTIFICATE.replaceAll('\n', '\r\n'),
  CERTIFICATE.trim(),
  `# a comment\n${CERTIFICATE}`,
  CERTIFICATE.slice(0, 200),
  CERTIFICATE.split('\n').toSpliced(3, 1).join('\n'),
  CERTIFICATE.replaceAll('CERTIFICATE', 'PUBLIC KEY'),
  `-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n`,
  'authority',
];

const issuers = (oidc: Issuers): Change => ({
  field: 'kubernetes.authentication',
  value: oidc,
  apply: (spec) => ({ ...spec, kubernetes: { ...spec.kubernetes, authentication: { oidc } } }),
});
/** One issuer with these fields in the place of its own. */
const issuer = (fields: Partial<Issuer['issuer']>): Change =>
  issuers([{ ...ISSUER, issuer: { ...ISSUER.issuer, ...fields } }]);
const mapped = (claimMappings: Issuer['claimMappings']): Change => issuers([{ ...ISSUER, claimMappings }]);
const ruled = (...claimValidationRules: Issuer['claimValidationRules']): Change =>
  issuers([{ ...ISSUER, claimValidationRules }]);

/** Issuers of users, with values at the bounds of what kube-apiserver takes, beyond them, and odd ones. */
export function userChanges(): Change[] {
  return [
    ...[[], [ISSUER], [ISSUER, OTHER], [ISSUER, ISSUER], [ISSUER, { ...OTHER, issuer: ISSUER.issuer }]].map(issuers),
    ...[5, 6].map((count) =>
      issuers(
        Array.from({ length: count }, (_, index) => ({
          ...ISSUER,
          issuer: { ...ISSUER.issuer, url: `https://issuer-${index}.example.org` },
          claimMappings: { username: { claim: 'sub', prefix: `issuer-${index}:` } },
        })),
      ),
    ),
    ...[...URLS, ...ODD].map((url) => issuer({ url })),
    ...[[], ['a', 'b'], ['a', 'a'], ...ODD.map((audience) => [audience])].map((audiences) => issuer({ audiences })),
    ...AUTHORITIES.map((certificateAuthority) => issuer({ certificateAuthority })),
    ...[...ODD, 'email', 'https://example.org/groups', label(253), label(254)].flatMap((claim) => [
      mapped({ username: { claim, prefix: 'oidc:' } }),
      mapped({ ...ISSUER.claimMappings, groups: { claim, prefix: 'oidc:' } }),
      ruled({ claim, requiredValue: 'a' }),
    ]),
    ...[...PREFIXES, ...ODD].map((prefix) =>
      mapped({ username: { claim: 'sub', prefix }, groups: { claim: 'groups', prefix } }),
    ),
    ...ODD.map((requiredValue) => ruled({ claim: 'hd', requiredValue })),
    ruled({ claim: 'hd', requiredValue: 'a' }, { claim: 'hd', requiredValue: 'b' }),
    ruled(...Array.from({ length: 10 }, (_, index) => ({ claim: `claim-${index}`, requiredValue: 'a' }))),
  ];
}
