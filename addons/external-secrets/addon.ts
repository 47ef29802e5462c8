import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Secrets from Vault and its like. Its stores are made by whoever uses it. */
export const externalSecrets = addon({
  title: 'External Secrets',
  summary: 'Secrets from Vault and its like as Secrets of the cluster',
  release: 'external-secrets',
  namespace: 'external-secrets',
  chart: { name: 'external-secrets', repository: 'oci://ghcr.io/external-secrets/charts' },
  versions: [
    {
      ...{ chart: '2.9.0', app: '2.9.0', kubernetes: { from: '1.19' } },
      sha256: 'da2d5c126a103b4c1b16a9dc1c168c4332a3687144e88ac070e594f81a0b6578',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      replicas: z
        .int()
        .min(1)
        .max(5)
        .default(1)
        .describe('How many of each of controller, webhook and certificate controller run; with two or more one leads'),
    },
  ),
  values: ({ replicas }) => ({
    installCRDs: true,
    replicaCount: replicas,
    leaderElect: replicas > 1,
    webhook: { replicaCount: replicas },
    certController: { replicaCount: replicas },
    ...(replicas === 1 ? {} : { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
  }),
  after: [],
  stage: 'rest',
  ready: [
    { kind: 'custom-resource', name: 'externalsecrets.external-secrets.io' },
    {
      // The webhook's certificate is made after Helm is done.
      kind: 'admission',
      plural: 'externalsecrets',
      object: {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name: 'slipway-check', namespace: 'external-secrets' },
        spec: {
          secretStoreRef: { name: 'none' },
          target: { name: 'slipway-check' },
          data: [{ secretKey: 'none', remoteRef: { key: 'none' } }],
        },
      },
    },
  ],
  leaves: [],
  images: ['ghcr.io/external-secrets/external-secrets'],
  links: {
    documentation: 'https://external-secrets.io/',
    chart: 'https://artifacthub.io/packages/helm/external-secrets-operator/external-secrets',
  },
});
