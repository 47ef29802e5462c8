import { stringify } from 'yaml';
import {
  CONTROL_PLANE_GROUP,
  GENERATION_LABEL,
  NODE_GROUP_LABEL,
  type ClusterSpec,
  type NodeGroup,
} from '../../model/index.ts';
import type {
  ApiEndpoint,
  Argument,
  ClusterConfiguration,
  HostPathMount,
  InitConfiguration,
  JoinConfiguration,
  KubeletConfiguration,
  NodeRegistration,
  Timeouts,
} from './kubeadm-types.ts';

/** Port of every API server, and of the load balancer before them. */
const API_PORT = 6443;

/** What the machine replaces in its kubeadm configuration by what only it knows. */
export const placeholders = {
  /** Nova's server id. */
  serverId: '@SERVER_ID@',
  /** Nova's server name, which is the node's name. */
  serverName: '@SERVER_NAME@',
  /** Address of the machine's first port. */
  localIpv4: '@LOCAL_IPV4@',
} as const;

/** Files on a control plane that the API server reads, beside those that kubeadm knows. */
export const apiServerFiles = {
  authentication: '/etc/kubernetes/authentication.yaml',
  encryption: '/etc/kubernetes/encryption-at-rest.yaml',
  auditPolicy: '/etc/kubernetes/audit-policy.yaml',
  auditLogs: '/var/log/kubernetes/audit',
} as const;

const mountedFile = (name: string, path: string): HostPathMount => ({
  ...{ name, hostPath: path, mountPath: path, readOnly: true },
  pathType: 'File',
});

/** By what an API server reads an AuthenticationConfiguration. */
export const authenticationSettings = {
  argument: { name: 'authentication-config', value: apiServerFiles.authentication },
  volume: mountedFile('authentication', apiServerFiles.authentication),
} as const;

/** Whether there are users beside the administrator, and so an AuthenticationConfiguration. */
export const hasIssuers = ({ kubernetes }: Pick<ClusterSpec, 'kubernetes'>): boolean =>
  kubernetes.authentication.oidc.length > 0;

/** How long a machine waits for the cluster's API to answer and to admit its join token. */
const JOIN_WAIT = '20m0s';

/** A control plane machine, as its certificates and configuration must name it. */
export interface ControlPlaneMachine {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Address of the API's load balancer on the cluster's network. */
  readonly vip: string;
  /** The API's floating IP, if it has one. */
  readonly floatingIp?: string | undefined;
  /** Address of the machine's port. */
  readonly address: string;
  readonly generation: string;
}

/** By what a machine finds the cluster and is admitted. */
export interface JoinTicket {
  readonly vip: string;
  readonly token: string;
  /** `sha256:<hex>` of the cluster authority's public key. */
  readonly caCertHash: string;
}

/** kubeadm's configuration of the machine that makes the cluster: Init-, Cluster- and KubeletConfiguration. */
export function firstControlPlaneConfig(machine: ControlPlaneMachine): string {
  const init: InitConfiguration = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'InitConfiguration',
    // kubeadm insists on making a token: one that has expired at once. Join tokens are made per group, when they are
    // needed.
    bootstrapTokens: [{ ttl: '1s', description: 'made by kubeadm init, not used' }],
    localAPIEndpoint: endpoint(machine),
    nodeRegistration: controlPlaneRegistration(machine),
    skipPhases: ['show-join-command'],
    timeouts: { controlPlaneComponentHealthCheck: '8m0s' },
  };
  return documents(init, clusterConfiguration(machine), kubeletConfiguration);
}

/** kubeadm's configuration of a further control plane. */
export const joiningControlPlaneConfig = (machine: ControlPlaneMachine, ticket: JoinTicket): string =>
  documents(controlPlaneJoin(machine, ticket));

function controlPlaneJoin(machine: ControlPlaneMachine, ticket: JoinTicket): JoinConfiguration {
  return {
    ...joinConfiguration(ticket, controlPlaneRegistration(machine), {
      controlPlaneComponentHealthCheck: '8m0s',
      // etcd takes one learner at a time: control planes that join together wait for each other here.
      etcdAPICall: '10m0s',
    }),
    controlPlane: { localAPIEndpoint: endpoint(machine) },
  };
}

/** A machine of a node group, as its configuration must name it. */
export interface NodeMachine {
  readonly spec: ClusterSpec;
  readonly group: NodeGroup;
  readonly generation: string;
}

/** kubeadm's configuration of every machine of a node group: the same for all, but for the placeholders. */
export const nodeConfig = (machine: NodeMachine, ticket: JoinTicket): string => documents(nodeJoin(machine, ticket));

function nodeJoin({ spec, group, generation }: NodeMachine, ticket: JoinTicket): JoinConfiguration {
  const labels = { [GENERATION_LABEL]: generation, ...group.labels };
  const registration = registrationOf(spec, group.name, labels, placeholders.localIpv4);
  return joinConfiguration(ticket, { ...registration, taints: group.taints }, {});
}

/** What is one cluster's, one machine's or secret has no value in a template. */
const NO_TICKET: JoinTicket = { vip: '', token: '', caCertHash: '' };

/**
 * What kubeadm's configuration of a node group's machines is made of, as JSON, without what is one cluster's or secret,
 * and without labels and taints, which are changed in place. The kubelet's own configuration is not here: who joins
 * takes the one that the cluster keeps.
 */
export const nodeTemplate = (spec: ClusterSpec, group: NodeGroup): object =>
  nodeJoin({ spec, group: { ...group, labels: {}, taints: [] }, generation: '' }, NO_TICKET);

/**
 * The same of the control plane's machines. The one that makes the cluster is like those that join it: what it hands to
 * kubeadm besides is kept in the cluster, and those that join take it from there. Of that only what the specification
 * says counts. What a release of Slipway fixes, such as etcd's time-outs, reaches new machines only with a
 * configuration that is written anew into the cluster; were it part of this, machines would be called new that are not.
 */
export function controlPlaneTemplate(spec: ClusterSpec): object {
  const { imageRepository, podCidr, serviceCidr, dnsDomain, encryptionAtRest, auditPolicy, apiServer } =
    spec.kubernetes;
  const authentication = hasIssuers(spec) ? spec.kubernetes.authentication : undefined;
  const machine = { id: '', spec, vip: '', address: '', generation: '' };
  return {
    join: controlPlaneJoin(machine, NO_TICKET),
    cluster: {
      ...{ imageRepository, podCidr, serviceCidr, dnsDomain },
      ...{ encryptionAtRest, auditPolicy, authentication, apiServer },
    },
  };
}

function joinConfiguration(
  ticket: JoinTicket,
  nodeRegistration: NodeRegistration,
  timeouts: Timeouts,
): JoinConfiguration {
  return {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'JoinConfiguration',
    discovery: {
      bootstrapToken: {
        token: ticket.token,
        apiServerEndpoint: `${ticket.vip}:${API_PORT}`,
        caCertHashes: [ticket.caCertHash],
      },
    },
    nodeRegistration,
    timeouts: { discovery: JOIN_WAIT, tlsBootstrap: '10m0s', ...timeouts },
  };
}

function clusterConfiguration({ id, spec, vip, floatingIp }: ControlPlaneMachine): ClusterConfiguration {
  const { kubernetes } = spec;
  const addresses = [vip, ...(floatingIp === undefined ? [] : [floatingIp])];
  return {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    clusterName: id,
    kubernetesVersion: `v${kubernetes.version}`,
    controlPlaneEndpoint: `${vip}:${API_PORT}`,
    ...(kubernetes.imageRepository === undefined ? {} : { imageRepository: kubernetes.imageRepository }),
    encryptionAlgorithm: 'ECDSA-P256',
    networking: {
      podSubnet: kubernetes.podCidr,
      serviceSubnet: kubernetes.serviceCidr,
      dnsDomain: kubernetes.dnsDomain,
    },
    apiServer: {
      certSANs: [...new Set([...addresses, ...kubernetes.apiServer.extraSans])],
      extraArgs: apiServerArguments(spec),
      extraVolumes: apiServerVolumes(spec),
    },
    etcd: {
      local: {
        dataDir: '/var/lib/etcd',
        // A cloud's disks are on the network, with fsyncs of 100 ms and more now and then: etcd's own 100 ms and 1 s
        // make it elect leaders all day. 4 GiB in place of 2 is for thousands of nodes.
        extraArgs: [
          { name: 'heartbeat-interval', value: '500' },
          { name: 'election-timeout', value: '5000' },
          { name: 'quota-backend-bytes', value: String(4 * 1024 ** 3) },
        ],
      },
    },
  };
}

/** A user's flags win over ours of the same name, where the schema lets them have one: how long audit logs are kept. */
function apiServerArguments(spec: ClusterSpec): Argument[] {
  const { kubernetes } = spec;
  const flags: Record<string, string> = {
    ...(kubernetes.encryptionAtRest ? { 'encryption-provider-config': apiServerFiles.encryption } : {}),
    ...(kubernetes.auditPolicy === undefined
      ? {}
      : {
          'audit-policy-file': apiServerFiles.auditPolicy,
          'audit-log-path': `${apiServerFiles.auditLogs}/audit.log`,
          'audit-log-maxage': '30',
          'audit-log-maxbackup': '10',
          'audit-log-maxsize': '100',
        }),
    ...kubernetes.apiServer.extraArgs,
  };
  const { argument } = authenticationSettings;
  return [...Object.entries(flags).map(([name, value]) => ({ name, value })), ...(hasIssuers(spec) ? [argument] : [])];
}

function apiServerVolumes(spec: ClusterSpec): HostPathMount[] {
  const { kubernetes } = spec;
  return [
    ...(hasIssuers(spec) ? [authenticationSettings.volume] : []),
    ...(kubernetes.encryptionAtRest ? [mountedFile('encryption-at-rest', apiServerFiles.encryption)] : []),
    ...(kubernetes.auditPolicy === undefined
      ? []
      : [
          mountedFile('audit-policy', apiServerFiles.auditPolicy),
          {
            name: 'audit-logs',
            hostPath: apiServerFiles.auditLogs,
            mountPath: apiServerFiles.auditLogs,
            pathType: 'DirectoryOrCreate',
          } as const,
        ]),
  ];
}

const controlPlaneRegistration = ({ spec, address, generation }: ControlPlaneMachine): NodeRegistration =>
  registrationOf(spec, CONTROL_PLANE_GROUP, { [GENERATION_LABEL]: generation }, address);

function registrationOf(
  { kubernetes }: ClusterSpec,
  group: string,
  labels: Readonly<Record<string, string>>,
  nodeIp: string,
): NodeRegistration {
  const nodeLabels = Object.entries({ [NODE_GROUP_LABEL]: group, ...labels }).map(([key, value]) => `${key}=${value}`);
  return {
    name: placeholders.serverName,
    kubeletExtraArgs: [
      { name: 'provider-id', value: `openstack:///${placeholders.serverId}` },
      { name: 'node-ip', value: nodeIp },
      { name: 'node-labels', value: nodeLabels.join(',') },
      ...(kubernetes.cloudProvider === 'external' ? [{ name: 'cloud-provider', value: 'external' }] : []),
    ],
    imagePullSerial: false,
  };
}

const kubeletConfiguration: KubeletConfiguration = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  cgroupDriver: 'systemd',
  serializeImagePulls: false,
  maxParallelImagePulls: 5,
};

const endpoint = ({ address }: ControlPlaneMachine): ApiEndpoint => ({ advertiseAddress: address, bindPort: API_PORT });

function documents(...parts: readonly object[]): string {
  // kubeadm reads YAML 1.1, where a plain `y`, `on` or `012` is no text: such values are quoted for it.
  return parts.map((part) => stringify(part, { version: '1.1', lineWidth: 0 })).join('---\n');
}
