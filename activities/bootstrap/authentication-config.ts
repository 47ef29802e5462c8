import { stringify } from 'yaml';
import type { AuthenticationSpec } from '../../model/index.ts';

/**
 * kube-apiserver's AuthenticationConfiguration, in the version that every Kubernetes from 1.34 on takes (Kubernetes:
 * reference/config-api/apiserver-config.v1). `anonymous` is left out: kubeadm's health probes come without a user, and
 * without it the API server's own default stays.
 */
export function authenticationConfig({ oidc }: AuthenticationSpec): string {
  const jwt = oidc.map(({ issuer, claimMappings, claimValidationRules }) => ({
    // The only policy there is, and needed with more than one.
    issuer: { ...issuer, audienceMatchPolicy: 'MatchAny' },
    claimValidationRules,
    claimMappings,
  }));
  // The API server reads YAML 1.1.
  return stringify(
    { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration', jwt },
    { version: '1.1', lineWidth: 0 },
  );
}
