import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { authenticationConfig } from '../../../activities/bootstrap/authentication-config.ts';
import { clusterSpecSchema } from '../../../model/index.ts';
import { CERTIFICATE } from '../../support/certificates.ts';

describe('the configuration of users', () => {
  it('says what the specification says, and a prefix where it says none', () => {
    const oidc = [
      {
        issuer: { url: 'https://sso.example.org', audiences: ['a', 'on'], certificateAuthority: CERTIFICATE },
        claimMappings: { groups: { claim: 'roles', prefix: 'team-' } },
        claimValidationRules: [{ claim: 'hd', requiredValue: '012' }],
      },
      {
        issuer: { url: 'https://dex.example.org', audiences: ['b'] },
        claimMappings: { username: { claim: 'email', prefix: 'dex:' } },
      },
    ];
    const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', kubernetes: { authentication: { oidc } } });
    // As the API server reads it.
    expect(parse(authenticationConfig(spec.kubernetes.authentication), { version: '1.1' })).toEqual({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthenticationConfiguration',
      jwt: [
        {
          issuer: { ...oidc[0]?.issuer, audienceMatchPolicy: 'MatchAny' },
          claimMappings: {
            username: { claim: 'sub', prefix: 'oidc:' },
            groups: { claim: 'roles', prefix: 'team-' },
          },
          claimValidationRules: [{ claim: 'hd', requiredValue: '012' }],
        },
        {
          issuer: { ...oidc[1]?.issuer, audienceMatchPolicy: 'MatchAny' },
          claimMappings: { username: { claim: 'email', prefix: 'dex:' } },
          claimValidationRules: [],
        },
      ],
    });
  });
});
