import { z } from 'zod';

const tags = z.array(z.string()).default([]);
const description = z.string().nullish();

/** https://docs.openstack.org/api-ref/network/v2/#networks */
export const networkSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string().optional(),
  description,
  project_id: z.string().optional(),
  admin_state_up: z.boolean().optional(),
  mtu: z.number().nullish(),
  shared: z.boolean().optional(),
  'router:external': z.boolean().optional(),
  port_security_enabled: z.boolean().optional(),
  subnets: z.array(z.string()).default([]),
  availability_zone_hints: z.array(z.string()).optional(),
  tags,
});
export type Network = z.output<typeof networkSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#subnets */
export const subnetSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  cidr: z.string(),
  ip_version: z.number(),
  gateway_ip: z.string().nullish(),
  enable_dhcp: z.boolean().optional(),
  dns_nameservers: z.array(z.string()).default([]),
  allocation_pools: z.array(z.looseObject({ start: z.string(), end: z.string() })).default([]),
  host_routes: z.array(z.looseObject({ destination: z.string(), nexthop: z.string() })).default([]),
  description,
  project_id: z.string().optional(),
  tags,
});
export type Subnet = z.output<typeof subnetSchema>;

const fixedIp = z.looseObject({ subnet_id: z.string(), ip_address: z.string() });

/** https://docs.openstack.org/api-ref/network/v2/#routers-routers */
export const routerSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string().optional(),
  external_gateway_info: z
    .looseObject({
      network_id: z.string(),
      enable_snat: z.boolean().optional(),
      external_fixed_ips: z
        .array(z.looseObject({ subnet_id: z.string().optional(), ip_address: z.string().optional() }))
        .optional(),
    })
    .nullish(),
  routes: z.array(z.looseObject({ destination: z.string(), nexthop: z.string() })).optional(),
  description,
  project_id: z.string().optional(),
  tags,
});
export type Router = z.output<typeof routerSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#add-interface-to-router */
export const routerInterfaceSchema = z.looseObject({
  id: z.string(),
  subnet_id: z.string().optional(),
  port_id: z.string(),
  network_id: z.string().optional(),
});
export type RouterInterface = z.output<typeof routerInterfaceSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#ports */
export const portSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  mac_address: z.string().optional(),
  fixed_ips: z.array(fixedIp).default([]),
  device_id: z.string().default(''),
  device_owner: z.string().default(''),
  status: z.string().optional(),
  admin_state_up: z.boolean().optional(),
  security_groups: z.array(z.string()).default([]),
  allowed_address_pairs: z
    .array(z.looseObject({ ip_address: z.string(), mac_address: z.string().optional() }))
    .default([]),
  port_security_enabled: z.boolean().optional(),
  'binding:vnic_type': z.string().optional(),
  'binding:host_id': z.string().optional(),
  description,
  project_id: z.string().optional(),
  tags,
});
export type Port = z.output<typeof portSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#security-group-rules-security-group-rules */
export const securityGroupRuleSchema = z.looseObject({
  id: z.string(),
  security_group_id: z.string(),
  direction: z.enum(['ingress', 'egress']),
  ethertype: z.string().nullish(),
  protocol: z.string().nullish(),
  port_range_min: z.number().nullish(),
  port_range_max: z.number().nullish(),
  remote_ip_prefix: z.string().nullish(),
  remote_group_id: z.string().nullish(),
  remote_address_group_id: z.string().nullish(),
  description,
  project_id: z.string().optional(),
});
export type SecurityGroupRule = z.output<typeof securityGroupRuleSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#security-groups-security-groups */
export const securityGroupSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  security_group_rules: z.array(securityGroupRuleSchema).default([]),
  stateful: z.boolean().optional(),
  shared: z.boolean().optional(),
  description,
  project_id: z.string().optional(),
  tags,
});
export type SecurityGroup = z.output<typeof securityGroupSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#floating-ips-floatingips */
export const floatingIpSchema = z.looseObject({
  id: z.string(),
  floating_ip_address: z.string(),
  floating_network_id: z.string(),
  fixed_ip_address: z.string().nullish(),
  port_id: z.string().nullish(),
  router_id: z.string().nullish(),
  status: z.string().optional(),
  description,
  project_id: z.string().optional(),
  tags,
});
export type FloatingIp = z.output<typeof floatingIpSchema>;

const quota = z.looseObject({ limit: z.number(), used: z.number(), reserved: z.coerce.number() });

/**
 * Quotas with what is used; -1 means no limit.
 * https://docs.openstack.org/api-ref/network/v2/#show-quota-details-for-a-tenant
 */
export const networkQuotaSchema = z.looseObject({
  network: quota,
  subnet: quota,
  port: quota,
  router: quota.optional(),
  floatingip: quota.optional(),
  security_group: quota.optional(),
  security_group_rule: quota.optional(),
});
export type NetworkQuota = z.output<typeof networkQuotaSchema>;

/** https://docs.openstack.org/api-ref/network/v2/#extensions */
export const extensionSchema = z.looseObject({ alias: z.string(), name: z.string(), description });
export type Extension = z.output<typeof extensionSchema>;
