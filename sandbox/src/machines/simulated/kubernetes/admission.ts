import { createHash } from 'node:crypto';
import { at, fieldsAt, listAt, numberAt, textAt, textMapAt, type Draft, type Fields } from './object.ts';

/** What admission knows of the cluster. */
export interface AdmissionContext {
  /** The address for a new Service with a cluster IP. */
  serviceAddress(): string;
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

type Defaults = (draft: Draft, context: AdmissionContext) => Fields;

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
  Service: (draft, context) => {
    const spec = fieldsAt(draft, 'spec');
    const type = textAt(spec, 'type') || 'ClusterIP';
    const clusterIP = textAt(spec, 'clusterIP') || (type === 'ExternalName' ? '' : context.serviceAddress());
    const ports = listAt(spec, 'ports').map((port) => ({
      protocol: 'TCP',
      targetPort: at(port, 'port'),
      ...fieldsAt(port),
    }));
    return {
      spec: {
        sessionAffinity: 'None',
        ...spec,
        type,
        ports,
        ...(clusterIP === '' ? {} : { clusterIP, clusterIPs: [clusterIP] }),
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
    return { spec: { replicas: 1, ...spec, template: templateDefaults(spec, 'Always') } };
  },
  DaemonSet: (draft) => {
    const spec = fieldsAt(draft, 'spec');
    return { spec: { updateStrategy: { type: 'RollingUpdate' }, ...spec, template: templateDefaults(spec, 'Always') } };
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
  PersistentVolumeClaim: (draft) => ({ status: { phase: 'Pending', ...fieldsAt(draft, 'status') } }),
};

/** Fills in what the API server's defaulting and admission would, as far as clients look at it. */
export function admit(kind: string, draft: Draft, context: AdmissionContext): Draft {
  return { ...draft, ...defaults[kind]?.(draft, context) };
}

/** A short stable hash of a pod template, as in the names of ReplicaSets. */
export function templateHash(template: unknown): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
}

/** `spec.replicas` of a controller. */
export function replicasOf(object: unknown): number {
  return numberAt(object, 1, 'spec', 'replicas');
}
