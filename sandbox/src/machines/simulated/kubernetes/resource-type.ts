/** One kind of object that the API serves. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly inAll: boolean;
  readonly subresources: readonly string[];
  /** Paths of fields that an object must have. */
  readonly required: readonly string[];
  /** Paths of fields that stay as they were made. */
  readonly immutable: readonly string[];
  /** What a CustomResourceDefinition says of its resource; undefined for what the API server has itself. */
  readonly custom?: CustomResource;
}

/** A version of a custom resource. */
export interface CustomResource {
  /** `openAPIV3Schema`. */
  readonly schema: unknown;
  readonly columns: readonly unknown[];
  readonly categories: readonly string[];
  /** Where the scale subresource reads and writes. */
  readonly scale?: { readonly replicas: readonly string[]; readonly current: readonly string[] };
}

interface Row {
  readonly kind: string;
  readonly plural?: string;
  readonly short?: readonly string[];
  readonly cluster?: true;
  readonly all?: true;
  readonly sub?: readonly string[];
  readonly must?: readonly string[];
  readonly fixed?: readonly string[];
}

const podTemplate = 'spec.template.spec.containers';
const scaled = ['status', 'scale'];

const groups: readonly { readonly group: string; readonly version: string; readonly rows: readonly Row[] }[] = [
  {
    group: '',
    version: 'v1',
    rows: [
      { kind: 'Namespace', short: ['ns'], cluster: true, sub: ['status', 'finalize'] },
      { kind: 'Node', short: ['no'], cluster: true, sub: ['status'] },
      {
        kind: 'Pod',
        short: ['po'],
        all: true,
        sub: ['status', 'binding', 'eviction', 'portforward'],
        must: ['spec.containers'],
      },
      { kind: 'PodTemplate' },
      { kind: 'Service', short: ['svc'], all: true, sub: ['status'], must: ['spec'], fixed: ['spec.clusterIP'] },
      { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
      { kind: 'Secret', fixed: ['type'] },
      { kind: 'ConfigMap', short: ['cm'] },
      { kind: 'ServiceAccount', short: ['sa'] },
      { kind: 'Event', short: ['ev'] },
      {
        kind: 'PersistentVolumeClaim',
        short: ['pvc'],
        sub: ['status'],
        must: ['spec.accessModes', 'spec.resources.requests.storage'],
        fixed: ['spec.accessModes', 'spec.storageClassName', 'spec.volumeName', 'spec.volumeMode', 'spec.selector'],
      },
      { kind: 'PersistentVolume', short: ['pv'], cluster: true, sub: ['status'] },
      { kind: 'ResourceQuota', short: ['quota'], sub: ['status'] },
      { kind: 'LimitRange', short: ['limits'] },
      { kind: 'ReplicationController', short: ['rc'], sub: scaled },
    ],
  },
  {
    group: 'apps',
    version: 'v1',
    rows: [
      {
        kind: 'Deployment',
        short: ['deploy'],
        all: true,
        sub: scaled,
        must: ['spec.selector', podTemplate],
        fixed: ['spec.selector'],
      },
      {
        kind: 'DaemonSet',
        short: ['ds'],
        all: true,
        sub: ['status'],
        must: ['spec.selector', podTemplate],
        fixed: ['spec.selector'],
      },
      { kind: 'ReplicaSet', short: ['rs'], all: true, sub: scaled, must: ['spec.selector'], fixed: ['spec.selector'] },
      {
        kind: 'StatefulSet',
        short: ['sts'],
        all: true,
        sub: scaled,
        must: ['spec.selector', podTemplate],
        fixed: ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy', 'spec.volumeClaimTemplates'],
      },
      { kind: 'ControllerRevision', fixed: ['data'] },
    ],
  },
  {
    group: 'batch',
    version: 'v1',
    rows: [
      {
        kind: 'Job',
        all: true,
        sub: ['status'],
        must: [podTemplate],
        fixed: ['spec.selector', 'spec.template', 'spec.completions'],
      },
      {
        kind: 'CronJob',
        short: ['cj'],
        all: true,
        sub: ['status'],
        must: ['spec.schedule', 'spec.jobTemplate.spec.template.spec.containers'],
      },
    ],
  },
  {
    group: 'autoscaling',
    version: 'v2',
    rows: [
      {
        kind: 'HorizontalPodAutoscaler',
        short: ['hpa'],
        all: true,
        sub: ['status'],
        must: ['spec.maxReplicas', 'spec.scaleTargetRef.name'],
      },
    ],
  },
  { group: 'coordination.k8s.io', version: 'v1', rows: [{ kind: 'Lease' }] },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'Role' },
      { kind: 'RoleBinding', must: ['roleRef.name'], fixed: ['roleRef'] },
      { kind: 'ClusterRole', cluster: true },
      { kind: 'ClusterRoleBinding', cluster: true, must: ['roleRef.name'], fixed: ['roleRef'] },
    ],
  },
  {
    group: 'storage.k8s.io',
    version: 'v1',
    rows: [
      {
        kind: 'StorageClass',
        plural: 'storageclasses',
        short: ['sc'],
        cluster: true,
        must: ['provisioner'],
        fixed: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
      },
      { kind: 'CSIDriver', cluster: true },
      { kind: 'CSINode', cluster: true },
      { kind: 'CSIStorageCapacity', plural: 'csistoragecapacities' },
      { kind: 'VolumeAttachment', cluster: true, sub: ['status'] },
      {
        kind: 'VolumeAttributesClass',
        plural: 'volumeattributesclasses',
        short: ['vac'],
        cluster: true,
        must: ['driverName'],
        fixed: ['driverName', 'parameters'],
      },
    ],
  },
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    rows: [{ kind: 'CertificateSigningRequest', short: ['csr'], cluster: true, sub: ['status', 'approval'] }],
  },
  {
    group: 'policy',
    version: 'v1',
    rows: [{ kind: 'PodDisruptionBudget', short: ['pdb'], sub: ['status'] }],
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'Ingress', plural: 'ingresses', short: ['ing'], sub: ['status'] },
      { kind: 'IngressClass', plural: 'ingressclasses', cluster: true, fixed: ['spec.controller'] },
      { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'] },
      { kind: 'IPAddress', plural: 'ipaddresses', short: ['ip'], cluster: true },
      { kind: 'ServiceCIDR', cluster: true, sub: ['status'] },
    ],
  },
  { group: 'discovery.k8s.io', version: 'v1', rows: [{ kind: 'EndpointSlice' }] },
  {
    group: 'scheduling.k8s.io',
    version: 'v1',
    rows: [{ kind: 'PriorityClass', plural: 'priorityclasses', short: ['pc'], cluster: true, fixed: ['value'] }],
  },
  {
    group: 'node.k8s.io',
    version: 'v1',
    rows: [
      {
        kind: 'RuntimeClass',
        plural: 'runtimeclasses',
        cluster: true,
        must: ['handler'],
        fixed: ['handler'],
      },
    ],
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'FlowSchema', cluster: true, sub: ['status'] },
      { kind: 'PriorityLevelConfiguration', cluster: true, sub: ['status'] },
    ],
  },
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'ValidatingWebhookConfiguration', cluster: true },
      { kind: 'MutatingWebhookConfiguration', cluster: true },
      { kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', cluster: true, sub: ['status'] },
      { kind: 'ValidatingAdmissionPolicyBinding', cluster: true },
    ],
  },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    rows: [
      {
        kind: 'CustomResourceDefinition',
        short: ['crd', 'crds'],
        cluster: true,
        sub: ['status'],
        must: ['spec.group', 'spec.names.plural', 'spec.names.kind', 'spec.scope', 'spec.versions'],
        fixed: ['spec.scope'],
      },
    ],
  },
  {
    group: 'apiregistration.k8s.io',
    version: 'v1',
    rows: [
      {
        kind: 'APIService',
        cluster: true,
        sub: ['status'],
        must: ['spec.groupPriorityMinimum', 'spec.versionPriority'],
      },
    ],
  },
];

/** Every resource that an API server has itself, the core group first. */
export const builtInTypes: readonly ResourceType[] = groups.flatMap(({ group, version, rows }) =>
  rows.map((row) => ({
    group,
    version,
    kind: row.kind,
    plural: row.plural ?? `${row.kind.toLowerCase()}s`,
    singular: row.kind.toLowerCase(),
    shortNames: row.short ?? [],
    namespaced: row.cluster !== true,
    inAll: row.all === true,
    subresources: row.sub ?? [],
    required: row.must ?? [],
    immutable: row.fixed ?? [],
  })),
);

const byKind = new Map(builtInTypes.map((type) => [type.kind, type]));

/**
 * The built-in resource of a kind that is known to exist.
 * @throws Error for a kind that the table above does not have: a mistake in this program.
 */
export function resourceOf(kind: string): ResourceType {
  const type = byKind.get(kind);
  if (type === undefined) throw new Error(`No resource of kind ${kind} in the table`);
  return type;
}

/** `apiVersion` of a resource's objects. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Where the objects of a resource are stored: its versions share one place. */
export function storageKeyOf(type: ResourceType): string {
  return `${type.group}/${type.plural}`;
}
