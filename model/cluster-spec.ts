import { z } from 'zod';
import { cidrSize, cidrsOverlap, parseCidr, parseIpv4 } from './cidr.ts';
import { CONTROL_PLANE_GROUP } from './names.ts';

/*
 * The cluster's specification. Only `name` and `cloud` are required. Objects are strict: an unknown field is an error, because a
 * mistyped field that is silently ignored is found only when the cluster is already wrong.
 */

const dnsLabel = (max: number) =>
  z
    .string()
    .max(max)
    .regex(
      /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
      'must be lower-case letters, digits and "-", start with a letter and not end with "-"',
    );

// The patterns are for the JSON Schema, which editors use; they are looser than the checks.
const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'must be an IPv4 network such as 10.6.0.0/16, without host bits')
  .meta({ pattern: '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$' });
const ipv4 = z
  .string()
  .refine((text) => parseIpv4(text) !== undefined, 'must be an IPv4 address')
  .meta({ pattern: '^\\d{1,3}(\\.\\d{1,3}){3}$' });
const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/, 'must be the id (UUID) of an existing resource');
const reference = z.string().min(1).max(255);
const version = z
  .string()
  .regex(
    /^1\.(3[4-9]|[4-9]\d)\.\d{1,3}$/,
    'must be a Kubernetes version from 1.34 on, such as 1.36.3, without a leading "v"',
  );

/** Label key: optional DNS prefix, then a name of at most 63 characters (Kubernetes: concepts/overview/working-with-objects/labels). */
const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be a Kubernetes label key',
  );
const labelValue = z
  .string()
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'must be a Kubernetes label value of at most 63 characters',
  );

const taint = z.strictObject({
  key: labelKey.describe('Key of the taint'),
  value: labelValue.default('').describe('Value of the taint'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What happens to pods that do not tolerate it'),
});

const rootVolume = z
  .strictObject({
    sizeGiB: z.int().min(10).max(4096).describe('Size in GiB'),
    type: reference.optional().describe('Cinder volume type; the cloud’s default when absent'),
  })
  .describe('Boot from a Cinder volume of this size instead of the flavor’s disk; deleted with the server');

const serverGroupPolicy = z
  .enum(['soft-anti-affinity', 'anti-affinity', 'soft-affinity', 'affinity'])
  .default('soft-anti-affinity')
  .describe('Nova server group policy of the machines');

const machineFields = {
  flavor: reference.default('m1.medium').describe('Nova flavor, by name or id'),
  image: reference
    .optional()
    .describe(
      'Glance image, by name or id; when absent, the newest active image whose property kube_version is the cluster’s version',
    ),
  rootVolume: rootVolume.optional(),
  serverGroupPolicy,
  securityGroups: z
    .array(uuid)
    .max(10)
    .default([])
    .describe('Your own security groups, used beside Slipway’s and never changed'),
};

/** A group of like machines that are Kubernetes nodes. */
export const nodeGroupSchema = z.strictObject({
  name: dnsLabel(16)
    .refine((name) => name !== CONTROL_PLANE_GROUP && name !== 'cp', 'this name belongs to the control plane')
    .describe('Name of the group, part of its machines’ names'),
  count: z.int().min(0).max(5000).default(3).describe('Number of machines'),
  ...machineFields,
  availabilityZone: reference.optional().describe('Nova availability zone; the cloud’s choice when absent'),
  labels: z
    .record(labelKey, labelValue)
    .default({})
    .refine(
      (labels) => Object.keys(labels).every((key) => !reservedLabel(key)),
      'labels below kubernetes.io, k8s.io and slipway.dev are reserved',
    )
    .describe('Labels of the nodes'),
  taints: z.array(taint).max(20).default([]).describe('Taints of the nodes'),
});

const controlPlaneSchema = z.strictObject({
  count: z
    .int()
    .refine(
      (count) => [1, 3, 5].includes(count),
      'must be 1, 3 or 5: etcd needs an odd number of members to keep a majority',
    )
    .meta({ enum: [1, 3, 5] })
    .default(3)
    .describe('Number of control plane machines'),
  ...machineFields,
  availabilityZones: z.array(reference).max(5).default([]).describe('Nova availability zones, taken in turn'),
});

const kubernetesSchema = z.strictObject({
  version: version.default('1.36.3').describe('Kubernetes version'),
  podCidr: cidr.default('10.244.0.0/16').describe('Range of the pods’ addresses'),
  serviceCidr: cidr.default('10.96.0.0/16').describe('Range of the services’ addresses'),
  dnsDomain: z
    .string()
    .max(200)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS domain')
    .default('cluster.local')
    .describe('DNS domain of the services'),
  imageRepository: z
    .string()
    .max(255)
    .regex(/^[a-z0-9][-a-z0-9._:/]*$/, 'must be a registry and path such as registry.example.org/kubernetes')
    .optional()
    .describe('Where kubeadm takes the control plane’s images from; kubeadm’s default when absent'),
  cloudProvider: z
    .enum(['none', 'external'])
    .default('none')
    .describe('external: kubelets wait for a cloud controller manager, which you install; none: nodes need none'),
  encryptionAtRest: z.boolean().default(true).describe('Encrypt Secrets in etcd, with a key that is kept in Vault'),
  auditPolicy: z
    .string()
    .max(16_384)
    .optional()
    .describe('An audit.k8s.io/v1 Policy as YAML; audit logs are off when absent'),
  apiServer: z
    .strictObject({
      extraSans: z
        .array(z.string().min(1).max(253))
        .max(50)
        .default([])
        .describe('More names and addresses in the API server’s certificate'),
      extraArgs: z
        .record(
          z.string().regex(/^[a-z][-a-z0-9]*$/, 'must be a kube-apiserver flag without "--"'),
          z.string().max(4096),
        )
        .default({})
        .describe('More kube-apiserver flags'),
    })
    .prefault({})
    .describe('The API server'),
});

const networkSchema = z
  .strictObject({
    cidr: cidr.default('10.6.0.0/16').describe('Range of the machines’ addresses; ignored when subnetId is given'),
    networkId: uuid.optional().describe('Your own network, used and never changed; needs subnetId'),
    subnetId: uuid.optional().describe('Your own subnet of networkId'),
    routerId: uuid
      .optional()
      .describe(
        'Your own router. With a network of your own nothing is done to it; Slipway’s own subnet is plugged into it, and unplugged at deletion',
      ),
    externalNetwork: reference
      .optional()
      .describe(
        'External network for the router’s gateway and the floating IP, by name or id; when absent, the only one there is',
      ),
    dnsServers: z.array(ipv4).max(5).default([]).describe('DNS servers of the subnet'),
  })
  .refine((network) => (network.networkId === undefined) === (network.subnetId === undefined), {
    path: ['subnetId'],
    message: 'networkId and subnetId go together',
  });

const apiSchema = z
  .strictObject({
    public: z.boolean().default(true).describe('Give the API’s load balancer a floating IP'),
    floatingIp: ipv4.optional().describe('Your own, unused floating IP; it is used and never deleted'),
    allowedCidrs: z
      .array(cidr)
      .max(50)
      .default([])
      .describe('Who may reach the API from outside; everybody when empty'),
    loadBalancerProvider: reference
      .optional()
      .describe('Octavia provider, for example amphora or ovn; the cloud’s default when absent'),
  })
  .refine((api) => api.public || api.floatingIp === undefined, { path: ['floatingIp'], message: 'needs public: true' });

/** The specification of a cluster. */
export const clusterSpecSchema = z
  .strictObject({
    name: dnsLabel(28).describe('Name of the cluster, unique in this Slipway'),
    cloud: dnsLabel(40).describe('Name of the cloud, as it is known in Vault'),
    kubernetes: kubernetesSchema.prefault({}).describe('What runs on the machines'),
    network: networkSchema.prefault({}).describe('The machines’ network'),
    api: apiSchema.prefault({}).describe('How the Kubernetes API is reached'),
    controlPlane: controlPlaneSchema.prefault({}).describe('The control plane’s machines'),
    nodeGroups: z
      .array(nodeGroupSchema)
      .max(20)
      .prefault([{ name: 'workers' }])
      .refine(
        (groups) => new Set(groups.map(({ name }) => name)).size === groups.length,
        'two node groups have the same name',
      )
      .describe('The groups of like worker machines'),
    sshKey: reference.optional().describe('Name of an existing Nova key pair for the machines'),
  })
  .superRefine((spec, context) => {
    for (const [path, other, message] of overlaps(spec)) {
      context.addIssue({ code: 'custom', path, message: `overlaps ${other}${message}` });
    }
    const machines = spec.controlPlane.count + spec.nodeGroups.reduce((sum, group) => sum + group.count, 0);
    const range = parseCidr(spec.network.cidr);
    // Neutron keeps the network, gateway, broadcast and DHCP addresses; Octavia takes the VIP and two for its amphorae.
    if (spec.network.subnetId === undefined && range !== undefined && cidrSize(range) < machines + 10) {
      context.addIssue({
        code: 'custom',
        path: ['network', 'cidr'],
        message: `has too few addresses for ${machines} machines`,
      });
    }
  });

/** A specification with every default applied. */
export type ClusterSpec = z.output<typeof clusterSpecSchema>;
/** A specification as a person writes it. */
export type ClusterSpecInput = z.input<typeof clusterSpecSchema>;
export type NodeGroup = z.output<typeof nodeGroupSchema>;
/** What the control plane and a node group have in common. */
export type MachineTemplate = Pick<
  NodeGroup,
  'flavor' | 'image' | 'rootVolume' | 'serverGroupPolicy' | 'securityGroups'
>;

type Ranges = Pick<z.output<typeof clusterSpecSchema>, 'kubernetes' | 'network'>;

function overlaps({ kubernetes, network }: Ranges): [string[], string, string][] {
  const ranges: [string[], string][] = [
    [['network', 'cidr'], network.cidr],
    [['kubernetes', 'podCidr'], kubernetes.podCidr],
    [['kubernetes', 'serviceCidr'], kubernetes.serviceCidr],
  ];
  const found: [string[], string, string][] = [];
  const considered = network.subnetId === undefined ? ranges : ranges.slice(1);
  considered.forEach(([path, text], index) => {
    for (const [otherPath, otherText] of considered.slice(0, index)) {
      const [a, b] = [parseCidr(text), parseCidr(otherText)];
      if (a && b && cidrsOverlap(a, b)) found.push([path, otherPath.join('.'), ` (${text} and ${otherText})`]);
    }
  });
  return found;
}

function reservedLabel(key: string): boolean {
  const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  return ['kubernetes.io', 'k8s.io', 'slipway.dev'].some(
    (domain) => prefix === domain || prefix.endsWith(`.${domain}`),
  );
}
