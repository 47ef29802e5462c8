import { z } from 'zod';

const stringMap = z.record(z.string(), z.string());

/** One address of a server, as Nova caches it from Neutron: it may lag by some seconds. */
export const serverAddressSchema = z.looseObject({
  addr: z.string(),
  version: z.number(),
  'OS-EXT-IPS:type': z.string().optional(),
  'OS-EXT-IPS-MAC:mac_addr': z.string().optional(),
});

/** Why a server is in ERROR. */
export const serverFaultSchema = z.looseObject({
  message: z.string(),
  code: z.number().optional(),
  created: z.string().optional(),
  details: z.string().optional(),
});

/**
 * A server in detail. Of a server in a cell that is down, Nova tells little more than id and status UNKNOWN (2.69).
 * https://docs.openstack.org/api-ref/compute/#show-server-details
 */
export const serverSchema = z.looseObject({
  id: z.string(),
  name: z.string().default(''),
  status: z.string(),
  created: z.string().optional(),
  updated: z.string().optional(),
  tenant_id: z.string().optional(),
  user_id: z.string().optional(),
  addresses: z.record(z.string(), z.array(serverAddressSchema)).default({}),
  metadata: stringMap.default({}),
  /** From 2.26. */
  tags: z.array(z.string()).default([]),
  flavor: z.looseObject({ original_name: z.string().optional(), id: z.string().optional() }).optional(),
  /** An empty string for a server that boots from a volume. */
  image: z.union([z.looseObject({ id: z.string() }), z.literal('')]).nullish(),
  key_name: z.string().nullish(),
  /** From 2.71. */
  server_groups: z.array(z.string()).optional(),
  security_groups: z.array(z.looseObject({ name: z.string() })).optional(),
  fault: serverFaultSchema.optional(),
  progress: z.number().optional(),
  'OS-EXT-STS:task_state': z.string().nullish(),
  'OS-EXT-STS:vm_state': z.string().nullish(),
  'OS-EXT-STS:power_state': z.number().nullish(),
  'OS-EXT-AZ:availability_zone': z.string().nullish(),
  'OS-SRV-USG:launched_at': z.string().nullish(),
  'OS-EXT-SRV-ATTR:host': z.string().nullish(),
  'os-extended-volumes:volumes_attached': z.array(z.looseObject({ id: z.string() })).default([]),
});
export type Server = z.output<typeof serverSchema>;

/**
 * What a creation answers: no more than the id; with `return_reservation_id` something else, which is not offered here.
 */
export const createdServerSchema = z.looseObject({ id: z.string(), adminPass: z.string().optional() });
export type CreatedServer = z.output<typeof createdServerSchema>;

/** A server of the brief list. */
export const serverBriefSchema = z.looseObject({ id: z.string(), name: z.string().default('') });
export type ServerBrief = z.output<typeof serverBriefSchema>;

/** https://docs.openstack.org/api-ref/compute/#list-flavors-with-details */
export const flavorSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  vcpus: z.number(),
  /** MiB. */
  ram: z.number(),
  /** GiB; 0 means that the root disk is as large as the image. */
  disk: z.number(),
  'OS-FLV-EXT-DATA:ephemeral': z.number().optional(),
  'OS-FLV-DISABLED:disabled': z.boolean().optional(),
  'os-flavor-access:is_public': z.boolean().optional(),
  /** From 2.61. */
  extra_specs: stringMap.optional(),
});
export type Flavor = z.output<typeof flavorSchema>;

/** https://docs.openstack.org/api-ref/compute/#server-groups-os-server-groups */
export const serverGroupSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  /** From 2.64; before, `policies`. */
  policy: z.string().optional(),
  policies: z.array(z.string()).optional(),
  rules: z.looseObject({ max_server_per_host: z.number().optional() }).optional(),
  members: z.array(z.string()).default([]),
  project_id: z.string().optional(),
});
export type ServerGroup = z.output<typeof serverGroupSchema>;

/** https://docs.openstack.org/api-ref/compute/#keypairs-keypairs */
export const keyPairSchema = z.looseObject({
  name: z.string(),
  fingerprint: z.string(),
  public_key: z.string(),
  type: z.string().optional(),
  /** Only in the answer to a creation without a public key. */
  private_key: z.string().optional(),
});
export type KeyPair = z.output<typeof keyPairSchema>;

/** https://docs.openstack.org/api-ref/compute/#get-availability-zone-information */
export const availabilityZoneSchema = z.looseObject({
  zoneName: z.string(),
  zoneState: z.looseObject({ available: z.boolean() }),
});
export type AvailabilityZone = z.output<typeof availabilityZoneSchema>;

/**
 * Limits of the project and what it uses; -1 means no limit. https://docs.openstack.org/api-ref/compute/#limits-limits
 */
export const computeLimitsSchema = z.looseObject({
  maxTotalInstances: z.number(),
  maxTotalCores: z.number(),
  /** MiB. */
  maxTotalRAMSize: z.number(),
  maxServerGroups: z.number().optional(),
  maxServerGroupMembers: z.number().optional(),
  maxTotalKeypairs: z.number().optional(),
  /** Items of a server's metadata. */
  maxServerMeta: z.number().optional(),
  totalInstancesUsed: z.number(),
  totalCoresUsed: z.number(),
  totalRAMUsed: z.number(),
  totalServerGroupsUsed: z.number().optional(),
});
export type ComputeLimits = z.output<typeof computeLimitsSchema>;

const quota = z.looseObject({ limit: z.number(), in_use: z.number(), reserved: z.number() });

/** https://docs.openstack.org/api-ref/compute/#show-the-detail-of-quota */
export const computeQuotaSchema = z.looseObject({
  id: z.string().optional(),
  instances: quota,
  cores: quota,
  /** MiB. */
  ram: quota,
  key_pairs: quota.optional(),
  server_groups: quota.optional(),
  server_group_members: quota.optional(),
  metadata_items: quota.optional(),
});
export type ComputeQuota = z.output<typeof computeQuotaSchema>;

/** https://docs.openstack.org/api-ref/compute/#servers-with-volume-attachments-servers-os-volume-attachments */
export const volumeAttachmentSchema = z.looseObject({
  volumeId: z.string(),
  serverId: z.string(),
  device: z.string().nullish(),
  tag: z.string().nullish(),
  delete_on_termination: z.boolean().optional(),
});
export type VolumeAttachment = z.output<typeof volumeAttachmentSchema>;
