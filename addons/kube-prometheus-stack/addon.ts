import { z } from 'zod';
import { addon, addonOptions } from '../addon.ts';
import { secretReference } from '../secret-reference.ts';
import { storageClassName } from '../storage-class.ts';
import { alertingOptions, alertingSecrets, alertingValues } from './alerting.ts';
import { remoteWriteOptions, remoteWriteSecrets, remoteWriteValues } from './remote-write.ts';

const storage = z.strictObject({
  sizeGiB: z.int().min(1).max(10_000).describe('Size of the volume in GiB'),
  storageClass: storageClassName.optional().describe('Its StorageClass; the cluster’s default when absent'),
});

const grafana = z.strictObject({
  adminPassword: secretReference.describe('Password of its administrator: addons/<path>#<field> in Vault'),
});

/** Metrics, rules and alerts. */
export const kubePrometheusStack = addon({
  title: 'kube-prometheus-stack',
  summary: 'Metrics, rules and alerts of the cluster by Prometheus, written on to a central place where there is one',
  release: 'kube-prometheus-stack',
  namespace: 'monitoring',
  chart: { name: 'kube-prometheus-stack', repository: 'oci://ghcr.io/prometheus-community/charts' },
  versions: [{ chart: '88.5.3', app: '0.93.1', kubernetes: { from: '1.25' } }],
  options: addonOptions(
    { required: false },
    {
      retentionDays: z
        .int()
        .min(1)
        .max(3650)
        .default(10)
        .describe('For how many days metrics are kept in the cluster; a central place keeps them longer'),
      storage: storage
        .optional()
        .describe('A volume for the metrics; when absent they are kept in the Pod, and gone with it'),
      remoteWrite: remoteWriteOptions.optional().describe('The central place, to which metrics are written on'),
      alerts: alertingOptions.prefault({}).describe('Who is told of alerts; nobody when empty'),
      grafana: grafana
        .optional()
        .describe('Dashboards in the cluster; none when absent, because they belong to the central place'),
      controlPlaneMetrics: z
        .boolean()
        .default(false)
        .describe(
          'Whether etcd, scheduler, controller manager and kube-proxy are asked for metrics. Off, because kubeadm has them listen on 127.0.0.1 only, and an alert would say for ever that they are down',
        ),
    },
  ),
  values: (options, cluster) => {
    const asked = { enabled: options.controlPlaneMetrics };
    return {
      crds: { enabled: true },
      alertmanager: alertingValues(options.alerts),
      grafana: { enabled: options.grafana !== undefined },
      ...{ kubeControllerManager: asked, kubeEtcd: asked, kubeProxy: asked, kubeScheduler: asked },
      prometheus: {
        ...(options.remoteWrite === undefined ? {} : { extraSecret: remoteWriteValues(options.remoteWrite).secret }),
        prometheusSpec: {
          // Told in the central place and in alerts: which cluster speaks.
          externalLabels: { cluster: cluster.name, cluster_id: cluster.id },
          retention: `${options.retentionDays}d`,
          // Monitors and rules of other releases count too.
          ...{ serviceMonitorSelectorNilUsesHelmValues: false, podMonitorSelectorNilUsesHelmValues: false },
          ...{ ruleSelectorNilUsesHelmValues: false, probeSelectorNilUsesHelmValues: false },
          ...(options.remoteWrite === undefined ? {} : { remoteWrite: remoteWriteValues(options.remoteWrite).targets }),
          ...(options.storage === undefined ? {} : { storageSpec: volumeClaim(options.storage) }),
        },
      },
    };
  },
  secretValues: ({ alerts, remoteWrite, grafana: dashboards }) => ({
    ...alertingSecrets(alerts),
    ...(remoteWrite === undefined ? {} : remoteWriteSecrets(remoteWrite)),
    ...(dashboards === undefined ? {} : { 'grafana.adminPassword': dashboards.adminPassword }),
  }),
  after: [],
  stage: 'rest',
  ready: [{ kind: 'custom-resource', name: 'servicemonitors.monitoring.coreos.com' }],
  leaves: ['volume'],
  images: [
    'quay.io/prometheus-operator/prometheus-operator',
    'quay.io/prometheus-operator/prometheus-config-reloader',
    'quay.io/prometheus/prometheus',
    'quay.io/prometheus/alertmanager',
    'quay.io/prometheus/node-exporter',
    'registry.k8s.io/kube-state-metrics/kube-state-metrics',
    'ghcr.io/jkroepke/kube-webhook-certgen',
    'docker.io/grafana/grafana',
    'quay.io/kiwigrid/k8s-sidecar',
  ],
  links: {
    documentation: 'https://prometheus-operator.dev/',
    chart: 'https://artifacthub.io/packages/helm/prometheus-community/kube-prometheus-stack',
  },
});

const volumeClaim = ({ sizeGiB, storageClass }: z.output<typeof storage>) => ({
  volumeClaimTemplate: {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: `${sizeGiB}Gi` } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  },
});
