import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import {
  firstControlPlaneConfig,
  joiningControlPlaneConfig,
  nodeConfig,
  type ControlPlaneMachine,
} from '../../../activities/bootstrap/kubeadm-config.ts';
import { clusterSpecSchema, type ClusterSpecInput } from '../../../model/index.ts';

const ticket = { vip: '10.6.0.5', token: 'abcdef.0123456789abcdef', caCertHash: `sha256:${'0'.repeat(64)}` };
const auditPolicy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n';

function machine(
  input: Partial<ClusterSpecInput> = {},
  floatingIp: string | undefined = '203.0.113.7',
): ControlPlaneMachine {
  const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'berlin', ...input });
  return { id: 'atlas-abc123', spec, vip: '10.6.0.5', floatingIp, address: '10.6.0.11', generation: '0123456789' };
}

/**
 * The documents of a configuration, by kind, as kubeadm reads them: YAML 1.1. What is not YAML, or has no kind, fails.
 */
function documents(text: string): Record<string, unknown> {
  const parsed = parseAllDocuments(text, { version: '1.1' }).map((document) => {
    expect(document.errors).toEqual([]);
    return z.looseObject({ kind: z.string(), apiVersion: z.string() }).parse(document.toJS());
  });
  return Object.fromEntries(parsed.map((document) => [document.kind, document]));
}

const flags = (list: unknown): Record<string, string> =>
  Object.fromEntries(
    z
      .array(z.strictObject({ name: z.string(), value: z.string() }))
      .parse(list)
      .map(({ name, value }) => [name, value]),
  );

const clusterSchema = z.looseObject({
  apiServer: z.object({ certSANs: z.array(z.string()), extraArgs: z.unknown(), extraVolumes: z.array(z.unknown()) }),
  etcd: z.object({ local: z.object({ dataDir: z.string(), extraArgs: z.unknown() }) }),
});
const registrationSchema = z.looseObject({
  nodeRegistration: z.looseObject({ name: z.string(), kubeletExtraArgs: z.unknown() }),
});

describe('the first control plane', () => {
  it('has three documents, with the cluster’s networks and the API’s address', () => {
    const parts = documents(
      firstControlPlaneConfig(
        machine({
          kubernetes: {
            version: '1.35.6',
            podCidr: '10.100.0.0/16',
            serviceCidr: '10.101.0.0/16',
            dnsDomain: 'k8s.example.org',
            imageRepository: 'registry.example.org/kubernetes',
          },
        }),
      ),
    );
    expect(Object.keys(parts)).toEqual(['InitConfiguration', 'ClusterConfiguration', 'KubeletConfiguration']);
    expect(parts['ClusterConfiguration']).toMatchObject({
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      clusterName: 'atlas-abc123',
      kubernetesVersion: 'v1.35.6',
      controlPlaneEndpoint: '10.6.0.5:6443',
      imageRepository: 'registry.example.org/kubernetes',
      encryptionAlgorithm: 'ECDSA-P256',
      networking: { podSubnet: '10.100.0.0/16', serviceSubnet: '10.101.0.0/16', dnsDomain: 'k8s.example.org' },
    });
    expect(parts['InitConfiguration']).toMatchObject({
      localAPIEndpoint: { advertiseAddress: '10.6.0.11', bindPort: 6443 },
      skipPhases: ['show-join-command'],
    });
  });

  it('makes no join token that could be used, and holds none', () => {
    const text = firstControlPlaneConfig(machine());
    expect(documents(text)['InitConfiguration']).toMatchObject({ bootstrapTokens: [{ ttl: '1s' }] });
    expect(text).not.toMatch(/[a-z0-9]{6}\.[a-z0-9]{16}/);
    expect(text).not.toContain('certificateKey');
  });

  it('leaves the image repository to kubeadm unless one is given', () => {
    expect(documents(firstControlPlaneConfig(machine()))['ClusterConfiguration']).not.toHaveProperty('imageRepository');
  });

  it.each([
    { sans: [], floatingIp: '203.0.113.7', expected: ['10.6.0.5', '203.0.113.7'] },
    { sans: ['api.example.org', '10.6.0.5'], floatingIp: undefined, expected: ['10.6.0.5', 'api.example.org'] },
  ])('names $expected in the API server’s certificate', ({ sans, floatingIp, expected }) => {
    const input = { kubernetes: { apiServer: { extraSans: sans } } };
    const cluster = documents(firstControlPlaneConfig({ ...machine(input), floatingIp }))['ClusterConfiguration'];
    expect(clusterSchema.parse(cluster).apiServer.certSANs).toEqual(expected);
  });

  const audit = {
    'audit-policy-file': '/etc/kubernetes/audit-policy.yaml',
    'audit-log-path': '/var/log/kubernetes/audit/audit.log',
    'audit-log-maxage': '30',
    'audit-log-maxbackup': '10',
    'audit-log-maxsize': '100',
  };
  const encryption = { 'encryption-provider-config': '/etc/kubernetes/encryption-at-rest.yaml' };
  it.each([
    { kubernetes: {}, args: encryption, volumes: ['encryption-at-rest'] },
    { kubernetes: { encryptionAtRest: false }, args: {}, volumes: [] },
    {
      kubernetes: { authentication: { oidc: [{ issuer: { url: 'https://sso.example.org', audiences: ['k'] } }] } },
      args: { ...encryption, 'authentication-config': '/etc/kubernetes/authentication.yaml' },
      volumes: ['authentication', 'encryption-at-rest'],
    },
    {
      kubernetes: { auditPolicy },
      args: { ...encryption, ...audit },
      volumes: ['encryption-at-rest', 'audit-policy', 'audit-logs'],
    },
    { kubernetes: { encryptionAtRest: false, auditPolicy }, args: audit, volumes: ['audit-policy', 'audit-logs'] },
    {
      kubernetes: {
        apiServer: { extraArgs: { 'audit-log-maxage': '7', 'max-requests-inflight': '800' } },
        auditPolicy,
      },
      args: { ...encryption, ...audit, 'audit-log-maxage': '7', 'max-requests-inflight': '800' },
      volumes: ['encryption-at-rest', 'audit-policy', 'audit-logs'],
    },
  ])('gives the API server $args', ({ kubernetes, args, volumes }) => {
    const cluster = clusterSchema.parse(
      documents(firstControlPlaneConfig(machine({ kubernetes })))['ClusterConfiguration'],
    );
    expect(flags(cluster.apiServer.extraArgs)).toEqual(args);
    const mounts = z
      .array(z.looseObject({ name: z.string(), hostPath: z.string(), mountPath: z.string() }))
      .parse(cluster.apiServer.extraVolumes);
    expect(mounts.map(({ name }) => name)).toEqual(volumes);
    // Every file that a flag names is in the pod, at the same path.
    for (const path of Object.values(args).filter((value) => value.startsWith('/'))) {
      expect(mounts.some(({ hostPath, mountPath }) => hostPath === mountPath && path.startsWith(hostPath))).toBe(true);
    }
  });

  it('gives etcd the patience that a cloud’s disks need', () => {
    const cluster = clusterSchema.parse(documents(firstControlPlaneConfig(machine()))['ClusterConfiguration']);
    const args = flags(cluster.etcd.local.extraArgs);
    expect(args).toEqual({
      'heartbeat-interval': '500',
      'election-timeout': '5000',
      'quota-backend-bytes': '4294967296',
    });
  });
});

describe('a further control plane', () => {
  it('joins by token, waits for the API, and for its turn with etcd', () => {
    const parts = documents(joiningControlPlaneConfig(machine(), ticket));
    expect(Object.keys(parts)).toEqual(['JoinConfiguration']);
    expect(parts['JoinConfiguration']).toMatchObject({
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      controlPlane: { localAPIEndpoint: { advertiseAddress: '10.6.0.11', bindPort: 6443 } },
      discovery: {
        bootstrapToken: {
          token: ticket.token,
          apiServerEndpoint: '10.6.0.5:6443',
          caCertHashes: [ticket.caCertHash],
        },
      },
      timeouts: { discovery: '20m0s', etcdAPICall: '10m0s' },
    });
  });
});

describe('a node', () => {
  it('has the group’s labels and taints, and what it alone knows as placeholders', () => {
    const { spec } = machine({
      kubernetes: { cloudProvider: 'external' },
      nodeGroups: [
        {
          name: 'gpu',
          labels: { 'example.org/kind': 'a100', zone: 'x' },
          taints: [
            { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
            { key: 'slow', effect: 'PreferNoSchedule' },
          ],
        },
      ],
    });
    const [group] = spec.nodeGroups;
    if (group === undefined) throw new Error('the spec has a node group');
    const join = documents(nodeConfig({ spec, group, generation: '0123456789' }, ticket))['JoinConfiguration'];
    expect(join).not.toHaveProperty('controlPlane');
    expect(join).toMatchObject({
      nodeRegistration: {
        name: '@SERVER_NAME@',
        taints: [
          { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
          { key: 'slow', value: '', effect: 'PreferNoSchedule' },
        ],
      },
    });
    expect(flags(registrationSchema.parse(join).nodeRegistration.kubeletExtraArgs)).toEqual({
      'provider-id': 'openstack:///@SERVER_ID@',
      'node-ip': '@LOCAL_IPV4@',
      'node-labels': 'slipway.dev/node-group=gpu,slipway.dev/generation=0123456789,example.org/kind=a100,zone=x',
      'cloud-provider': 'external',
    });
  });
});

describe('every value', () => {
  it.each(['y', 'no', 'on', 'true', '1e5', '012', '0x1f', '1_000', '2026-11-22', 'null'])(
    'such as %s stays text',
    (value) => {
      const { spec, ...rest } = machine({
        kubernetes: {
          apiServer: { extraArgs: { 'oidc-issuer-url': 'https://login.example.org', 'oidc-client-id': value } },
        },
        nodeGroups: [{ name: 'workers', taints: [{ key: value, value, effect: 'NoSchedule' }] }],
      });
      const [group] = spec.nodeGroups;
      if (group === undefined) throw new Error('the spec has a node group');
      expect(
        documents(nodeConfig({ spec, group, generation: '0123456789' }, ticket))['JoinConfiguration'],
      ).toMatchObject({
        nodeRegistration: { taints: [{ key: value, value }] },
      });
      const cluster = documents(firstControlPlaneConfig({ ...rest, spec }))['ClusterConfiguration'];
      expect(flags(clusterSchema.parse(cluster).apiServer.extraArgs)).toMatchObject({ 'oidc-client-id': value });
    },
  );
});

describe('every machine', () => {
  it.each(['none', 'external'] as const)('with cloud provider %s is registered as Nova knows it', (cloudProvider) => {
    const one = machine({ kubernetes: { cloudProvider } });
    for (const join of [
      documents(firstControlPlaneConfig(one))['InitConfiguration'],
      documents(joiningControlPlaneConfig(one, ticket))['JoinConfiguration'],
    ]) {
      const { nodeRegistration } = registrationSchema.parse(join);
      expect(nodeRegistration.name).toBe('@SERVER_NAME@');
      expect(flags(nodeRegistration.kubeletExtraArgs)).toEqual({
        'provider-id': 'openstack:///@SERVER_ID@',
        'node-ip': '10.6.0.11',
        'node-labels': 'slipway.dev/node-group=control-plane,slipway.dev/generation=0123456789',
        ...(cloudProvider === 'external' ? { 'cloud-provider': 'external' } : {}),
      });
      // kubeadm's own taint for control planes.
      expect(nodeRegistration).not.toHaveProperty('taints');
    }
  });
});
