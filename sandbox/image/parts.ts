import { goStep } from './go-step.ts';
import { versions } from './pins.ts';

const [major = '', minor = ''] = versions.kubernetes.split('.');
const version = 'k8s.io/component-base/version';

/** kubelet, kubeadm, kubectl and the control plane's programs. */
export const kubernetes = goStep({
  name: 'kubernetes',
  target: 'tool',
  linkerFlags: Object.entries({
    gitVersion: `v${versions.kubernetes}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
  }).map(([field, value]) => `-X ${version}.${field}=${value}`),
});

/** etcd, etcdctl and etcdutl. */
export const etcd = goStep({ name: 'etcd', target: 'tool', renamed: { server: 'etcd' } });

/** coredns. */
export const coredns = goStep({ name: 'coredns', target: 'tool' });

/** The program of the image that tests run as a pod. */
export const echo = goStep({ name: 'echo', target: '.' });
