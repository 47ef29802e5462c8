/** What the machine image is made of. A change here, in `go/` or in `rootfs/` gives an image of another name. */

/**
 * Versions without a leading `v`. They must agree with `go/<part>/go.mod`, and with what kubeadm of this version
 * expects.
 */
export const versions = {
  kubernetes: '1.36.3',
  etcd: '3.6.8',
  coredns: '1.14.2',
  pause: '3.10.2',
} as const;

/** The Debian release of the root file system, and what is installed beyond its essential packages. */
export const debian = {
  suite: 'bookworm',
  packages: [
    // a machine
    ...[
      'systemd',
      'systemd-sysv',
      'dbus',
      'udev',
      'kmod',
      'procps',
      'netbase',
      'ca-certificates',
      'python3',
      'cloud-init',
    ],
    // Kubernetes on it
    ...['containerd', 'containernetworking-plugins', 'iproute2', 'iptables', 'conntrack', 'ethtool', 'socat', 'bird2'],
    // people looking into it
    ...['curl', 'iputils-ping'],
  ],
  /** Documentation is a third of the size and nobody reads it there. */
  excluded: ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'],
} as const;

/** Container images by the names kubeadm gives them; nothing is ever pulled. */
export const containerImages = {
  apiserver: `registry.k8s.io/kube-apiserver:v${versions.kubernetes}`,
  controllerManager: `registry.k8s.io/kube-controller-manager:v${versions.kubernetes}`,
  scheduler: `registry.k8s.io/kube-scheduler:v${versions.kubernetes}`,
  proxy: `registry.k8s.io/kube-proxy:v${versions.kubernetes}`,
  etcd: `registry.k8s.io/etcd:${versions.etcd}-0`,
  coredns: `registry.k8s.io/coredns/coredns:v${versions.coredns}`,
  pause: `registry.k8s.io/pause:${versions.pause}`,
  /** Answers HTTP on 8080; what tests run as a pod. */
  echo: 'slipway.local/echo:1',
} as const;
