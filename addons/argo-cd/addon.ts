import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { secretReference } from '../secret-reference.ts';

/** Argo CD reads a value that begins with `$` from the key of this name in argocd-secret. */
const CLIENT_SECRET = 'oidcClientSecret';

const oidc = z.strictObject({
  issuer: z
    .url({ protocol: /^https$/ })
    .max(1024)
    .describe('Address of the issuer'),
  clientId: z.string().min(1).max(255).describe('Id of the client'),
  clientSecret: secretReference
    .optional()
    .describe('Its secret: addons/<path>#<field> in Vault; none for a public client'),
  groupsClaim: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9_.:/-]+$/, 'must be the name of a claim')
    .default('groups')
    .describe('Scope and claim with the groups of a person'),
});

/** Argo CD in the cluster. */
export const argoCd = addon({
  title: 'Argo CD',
  summary: 'Applications from Git repositories, kept as they stand there, by Argo CD',
  release: 'argocd',
  namespace: 'argocd',
  chart: { name: 'argo-cd', repository: 'oci://ghcr.io/argoproj/argo-helm' },
  versions: [
    {
      ...{ chart: '10.1.1', app: '3.4.4', kubernetes: { from: '1.25' } },
      sha256: 'a677dfa6ca7e9f9a71fe9bf54ea86a9011d5c7db8e137c5171e78c4493af20e5',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      domain: z
        .string()
        .max(253)
        .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a name in lower case')
        .optional()
        .describe('Name by which people reach it; the Ingress is yours'),
      replicas: z
        .int()
        .min(1)
        .max(5)
        .default(1)
        .describe('How many of each of server, repository server and application set controller run'),
      adminPasswordHash: secretReference
        .optional()
        .describe(
          'bcrypt hash of the administrator’s password: addons/<path>#<field> in Vault. When absent Argo CD makes one up, in Secret argocd-initial-admin-secret',
        ),
      oidc: oidc.optional().describe('Log-in by OpenID Connect'),
      adminGroup: z
        .string()
        .max(255)
        .regex(/^[^\s,"]+$/, 'must hold no white space, commas or quotes')
        .optional()
        .describe('Group whose members may do everything'),
    },
  ),
  values: (options) => ({
    ...(options.domain === undefined ? {} : { global: { domain: options.domain } }),
    // Its own OpenID Connect is enough: Dex would be one more program, for providers that have none.
    dex: { enabled: false },
    server: { replicas: options.replicas },
    repoServer: { replicas: options.replicas },
    applicationSet: { replicas: options.replicas },
    configs: {
      cm: options.oidc === undefined ? {} : { 'oidc.config': oidcConfig(options.oidc) },
      rbac: {
        ...(options.adminGroup === undefined ? {} : { 'policy.csv': `g, ${options.adminGroup}, role:admin\n` }),
        ...(options.oidc === undefined ? {} : { scopes: `[${options.oidc.groupsClaim}]` }),
      },
    },
  }),
  secretValues: ({ adminPasswordHash, oidc: login }) => ({
    ...(adminPasswordHash === undefined ? {} : { 'configs.secret.argocdServerAdminPassword': adminPasswordHash }),
    ...(login?.clientSecret === undefined ? {} : { [`configs.secret.extra.${CLIENT_SECRET}`]: login.clientSecret }),
  }),
  after: ['certManager'],
  stage: 'rest',
  ready: [{ kind: 'custom-resource', name: 'applications.argoproj.io' }],
  leaves: [],
  images: ['quay.io/argoproj/argocd', 'ecr-public.aws.com/docker/library/redis'],
  links: {
    documentation: 'https://argo-cd.readthedocs.io/',
    chart: 'https://artifacthub.io/packages/helm/argo/argo-cd',
  },
});

/** YAML, as every JSON is. */
const oidcConfig = ({ issuer, clientId, clientSecret, groupsClaim }: z.output<typeof oidc>): string =>
  JSON.stringify({
    ...{ name: 'OpenID Connect', issuer, clientID: clientId },
    ...(clientSecret === undefined ? {} : { clientSecret: `$${CLIENT_SECRET}` }),
    requestedScopes: ['openid', 'profile', 'email', groupsClaim],
  });
