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
}

interface Row {
  readonly kind: string;
  readonly plural?: string;
  readonly short?: readonly string[];
  readonly cluster?: true;
  readonly all?: true;
  readonly sub?: readonly string[];
}

const groups: readonly { readonly group: string; readonly version: string; readonly rows: readonly Row[] }[] = [
  {
    group: '',
    version: 'v1',
    rows: [
      { kind: 'Namespace', short: ['ns'], cluster: true, sub: ['status', 'finalize'] },
      { kind: 'Node', short: ['no'], cluster: true, sub: ['status'] },
      { kind: 'Pod', short: ['po'], all: true, sub: ['status', 'binding', 'eviction', 'portforward'] },
      { kind: 'Service', short: ['svc'], all: true, sub: ['status'] },
      { kind: 'Endpoints', plural: 'endpoints', short: ['ep'] },
      { kind: 'Secret' },
      { kind: 'ConfigMap', short: ['cm'] },
      { kind: 'ServiceAccount', short: ['sa'] },
      { kind: 'Event', short: ['ev'] },
      { kind: 'PersistentVolumeClaim', short: ['pvc'], sub: ['status'] },
      { kind: 'PersistentVolume', short: ['pv'], cluster: true, sub: ['status'] },
      { kind: 'ResourceQuota', short: ['quota'], sub: ['status'] },
      { kind: 'LimitRange', short: ['limits'] },
      { kind: 'ReplicationController', short: ['rc'], sub: ['status', 'scale'] },
    ],
  },
  {
    group: 'apps',
    version: 'v1',
    rows: [
      { kind: 'Deployment', short: ['deploy'], all: true, sub: ['status', 'scale'] },
      { kind: 'DaemonSet', short: ['ds'], all: true, sub: ['status'] },
      { kind: 'ReplicaSet', short: ['rs'], all: true, sub: ['status', 'scale'] },
      { kind: 'StatefulSet', short: ['sts'], all: true, sub: ['status', 'scale'] },
      { kind: 'ControllerRevision' },
    ],
  },
  {
    group: 'batch',
    version: 'v1',
    rows: [
      { kind: 'Job', all: true, sub: ['status'] },
      { kind: 'CronJob', short: ['cj'], all: true, sub: ['status'] },
    ],
  },
  {
    group: 'autoscaling',
    version: 'v2',
    rows: [{ kind: 'HorizontalPodAutoscaler', short: ['hpa'], all: true, sub: ['status'] }],
  },
  { group: 'coordination.k8s.io', version: 'v1', rows: [{ kind: 'Lease' }] },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'Role' },
      { kind: 'RoleBinding' },
      { kind: 'ClusterRole', cluster: true },
      { kind: 'ClusterRoleBinding', cluster: true },
    ],
  },
  {
    group: 'storage.k8s.io',
    version: 'v1',
    rows: [
      { kind: 'StorageClass', plural: 'storageclasses', short: ['sc'], cluster: true },
      { kind: 'CSIDriver', cluster: true },
      { kind: 'CSINode', cluster: true },
      { kind: 'VolumeAttachment', cluster: true, sub: ['status'] },
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
      { kind: 'IngressClass', plural: 'ingressclasses', cluster: true },
      { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'] },
    ],
  },
  { group: 'discovery.k8s.io', version: 'v1', rows: [{ kind: 'EndpointSlice' }] },
  {
    group: 'scheduling.k8s.io',
    version: 'v1',
    rows: [{ kind: 'PriorityClass', plural: 'priorityclasses', short: ['pc'], cluster: true }],
  },
];

/** Every resource that the API stores. */
export const resourceTypes: readonly ResourceType[] = groups.flatMap(({ group, version, rows }) =>
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
  })),
);

const byPlural = new Map(resourceTypes.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
const byKind = new Map(resourceTypes.map((type) => [type.kind, type]));

/** The resource at `/apis/<group>/<version>/<plural>`, if there is one. */
export function findResource(group: string, version: string, plural: string): ResourceType | undefined {
  return byPlural.get(`${group}/${version}/${plural}`);
}

/**
 * The resource of a kind that is known to exist.
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

/** The groups and versions that the API serves, the core group first. */
export const groupVersions = groups.map(({ group, version }) => ({ group, version }));
