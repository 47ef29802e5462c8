import type { Cloud } from './cloud.ts';
import { hashSecret } from './keystone/passwords.ts';
import { defaultPools, fromInteger, parseCidr } from './neutron/addresses.ts';
import { baseRow } from './neutron/base-row.ts';
import { ensureDefaultGroup } from './neutron/security-groups.ts';
import { externalNetwork, flavors, images, loadBalancerFlavor, volumeTypes } from '../seeds.ts';
import { hexId, secret, uuid } from './store/ids.ts';
import { now, toSeconds } from './store/time.ts';

/** Keystone's own roles and Octavia's. */
const roleNames = [
  ...['admin', 'manager', 'member', 'reader', 'service', 'load-balancer_observer', 'load-balancer_global_observer'],
  ...['load-balancer_member', 'load-balancer_admin', 'load-balancer_quota_admin'],
] as const;

function seedIdentity(cloud: Cloud): { admin: string } {
  const { domains, projects, users, roles, assignments } = cloud.tables;
  domains.insert({ id: 'default', name: 'Default', description: 'The default domain', enabled: true });
  const roleIds = roleNames.map((name) => roles.insert({ id: hexId(), name }));
  const project = (name: string) =>
    projects.insert({
      ...{ id: hexId(), name, domain_id: 'default', parentId: 'default' },
      ...{ description: '', enabled: true, tags: [], extra: {}, options: {} },
    });
  const admin = project('admin');
  const demo = project('demo');
  const user = (name: string, home: string) => {
    const password = secret(18);
    cloud.passwords.set(name, password);
    return users.insert({
      id: hexId(),
      name,
      domain_id: 'default',
      default_project_id: home,
      description: '',
      email: null,
      enabled: true,
      extra: {},
      options: {},
      passwordHash: hashSecret(password),
    });
  };
  const grant = (userId: string, projectId: string, names: readonly string[]): void => {
    for (const { id, name } of roleIds) {
      if (names.includes(name))
        assignments.insert({ id: `${userId}/${projectId}/${id}`, userId, projectId, roleId: id });
    }
  };
  const administrator = user('admin', admin.id);
  grant(administrator.id, admin.id, ['admin']);
  grant(administrator.id, demo.id, ['admin']);
  grant(user('demo', demo.id).id, demo.id, ['member', 'load-balancer_member']);
  ensureDefaultGroup(cloud, admin.id);
  ensureDefaultGroup(cloud, demo.id);
  return { admin: admin.id };
}

function seedNetwork(cloud: Cloud, owner: string): void {
  const range = parseCidr(cloud.externalCidr);
  if (!range) throw new Error(`The external network must be a CIDR such as 127.64.0.0/16, not "${cloud.externalCidr}"`);
  const network = cloud.tables.networks.insert({
    ...baseRow(owner),
    name: externalNetwork.name,
    admin_state_up: true,
    mtu: 1500,
    status: 'ACTIVE',
    subnets: [],
    shared: false,
    'router:external': true,
    is_default: true,
    availability_zone_hints: [],
    availability_zones: [],
    ipv4_address_scope: null,
    ipv6_address_scope: null,
    port_security_enabled: true,
    qos_policy_id: null,
    l2_adjacency: true,
    'provider:network_type': 'flat',
    'provider:physical_network': externalNetwork.physicalNetwork,
    'provider:segmentation_id': null,
    segments: null,
  });
  const gateway = fromInteger(range.first + 1n, range.version);
  cloud.tables.subnets.insert({
    ...baseRow(owner),
    name: externalNetwork.subnet,
    network_id: network.id,
    ip_version: range.version,
    cidr: range.text,
    gateway_ip: gateway,
    allocation_pools: defaultPools(range.text, gateway),
    dns_nameservers: [],
    host_routes: [],
    enable_dhcp: false,
    ipv6_address_mode: null,
    ipv6_ra_mode: null,
    subnetpool_id: null,
    service_types: [],
    segment_id: null,
  });
}

function seedImages(cloud: Cloud, owner: string): void {
  const time = toSeconds(now());
  for (const image of images) {
    cloud.tables.images.insert({
      ...image,
      id: uuid(),
      status: 'active',
      protected: false,
      owner,
      size: 0,
      checksum: null,
      os_hash_value: null,
      os_hidden: false,
      tags: [],
      created_at: time,
      updated_at: time,
    });
  }
}

/** What an operator has set up before the first user comes: users, flavors, images, volume types, a network outside. */
export function seed(cloud: Cloud): void {
  const { admin } = seedIdentity(cloud);
  seedNetwork(cloud, admin);
  seedImages(cloud, admin);
  for (const flavor of flavors) {
    cloud.tables.flavors.insert({
      ...flavor,
      ephemeral: 0,
      swap: 0,
      rxtx_factor: 1,
      is_public: true,
      description: null,
      extra_specs: {},
    });
  }
  for (const type of volumeTypes) {
    cloud.tables.volumeTypes.insert({
      ...type,
      ...{ id: uuid(), description: null, isPublic: true, extra_specs: {}, projects: [] },
    });
  }
  cloud.tables.lbFlavors.insert({ id: uuid(), ...loadBalancerFlavor, enabled: true, flavor_profile_id: uuid() });
}
