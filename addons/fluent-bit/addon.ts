import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** What stands in a line of fluent-bit's classic configuration, which the chart takes as a template. */
const word = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s{}$#]+$/, 'must hold no white space, braces, "$" or "#"');

/** Logs of Pods and kubelets to a central place. */
export const fluentBit = addon({
  title: 'Fluent Bit',
  summary: 'Logs of all Pods and kubelets to a central place, by HTTP',
  release: 'fluent-bit',
  namespace: 'fluent-bit',
  chart: { name: 'fluent-bit', repository: 'oci://ghcr.io/fluent/helm-charts' },
  versions: [
    {
      ...{ chart: '0.58.1', app: '5.1.1', kubernetes: { from: '1.23' } },
      sha256: 'fc2235278cdb4e76befb8520464a66ff459c6d7711bbbc8755dedcc32799877b',
    },
  ],
  options: addonOptions(
    { required: false },
    {
      host: word.describe('Host of the gateway'),
      port: z.int().min(1).max(65_535).default(443).describe('Its port'),
      path: word.default('/').describe('Path of the request'),
      tls: z.boolean().default(true).describe('Whether it is reached by TLS; its certificate is verified'),
      credentialsSecret: z
        .string()
        .max(253)
        .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be the name of a Secret')
        .optional()
        .describe(
          'Secret in namespace fluent-bit with HTTP_USER and HTTP_PASSWORD, which you make, by addons.externalSecrets for example: the chart makes no Secrets. Pods wait for it',
        ),
    },
  ),
  values: ({ host, port, path, tls, credentialsSecret }, { id, name }) => ({
    // Every machine has logs, those of the control plane too.
    tolerations: [{ operator: 'Exists' }],
    priorityClassName: 'system-node-critical',
    // A Pod of helm test that pulls an image without a version.
    testFramework: { enabled: false },
    ...(credentialsSecret === undefined ? {} : { envFrom: [{ secretRef: { name: credentialsSecret } }] }),
    config: {
      filters: section('FILTER', [
        ['Name', 'kubernetes'],
        ['Match', 'kube.*'],
        ['Merge_Log', 'On'],
        ['Keep_Log', 'Off'],
        ['K8S-Logging.Parser', 'On'],
        ['K8S-Logging.Exclude', 'On'],
      ]).concat(
        section('FILTER', [
          ['Name', 'record_modifier'],
          ['Match', '*'],
          ['Record', `cluster ${name}`],
          ['Record', `cluster_id ${id}`],
        ]),
      ),
      outputs: section('OUTPUT', [
        ['Name', 'http'],
        ['Match', '*'],
        ['Host', host],
        ['Port', String(port)],
        ['URI', path],
        ['Format', 'json'],
        ['Compress', 'gzip'],
        ...(tls
          ? ([
              ['tls', 'On'],
              ['tls.verify', 'On'],
            ] as const)
          : []),
        ...(credentialsSecret === undefined
          ? []
          : ([
              ['HTTP_User', '${HTTP_USER}'],
              ['HTTP_Passwd', '${HTTP_PASSWORD}'],
            ] as const)),
        // A gateway that stays away must not fill the memory: after these tries, ever further apart, logs are dropped.
        ['Retry_Limit', '20'],
      ]),
    },
  }),
  after: ['externalSecrets'],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: ['cr.fluentbit.io/fluent/fluent-bit'],
  links: {
    documentation: 'https://docs.fluentbit.io/manual/data-pipeline/outputs/http',
    chart: 'https://artifacthub.io/packages/helm/fluent/fluent-bit',
  },
});

/** A section of fluent-bit's classic configuration. */
const section = (name: string, lines: readonly (readonly [string, string])[]): string =>
  [`[${name}]`, ...lines.map(([key, value]) => `    ${key} ${value}`), '', ''].join('\n');
