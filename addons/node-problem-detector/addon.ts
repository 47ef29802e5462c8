import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';

/** Troubles of machines as conditions and events of their nodes. */
export const nodeProblemDetector = addon({
  title: 'Node problem detector',
  summary: 'Troubles of machines, such as a kernel that hangs or a read-only disk, as conditions and events of nodes',
  release: 'node-problem-detector',
  namespace: 'kube-system',
  chart: { name: 'node-problem-detector', repository: 'oci://ghcr.io/deliveryhero/helm-charts' },
  versions: [{ chart: '2.4.1', app: '1.35.1', kubernetes: { from: '1.21' } }],
  options: addonOptions(
    { required: false },
    {
      metrics: z
        .boolean()
        .default(false)
        .describe('Whether Prometheus counts what it finds; needs addons.kubePrometheusStack'),
    },
  ),
  values: ({ metrics }) => ({
    // The chart's others, without Docker's, which no machine has.
    settings: { log_monitors: ['/config/kernel-monitor.json', '/config/readonly-monitor.json'] },
    tolerations: [{ operator: 'Exists' }],
    metrics: { enabled: metrics, serviceMonitor: { enabled: metrics } },
  }),
  after: ['kubePrometheusStack'],
  stage: 'rest',
  ready: [],
  leaves: [],
  images: ['registry.k8s.io/node-problem-detector/node-problem-detector'],
  links: {
    documentation: 'https://github.com/kubernetes/node-problem-detector#readme',
    chart: 'https://artifacthub.io/packages/helm/deliveryhero/node-problem-detector',
  },
});
