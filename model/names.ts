/**
 * Names and tags of everything Slipway makes: a function of the cluster's id and nothing else, so that a step that is
 * run again, on another worker or after a crash, finds what an earlier try made.
 *
 * The id holds a random part, so a name never meets another cluster's resource, not even one with the same cluster
 * name. Lengths: name <= 28, id <= 35, group <= 16; the longest machine name is 61 characters (a Kubernetes node name
 * may have 63).
 */

/** Prefix of the tag, and of the description, that marks a resource as a cluster's own. */
const OWNER_PREFIX = 'slipway.cluster=';

/**
 * The cluster's id: `atlas-k3f7x2`. A function of the request that made the cluster, so that a request that is
 * repeated, reset or taken up again never makes a second one. `digest` is hexadecimal, at least eight digits that are
 * as good as random.
 */
export function clusterId(name: string, digest: string): string {
  // 30 of its bits as six characters of RFC 4648 base32, lower case: no vowels are excluded, ids are not words.
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let bits = Number.parseInt(digest.slice(0, 8), 16) >>> 2;
  let suffix = '';
  for (let i = 0; i < 6; i++) {
    suffix += alphabet.charAt(bits & 31);
    bits >>>= 5;
  }
  return `${name}-${suffix}`;
}

/** What an id looks like; the first group is the cluster's name. */
export const CLUSTER_ID = /^([a-z](?:[-a-z0-9]{0,26}[a-z0-9])?)-[a-z2-7]{6}$/;

/** The name in a cluster's id; the id itself when it is none. */
export const clusterNameOf = (id: string): string => CLUSTER_ID.exec(id)?.[1] ?? id;

/** Workflow id of the cluster's own workflow. */
export const clusterWorkflowId = (name: string): string => `cluster/${name}`;

/** Workflow id of a cluster whose name belongs to another one meanwhile. It can only be deleted. */
export const orphanWorkflowId = (id: string): string => `orphan/${id}`;

/**
 * Workflow id of the operation that works on a cluster: one for each cluster, whatever the operation and whoever runs
 * it. So Temporal itself refuses a second one beside it.
 */
export const operationWorkflowId = (id: string): string => `${clusterWorkflowId(clusterNameOf(id))}/${id}`;

/** Workflow id of what replaces machines of a group for the operation that works on a cluster. */
export const rollWorkflowId = (id: string): string => `${operationWorkflowId(id)}/roll`;

/**
 * What marks a resource as this cluster's. It is the tag where the service sets tags in the request that creates (Nova,
 * Octavia), and the description everywhere else, so that no crash can leave an unmarked resource behind
 * (docs/decisions/0002). Nova allows 60 characters and neither `/` nor `,`.
 */
export const ownerTag = (id: string): string => `${OWNER_PREFIX}${id}`;

/**
 * Metadata of a server with the same meaning: it is in every answer of Nova, the tags only from microversion 2.26 on.
 */
export const OWNER_METADATA = 'slipway.cluster';

/** The id of the cluster that a tag or a description marks; undefined when it is no mark. */
export const ownerOf = (text: string): string | undefined =>
  text.startsWith(OWNER_PREFIX) ? text.slice(OWNER_PREFIX.length) : undefined;

/** Nova tag of the machines of one node group; control planes are the group `control-plane`. */
export const groupTag = (group: string): string => `slipway.group=${group}`;

/** Metadata of a server with the same meaning. */
export const GROUP_METADATA = 'slipway.group';

/** Nova tag of the machines of one generation, for people; Slipway reads {@link GENERATION_METADATA}. */
export const generationTag = (generation: string): string => `slipway.generation=${generation}`;

/** Metadata of a server that says its generation; what was made before there were any has none. */
export const GENERATION_METADATA = 'slipway.generation';

/** The group name of the control plane, which no node group may take. */
export const CONTROL_PLANE_GROUP = 'control-plane';

/** Names of the resources that exist once per cluster. */
export function clusterNames(id: string) {
  return {
    network: id,
    subnet: id,
    router: id,
    loadBalancer: `${id}-api`,
    vipPort: `${id}-api`,
    listener: `${id}-api`,
    pool: `${id}-api`,
    healthMonitor: `${id}-api`,
    floatingIp: `${id}-api`,
    controlPlaneSecurityGroup: `${id}-control-plane`,
    nodeSecurityGroup: `${id}-nodes`,
  } as const;
}

/** Server group (anti-affinity) of the control plane or of a node group. */
export const serverGroupName = (id: string, group: string): string => `${id}-${group}`;

/** Name of the control plane machine with this serial number, and of its port. A creation makes 0 and the following. */
export const controlPlaneName = (id: string, serial: number): string => `${id}-cp-${serial}`;

/** The serial number in the name of a control plane machine; NaN when it is none. */
export function controlPlaneSerial(id: string, machine: string): number {
  const prefix = controlPlaneName(id, 0).slice(0, -1);
  const serial = machine.startsWith(prefix) ? machine.slice(prefix.length) : '';
  return /^\d{1,9}$/.test(serial) ? Number(serial) : Number.NaN;
}

/** Names of all control plane machines of a cluster with so many, in their order. */
export const controlPlaneNames = (id: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => controlPlaneName(id, index));

/**
 * Name given to Nova for the machines of one batch. Nova makes `<name>-1` ... `<name>-<n>` of it when a request asks
 * for more than one server (nova: nova/compute/api.py, `_populate_instance_names`), and keeps it as it is for one.
 */
export const batchName = (id: string, group: string, batch: number): string => `${id}-${group}-b${batch}`;

/** Which batch of its group a machine came with; NaN when the name is none that {@link batchName} makes. */
export function batchIndex(id: string, group: string, machine: string): number {
  const prefix = `${id}-${group}-b`;
  return machine.startsWith(prefix)
    ? Number(/^(\d+)(-\d+)?$/.exec(machine.slice(prefix.length))?.[1] ?? Number.NaN)
    : Number.NaN;
}

/** The first batch that none of these machines came with, and none that is higher: what it makes has new names. */
export function nextBatch(id: string, group: string, machines: readonly { readonly name: string }[]): number {
  const batches = machines.map(({ name }) => batchIndex(id, group, name)).filter((batch) => !Number.isNaN(batch));
  return batches.reduce((highest, batch) => Math.max(highest, batch), -1) + 1;
}

/** The names of the machines of a batch of `size`, as Nova gives them. */
export function batchMachineNames(id: string, group: string, batch: number, size: number): string[] {
  const name = batchName(id, group, batch);
  return size === 1 ? [name] : Array.from({ length: size }, (_, index) => `${name}-${index + 1}`);
}

/** Where a cluster's secrets are in Vault: paths below the KV version 2 mount, and its own PKI mounts. */
export function vaultPaths(id: string) {
  return {
    root: `clusters/${id}`,
    specification: `clusters/${id}/specification`,
    kubeconfig: `clusters/${id}/kubeconfig`,
    kubernetesAuthority: `clusters/${id}/authority/kubernetes`,
    serviceAccountKeys: `clusters/${id}/service-account-keys`,
    encryptionKey: `clusters/${id}/encryption-key`,
    machinesAdmitted: `clusters/${id}/machines-admitted`,
    joinToken: (group: string) => `clusters/${id}/join/${group}`,
    /** One secret for each control plane machine that there ever was, by its serial number. */
    controlPlanes: `clusters/${id}/control-plane`,
    controlPlane: (serial: number) => `clusters/${id}/control-plane/${serial}`,
    /** Which batches of a node group's machines there have ever been. */
    batches: (group: string) => `clusters/${id}/batches/${group}`,
    pki: {
      kubernetes: `slipway-${id}-kubernetes`,
      etcd: `slipway-${id}-etcd`,
      frontProxy: `slipway-${id}-front-proxy`,
    },
  } as const;
}

/** Every cluster that has something in Vault is a folder below it. */
export const CLUSTERS_PATH = 'clusters';

/** Where a cloud's credential and settings are, below the KV version 2 mount. */
export const cloudPath = (cloud: string): string => `clouds/${cloud}`;

/** Label of what Slipway makes inside a cluster, with the cluster's id: what has it is Slipway's own. */
export const CLUSTER_LABEL = 'slipway.dev/cluster';

/** Label of every node that says which group it belongs to. */
export const NODE_GROUP_LABEL = 'slipway.dev/node-group';

/** Label of every node that says of which generation its machine is. */
export const GENERATION_LABEL = 'slipway.dev/generation';
