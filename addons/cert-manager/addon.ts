import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Certificates as Kubernetes objects. Its issuers are made by whoever uses it. */
export const certManager = addon({
  title: 'cert-manager',
  summary: 'Certificates as Kubernetes objects: issued, renewed and kept in Secrets',
  release: 'cert-manager',
  namespace: 'cert-manager',
  chart: { name: 'cert-manager', repository: 'oci://quay.io/jetstack/charts' },
  versions: [
    {
      ...{ chart: 'v1.21.1', app: 'v1.21.1', kubernetes: { from: '1.33', to: '1.36' } },
      sha256: 'c27101f3f3e2349fb4a9e704316105bf7b52ad73b8c8257d3498ef7f2f6a4adc',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      replicas: z.int().min(1).max(5).default(1).describe('How many of each of controller, webhook and cainjector run'),
    },
  ),
  values: ({ replicas }) => ({
    // As templates, unlike those of a `crds` folder, Helm changes them with the chart. They stay when it goes, and with
    // them the certificates.
    crds: { enabled: true, keep: true },
    replicaCount: replicas,
    webhook: { replicaCount: replicas },
    cainjector: { replicaCount: replicas },
  }),
  after: [],
  stage: 'rest',
  ready: [
    { kind: 'custom-resource', name: 'certificates.cert-manager.io' },
    {
      // The webhook is asked through a certificate that cainjector puts into its configuration, after Helm is done.
      kind: 'admission',
      plural: 'certificates',
      object: {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name: 'slipway-check', namespace: 'cert-manager' },
        spec: { secretName: 'slipway-check', dnsNames: ['slipway.invalid'], issuerRef: { name: 'none' } },
      },
    },
  ],
  leaves: [],
  images: [
    'quay.io/jetstack/cert-manager-controller',
    'quay.io/jetstack/cert-manager-webhook',
    'quay.io/jetstack/cert-manager-cainjector',
    'quay.io/jetstack/cert-manager-startupapicheck',
  ],
  links: {
    documentation: 'https://cert-manager.io/docs/',
    chart: 'https://artifacthub.io/packages/helm/cert-manager/cert-manager',
  },
});
