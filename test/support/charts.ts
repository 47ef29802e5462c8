import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

/** A Helm chart of a test. */
export interface TestChart {
  readonly name: string;
  readonly version: string;
  /** Templates by file name, YAML with Helm's marks. */
  readonly templates: Readonly<Record<string, string>>;
  readonly crds?: Readonly<Record<string, string>>;
  /** JSON Schema of its values. */
  readonly schema?: object;
}

/** Writes a chart as a folder below `folder`, as a worker's folder of charts has it. */
export async function writeChart(folder: string, { name, version, templates, crds = {}, schema }: TestChart) {
  const files: Record<string, string> = {
    'Chart.yaml': stringify({ apiVersion: 'v2', name, version, appVersion: `app-${version}` }),
    ...Object.fromEntries(Object.entries(templates).map(([file, text]) => [`templates/${file}.yaml`, text])),
    ...Object.fromEntries(Object.entries(crds).map(([file, text]) => [`crds/${file}.yaml`, text])),
    ...(schema === undefined ? {} : { 'values.schema.json': JSON.stringify(schema) }),
  };
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** Says a greeting, in a ConfigMap named like the release, and keeps a password. */
export const greeter = (version: string): TestChart => ({
  ...{ name: 'greeter', version },
  schema: { type: 'object', properties: { greeting: { type: 'string', pattern: '^[a-z]+$' } } },
  templates: {
    greeting: `
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { greeting: {{ .Values.greeting | default "hello" }}, version: {{ .Chart.Version | quote }} }
---
apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }} }
stringData: { password: {{ .Values.password | default "none" | quote }} }
`,
  },
});

const deployment = (name: string, namespace: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  replicas: {{ .Values.replicas | default 1 }}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      nodeSelector: {{ .Values.nodeSelector | default dict | toJson }}
      containers: [{ name: main, image: "main:{{ .Chart.Version }}", args: {{ .Values.args | default list | toJson }} }]
`;

/** A Deployment, which is ready where a node has the labels that its values ask for. */
export const runner = (version: string): TestChart => ({
  ...{ name: 'runner', version },
  templates: { deployment: deployment('{{ .Release.Name }}', '{{ .Release.Namespace }}') },
});

/** Stands in for the chart of Metrics Server: the same name, version and values. */
export const metricsServer: TestChart = {
  ...{ name: 'metrics-server', version: '3.13.1' },
  templates: {
    deployment: deployment('metrics-server', '{{ .Release.Namespace }}'),
    service: `
apiVersion: v1
kind: Service
metadata: { name: metrics-server }
spec: { selector: { app: metrics-server }, ports: [{ port: 443, targetPort: 10250 }] }
`,
    api: `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1beta1.metrics.k8s.io }
spec:
  { group: metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100,
    insecureSkipTLSVerify: true, service: { name: metrics-server, namespace: {{ .Release.Namespace }} } }
`,
  },
};

/** Stands in for the chart of OpenStack's cloud controller manager: the same name, values and DaemonSet. */
export const cloudController: TestChart = {
  ...{ name: 'openstack-cloud-controller-manager', version: '2.36.0' },
  templates: {
    daemonset: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: openstack-cloud-controller-manager }
spec:
  selector: { matchLabels: { app: openstack-cloud-controller-manager } }
  template:
    metadata:
      labels: { app: openstack-cloud-controller-manager }
      annotations: {{ .Values.podAnnotations | toJson }}
    spec:
      hostNetwork: true
      nodeSelector: {{ .Values.nodeSelector | toJson }}
      tolerations: {{ .Values.tolerations | toJson }}
      containers:
        - name: openstack-cloud-controller-manager
          image: openstack-cloud-controller-manager
          env: [{ name: CLUSTER_NAME, value: {{ .Values.cluster.name | quote }} }]
      volumes: [{ name: cloud-config-volume, secret: { secretName: {{ .Values.secret.name }} } }]
`,
  },
};

/** Stands in for the chart of the Cinder CSI driver: the same name, values, and shape of its Deployment. */
export const cinder: TestChart = {
  ...{ name: 'openstack-cinder-csi', version: '2.36.0' },
  templates: {
    controllerplugin: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: openstack-cinder-csi-controllerplugin }
spec:
  replicas: {{ .Values.csi.plugin.controllerPlugin.replicas }}
  selector: { matchLabels: { app: openstack-cinder-csi } }
  template:
    metadata:
      labels: { app: openstack-cinder-csi }
      annotations: {{ .Values.csi.plugin.controllerPlugin.podAnnotations | toJson }}
    spec:
      nodeSelector: {{ .Values.csi.plugin.controllerPlugin.nodeSelector | toJson }}
      tolerations: {{ .Values.csi.plugin.controllerPlugin.tolerations | toJson }}
      containers:
        - name: cinder-csi-plugin
          image: cinder-csi-plugin
          env: [{ name: CLUSTER_NAME, value: {{ .Values.clusterID | quote }} }]
      volumes: [{ name: cloud-config, secret: { secretName: {{ .Values.secret.name }} } }]
`,
    classes: '{{ .Values.storageClass.custom }}',
  },
};

/** A definition of widgets whose newest field is named like the chart's version, and a widget. */
export const widgets = (version: string, field: string): TestChart => ({
  ...{ name: 'widgets', version },
  crds: {
    widgets: stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.test.slipway.dev' },
      spec: {
        group: 'test.slipway.dev',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
        versions: [
          {
            ...{ name: 'v1', served: true, storage: true },
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { [field]: { type: 'string' } } } },
              },
            },
          },
        ],
      },
    }),
  },
  templates: {
    widget: `
apiVersion: test.slipway.dev/v1
kind: Widget
metadata: { name: {{ .Release.Name }} }
spec: { ${field}: round }
`,
  },
});
