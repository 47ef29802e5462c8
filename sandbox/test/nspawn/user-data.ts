import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

const script = readFileSync(join(import.meta.dirname, 'bootstrap.py'), 'utf8');

/** A #cloud-config that writes files and runs the bootstrap script. */
export function userData(files: Readonly<Record<string, string>>): string {
  const writeFiles = [
    { path: '/usr/local/bin/slipway-bootstrap', permissions: '0755', content: script },
    ...Object.entries(files).map(([path, content]) => ({ path, permissions: '0600', content })),
  ];
  return `#cloud-config\n${stringify({ write_files: writeFiles, runcmd: [['/usr/local/bin/slipway-bootstrap']] })}`;
}

/** The addresses and names that the cluster of the test is made with. */
export interface ClusterFacts {
  readonly endpoint: string;
  readonly token: string;
}

const nodeRegistration = {
  name: '@SERVER_NAME@',
  kubeletExtraArgs: [
    { name: 'provider-id', value: 'openstack:///@SERVER_ID@' },
    { name: 'node-ip', value: '@LOCAL_IPV4@' },
  ],
};

/** kubeadm's configuration of the first control plane. */
export function initConfiguration({ endpoint, token }: ClusterFacts): string {
  const encryption = '/etc/kubernetes/encryption.yaml';
  return documents(
    {
      kind: 'InitConfiguration',
      bootstrapTokens: [{ token, ttl: '30m0s' }],
      localAPIEndpoint: { advertiseAddress: '@LOCAL_IPV4@', bindPort: 6443 },
      nodeRegistration,
    },
    {
      kind: 'ClusterConfiguration',
      kubernetesVersion: 'v1.36.3',
      controlPlaneEndpoint: endpoint,
      networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
      apiServer: {
        extraArgs: [{ name: 'encryption-provider-config', value: encryption }],
        extraVolumes: [
          { name: 'encryption', hostPath: encryption, mountPath: encryption, readOnly: true, pathType: 'File' },
        ],
      },
    },
  );
}

/** kubeadm's configuration of a worker. */
export function joinConfiguration({ endpoint, token }: ClusterFacts, caCertHash: string): string {
  return documents({
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken: { token, apiServerEndpoint: endpoint, caCertHashes: [caCertHash] } },
    nodeRegistration,
  });
}

function documents(...list: readonly Readonly<Record<string, unknown>>[]): string {
  return list.map((document) => `---\n${stringify({ apiVersion: 'kubeadm.k8s.io/v1beta4', ...document })}`).join('');
}
