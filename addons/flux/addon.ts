import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Flux's controllers. Its sources and Kustomizations are made by whoever uses it. */
export const flux = addon({
  title: 'Flux',
  summary: 'Applications from Git repositories and registries, kept as they stand there, by Flux',
  release: 'flux',
  namespace: 'flux-system',
  chart: { name: 'flux2', repository: 'oci://ghcr.io/fluxcd-community/charts' },
  versions: [
    {
      ...{ chart: '2.18.3', app: '2.8.5', kubernetes: { from: '1.33' } },
      sha256: '3fb83376c55eb7df91062330efbe58238c1ed9702db298a4774f85ea0de2650d',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      multitenancy: z
        .boolean()
        .default(false)
        .describe('Whether objects may name those of their own namespace only, and act as a service account of it'),
      imageAutomation: z
        .boolean()
        .default(false)
        .describe('The two controllers that write new image tags into Git; off because few use them'),
    },
  ),
  values: ({ multitenancy, imageAutomation }, { dnsDomain }) => ({
    installCRDs: true,
    clusterDomain: dnsDomain,
    multitenancy: { enabled: multitenancy },
    imageAutomationController: { create: imageAutomation },
    imageReflectionController: { create: imageAutomation },
  }),
  after: [],
  stage: 'rest',
  ready: [{ kind: 'custom-resource', name: 'kustomizations.kustomize.toolkit.fluxcd.io' }],
  leaves: [],
  images: [
    'ghcr.io/fluxcd/source-controller',
    'ghcr.io/fluxcd/kustomize-controller',
    'ghcr.io/fluxcd/helm-controller',
    'ghcr.io/fluxcd/notification-controller',
    'ghcr.io/fluxcd/image-automation-controller',
    'ghcr.io/fluxcd/image-reflector-controller',
    'ghcr.io/fluxcd/flux-cli',
  ],
  links: {
    documentation: 'https://fluxcd.io/flux/',
    chart: 'https://artifacthub.io/packages/helm/fluxcd-community/flux2',
  },
});
