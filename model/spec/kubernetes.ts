import { z } from 'zod';
import { parseIpv4 } from '../cidr.ts';
import { podCidr, serviceCidr } from './address-ranges.ts';
import { extraArgsSchema } from './api-server-flags.ts';
import { flagRuleIssues } from './api-server-rules.ts';
import { auditPolicyIssue } from './audit-policy.ts';
import { authenticationSchema } from './authentication.ts';
import { isDnsName, isIpv6 } from './text.ts';

/*
 * What runs on the machines. What a field may be is what its readers take: kubeadm, kubelet, kube-apiserver,
 * containerd. A test compares the two (`npm run e2e -- --case schema`).
 */

const version = z
  .string()
  .regex(
    /^1\.(3[4-9]|[4-9]\d)\.(0|[1-9]\d{0,2})$/,
    'must be a Kubernetes version from 1.34 on, such as 1.36.3, without a leading "v"',
  );

/**
 * The longest domain that leaves room for a pod's name in a headless service, `<63>.<63>.<63>.svc.`, in the 253
 * characters of DNS.
 */
const LONGEST_DOMAIN = 253 - 3 * 64 - 'svc.'.length;

const dnsDomain = z.string().max(LONGEST_DOMAIN).refine(isHostDomain, 'must be a DNS domain in lower case');

/** The longest image name that kubeadm puts behind a repository; containerd takes 255 characters of both. */
const LONGEST_IMAGE = '/kube-controller-manager'.length;

/**
 * A registry with a port and a path (distribution/reference: ReferenceRegexp; kubeadm puts `/<image>:<tag>` behind it).
 */
const imageRepository = z
  .string()
  .max(255 - LONGEST_IMAGE)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(:[1-9]\d{0,4})?(\/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*$/,
    'must be a registry and path such as registry.example.org/kubernetes',
  );

const subjectName = z
  .string()
  .min(1)
  .max(253)
  .refine(
    (name) => isHostDomain(name) || (name.startsWith('*.') && isHostDomain(name.slice(2))) || isAddress(name),
    'must be a DNS name, *.<DNS name> or an address, without scheme and port',
  );

const auditPolicy = z
  .string()
  .max(16_384)
  .superRefine((text, context) => {
    const message = auditPolicyIssue(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const apiServer = z.strictObject({
  extraSans: z
    .array(subjectName)
    .max(50)
    .default([])
    .describe('More names and addresses in the API server’s certificate'),
  extraArgs: extraArgsSchema
    .default({})
    .describe('More kube-apiserver flags: those of docs/reference/api-server-flags.md'),
});

/** `kubernetes` of a specification. */
export const kubernetesSchema = z
  .strictObject({
    version: version.default('1.36.3').describe('Kubernetes version'),
    podCidr: podCidr
      .default('10.244.0.0/16')
      .describe('Range of the pods’ addresses, /8 to /24; each node gets a /24 of it'),
    serviceCidr: serviceCidr.default('10.96.0.0/16').describe('Range of the services’ addresses, /12 to /28'),
    dnsDomain: dnsDomain.default('cluster.local').describe('DNS domain of the services'),
    imageRepository: imageRepository
      .optional()
      .describe('Where kubeadm takes the control plane’s images from; kubeadm’s default when absent'),
    cloudProvider: z
      .enum(['none', 'external'])
      .optional()
      .describe(
        'external: kubelets wait for a cloud controller manager, which addons.cloudController or you install; none: nodes need none. When absent, external with addons.cloudController, else none',
      ),
    encryptionAtRest: z.boolean().default(true).describe('Encrypt Secrets in etcd, with a key that is kept in Vault'),
    auditPolicy: auditPolicy.optional().describe('An audit.k8s.io/v1 Policy as YAML; audit logs are off when absent'),
    authentication: authenticationSchema.prefault({}).describe('Who the users are, beside the administrator'),
    apiServer: apiServer.prefault({}).describe('The API server'),
  })
  .superRefine((spec, context) => {
    const { auditPolicy: policy, authentication, apiServer: server } = spec;
    const rules = {
      ...{ version: spec.version, args: server.extraArgs },
      ...{ audited: policy !== undefined, structured: authentication.oidc.length > 0 },
    };
    for (const { flag, message } of flagRuleIssues(rules)) {
      context.addIssue({ code: 'custom', path: ['apiServer', 'extraArgs', flag], message });
    }
    const own = `https://kubernetes.default.svc.${spec.dnsDomain}`;
    for (const [index, { issuer }] of authentication.oidc.entries()) {
      if (issuer.url !== own) continue;
      const path = ['authentication', 'oidc', index, 'issuer', 'url'];
      context.addIssue({ code: 'custom', path, message: 'is the cluster’s own issuer, of service accounts' });
    }
  });

const isAddress = (text: string): boolean => parseIpv4(text) !== undefined || isIpv6(text);

/** A DNS name whose last label is not a number: 10.0.0.256 is meant to be an address (RFC 3696, section 2). */
function isHostDomain(text: string): boolean {
  return isDnsName(text) && !/(^|\.)\d+$/.test(text);
}
