import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Warnings about what programs in containers do. */
export const falco = addon({
  title: 'Falco',
  summary: 'Warnings about suspicious system calls of containers and machines',
  release: 'falco',
  namespace: 'falco',
  chart: { name: 'falco', repository: 'https://falcosecurity.github.io/charts' },
  versions: [
    {
      ...{ chart: '9.1.0', app: '0.44.1', kubernetes: { from: '1.23' } },
      sha256: '2a767d6aeccf2392c5e263ae1f5e0950520affe3a9908ff7986ac213649c45b4',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      minimumPriority: z
        .enum(['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'])
        .default('notice')
        .describe('Rules below this priority are not loaded; notice, because those below tell of ordinary work'),
      url: z
        .url({ protocol: /^https?$/ })
        .max(1024)
        .optional()
        .describe('Where each warning is posted as JSON, beside the log of its Pod'),
      followRules: z
        .boolean()
        .default(true)
        .describe(
          'Whether new rules of the same major version are fetched each week; off where ghcr.io is not reached',
        ),
    },
  ),
  values: ({ minimumPriority, url, followRules }) => ({
    // The one that needs neither headers of the kernel nor a module: BTF is in every kernel since 5.8 that counts here.
    driver: { kind: 'modern_ebpf' },
    // Otherwise warnings wait in a buffer.
    tty: true,
    tolerations: [{ operator: 'Exists' }],
    podPriorityClassName: 'system-node-critical',
    falcoctl: { artifact: { follow: { enabled: followRules } } },
    falco: {
      priority: minimumPriority,
      json_output: true,
      ...(url === undefined ? {} : { http_output: { enabled: true, url } }),
    },
  }),
  after: [],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: ['docker.io/falcosecurity/falco', 'docker.io/falcosecurity/falcoctl'],
  links: {
    documentation: 'https://falco.org/docs/',
    chart: 'https://artifacthub.io/packages/helm/falcosecurity/falco',
  },
});
