import { CLOUD_CONFIG, needsCloud, releasesOf } from '../addons/index.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import { bindingName } from './spec/access.ts';
import {
  batchMachineNames,
  clusterNames,
  controlPlaneName,
  CONTROL_PLANE_GROUP,
  serverGroupName,
  vaultPaths,
} from './names.ts';
import { securityRules } from './security-rules.ts';

/** One resource, or several alike, that an operation will make. */
export interface PlannedResource {
  readonly service: 'identity' | 'network' | 'compute' | 'load-balancer' | 'block-storage' | 'vault' | 'kubernetes';
  readonly type: string;
  readonly name: string;
  readonly count: number;
  readonly detail: string;
}

/**
 * Everything `createCluster` will make for this spec, in the order in which it is made. `id` is the cluster's id, or a
 * placeholder with the same shape when the cluster does not exist yet.
 */
export function planCluster(spec: ClusterSpec, id: string): PlannedResource[] {
  return [
    ...planSecrets(spec, id),
    ...planNetwork(spec, id),
    ...planApi(spec, id),
    ...planMachines(spec, id),
    ...planCloudCredential(spec, id),
    ...planUsers(spec),
    ...planAddons(spec),
  ];
}

/** The cluster's own credential of the cloud, where an addon needs one. */
function planCloudCredential({ addons, kubernetes, cloud }: ClusterSpec, id: string): PlannedResource[] {
  if (!needsCloud(addons, kubernetes.version)) return [];
  const one = (service: PlannedResource['service'], type: string, name: string, detail: string): PlannedResource => ({
    ...{ service, type, name, count: 1, detail },
  });
  return [
    one('identity', 'application credential', clusterNames(id).cloudCredential, `of the cluster’s own, on ${cloud}`),
    one('vault', 'secret', vaultPaths(id).cloudCredential, 'the cluster’s own credential of the cloud'),
    one('kubernetes', 'Secret', `${CLOUD_CONFIG.namespace}/${CLOUD_CONFIG.name}`, 'the same, for its addons'),
  ];
}

/** Who the users are, and what they may do. */
function planUsers({ kubernetes, controlPlane, access }: ClusterSpec): PlannedResource[] {
  const urls = kubernetes.authentication.oidc.map(({ issuer }) => issuer.url);
  const configuration: PlannedResource = {
    ...{ service: 'kubernetes', type: 'AuthenticationConfiguration', name: 'kube-apiserver' },
    ...{ count: controlPlane.count, detail: `users from ${urls.join(', ')}` },
  };
  return [
    ...(urls.length === 0 ? [] : [configuration]),
    ...access.map(({ role, namespace, groups, users }): PlannedResource => ({
      service: 'kubernetes',
      type: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      name: namespace === undefined ? bindingName(role) : `${namespace}/${bindingName(role)}`,
      count: 1,
      detail: [...groups.map((name) => `group ${name}`), ...users.map((name) => `user ${name}`)].join(', '),
    })),
  ];
}

/** Those that come before others stand before them. */
const planAddons = ({ addons, kubernetes }: ClusterSpec): PlannedResource[] =>
  releasesOf(addons, kubernetes.version)
    .sort((a, b) => a.rank - b.rank)
    .map(({ release, namespace, chart, version }) => ({
      ...{ service: 'kubernetes', type: 'Helm release', name: `${namespace}/${release}`, count: 1 },
      detail: `chart ${chart.name} ${version}`,
    }));

function planSecrets(spec: ClusterSpec, id: string): PlannedResource[] {
  const paths = vaultPaths(id);
  const secret = (name: string, detail: string): PlannedResource => ({
    service: 'vault',
    type: 'secret',
    name,
    count: 1,
    detail,
  });
  return [
    ...Object.entries(paths.pki).map(([authority, name]): PlannedResource => ({
      service: 'vault',
      type: 'pki',
      name,
      count: 1,
      detail: `${authority} certificate authority`,
    })),
    secret(paths.serviceAccountKeys, 'service account signing keys'),
    ...(spec.kubernetes.encryptionAtRest ? [secret(paths.encryptionKey, 'encryption of Secrets in etcd')] : []),
    secret(paths.kubeconfig, 'administrator’s kubeconfig'),
  ];
}

function planNetwork(spec: ClusterSpec, id: string): PlannedResource[] {
  const names = clusterNames(id);
  const one = (type: string, name: string, detail: string): PlannedResource => ({
    service: 'network',
    type,
    name,
    count: 1,
    detail,
  });
  const rules = securityRules(spec, spec.network.cidr);
  const own = spec.network.networkId === undefined;
  return [
    ...(own ? [one('network', names.network, ''), one('subnet', names.subnet, spec.network.cidr)] : []),
    ...(own && spec.network.routerId === undefined
      ? [one('router', names.router, `gateway on ${spec.network.externalNetwork ?? 'the external network'}`)]
      : []),
    ...(own ? [one('router interface', names.subnet, spec.network.routerId ?? names.router)] : []),
    one('security group', names.controlPlaneSecurityGroup, `${rules.controlPlane.length} ingress rules`),
    one('security group', names.nodeSecurityGroup, `${rules.nodes.length} ingress rules`),
  ];
}

function planApi(spec: ClusterSpec, id: string): PlannedResource[] {
  const names = clusterNames(id);
  const provider = spec.api.loadBalancerProvider ?? 'default provider';
  return [
    {
      service: 'load-balancer',
      type: 'load balancer',
      name: names.loadBalancer,
      count: 1,
      detail: `${provider}, TCP 6443, ${spec.controlPlane.count} members`,
    },
    ...(spec.api.public && spec.api.floatingIp === undefined
      ? [{ service: 'network', type: 'floating IP', name: names.floatingIp, count: 1, detail: 'for the API' } as const]
      : []),
  ];
}

function planMachines(spec: ClusterSpec, id: string): PlannedResource[] {
  const { controlPlane } = spec;
  const serverGroup = (group: string, policy: string): PlannedResource => ({
    service: 'compute',
    type: 'server group',
    name: serverGroupName(id, group),
    count: 1,
    detail: policy,
  });
  const servers = (name: string, count: number, flavor: string, volume: number | undefined): PlannedResource[] => [
    { service: 'compute', type: 'server', name, count, detail: flavor },
    ...(volume === undefined
      ? []
      : [{ service: 'block-storage', type: 'volume', name, count, detail: `${volume} GiB` } as const]),
  ];
  return [
    serverGroup(CONTROL_PLANE_GROUP, controlPlane.serverGroupPolicy),
    {
      service: 'network',
      type: 'port',
      name: `${controlPlaneName(id, 0)} …`,
      count: controlPlane.count,
      detail: 'control plane',
    },
    { service: 'network', type: 'port', name: clusterNames(id).vipPort, count: 1, detail: 'address of the API' },
    ...servers(
      `${controlPlaneName(id, 0)} …`,
      controlPlane.count,
      controlPlane.flavor,
      controlPlane.rootVolume?.sizeGiB,
    ),
    ...spec.nodeGroups.flatMap((group) => [
      serverGroup(group.name, group.serverGroupPolicy),
      ...(group.count === 0
        ? []
        : servers(
            `${batchMachineNames(id, group.name, 0, group.count)[0] ?? ''} …`,
            group.count,
            group.flavor,
            group.rootVolume?.sizeGiB,
          )),
    ]),
  ];
}
