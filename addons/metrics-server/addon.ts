import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Usage of nodes and pods, for `kubectl top` and the horizontal pod autoscaler. */
export const metricsServer = addon({
  title: 'Metrics Server',
  summary: 'Usage of CPU and memory, for kubectl top and the horizontal pod autoscaler',
  release: 'metrics-server',
  namespace: 'kube-system',
  chart: { name: 'metrics-server', repository: 'https://kubernetes-sigs.github.io/metrics-server' },
  versions: [
    {
      ...{ chart: '3.13.1', app: '0.8.1', kubernetes: { from: '1.31' } },
      sha256: '084e6edb680cf4e2acc30bd496568c53fdf663cbacf6e17876b25785c35b7a13',
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
        .describe('How many run; with two or more a budget keeps one of them during drains'),
    },
  ),
  values: ({ replicas }, { kubeletCertificatesSigned }) => ({
    replicas,
    // Without it nothing is scraped: nobody else's authority has signed what the kubelets show.
    args: kubeletCertificatesSigned ? [] : ['--kubelet-insecure-tls'],
    ...(replicas === 1 ? {} : { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
  }),
  after: [],
  stage: 'rest',
  ready: [{ kind: 'api-service', name: 'v1beta1.metrics.k8s.io' }],
  leaves: [],
  images: ['registry.k8s.io/metrics-server/metrics-server'],
  links: {
    documentation: 'https://kubernetes-sigs.github.io/metrics-server/',
    chart: 'https://artifacthub.io/packages/helm/metrics-server/metrics-server',
  },
});
