import { at, fieldsAt, listAt, numberAt, textAt, type KubeObject } from './object.ts';

/** A column of the table that `kubectl get` prints. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  /** 1 for what only `-o wide` shows. */
  readonly priority?: number;
  readonly cell: (object: KubeObject) => string | number | boolean | null;
}

/** The time since then as kubectl writes it: `45s`, `12m`, `5h3m`, `3d`. */
export function age(since: string, now = Date.now()): string {
  const started = Date.parse(since);
  if (Number.isNaN(started)) return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - started) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return `${minutes}m${seconds % 60 === 0 ? '' : `${seconds % 60}s`}`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return `${hours}h${minutes % 60 === 0 ? '' : `${minutes % 60}m`}`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

const text = (name: string, cell: Column['cell']): Column => ({ name, type: 'string', cell });
const wide = (name: string, cell: Column['cell']): Column => ({ name, type: 'string', priority: 1, cell });
const count = (name: string, cell: Column['cell']): Column => ({ name, type: 'integer', cell });
/** The name of an object. */
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata.name,
};
/** How long an object is there. */
export const ageColumn = text('Age', (object) => age(object.metadata.creationTimestamp));

/** When an object was made: what kinds without columns of their own show. */
export const createdColumn = text('Created At', (object) => object.metadata.creationTimestamp);

const join = (values: readonly string[]) => (values.length === 0 ? '<none>' : values.join(','));
const entries = (object: KubeObject, ...path: string[]) => Object.keys(fieldsAt(object, ...path)).length;

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((condition) => at(condition, 'type') === 'Ready');
  const status = at(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return at(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const labels = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return join(labels.map((label) => label.slice(prefix.length)).sort());
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((address) => at(address, 'type') === type);
  return textAt(found, 'address') || '<none>';
}

const containersOf = (object: KubeObject, ...path: string[]) => listAt(object, ...path, 'containers');
const containerColumns = [
  wide('Containers', (object) =>
    join(containersOf(object, 'spec', 'template', 'spec').map((item) => textAt(item, 'name'))),
  ),
  wide('Images', (object) =>
    join(containersOf(object, 'spec', 'template', 'spec').map((item) => textAt(item, 'image'))),
  ),
  wide('Selector', (object) =>
    join(
      Object.entries(fieldsAt(object, 'spec', 'selector', 'matchLabels')).map(
        ([key, value]) => `${key}=${String(value)}`,
      ),
    ),
  ),
];
const nodeInfo = (field: string) => (object: KubeObject) => textAt(object, 'status', 'nodeInfo', field);
const status = (field: string) => (object: KubeObject) => numberAt(object, 0, 'status', field);
const replicas = (object: KubeObject) => numberAt(object, 0, 'spec', 'replicas');

function podReady(pod: KubeObject): string {
  const ready = listAt(pod, 'status', 'containerStatuses').filter((item) => at(item, 'ready') === true);
  return `${ready.length}/${containersOf(pod, 'spec').length}`;
}

function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const states = listAt(pod, 'status', 'containerStatuses').map((one) => fieldsAt(one, 'state'));
  const reason = states.map((state) => textAt(state, 'waiting', 'reason') || textAt(state, 'terminated', 'reason'));
  return reason.find((one) => one !== '') ?? textAt(pod, 'status', 'phase');
}

function servicePorts(service: KubeObject): string {
  return join(
    listAt(service, 'spec', 'ports').map((port) => {
      const node = textAt(port, 'nodePort');
      return `${textAt(port, 'port')}${node === '' ? '' : `:${node}`}/${textAt(port, 'protocol')}`;
    }),
  );
}

const modeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessModes = (object: KubeObject) =>
  listAt(object, 'spec', 'accessModes')
    .map((mode) => modeNames[String(mode)] ?? String(mode))
    .join(',');

/** The columns of the kinds that have some of their own. */
export const columns: Readonly<Record<string, readonly Column[]>> = {
  Node: [
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    ageColumn,
    text('Version', nodeInfo('kubeletVersion')),
    wide('Internal-IP', (node) => nodeAddress(node, 'InternalIP')),
    wide('External-IP', (node) => nodeAddress(node, 'ExternalIP')),
    wide('OS-Image', nodeInfo('osImage')),
    wide('Kernel-Version', nodeInfo('kernelVersion')),
    wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
  ],
  Pod: [
    nameColumn,
    text('Ready', podReady),
    text('Status', podStatus),
    text('Restarts', () => '0'),
    ageColumn,
    wide('IP', (pod) => textAt(pod, 'status', 'podIP') || '<none>'),
    wide('Node', (pod) => textAt(pod, 'spec', 'nodeName') || '<none>'),
    wide('Nominated Node', () => '<none>'),
    wide('Readiness Gates', () => '<none>'),
  ],
  Namespace: [nameColumn, text('Status', (object) => textAt(object, 'status', 'phase')), ageColumn],
  Service: [
    nameColumn,
    text('Type', (service) => textAt(service, 'spec', 'type')),
    text('Cluster-IP', (service) => textAt(service, 'spec', 'clusterIP') || '<none>'),
    text('External-IP', (service) => {
      const ingress = listAt(service, 'status', 'loadBalancer', 'ingress').map((item) => textAt(item, 'ip'));
      if (ingress.length > 0) return join(ingress);
      return textAt(service, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : '<none>';
    }),
    text('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (service) =>
      join(Object.entries(fieldsAt(service, 'spec', 'selector')).map(([key, value]) => `${key}=${String(value)}`)),
    ),
  ],
  Secret: [
    nameColumn,
    text('Type', (object) => textAt(object, 'type')),
    count('Data', (object) => entries(object, 'data')),
    ageColumn,
  ],
  ConfigMap: [nameColumn, count('Data', (object) => entries(object, 'data')), ageColumn],
  Deployment: [
    nameColumn,
    text('Ready', (object) => `${status('readyReplicas')(object)}/${replicas(object)}`),
    count('Up-to-date', status('updatedReplicas')),
    count('Available', status('availableReplicas')),
    ageColumn,
    ...containerColumns,
  ],
  ReplicaSet: [
    nameColumn,
    count('Desired', replicas),
    count('Current', status('replicas')),
    count('Ready', status('readyReplicas')),
    ageColumn,
    ...containerColumns,
  ],
  StatefulSet: [
    nameColumn,
    text('Ready', (object) => `${status('readyReplicas')(object)}/${replicas(object)}`),
    ageColumn,
  ],
  DaemonSet: [
    nameColumn,
    count('Desired', status('desiredNumberScheduled')),
    count('Current', status('currentNumberScheduled')),
    count('Ready', status('numberReady')),
    count('Up-to-date', status('updatedNumberScheduled')),
    count('Available', status('numberAvailable')),
    text('Node Selector', (object) =>
      join(
        Object.entries(fieldsAt(object, 'spec', 'template', 'spec', 'nodeSelector')).map(
          ([key, value]) => `${key}=${String(value)}`,
        ),
      ),
    ),
    ageColumn,
  ],
  Job: [
    nameColumn,
    text('Status', (job) => {
      const over = listAt(job, 'status', 'conditions').find((item) =>
        ['Complete', 'Failed'].includes(textAt(item, 'type')),
      );
      return textAt(over, 'type') || 'Running';
    }),
    text('Completions', (job) => `${status('succeeded')(job)}/${numberAt(job, 1, 'spec', 'completions')}`),
    ageColumn,
  ],
  CronJob: [
    nameColumn,
    text('Schedule', (job) => textAt(job, 'spec', 'schedule')),
    text('Timezone', (job) => textAt(job, 'spec', 'timeZone') || '<none>'),
    text('Suspend', (job) => (at(job, 'spec', 'suspend') === true ? 'True' : 'False')),
    count('Active', (job) => listAt(job, 'status', 'active').length),
    text('Last Schedule', (job) => age(textAt(job, 'status', 'lastScheduleTime')).replace('<unknown>', '<none>')),
    ageColumn,
  ],
  PersistentVolumeClaim: [
    nameColumn,
    text('Status', (object) => textAt(object, 'status', 'phase')),
    text('Volume', (object) => textAt(object, 'spec', 'volumeName')),
    text('Capacity', (object) => textAt(object, 'status', 'capacity', 'storage')),
    text('Access Modes', accessModes),
    text('StorageClass', (object) => textAt(object, 'spec', 'storageClassName')),
    ageColumn,
  ],
  PersistentVolume: [
    nameColumn,
    text('Capacity', (object) => textAt(object, 'spec', 'capacity', 'storage')),
    text('Access Modes', accessModes),
    text('Reclaim Policy', (object) => textAt(object, 'spec', 'persistentVolumeReclaimPolicy')),
    text('Status', (object) => textAt(object, 'status', 'phase')),
    text('Claim', (object) =>
      ['namespace', 'name']
        .map((field) => textAt(object, 'spec', 'claimRef', field))
        .filter((part) => part !== '')
        .join('/'),
    ),
    text('StorageClass', (object) => textAt(object, 'spec', 'storageClassName')),
    ageColumn,
  ],
  StorageClass: [
    text('Name', (object) => {
      const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
      return `${object.metadata.name}${isDefault ? ' (default)' : ''}`;
    }),
    text('Provisioner', (object) => textAt(object, 'provisioner')),
    text('ReclaimPolicy', (object) => textAt(object, 'reclaimPolicy')),
    text('VolumeBindingMode', (object) => textAt(object, 'volumeBindingMode')),
    text('AllowVolumeExpansion', (object) => String(object['allowVolumeExpansion'] === true)),
    ageColumn,
  ],
  PodDisruptionBudget: [
    nameColumn,
    text('Min Available', (budget) => textAt(budget, 'spec', 'minAvailable') || 'N/A'),
    text('Max Unavailable', (budget) => textAt(budget, 'spec', 'maxUnavailable') || 'N/A'),
    count('Allowed Disruptions', status('disruptionsAllowed')),
    ageColumn,
  ],
  HorizontalPodAutoscaler: [
    nameColumn,
    text(
      'Reference',
      (object) =>
        `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    ),
    text('Targets', () => '<unknown>'),
    text('MinPods', (object) => textAt(object, 'spec', 'minReplicas')),
    count('MaxPods', (object) => numberAt(object, 0, 'spec', 'maxReplicas')),
    count('Replicas', status('currentReplicas')),
    ageColumn,
  ],
  Ingress: [
    nameColumn,
    text('Class', (object) => textAt(object, 'spec', 'ingressClassName') || '<none>'),
    text(
      'Hosts',
      (object) =>
        listAt(object, 'spec', 'rules')
          .map((rule) => textAt(rule, 'host') || '*')
          .join(',') || '*',
    ),
    text('Address', (object) =>
      listAt(object, 'status', 'loadBalancer', 'ingress')
        .map((item) => textAt(item, 'ip') || textAt(item, 'hostname'))
        .join(','),
    ),
    text('Ports', (object) => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  IngressClass: [
    nameColumn,
    text('Controller', (object) => textAt(object, 'spec', 'controller')),
    text('Parameters', (object) => textAt(object, 'spec', 'parameters', 'name') || '<none>'),
    ageColumn,
  ],
  Lease: [nameColumn, text('Holder', (object) => textAt(object, 'spec', 'holderIdentity')), ageColumn],
  PriorityClass: [
    nameColumn,
    count('Value', (object) => numberAt(object, 0, 'value')),
    text('Global-Default', (object) => String(object['globalDefault'] === true)),
    ageColumn,
  ],
  APIService: [
    nameColumn,
    text('Service', (object) => {
      const name = textAt(object, 'spec', 'service', 'name');
      return name === '' ? 'Local' : `${textAt(object, 'spec', 'service', 'namespace')}/${name}`;
    }),
    text('Available', (object) => {
      const condition = listAt(object, 'status', 'conditions').find((item) => at(item, 'type') === 'Available');
      const is = textAt(condition, 'status') || 'Unknown';
      return is === 'True' ? is : `${is} (${textAt(condition, 'reason')})`;
    }),
    ageColumn,
  ],
  ValidatingWebhookConfiguration: [
    nameColumn,
    count('Webhooks', (object) => listAt(object, 'webhooks').length),
    ageColumn,
  ],
  MutatingWebhookConfiguration: [
    nameColumn,
    count('Webhooks', (object) => listAt(object, 'webhooks').length),
    ageColumn,
  ],
  Event: [
    text('Last Seen', (event) => age(textAt(event, 'lastTimestamp') || event.metadata.creationTimestamp)),
    text('Type', (event) => textAt(event, 'type')),
    text('Reason', (event) => textAt(event, 'reason')),
    text(
      'Object',
      (event) => `${textAt(event, 'involvedObject', 'kind').toLowerCase()}/${textAt(event, 'involvedObject', 'name')}`,
    ),
    text('Message', (event) => textAt(event, 'message')),
  ],
  CertificateSigningRequest: [
    nameColumn,
    ageColumn,
    text('SignerName', (object) => textAt(object, 'spec', 'signerName')),
    text('Requestor', (object) => textAt(object, 'spec', 'username')),
    text(
      'Condition',
      (object) => join(listAt(object, 'status', 'conditions').map((item) => textAt(item, 'type'))) || 'Pending',
    ),
  ],
  ServiceAccount: [nameColumn, count('Secrets', (object) => listAt(object, 'secrets').length), ageColumn],
};
