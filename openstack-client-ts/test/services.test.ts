import { describe, expect, test } from 'vitest';
import type { OpenStackClient } from 'openstack-client-ts';
import { fakeCloud, type Reply } from './support/fake-cloud.ts';

const NOVA = '/compute/v2.1';
const NEUTRON = '/networking/v2.0';
const OCTAVIA = '/load-balancer/v2/lbaas';
const CINDER = '/volume/v3/p1';
const GLANCE = '/image/v2';
const KEYSTONE = '/identity/v3';
const DESIGNATE = '/dns/v2';

interface Case {
  name: string;
  call: (cloud: OpenStackClient) => PromiseLike<unknown>;
  /** `METHOD /path?query` that must be sent. */
  line: string;
  /** Body that must be sent. */
  sent?: unknown;
  reply?: Reply;
  /** What the call must give, as far as it is said. */
  gives?: unknown;
}

const server = { id: 's', name: 'web-1', status: 'ACTIVE' };
const network = { id: 'n', name: 'net' };
const port = { id: 'p', name: '', network_id: 'n' };
const rule = { id: 'r', security_group_id: 'g', direction: 'ingress' };
const balancer = { id: 'b', name: 'api', provisioning_status: 'ACTIVE' };
const member = { id: 'm', address: '10.0.0.5', protocol_port: 6443, provisioning_status: 'ACTIVE' };
const monitor = { id: 'h', type: 'TCP', delay: 10, timeout: 5, max_retries: 5, provisioning_status: 'ACTIVE' };
const volume = { id: 'v', status: 'available', size: 10 };
const record = { id: 'r', zone_id: 'z', name: 'api.example.', type: 'A', records: ['10.0.0.1'], status: 'PENDING' };
const credential = { id: 'ac', name: 'ci', secret: 'once' };
const used = { limit: 10, in_use: 1, reserved: 0 };

const CASES: Case[] = [
  // Compute
  {
    name: 'several servers with tags, a server group, a volume and user data',
    call: (cloud) =>
      cloud.compute.servers.create(
        {
          name: 'web',
          flavorRef: 'f',
          networks: [{ uuid: 'n' }],
          min_count: 2,
          max_count: 5,
          tags: ['slipway', 'group=web'],
          metadata: { a: 'b' },
          user_data: 'I2Nsb3VkLWNvbmZpZw==',
          config_drive: true,
          key_name: 'k',
          availability_zone: 'nova',
          block_device_mapping_v2: [
            {
              boot_index: 0,
              source_type: 'image',
              destination_type: 'volume',
              uuid: 'i',
              volume_size: 20,
              volume_type: 'ssd',
            },
          ],
        },
        { hints: { group: 'g' } },
      ),
    line: `POST ${NOVA}/servers`,
    sent: {
      server: {
        name: 'web',
        flavorRef: 'f',
        networks: [{ uuid: 'n' }],
        min_count: 2,
        max_count: 5,
        tags: ['slipway', 'group=web'],
        metadata: { a: 'b' },
        user_data: 'I2Nsb3VkLWNvbmZpZw==',
        config_drive: true,
        key_name: 'k',
        availability_zone: 'nova',
        block_device_mapping_v2: [
          {
            boot_index: 0,
            source_type: 'image',
            destination_type: 'volume',
            uuid: 'i',
            volume_size: 20,
            volume_type: 'ssd',
          },
        ],
      },
      'os:scheduler_hints': { group: 'g' },
    },
    reply: { status: 202, json: { server: { id: 's', links: [] } } },
    gives: { id: 's' },
  },
  {
    name: 'servers by filters',
    call: (cloud) =>
      cloud.compute.servers.list({
        'tags-any': ['a', 'b'],
        status: 'BUILD',
        name: '^web',
        'changes-since': '2026-01-01T00:00:00Z',
        all_tenants: true,
      }),
    line: `GET ${NOVA}/servers/detail?tags-any=a,b&status=BUILD&name=^web&changes-since=2026-01-01T00:00:00Z&all_tenants=true`,
    reply: { json: { servers: [server] } },
    gives: [server],
  },
  {
    name: 'servers in brief',
    call: (cloud) => cloud.compute.servers.listBrief({ tags: 'x' }),
    line: `GET ${NOVA}/servers?tags=x`,
    reply: { json: { servers: [{ id: 's', name: 'web-1' }] } },
    gives: [{ id: 's' }],
  },
  {
    name: 'a server in a cell that is down',
    call: (cloud) => cloud.compute.servers.get('s'),
    line: `GET ${NOVA}/servers/s`,
    reply: { json: { server: { id: 's', status: 'UNKNOWN', created: 'x', tenant_id: 'p' } } },
    gives: { name: '', tags: [], addresses: {} },
  },
  {
    name: 'start',
    call: (cloud) => cloud.compute.servers.start('s'),
    line: `POST ${NOVA}/servers/s/action`,
    sent: { 'os-start': null },
    reply: { status: 202 },
  },
  {
    name: 'stop',
    call: (cloud) => cloud.compute.servers.stop('s'),
    line: `POST ${NOVA}/servers/s/action`,
    sent: { 'os-stop': null },
    reply: { status: 202 },
  },
  {
    name: 'reboot',
    call: (cloud) => cloud.compute.servers.reboot('s', 'HARD'),
    line: `POST ${NOVA}/servers/s/action`,
    sent: { reboot: { type: 'HARD' } },
    reply: { status: 202 },
  },
  {
    name: 'console log',
    call: (cloud) => cloud.compute.servers.consoleLog('s', { lines: 50 }),
    line: `POST ${NOVA}/servers/s/action`,
    sent: { 'os-getConsoleOutput': { length: 50 } },
    reply: { json: { output: 'login:' } },
    gives: 'login:',
  },
  {
    name: 'server tags',
    call: (cloud) => cloud.compute.servers.setTags('s', ['a']),
    line: `PUT ${NOVA}/servers/s/tags`,
    sent: { tags: ['a'] },
    reply: { json: { tags: ['a'] } },
    gives: ['a'],
  },
  {
    name: 'a server tag',
    call: (cloud) => cloud.compute.servers.deleteTag('s', 'a b'),
    line: `DELETE ${NOVA}/servers/s/tags/a%20b`,
    reply: { status: 204 },
  },
  {
    name: 'server metadata',
    call: (cloud) => cloud.compute.servers.updateMetadata('s', { a: '1' }),
    line: `POST ${NOVA}/servers/s/metadata`,
    sent: { metadata: { a: '1' } },
    reply: { json: { metadata: { a: '1', b: '2' } } },
    gives: { b: '2' },
  },
  {
    name: 'attach a volume',
    call: (cloud) => cloud.compute.servers.attachVolume('s', { volumeId: 'v' }),
    line: `POST ${NOVA}/servers/s/os-volume_attachments`,
    sent: { volumeAttachment: { volumeId: 'v' } },
    reply: { json: { volumeAttachment: { volumeId: 'v', serverId: 's', device: '/dev/vdb' } } },
    gives: { device: '/dev/vdb' },
  },
  {
    name: 'detach a volume',
    call: (cloud) => cloud.compute.servers.detachVolume('s', 'v'),
    line: `DELETE ${NOVA}/servers/s/os-volume_attachments/v`,
    reply: { status: 202 },
  },
  {
    name: 'a server group with the policy of 2.64',
    call: (cloud) => cloud.compute.serverGroups.create({ name: 'g', policy: 'soft-anti-affinity' }),
    line: `POST ${NOVA}/os-server-groups`,
    sent: { server_group: { name: 'g', policy: 'soft-anti-affinity' } },
    reply: { json: { server_group: { id: 'g', name: 'g', policy: 'soft-anti-affinity', members: [] } } },
    gives: { id: 'g' },
  },
  {
    name: 'flavors',
    call: (cloud) => cloud.compute.flavors.list({ minRam: 2048 }),
    line: `GET ${NOVA}/flavors/detail?minRam=2048`,
    reply: { json: { flavors: [{ id: 'f', name: 'm1', vcpus: 1, ram: 2048, disk: 20 }] } },
    gives: [{ vcpus: 1 }],
  },
  {
    name: 'key pairs, each wrapped',
    call: (cloud) => cloud.compute.keyPairs.list(),
    line: `GET ${NOVA}/os-keypairs`,
    reply: { json: { keypairs: [{ keypair: { name: 'k', fingerprint: 'f', public_key: 'p' } }] } },
    gives: [{ name: 'k' }],
  },
  {
    name: 'a key pair by name',
    call: (cloud) => cloud.compute.keyPairs.create({ name: 'k', public_key: 'p' }),
    line: `POST ${NOVA}/os-keypairs`,
    sent: { keypair: { name: 'k', public_key: 'p' } },
    reply: { status: 201, json: { keypair: { name: 'k', fingerprint: 'f', public_key: 'p' } } },
    gives: { name: 'k' },
  },
  {
    name: 'availability zones',
    call: (cloud) => cloud.compute.availabilityZones(),
    line: `GET ${NOVA}/os-availability-zone`,
    reply: { json: { availabilityZoneInfo: [{ zoneName: 'nova', zoneState: { available: true }, hosts: null }] } },
    gives: [{ zoneName: 'nova' }],
  },
  {
    name: 'compute limits',
    call: (cloud) => cloud.compute.limits(),
    line: `GET ${NOVA}/limits`,
    reply: {
      json: {
        limits: {
          rate: [],
          absolute: {
            maxTotalInstances: 10,
            maxTotalCores: 20,
            maxTotalRAMSize: 51200,
            totalInstancesUsed: 1,
            totalCoresUsed: 2,
            totalRAMUsed: 2048,
          },
        },
      },
    },
    gives: { maxTotalCores: 20 },
  },
  {
    name: 'compute quotas',
    call: (cloud) => cloud.compute.quotas('p1'),
    line: `GET ${NOVA}/os-quota-sets/p1/detail`,
    reply: { json: { quota_set: { id: 'p1', instances: used, cores: used, ram: used } } },
    gives: { cores: { limit: 10 } },
  },
  // Image
  {
    name: 'images by a property',
    call: (cloud) => cloud.image.images.list({ kube_version: 'v1.36.3', status: 'active' }),
    line: `GET ${GLANCE}/images?kube_version=v1.36.3&status=active`,
    reply: { json: { images: [{ id: 'i', status: 'active', kube_version: 'v1.36.3' }] } },
    gives: [{ kube_version: 'v1.36.3' }],
  },
  {
    name: 'an image',
    call: (cloud) =>
      cloud.image.images.create({ name: 'i', disk_format: 'raw', container_format: 'bare', kube_version: 'v1' }),
    line: `POST ${GLANCE}/images`,
    sent: { name: 'i', disk_format: 'raw', container_format: 'bare', kube_version: 'v1' },
    reply: { status: 201, json: { id: 'i', status: 'queued' } },
    gives: { status: 'queued' },
  },
  {
    name: 'a change of an image',
    call: (cloud) => cloud.image.images.patch('i', [{ op: 'replace', path: '/name', value: 'j' }]),
    line: `PATCH ${GLANCE}/images/i`,
    sent: [{ op: 'replace', path: '/name', value: 'j' }],
    reply: { json: { id: 'i', status: 'active', name: 'j' } },
    gives: { name: 'j' },
  },
  {
    name: 'an image tag',
    call: (cloud) => cloud.image.images.addTag('i', 't'),
    line: `PUT ${GLANCE}/images/i/tags/t`,
    reply: { status: 204 },
  },
  // Network
  {
    name: 'networks by tags',
    call: (cloud) => cloud.network.networks.list({ tags: ['a', 'b'], 'router:external': true }),
    line: `GET ${NEUTRON}/networks?tags=a,b&router:external=true`,
    reply: { json: { networks: [network] } },
    gives: [network],
  },
  {
    name: 'things by several ids',
    call: (cloud) => cloud.network.ports.list({ id: ['a', 'b'], device_id: 's' }),
    line: `GET ${NEUTRON}/ports?id=a&id=b&device_id=s`,
    reply: { json: { ports: [port] } },
    gives: [port],
  },
  {
    name: 'tags of a network',
    call: (cloud) => cloud.network.networks.setTags('n', ['a']),
    line: `PUT ${NEUTRON}/networks/n/tags`,
    sent: { tags: ['a'] },
    reply: { json: { tags: ['a'] } },
    gives: ['a'],
  },
  {
    name: 'a subnet',
    call: (cloud) => cloud.network.subnets.create({ network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24' }),
    line: `POST ${NEUTRON}/subnets`,
    sent: { subnet: { network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24' } },
    reply: {
      status: 201,
      json: {
        subnet: { id: 'u', name: '', network_id: 'n', ip_version: 4, cidr: '10.0.0.0/24', gateway_ip: '10.0.0.1' },
      },
    },
    gives: { gateway_ip: '10.0.0.1' },
  },
  {
    name: 'a router loses its gateway',
    call: (cloud) => cloud.network.routers.update('r', { external_gateway_info: null }),
    line: `PUT ${NEUTRON}/routers/r`,
    sent: { router: { external_gateway_info: null } },
    reply: { json: { router: { id: 'r', name: '', external_gateway_info: null } } },
    gives: { id: 'r' },
  },
  {
    name: 'an interface of a router',
    call: (cloud) => cloud.network.routers.removeInterface('r', { subnet_id: 'u' }),
    line: `PUT ${NEUTRON}/routers/r/remove_router_interface`,
    sent: { subnet_id: 'u' },
    reply: { json: { id: 'r', port_id: 'p', subnet_id: 'u' } },
    gives: { port_id: 'p' },
  },
  {
    name: 'ports in bulk',
    call: (cloud) => cloud.network.ports.createMany([{ network_id: 'n' }, { network_id: 'n' }]),
    line: `POST ${NEUTRON}/ports`,
    sent: { ports: [{ network_id: 'n' }, { network_id: 'n' }] },
    reply: { status: 201, json: { ports: [port, port] } },
    gives: [port, port],
  },
  {
    name: 'rules in bulk',
    call: (cloud) => cloud.network.securityGroupRules.createMany([{ security_group_id: 'g', direction: 'ingress' }]),
    line: `POST ${NEUTRON}/security-group-rules`,
    sent: { security_group_rules: [{ security_group_id: 'g', direction: 'ingress' }] },
    reply: { status: 201, json: { security_group_rules: [rule] } },
    gives: [rule],
  },
  {
    name: 'a security group',
    call: (cloud) => cloud.network.securityGroups.get('g'),
    line: `GET ${NEUTRON}/security-groups/g`,
    reply: { json: { security_group: { id: 'g', name: 'g', security_group_rules: [rule] } } },
    gives: { security_group_rules: [rule] },
  },
  {
    name: 'a floating IP',
    call: (cloud) => cloud.network.floatingIps.update('i', { port_id: null }),
    line: `PUT ${NEUTRON}/floatingips/i`,
    sent: { floatingip: { port_id: null } },
    reply: {
      json: { floatingip: { id: 'i', floating_ip_address: '192.0.2.1', floating_network_id: 'e', port_id: null } },
    },
    gives: { port_id: null },
  },
  {
    name: 'network quotas',
    call: (cloud) => cloud.network.quotas('p1'),
    line: `GET ${NEUTRON}/quotas/p1/details`,
    reply: {
      json: {
        quota: {
          network: { limit: 100, used: 1, reserved: '0' },
          subnet: { limit: 100, used: 1, reserved: 0 },
          port: { limit: 500, used: 9, reserved: 0 },
        },
      },
    },
    gives: { port: { used: 9 }, network: { reserved: 0 } },
  },
  {
    name: 'extensions',
    call: (cloud) => cloud.network.extensions(),
    line: `GET ${NEUTRON}/extensions`,
    reply: { json: { extensions: [{ alias: 'standard-attr-tag', name: 'Tags', description: '' }] } },
    gives: [{ alias: 'standard-attr-tag' }],
  },
  // Load balancer
  {
    name: 'a fully populated load balancer',
    call: (cloud) =>
      cloud.loadBalancer.loadBalancers.create({
        name: 'api',
        vip_subnet_id: 'u',
        listeners: [
          {
            protocol: 'TCP',
            protocol_port: 6443,
            default_pool: {
              protocol: 'TCP',
              lb_algorithm: 'ROUND_ROBIN',
              members: [{ address: '10.0.0.5', protocol_port: 6443 }],
            },
          },
        ],
      }),
    line: `POST ${OCTAVIA}/loadbalancers`,
    sent: {
      loadbalancer: {
        name: 'api',
        vip_subnet_id: 'u',
        listeners: [
          {
            protocol: 'TCP',
            protocol_port: 6443,
            default_pool: {
              protocol: 'TCP',
              lb_algorithm: 'ROUND_ROBIN',
              members: [{ address: '10.0.0.5', protocol_port: 6443 }],
            },
          },
        ],
      },
    },
    reply: {
      status: 201,
      json: { loadbalancer: { ...balancer, provisioning_status: 'PENDING_CREATE', vip_port_id: 'p' } },
    },
    gives: { vip_port_id: 'p' },
  },
  {
    name: 'a load balancer with all below it goes',
    call: (cloud) => cloud.loadBalancer.loadBalancers.delete('b', { cascade: true }),
    line: `DELETE ${OCTAVIA}/loadbalancers/b?cascade=true`,
    reply: { status: 204 },
  },
  {
    name: 'the status tree',
    call: (cloud) => cloud.loadBalancer.loadBalancers.statusTree('b'),
    line: `GET ${OCTAVIA}/loadbalancers/b/status`,
    reply: {
      json: {
        statuses: {
          loadbalancer: {
            id: 'b',
            provisioning_status: 'ACTIVE',
            listeners: [
              { id: 'l', pools: [{ id: 'q', members: [{ id: 'm', operating_status: 'ONLINE' }], health_monitor: {} }] },
            ],
          },
        },
      },
    },
    gives: { listeners: [{ pools: [{ members: [{ operating_status: 'ONLINE' }] }] }] },
  },
  {
    name: 'load-balancer statistics',
    call: (cloud) => cloud.loadBalancer.loadBalancers.stats('b'),
    line: `GET ${OCTAVIA}/loadbalancers/b/stats`,
    reply: {
      json: { stats: { active_connections: 1, bytes_in: 2, bytes_out: 3, request_errors: 0, total_connections: 5 } },
    },
    gives: { bytes_in: 2 },
  },
  {
    name: 'a listener',
    call: (cloud) => cloud.loadBalancer.listeners.create({ protocol: 'TCP', protocol_port: 443, loadbalancer_id: 'b' }),
    line: `POST ${OCTAVIA}/listeners`,
    sent: { listener: { protocol: 'TCP', protocol_port: 443, loadbalancer_id: 'b' } },
    reply: {
      status: 201,
      json: { listener: { id: 'l', protocol: 'TCP', protocol_port: 443, provisioning_status: 'PENDING_CREATE' } },
    },
    gives: { id: 'l' },
  },
  {
    name: 'a pool',
    call: (cloud) => cloud.loadBalancer.pools.get('q'),
    line: `GET ${OCTAVIA}/pools/q`,
    reply: { json: { pool: { id: 'q', protocol: 'TCP', lb_algorithm: 'ROUND_ROBIN', provisioning_status: 'ACTIVE' } } },
    gives: { members: [] },
  },
  {
    name: 'a member',
    call: (cloud) => cloud.loadBalancer.members('q').create({ address: '10.0.0.5', protocol_port: 6443 }),
    line: `POST ${OCTAVIA}/pools/q/members`,
    sent: { member: { address: '10.0.0.5', protocol_port: 6443 } },
    reply: { status: 201, json: { member } },
    gives: member,
  },
  {
    name: 'members as a batch',
    call: (cloud) =>
      cloud.loadBalancer.members('q').setAll([{ address: '10.0.0.5', protocol_port: 6443 }], { additiveOnly: true }),
    line: `PUT ${OCTAVIA}/pools/q/members?additive_only=true`,
    sent: { members: [{ address: '10.0.0.5', protocol_port: 6443 }] },
    reply: { status: 202 },
  },
  {
    name: 'a health monitor',
    call: (cloud) =>
      cloud.loadBalancer.healthMonitors.create({ type: 'TCP', delay: 10, timeout: 5, max_retries: 5, pool_id: 'q' }),
    line: `POST ${OCTAVIA}/healthmonitors`,
    sent: { healthmonitor: { type: 'TCP', delay: 10, timeout: 5, max_retries: 5, pool_id: 'q' } },
    reply: { status: 201, json: { healthmonitor: monitor } },
    gives: monitor,
  },
  {
    name: 'an L7 policy',
    call: (cloud) => cloud.loadBalancer.l7Policies.list({ name: 'x' }),
    line: `GET ${OCTAVIA}/l7policies?name=x`,
    reply: { json: { l7policies: [{ id: 'o', action: 'REJECT', listener_id: 'l', provisioning_status: 'ACTIVE' }] } },
    gives: [{ action: 'REJECT' }],
  },
  {
    name: 'an L7 rule',
    call: (cloud) => cloud.loadBalancer.l7Rules('o').create({ type: 'PATH', compare_type: 'STARTS_WITH', value: '/x' }),
    line: `POST ${OCTAVIA}/l7policies/o/rules`,
    sent: { rule: { type: 'PATH', compare_type: 'STARTS_WITH', value: '/x' } },
    reply: {
      status: 201,
      json: {
        rule: {
          id: 'r',
          type: 'PATH',
          compare_type: 'STARTS_WITH',
          value: '/x',
          provisioning_status: 'PENDING_CREATE',
        },
      },
    },
    gives: { id: 'r' },
  },
  {
    name: 'load-balancer flavors',
    call: (cloud) => cloud.loadBalancer.flavors.list(),
    line: `GET ${OCTAVIA}/flavors`,
    reply: { json: { flavors: [{ id: 'f', name: 'small' }] } },
    gives: [{ id: 'f' }],
  },
  {
    name: 'load-balancer providers',
    call: (cloud) => cloud.loadBalancer.providers(),
    line: `GET ${OCTAVIA}/providers`,
    reply: { json: { providers: [{ name: 'ovn', description: '' }] } },
    gives: [{ name: 'ovn' }],
  },
  {
    name: 'load-balancer zones',
    call: (cloud) => cloud.loadBalancer.availabilityZones(),
    line: `GET ${OCTAVIA}/availabilityzones`,
    reply: { json: { availability_zones: [{ name: 'az1' }] } },
    gives: [{ name: 'az1' }],
  },
  {
    name: 'load-balancer quotas',
    call: (cloud) => cloud.loadBalancer.quotas('p1'),
    line: `GET ${OCTAVIA}/quotas/p1`,
    reply: { json: { quota: { load_balancer: 10, listener: -1 } } },
    gives: { load_balancer: 10 },
  },
  // Block storage
  {
    name: 'a volume',
    call: (cloud) => cloud.blockStorage.volumes.create({ size: 10, volume_type: 'ssd' }),
    line: `POST ${CINDER}/volumes`,
    sent: { volume: { size: 10, volume_type: 'ssd' } },
    reply: { status: 202, json: { volume: { ...volume, status: 'creating' } } },
    gives: { status: 'creating' },
  },
  {
    name: 'a volume with its snapshots goes',
    call: (cloud) => cloud.blockStorage.volumes.delete('v', { cascade: true }),
    line: `DELETE ${CINDER}/volumes/v?cascade=true`,
    reply: { status: 202 },
  },
  {
    name: 'a volume grows',
    call: (cloud) => cloud.blockStorage.volumes.extend('v', 20),
    line: `POST ${CINDER}/volumes/v/action`,
    sent: { 'os-extend': { new_size: 20 } },
    reply: { status: 202 },
  },
  {
    name: 'volume metadata',
    call: (cloud) => cloud.blockStorage.volumes.updateMetadata('v', { a: '1' }),
    line: `POST ${CINDER}/volumes/v/metadata`,
    sent: { metadata: { a: '1' } },
    reply: { json: { metadata: { a: '1' } } },
    gives: { a: '1' },
  },
  {
    name: 'snapshots',
    call: (cloud) => cloud.blockStorage.snapshots.list({ volume_id: 'v' }),
    line: `GET ${CINDER}/snapshots/detail?volume_id=v`,
    reply: { json: { snapshots: [{ id: 'n', status: 'available', volume_id: 'v', size: 10 }] } },
    gives: [{ id: 'n' }],
  },
  {
    name: 'volume types',
    call: (cloud) => cloud.blockStorage.types.list(),
    line: `GET ${CINDER}/types`,
    reply: { json: { volume_types: [{ id: 't', name: 'ssd' }] } },
    gives: [{ name: 'ssd' }],
  },
  {
    name: 'volume quotas',
    call: (cloud) => cloud.blockStorage.quotas('p1'),
    line: `GET ${CINDER}/os-quota-sets/p1?usage=true`,
    reply: { json: { quota_set: { id: 'p1', volumes: used, snapshots: used, gigabytes: used } } },
    gives: { volumes: { in_use: 1 } },
  },
  {
    name: 'volume limits',
    call: (cloud) => cloud.blockStorage.limits(),
    line: `GET ${CINDER}/limits`,
    reply: {
      json: {
        limits: {
          rate: [],
          absolute: {
            maxTotalVolumes: 10,
            maxTotalSnapshots: 10,
            maxTotalVolumeGigabytes: 1000,
            totalVolumesUsed: 1,
            totalSnapshotsUsed: 0,
            totalGigabytesUsed: 10,
          },
        },
      },
    },
    gives: { totalGigabytesUsed: 10 },
  },
  // DNS
  {
    name: 'a zone',
    call: (cloud) => cloud.dns.zones.create({ name: 'example.', email: 'a@example' }),
    line: `POST ${DESIGNATE}/zones`,
    sent: { name: 'example.', email: 'a@example' },
    reply: { status: 202, json: { id: 'z', name: 'example.', status: 'PENDING' } },
    gives: { status: 'PENDING' },
  },
  {
    name: 'a change of a zone',
    call: (cloud) => cloud.dns.zones.update('z', { ttl: 60 }),
    line: `PATCH ${DESIGNATE}/zones/z`,
    sent: { ttl: 60 },
    reply: { status: 202, json: { id: 'z', name: 'example.', status: 'PENDING' } },
    gives: { id: 'z' },
  },
  {
    name: 'a record set',
    call: (cloud) => cloud.dns.recordSets.create('z', { name: 'api.example.', type: 'A', records: ['10.0.0.1'] }),
    line: `POST ${DESIGNATE}/zones/z/recordsets`,
    sent: { name: 'api.example.', type: 'A', records: ['10.0.0.1'] },
    reply: { status: 202, json: record },
    gives: record,
  },
  {
    name: 'record sets of all zones',
    call: (cloud) => cloud.dns.recordSets.listAll({ type: 'A' }),
    line: `GET ${DESIGNATE}/recordsets?type=A`,
    reply: { json: { recordsets: [record], links: {} } },
    gives: [record],
  },
  {
    name: 'a change of a record set',
    call: (cloud) => cloud.dns.recordSets.update('z', 'r', { records: ['10.0.0.2'] }),
    line: `PUT ${DESIGNATE}/zones/z/recordsets/r`,
    sent: { records: ['10.0.0.2'] },
    reply: { status: 202, json: record },
    gives: { id: 'r' },
  },
  // Identity
  {
    name: 'an application credential',
    call: (cloud) => cloud.identity.applicationCredentials.create({ name: 'ci', roles: [{ name: 'member' }] }),
    line: `POST ${KEYSTONE}/users/u1/application_credentials`,
    sent: { application_credential: { name: 'ci', roles: [{ name: 'member' }] } },
    reply: { status: 201, json: { application_credential: credential } },
    gives: { secret: 'once' },
  },
  {
    name: 'application credentials',
    call: (cloud) => cloud.identity.applicationCredentials.list({ name: 'ci' }),
    line: `GET ${KEYSTONE}/users/u1/application_credentials?name=ci`,
    reply: { json: { application_credentials: [credential], links: { next: null } } },
    gives: [credential],
  },
  {
    name: 'an application credential goes',
    call: (cloud) => cloud.identity.applicationCredentials.delete('ac'),
    line: `DELETE ${KEYSTONE}/users/u1/application_credentials/ac`,
    reply: { status: 204 },
  },
  {
    name: 'a project',
    call: (cloud) => cloud.identity.projects.get('p1'),
    line: `GET ${KEYSTONE}/projects/p1`,
    reply: { json: { project: { id: 'p1', name: 'demo' } } },
    gives: { name: 'demo' },
  },
];

describe('each call sends what the API reference says, and reads the answer', () => {
  test.each(CASES)('$name', async ({ call, line, sent, reply, gives }) => {
    const [pathLine = ''] = line.split('?');
    const cloud = await fakeCloud({ [pathLine]: reply ?? {} });
    const result = await call(cloud.client());
    expect(cloud.calls()).toEqual([line]);
    const body = cloud.seen.at(-1)?.body ?? '';
    if (sent === undefined) expect(body).toBe('');
    else expect(JSON.parse(body)).toEqual(sent);
    if (gives === undefined) expect(result).toBeUndefined();
    else if (typeof gives === 'object') expect(result).toMatchObject(gives as object);
    else expect(result).toEqual(gives);
  });
});

describe('deleting', () => {
  test('what is not there is an error, or not, as one likes', async () => {
    const cloud = await fakeCloud({});
    const { servers } = cloud.client().compute;
    await expect(servers.delete('s')).rejects.toMatchObject({ kind: 'NotFound' });
    await expect(servers.delete('s', { missingOk: true })).resolves.toBeUndefined();
  });

  test.each(['', '.', '..'])('"%s" is not an id: nothing is sent', async (id) => {
    const cloud = await fakeCloud({});
    const networks = cloud.client().network.networks;
    await expect((async () => networks.delete(id))()).rejects.toMatchObject({ kind: 'InvalidRequest' });
    expect(cloud.seen).toEqual([]);
  });
});

test('the token tells project and catalogue without another request', async () => {
  const cloud = await fakeCloud({});
  const { identity } = cloud.client();
  expect(await identity.currentProject()).toMatchObject({ id: 'p1', name: 'demo' });
  expect((await identity.catalog()).map(({ type }) => type)).toContain('compute');
  expect(cloud.seen).toHaveLength(1);
});
