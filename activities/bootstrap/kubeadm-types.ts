/*
 * The part of kubeadm's configuration that Slipway writes, kubeadm.k8s.io/v1beta4 (Kubernetes:
 * reference/config-api/kubeadm-config.v1beta4; kubernetes: cmd/kubeadm/app/apis/kubeadm/v1beta4/types.go). Durations
 * are Go's: `20m0s`.
 */

/** A flag without its dashes, and its value. */
export interface Argument {
  readonly name: string;
  readonly value: string;
}

export interface HostPathMount {
  readonly name: string;
  readonly hostPath: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly pathType: 'File' | 'DirectoryOrCreate';
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface NodeRegistration {
  readonly name: string;
  readonly kubeletExtraArgs: readonly Argument[];
  /** Absent: kubeadm's taint on control planes, none elsewhere. */
  readonly taints?: readonly Taint[];
  readonly imagePullSerial: boolean;
}

export interface ApiEndpoint {
  readonly advertiseAddress: string;
  readonly bindPort: number;
}

export interface Timeouts {
  readonly controlPlaneComponentHealthCheck?: string;
  readonly etcdAPICall?: string;
  readonly tlsBootstrap?: string;
  readonly discovery?: string;
}

interface Kubeadm<K extends string> {
  readonly apiVersion: 'kubeadm.k8s.io/v1beta4';
  readonly kind: K;
}

export interface InitConfiguration extends Kubeadm<'InitConfiguration'> {
  readonly bootstrapTokens: readonly { readonly ttl: string; readonly description: string }[];
  readonly localAPIEndpoint: ApiEndpoint;
  readonly nodeRegistration: NodeRegistration;
  readonly skipPhases: readonly string[];
  readonly timeouts: Timeouts;
}

export interface ClusterConfiguration extends Kubeadm<'ClusterConfiguration'> {
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly controlPlaneEndpoint: string;
  readonly imageRepository?: string;
  readonly encryptionAlgorithm: 'ECDSA-P256';
  readonly networking: { readonly podSubnet: string; readonly serviceSubnet: string; readonly dnsDomain: string };
  readonly apiServer: {
    readonly certSANs: readonly string[];
    readonly extraArgs: readonly Argument[];
    readonly extraVolumes: readonly HostPathMount[];
  };
  readonly etcd: { readonly local: { readonly dataDir: string; readonly extraArgs: readonly Argument[] } };
}

export interface JoinConfiguration extends Kubeadm<'JoinConfiguration'> {
  readonly discovery: {
    readonly bootstrapToken: {
      readonly token: string;
      readonly apiServerEndpoint: string;
      readonly caCertHashes: readonly string[];
    };
  };
  readonly nodeRegistration: NodeRegistration;
  readonly controlPlane?: { readonly localAPIEndpoint: ApiEndpoint };
  readonly timeouts: Timeouts;
}

/**
 * kubelet.config.k8s.io/v1beta1, for every node of the cluster: kubeadm keeps it in the cluster and gives it to those
 * that join.
 */
export interface KubeletConfiguration {
  readonly apiVersion: 'kubelet.config.k8s.io/v1beta1';
  readonly kind: 'KubeletConfiguration';
  readonly cgroupDriver: 'systemd';
  readonly serializeImagePulls: boolean;
  readonly maxParallelImagePulls: number;
}
