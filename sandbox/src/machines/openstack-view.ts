import { NotFoundError, type OpenStackClient, type ServiceClient } from 'openstack-client-ts';
import { z } from 'zod';
import type { CloudView } from './cloud-view.ts';

const reference = z.looseObject({ id: z.string() });
const text = z.string().nullish();

// Only what is used is read, and the rest dropped at once: a thousand servers are listed with their user-data.
const serverSchema = z
  .object({
    id: z.string(),
    name: z.string().default(''),
    status: z.string(),
    updated: z.string().default(''),
    tenant_id: z.string().default(''),
    user_id: z.string().default(''),
    metadata: z.record(z.string(), z.string()).default({}),
    image: z.union([reference, z.literal('')]).nullish(),
    key_name: text,
    flavor: z.object({ original_name: z.string(), vcpus: z.number(), ram: z.number(), disk: z.number() }),
    'OS-EXT-AZ:availability_zone': text,
    'OS-EXT-SRV-ATTR:user_data': text,
    'os-extended-volumes:volumes_attached': z.array(reference).default([]),
  })
  .transform((server) => ({
    id: server.id,
    name: server.name,
    status: server.status,
    updated: server.updated,
    projectId: server.tenant_id,
    userId: server.user_id,
    availabilityZone: server['OS-EXT-AZ:availability_zone'] ?? '',
    metadata: server.metadata,
    imageId: typeof server.image === 'object' ? server.image?.id : undefined,
    volumeIds: server['os-extended-volumes:volumes_attached'].map(({ id }) => id),
    keyName: server.key_name ?? undefined,
    flavor: {
      name: server.flavor.original_name,
      vcpus: server.flavor.vcpus,
      ramMiB: server.flavor.ram,
      diskGiB: server.flavor.disk,
    },
    userData: server['OS-EXT-SRV-ATTR:user_data'] ?? undefined,
  }));

const portSchema = z
  .object({
    id: z.string(),
    network_id: z.string(),
    device_id: z.string().default(''),
    mac_address: z.string().default(''),
    fixed_ips: z.array(z.object({ subnet_id: z.string(), ip_address: z.string() })).default([]),
  })
  .transform((port) => ({
    id: port.id,
    networkId: port.network_id,
    deviceId: port.device_id,
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnetId: subnet_id, address: ip_address })),
  }));

const subnetSchema = z
  .object({
    id: z.string(),
    network_id: z.string(),
    cidr: z.string(),
    gateway_ip: text,
    dns_nameservers: z.array(z.string()).default([]),
  })
  .transform((subnet) => ({
    id: subnet.id,
    networkId: subnet.network_id,
    cidr: subnet.cidr,
    gateway: subnet.gateway_ip ?? undefined,
    dnsNameservers: subnet.dns_nameservers,
  }));

const imageSchema = z
  .looseObject({ id: z.string(), name: z.string().nullish() })
  .transform(({ id, name, ...rest }) => ({
    id,
    name: name ?? '',
    properties: Object.fromEntries(
      Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  }));

const loadBalancerSchema = z
  .object({
    id: z.string(),
    provisioning_status: z.string(),
    admin_state_up: z.boolean().default(true),
    updated_at: text,
    vip_address: text,
    vip_network_id: text,
    vip_port_id: text,
    listeners: z.array(reference).default([]),
    pools: z.array(reference).default([]),
  })
  .transform((balancer) => ({
    id: balancer.id,
    status: balancer.provisioning_status,
    enabled: balancer.admin_state_up,
    updated: [balancer.updated_at, ...[...balancer.listeners, ...balancer.pools].map(({ id }) => id)].join(' '),
    vipAddress: balancer.vip_address ?? '',
    vipNetworkId: balancer.vip_network_id ?? '',
    vipPortId: balancer.vip_port_id ?? '',
  }));

const listenerSchema = z
  .object({
    id: z.string(),
    protocol_port: z.number(),
    admin_state_up: z.boolean().default(true),
    default_pool_id: text,
    loadbalancers: z.array(reference).default([]),
  })
  .transform((listener) => ({
    id: listener.id,
    loadBalancerId: listener.loadbalancers[0]?.id ?? '',
    enabled: listener.admin_state_up,
    port: listener.protocol_port,
    poolId: listener.default_pool_id ?? undefined,
  }));

const poolSchema = z
  .object({
    id: z.string(),
    updated_at: text,
    loadbalancers: z.array(reference).default([]),
    members: z.array(reference).default([]),
  })
  .transform((pool) => ({
    id: pool.id,
    loadBalancerId: pool.loadbalancers[0]?.id ?? '',
    version: [pool.updated_at, ...pool.members.map(({ id }) => id)].join(' '),
  }));

const memberSchema = z
  .object({
    address: z.string(),
    protocol_port: z.number(),
    subnet_id: text,
    admin_state_up: z.boolean().default(true),
    weight: z.number().nullish(),
    provisioning_status: z.string(),
  })
  .transform((member) => ({
    address: member.address,
    port: member.protocol_port,
    subnetId: member.subnet_id ?? undefined,
    usable:
      member.admin_state_up && member.weight !== 0 && ['ACTIVE', 'PENDING_UPDATE'].includes(member.provisioning_status),
  }));

const floatingIpSchema = z
  .object({ floating_ip_address: z.string(), port_id: text, fixed_ip_address: text })
  .transform((address) => ({
    address: address.floating_ip_address,
    portId: address.port_id ?? undefined,
    fixedAddress: address.fixed_ip_address ?? undefined,
  }));

const volumeSchema = z.looseObject({
  volume: z.looseObject({ volume_image_metadata: z.looseObject({ image_id: text }).optional() }),
});
const keyPairSchema = z.looseObject({ keypair: z.looseObject({ public_key: z.string() }) });

/**
 * The microversion of 2018 that shows flavors within servers (2.47), user-data in lists (2.3) and keys of others
 * (2.10).
 */
const microversion = '2.47';
/** How many ids are put into one URL: forty characters each, and proxies take 4 to 8 KiB. */
const idsPerCall = 50;

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The cloud as its OpenStack API shows it to an administrator. */
export function openStackView(client: OpenStackClient): CloudView {
  const { compute, network, image, blockStorage, loadBalancer } = {
    compute: client.service('compute'),
    network: client.service('network'),
    image: client.service('image'),
    blockStorage: client.service('block-storage'),
    loadBalancer: client.service('load-balancer'),
  };
  const all = async <T>(
    service: ServiceClient,
    path: string,
    many: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<readonly T[]> => service.list(path, many, schema, { signal });

  return {
    servers: async (changesSince, signal) => {
      const query = { all_tenants: 1, ...(changesSince === undefined ? {} : { 'changes-since': changesSince }) };
      return compute.list('/servers/detail', 'servers', serverSchema, { query, signal, microversion });
    },
    ports: async (by, ids, signal) => {
      const found = [];
      for (let start = 0; start < ids.length; start += idsPerCall) {
        const query = { [by]: ids.slice(start, start + idsPerCall) };
        found.push(...(await network.list('/ports', 'ports', portSchema, { query, signal })));
      }
      return found;
    },
    subnets: (signal) => all(network, '/subnets', 'subnets', subnetSchema, signal),
    images: (signal) => all(image, '/images', 'images', imageSchema, signal),
    imageOfVolume: (volumeId, signal) =>
      unlessMissing(async () => {
        const path = `/volumes/${encodeURIComponent(volumeId)}`;
        const { volume } = await blockStorage.json('GET', path, volumeSchema, { signal });
        return volume.volume_image_metadata?.image_id ?? undefined;
      }),
    publicKey: (userId, name, signal) =>
      unlessMissing(async () => {
        const query = { user_id: userId };
        const path = `/os-keypairs/${encodeURIComponent(name)}`;
        const found = await compute.json('GET', path, keyPairSchema, { query, signal, microversion });
        return found.keypair.public_key;
      }),
    loadBalancers: (signal) => all(loadBalancer, '/lbaas/loadbalancers', 'loadbalancers', loadBalancerSchema, signal),
    listeners: (signal) => all(loadBalancer, '/lbaas/listeners', 'listeners', listenerSchema, signal),
    pools: (signal) => all(loadBalancer, '/lbaas/pools', 'pools', poolSchema, signal),
    members: (poolId, signal) =>
      all(loadBalancer, `/lbaas/pools/${encodeURIComponent(poolId)}/members`, 'members', memberSchema, signal),
    floatingIps: (signal) => all(network, '/floatingips', 'floatingips', floatingIpSchema, signal),
  };
}
