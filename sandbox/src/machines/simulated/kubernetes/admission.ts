import { createHash } from 'node:crypto';
import { definitionDefaults } from './custom-resource-definition.ts';
import {
  at,
  draftSchema,
  fieldsAt,
  listAt,
  numberAt,
  textAt,
  textMapAt,
  type Draft,
  type Fields,
  type KubeObject,
} from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { applyDefaults } from './structural-schema.ts';

/** What admission knows of the cluster. */
export interface AdmissionContext {
  /** The address for a new Service with a cluster IP. */
  serviceAddress(): string;
  /** A free port on every node for a Service. */
  nodePort(): number;
  /** The StorageClass of claims that name none. */
  defaultStorageClass(): string | undefined;
}

function podSpecDefaults(spec: Fields): Fields {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    serviceAccountName: 'default',
    ...spec,
  };
}

function templateDefaults(spec: Fields, restartPolicy: string): Fields {
  const template = fieldsAt(spec, 'template');
  return { ...template, spec: podSpecDefaults({ restartPolicy, ...fieldsAt(template, 'spec') }) };
}

type Defaults = (draft: Draft, context: AdmissionContext, before: KubeObject | undefined) => Fields;

/** What stands in `spec` where the client says nothing else. */
const inSpec =
  (fallback: Fields): Defaults =>
  (draft) => ({ spec: { ...fallback, ...fieldsAt(draft, 'spec') } });

const webhooks =
  (fallback: Fields): Defaults =>
  (draft) => ({
    webhooks: listAt(draft, 'webhooks').map((webhook) => ({
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...fallback,
      ...fieldsAt(webhook),
    })),
  });

const defaults: Readonly<Record<string, Defaults>> = {
  Namespace: (draft) => ({
    metadata: {
      ...draft.metadata,
      labels: { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name ?? '' },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  Secret: (draft) => {
    const plain = Object.entries(textMapAt(draft, 'stringData'));
    const encoded = Object.fromEntries(plain.map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    return { type: 'Opaque', ...draft, stringData: undefined, data: { ...fieldsAt(draft, 'data'), ...encoded } };
  },
  Pod: (draft) => ({
    spec: podSpecDefaults(fieldsAt(draft, 'spec')),
    status: { phase: 'Pending', qosClass: 'BestEffort', ...fieldsAt(draft, 'status') },
  }),
  Service: (draft, context, before) => {
    const spec = fieldsAt(draft, 'spec');
    const type = textAt(spec, 'type') || 'ClusterIP';
    const asked = textAt(spec, 'clusterIP') || textAt(before, 'spec', 'clusterIP');
    const clusterIP = type === 'ExternalName' ? '' : asked || context.serviceAddress();
    const onNodes = type === 'NodePort' || (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
    const nodePortOf = (port: unknown) =>
      numberAt(port, 0, 'nodePort') ||
      numberAt(
        listAt(before, 'spec', 'ports').find((old) => at(old, 'port') === at(port, 'port')),
        0,
        'nodePort',
      ) ||
      context.nodePort();
    const ports = listAt(spec, 'ports').map((port) => ({
      protocol: 'TCP',
      targetPort: at(port, 'port'),
      ...fieldsAt(port),
      ...(onNodes ? { nodePort: nodePortOf(port) } : {}),
    }));
    return {
      spec: {
        sessionAffinity: 'None',
        ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
        ...(onNodes ? { externalTrafficPolicy: 'Cluster' } : {}),
        ...spec,
        type,
        ports,
        ...(clusterIP === ''
          ? { clusterIP: undefined, clusterIPs: undefined }
          : { clusterIP, clusterIPs: [clusterIP] }),
      },
      status: { loadBalancer: {}, ...fieldsAt(draft, 'status') },
    };
  },
  Deployment: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    return {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
        ...spec,
        template: templateDefaults(spec, 'Always'),
      },
    };
  },
  ReplicaSet: (draft) => ({ spec: { replicas: 1, ...fieldsAt(draft, 'spec') } }),
  StatefulSet: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    return {
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        ...spec,
        template: templateDefaults(spec, 'Always'),
      },
    };
  },
  DaemonSet: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    return {
      spec: {
        updateStrategy: { type: 'RollingUpdate' },
        revisionHistoryLimit: 10,
        ...spec,
        template: templateDefaults(spec, 'Always'),
      },
    };
  },
  Job: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    const name = draft.metadata.name ?? '';
    const template = templateDefaults(spec, 'Never');
    const labels = {
      ...textMapAt(template, 'metadata', 'labels'),
      'batch.kubernetes.io/job-name': name,
      'job-name': name,
    };
    return {
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        selector: { matchLabels: { 'batch.kubernetes.io/job-name': name } },
        ...spec,
        template: { ...template, metadata: { ...fieldsAt(template, 'metadata'), labels } },
      },
    };
  },
  CronJob: inSpec({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  }),
  HorizontalPodAutoscaler: inSpec({ minReplicas: 1 }),
  PersistentVolumeClaim: (draft, context, before) => {
    // Only a new claim gets the default class: '' asks for none.
    const storageClassName = before === undefined ? context.defaultStorageClass() : undefined;
    return {
      spec: {
        volumeMode: 'Filesystem',
        ...(storageClassName === undefined ? {} : { storageClassName }),
        ...fieldsAt(draft, 'spec'),
      },
      status: { phase: 'Pending', ...fieldsAt(draft, 'status') },
    };
  },
  PersistentVolume: (draft) => ({
    spec: { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain', ...fieldsAt(draft, 'spec') },
    status: { phase: 'Available', ...fieldsAt(draft, 'status') },
  }),
  StorageClass: (draft) => ({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...draft }),
  NetworkPolicy: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    return { spec: { policyTypes: ['Ingress', ...('egress' in spec ? ['Egress'] : [])], ...spec } };
  },
  PriorityClass: (draft) => ({ preemptionPolicy: 'PreemptLowerPriority', ...draft }),
  ValidatingWebhookConfiguration: webhooks({}),
  MutatingWebhookConfiguration: webhooks({ reinvocationPolicy: 'Never' }),
  CustomResourceDefinition: (draft) => ({ spec: definitionDefaults(fieldsAt(draft, 'spec')) }),
};

/**
 * Fills in what the API server's defaulting and admission would, as far as clients look at it; `before` is what is
 * there already.
 */
export function admit(type: ResourceType, draft: Draft, context: AdmissionContext, before?: KubeObject): Draft {
  if (type.custom !== undefined) return draftSchema.parse(applyDefaults(type.custom.schema, draft));
  return { ...draft, ...defaults[type.kind]?.(draft, context, before) };
}

/** A short stable hash of a pod template, as in the names of ReplicaSets. */
export function templateHash(template: unknown): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
}

/** `spec.replicas` of a controller. */
export function replicasOf(object: unknown): number {
  return numberAt(object, 1, 'spec', 'replicas');
}
