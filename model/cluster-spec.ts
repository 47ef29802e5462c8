import { z } from 'zod';
import { versionIssues } from '../addons/index.ts';
import { CONTROL_PLANE_GROUP } from './names.ts';
import { accessSchema } from './spec/access.ts';
import { addonsSchema } from './spec/addons.ts';
import { addressIssues, cidr, usable } from './spec/address-ranges.ts';
import { kubernetesSchema } from './spec/kubernetes.ts';
import { labelsSchema, taintsSchema } from './spec/node-marks.ts';
import { dnsLabel, ipv4, reference, uuid } from './spec/text.ts';

/*
 * The cluster's specification. Only `name` and `cloud` are required. Objects are strict: an unknown field is an error,
 * because a mistyped field that is silently ignored is found only when the cluster is already wrong.
 */

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
  min: z.int().min(0).max(5000).optional().describe('Smallest count that an autoscaler may ask for'),
  max: z.int().min(0).max(5000).optional().describe('Largest count that an autoscaler may ask for'),
  ...machineFields,
  availabilityZone: reference.optional().describe('Nova availability zone; the cloud’s choice when absent'),
  labels: labelsSchema,
  taints: taintsSchema,
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

const networkSchema = z
  .strictObject({
    cidr: usable(cidr)
      .default('10.6.0.0/16')
      .describe('Range of the machines’ addresses; ignored when subnetId is given'),
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
    floatingIp: ipv4.optional().describe('Your own floating IP, which nothing else uses; it is used and never deleted'),
    allowedCidrs: z
      .array(cidr)
      .max(50)
      .default([])
      .describe('Who may reach the API from outside; everybody when empty'),
    loadBalancerProvider: reference
      .optional()
      .describe(
        'Octavia provider, for example amphora or ovn; when absent, the only one there is, or amphora, or else ovn',
      ),
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
    access: accessSchema
      .default([])
      .describe('What users and groups may do in the cluster, each role in one place once; nothing when empty'),
    addons: addonsSchema.prefault({}).describe('What is installed into the cluster by Helm; nothing when absent'),
  })
  .superRefine((spec, context) => {
    const machines = spec.controlPlane.count + spec.nodeGroups.reduce((sum, group) => sum + group.count, 0);
    for (const { path, message } of addressIssues(spec, machines)) {
      context.addIssue({ code: 'custom', path, message });
    }
    for (const { key, message } of versionIssues(spec.addons, spec.kubernetes.version)) {
      context.addIssue({ code: 'custom', path: ['addons', key], message });
    }
    if (spec.addons.cloudController !== undefined && spec.kubernetes.cloudProvider === 'none') {
      context.addIssue({
        code: 'custom',
        path: ['addons', 'cloudController'],
        message:
          'needs kubernetes.cloudProvider: external, which kubelets are told when their machine is made: a cluster that was created without it cannot have it',
      });
    }
    for (const [index, { min = 0, max = Infinity }] of spec.nodeGroups.entries()) {
      if (min <= max) continue;
      context.addIssue({
        code: 'custom',
        path: ['nodeGroups', index, 'min'],
        message: `must not be more than max, ${max}`,
      });
    }
  })
  .transform((spec) => ({ ...spec, kubernetes: { ...spec.kubernetes, cloudProvider: cloudProviderOf(spec) } }));

/** What kubelets are told of the cloud: what is said, else what the addons need. */
function cloudProviderOf({
  kubernetes,
  addons,
}: {
  readonly kubernetes: z.output<typeof kubernetesSchema>;
  readonly addons: z.output<typeof addonsSchema>;
}): 'none' | 'external' {
  return kubernetes.cloudProvider ?? (addons.cloudController === undefined ? 'none' : 'external');
}

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
