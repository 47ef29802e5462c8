// Prints src/machines/simulated/kubernetes/protobuf-messages.ts, the table by which protobuf request bodies are read.
// usage: node scripts/protobuf-messages.mjs <folder of k8s.io/api> <of k8s.io/apimachinery> <of k8s.io/kube-aggregator>
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [api, apimachinery, aggregator] = process.argv.slice(2);
const folders = [
  ...['core/v1', 'apps/v1', 'batch/v1', 'autoscaling/v1', 'autoscaling/v2', 'coordination/v1', 'rbac/v1', 'storage/v1'],
  ...['certificates/v1', 'policy/v1', 'networking/v1', 'discovery/v1', 'scheduling/v1'],
  ...['authentication/v1', 'authorization/v1', 'admissionregistration/v1', 'flowcontrol/v1', 'node/v1'],
].map((folder) => [join(api, folder), `k8s.io.api.${folder.replace('/', '.')}`]);
folders.push(
  [join(apimachinery, 'pkg/apis/meta/v1'), 'k8s.io.apimachinery.pkg.apis.meta.v1'],
  [join(apimachinery, 'pkg/runtime'), 'k8s.io.apimachinery.pkg.runtime'],
  [join(aggregator, 'pkg/apis/apiregistration/v1'), 'k8s.io.kube_aggregator.pkg.apis.apiregistration.v1'],
);

/** The messages that have a form of their own in JSON. */
const special = {
  Time: 'time',
  MicroTime: 'time',
  Quantity: 'quantity',
  IntOrString: 'intOrString',
  FieldsV1: 'raw',
  RawExtension: 'raw',
};
/** What clients send: every kind that the API stores, and what they post to it besides. */
const roots = [
  'core.v1:Namespace Node Pod Service Endpoints Secret ConfigMap ServiceAccount Event PersistentVolumeClaim PersistentVolume Binding',
  'core.v1:ResourceQuota LimitRange ReplicationController PodTemplate',
  'apps.v1:Deployment DaemonSet ReplicaSet StatefulSet ControllerRevision',
  'batch.v1:Job CronJob',
  'autoscaling.v1:Scale',
  'autoscaling.v2:HorizontalPodAutoscaler',
  'coordination.v1:Lease',
  'rbac.v1:Role RoleBinding ClusterRole ClusterRoleBinding',
  'storage.v1:StorageClass CSIDriver CSINode VolumeAttachment CSIStorageCapacity VolumeAttributesClass',
  'certificates.v1:CertificateSigningRequest',
  'policy.v1:PodDisruptionBudget Eviction',
  'networking.v1:Ingress IngressClass NetworkPolicy IPAddress ServiceCIDR',
  'discovery.v1:EndpointSlice',
  'scheduling.v1:PriorityClass',
  'node.v1:RuntimeClass',
  'flowcontrol.v1:FlowSchema PriorityLevelConfiguration',
  'admissionregistration.v1:ValidatingWebhookConfiguration MutatingWebhookConfiguration',
  'admissionregistration.v1:ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
  'authentication.v1:SelfSubjectReview',
  'authorization.v1:SelfSubjectAccessReview',
].flatMap((line) =>
  line
    .split(':')[1]
    .split(' ')
    .map((name) => `k8s.io.api.${line.split(':')[0]}.${name}`),
);
roots.push(
  'k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIService',
);

const messages = new Map();
/** The messages that server-side apply takes as a whole. */
const atomic = new Set();
for (const [folder, pkg] of folders) {
  const tags = goTags(folder);
  const proto = readFileSync(join(folder, 'generated.proto'), 'utf8');
  for (const [, comment, name, body] of proto.matchAll(/((?:^\/\/.*\n)*)^message (\w+) \{([\s\S]*?)^\}/gm)) {
    if (comment.includes('+structType=atomic')) atomic.add(`${pkg}.${name}`);
    const fields = [];
    const field = /((?:^ *\/\/.*\n)*)^ *(?:(optional|repeated|required) )?(map<string, )?(\.?[\w.]+)>? (\w+) = (\d+)/gm;
    for (const [, markers, label, map, type, fieldName, number] of body.matchAll(field)) {
      const tag = tags.get(`${name}.${number}`);
      const full = /^(string|bytes|bool|double|u?int(32|64))$/.test(type)
        ? type
        : type.startsWith('.')
          ? type.slice(1)
          : `${pkg}.${type}`;
      const one = tag?.inline ? '<' : tag?.pointer ? '?' : '';
      const many = map
        ? `{${markers.includes('+mapType=atomic') ? '!' : ''}}`
        : label === 'repeated'
          ? `[${listOf(markers)}]`
          : one;
      fields.push({ number, name: tag?.json || fieldName, type: full, many });
    }
    messages.set(`${pkg}.${name}`, fields);
  }
}

/** How server-side apply takes a list: as a set (`=`), by the keys of its elements, or (nothing) as a whole. */
function listOf(markers) {
  const type = /\+listType=(\w+)/.exec(markers)?.[1];
  if (type === 'set') return '=';
  const keys = [...markers.matchAll(/\+listMapKey=(\w+)/g)].map(([, key]) => key);
  // Lists of an older kind say only by which key a strategic merge patch merges them.
  const older = type === undefined ? /\+patchMergeKey=(\w+)/.exec(markers)?.[1] : undefined;
  return type === 'map' ? keys.join(',') : (older ?? '');
}

/** json names, and which fields are pointers or are inlined, by message and number: generated.proto does not say. */
function goTags(folder) {
  const found = new Map();
  for (const file of readdirSync(folder).filter((name) =>
    /^(types|controller_ref|time|micro_time).*\.go$|^types\.go$/.test(name),
  )) {
    if (!existsSync(join(folder, file))) continue;
    let current = '';
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      current = /^type (\w+) struct/.exec(line)?.[1] ?? current;
      const tag = /^\s+(?:\w+\s+)?(\S+)\s+`json:"([^",]*)([^"]*)".*protobuf:"\w+,(\d+)/.exec(line);
      if (tag)
        found.set(`${current}.${tag[4]}`, {
          pointer: tag[1].startsWith('*'),
          json: tag[2],
          inline: tag[3].includes('inline'),
        });
    }
  }
  return found;
}

const short = (name) =>
  name.replace(/^k8s\.io\.api\./, '').replace(/^k8s\.io\.(apimachinery|kube_aggregator)\.pkg\.(apis\.)?/, '');
const wanted = new Set(roots);
for (const name of wanted) {
  for (const { type } of messages.get(name) ?? [])
    if (messages.has(type) && !special[type.split('.').at(-1)]) wanted.add(type);
}
const lines = [...wanted].sort().map((name) => {
  const fields = (messages.get(name) ?? []).map(({ number, name: field, type, many }) => {
    const base = special[type.split('.').at(-1)] ?? (type.includes('.') ? short(type) : type);
    return `${number}:${field}:${many}${base}`;
  });
  return `${short(name)}${atomic.has(name) ? '!' : ''} ${fields.join(' ')}`;
});

console.log(`/**
 * The messages of Kubernetes' protobuf encoding, one per line: \`<message> <number>:<JSON field>:<form><type> …\`. The
 * form is \`[]\` for a list, \`{}\` for a map, \`<\` for a message whose fields JSON has in place, and \`?\` for a pointer,
 * whose zero value means something. What server-side apply needs stands with them: \`[=]\` is a set, \`[name]\` a list
 * whose elements are told apart by these keys, \`{!}\` and \`!\` after a message's name what is applied as a whole.
 * Made by sandbox/scripts/protobuf-messages.mjs from k8s.io/api, k8s.io/apimachinery and k8s.io/kube-aggregator.
 */
export const protobufMessages = \`
${lines.join('\n')}
\`;`);
