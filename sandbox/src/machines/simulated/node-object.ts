import type { Machine } from '../driver.ts';
import { argument, type NodeRegistration } from './kubeadm-config.ts';
import { uninitialized } from './cloud-provider/cloud-controller.ts';
import { timestamp } from './kubernetes/object.ts';

const controlPlaneLabels = {
  'node-role.kubernetes.io/control-plane': '',
  'node.kubernetes.io/exclude-from-external-load-balancers': '',
};
const controlPlaneTaints = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
/** A kubelet that waits for a cloud controller gives it to itself (kubernetes: pkg/kubelet/kubelet_node_status.go). */
const uninitializedTaint = { key: uninitialized, value: 'true', effect: 'NoSchedule' };

/** Labels in Kubernetes' own domains which a kubelet may give itself (k8s.io/kubelet/pkg/apis/well_known_labels.go). */
const allowedLabels = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]);
const ownDomain = (domain: string, root: string) => domain === root || domain.endsWith(`.${root}`);

/** @throws Error as the kubelet does, for labels that it may not give itself. */
function parseLabels(text: string): Record<string, string> {
  const labels = text.split(',').filter((part) => part !== '');
  const entries = labels.map((part): [string, string] => {
    const [key = '', value = ''] = part.split('=');
    const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
    const reserved = ownDomain(domain, 'kubernetes.io') || ownDomain(domain, 'k8s.io');
    const free = ownDomain(domain, 'kubelet.kubernetes.io') || ownDomain(domain, 'node.kubernetes.io');
    if (reserved && !free && !allowedLabels.has(key)) {
      throw new Error(`kubelet: unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: [${key}]`);
    }
    return [key, value];
  });
  return Object.fromEntries(entries);
}

/** What a node is made of. */
export interface NodeInput {
  readonly machine: Machine;
  readonly name: string;
  readonly address: string;
  readonly registration: NodeRegistration;
  readonly controlPlane: boolean;
  readonly podCidr: string | undefined;
  /** The kubelet's version, `v1.36.3`. */
  readonly version: string;
}

const condition = (type: string, status: string, reason: string, now: string) => ({
  type,
  status,
  reason,
  message: reason,
  lastHeartbeatTime: now,
  lastTransitionTime: now,
});

/**
 * The Node object that a kubelet registers, not Ready yet.
 * @throws Error for labels that a kubelet may not give itself.
 */
export function nodeObject(input: NodeInput): Record<string, unknown> {
  const { machine, name, registration, controlPlane, podCidr, version } = input;
  const now = timestamp();
  const providerID = argument(registration, 'provider-id');
  const registered = registration.taints ?? (controlPlane ? controlPlaneTaints : []);
  const waits = argument(registration, 'cloud-provider') === 'external';
  const taints = waits ? [...registered, uninitializedTaint] : registered;
  const resources = (reservedMiB: number) => ({
    cpu: String(machine.flavor.vcpus),
    memory: `${Math.max(0, machine.flavor.ramMiB - reservedMiB) * 1024}Ki`,
    'ephemeral-storage': `${machine.flavor.diskGiB * 1024 * 1024}Ki`,
    pods: '110',
  });
  return {
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...parseLabels(argument(registration, 'node-labels') ?? ''),
        ...(controlPlane ? controlPlaneLabels : {}),
      },
      annotations: {
        'kubeadm.alpha.kubernetes.io/cri-socket': registration.criSocket,
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      ...(podCidr === undefined ? {} : { podCIDR: podCidr, podCIDRs: [podCidr] }),
      ...(providerID === undefined ? {} : { providerID }),
      ...(taints.length === 0 ? {} : { taints }),
    },
    status: {
      capacity: resources(0),
      allocatable: resources(100),
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', now),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', now),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', now),
        condition('Ready', 'False', 'KubeletNotReady', now),
      ],
      addresses: [
        { type: 'InternalIP', address: argument(registration, 'node-ip') ?? input.address },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        machineID: machine.id.replaceAll('-', ''),
        systemUUID: machine.id,
        bootID: machine.id,
        kernelVersion: '6.8.0-simulated',
        osImage: machine.image.name,
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: version,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

/** The pod range of the n-th node: a /24 of the cluster's IPv4 pod subnet; undefined when there are no more. */
export function podCidrOf(podSubnet: string, index: number): string | undefined {
  const parsed = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/u.exec(podSubnet.split(',')[0] ?? '');
  if (parsed === null) return undefined;
  const [a = 0, b = 0, c = 0, , length = 32] = parsed.slice(1).map(Number);
  if (length > 24 || index >= 2 ** (24 - length)) return undefined;
  const block = a * 65_536 + b * 256 + c + index;
  return `${Math.floor(block / 65_536)}.${Math.floor(block / 256) % 256}.${block % 256}.0/24`;
}
