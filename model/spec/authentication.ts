import { z } from 'zod';
import { certificatesIssue } from './certificate.ts';
import { httpsUrl } from './flag-values.ts';

/*
 * Who the users of a cluster are: the part of kube-apiserver's AuthenticationConfiguration that a specification may
 * have, in its own words (Kubernetes: reference/config-api/apiserver-config.v1; apiserver:
 * pkg/apis/apiserver/validation/validation.go). A test compares the two (`npm run e2e -- --case schema`).
 */

/** Names with these beginnings have powers of their own in every cluster that kubeadm makes. */
const RESERVED = ['system:', 'kubeadm:'] as const;

/** Whether names that begin with one of two texts may be the same. */
const overlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** The name of a claim, or a value: printable ASCII, which YAML, JSON and their readers agree on. */
const printable = (pattern: RegExp, message: string) => z.string().min(1).max(253).regex(pattern, message);
const claim = printable(/^[\x21-\x7e]+$/, 'must be printable ASCII characters without spaces');

const prefix = z
  .string()
  .max(63)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII characters without spaces')
  .refine(
    (text) => !RESERVED.some((reserved) => overlap(text, reserved)),
    `must be such that no name can begin with ${RESERVED.join(' or ')}, which are Kubernetes’ own; not empty`,
  )
  .default('oidc:');

const username = z.strictObject({
  claim: claim.default('sub').describe('Claim that holds the user’s name'),
  prefix: prefix.describe('What stands before every user’s name in the cluster, so that it is nobody else’s'),
});

const groups = z.strictObject({
  claim: claim.default('groups').describe('Claim that holds the user’s groups'),
  prefix: prefix.describe('What stands before the name of every group in the cluster'),
});

const rule = z.strictObject({
  claim: claim.describe('Claim that a token must have'),
  requiredValue: printable(/^[\x20-\x7e]+$/, 'must be printable ASCII characters').describe('Its value, a text'),
});

const certificateAuthority = z
  .string()
  .max(8192)
  .superRefine((text, context) => {
    const message = certificatesIssue(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const different = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const issuer = z.strictObject({
  url: z
    .string()
    .max(512)
    .refine((url) => httpsUrl.fits(url), `must be ${httpsUrl.takes}`)
    .describe('The issuer’s URL as its tokens say it; control planes fetch its keys from there'),
  audiences: z
    .array(claim)
    .min(1)
    .max(10)
    .refine(different, 'two of them are the same')
    .describe('Client ids, of which a token must be for at least one'),
  certificateAuthority: certificateAuthority
    .optional()
    .describe('Authorities of the issuer’s own certificate, in PEM; those of the machine’s image when absent'),
});

const oidcIssuer = z.strictObject({
  issuer: issuer.describe('Who issues the tokens'),
  claimMappings: z
    .strictObject({
      username: username.prefault({}).describe('By what a user is known'),
      groups: groups.optional().describe('By what a user’s groups are known; none when absent'),
    })
    .prefault({})
    .describe('What of a token becomes a user'),
  claimValidationRules: z
    .array(rule)
    .max(10)
    .refine((rules) => different(rules.map((one) => one.claim)), 'two rules are about the same claim')
    .default([])
    .describe('What a token must say besides'),
});

/** `kubernetes.authentication` of a specification. */
export const authenticationSchema = z.strictObject({
  oidc: z
    .array(oidcIssuer)
    .max(5)
    .default([])
    .superRefine((issuers, context) => {
      for (const [index, { issuer: one, claimMappings: mappings }] of issuers.entries()) {
        for (const other of issuers.slice(0, index)) {
          if (other.issuer.url === one.url)
            context.addIssue({ code: 'custom', path: [index, 'issuer', 'url'], message: 'is another issuer’s, too' });
          for (const field of ['username', 'groups'] as const) {
            const [mine, theirs] = [mappings[field]?.prefix, other.claimMappings[field]?.prefix];
            if (mine === undefined || theirs === undefined || !overlap(mine, theirs)) continue;
            const path = [index, 'claimMappings', field, 'prefix'];
            const message = `${other.issuer.url} could name the same ${field === 'groups' ? 'groups' : 'users'}: give each issuer a prefix of its own`;
            context.addIssue({ code: 'custom', path, message });
          }
        }
      }
    })
    .describe('Issuers of OpenID Connect whose tokens the API server takes; none when empty'),
});

/** Who the users of a cluster are, with every default. */
export type AuthenticationSpec = z.output<typeof authenticationSchema>;
