/** One reason for which the pre-flight refuses a cluster, before anything is made. */
export interface PreFlightRow {
  /** The fields of the specification that it is about. */
  readonly field: string;
  /** What of the cloud is looked at. */
  readonly looksAt: string;
  /** What is said, with the places that are filled in: `{name}`. */
  readonly words: string;
}

const FLAVOR = '`controlPlane.flavor`, `nodeGroups[].flavor`';
const IMAGE = '`controlPlane.image`, `nodeGroups[].image`';
const ROOT_VOLUME = '`controlPlane.rootVolume`, `nodeGroups[].rootVolume`';
const COUNT = '`controlPlane.count`, `nodeGroups[].count`';
const NETWORK = '`network.networkId`';
const SUBNET = '`network.subnetId`';
const ROUTER = '`network.routerId`';
const EXTERNAL = '`network.externalNetwork`';
const PROVIDER = '`api.loadBalancerProvider`';
const FLOATING_IP = '`api.floatingIp`';
const CLOUD_ADDONS = '`addons.cloudController`, `addons.cinder`';

const quota = (field: string, looksAt: string) =>
  ({ field, looksAt, words: 'quota {name}: needs {need}, {free} of {limit} are free' }) as const;

/**
 * Everything for which the pre-flight refuses a cluster, by a stable name. What is not here is not refused: a row needs
 * its test (test/doctor/scenarios.ts), and docs/reference/pre-flight.md is made of this table.
 */
export const PRE_FLIGHT_ROWS = {
  flavor: {
    field: FLAVOR,
    looksAt: 'the flavors that the project may use, by id and by name',
    words: 'flavor {flavor} of {group} does not exist; there are {names}',
  },
  flavorControlPlane: {
    field: '`controlPlane.flavor`',
    looksAt: 'vCPUs and memory of the flavor, against what kubeadm asks of a control plane',
    words: 'flavor {flavor} of {group} has {vcpus} vCPUs and {ram} MiB, a control plane needs 2 and 2048',
  },
  flavorNoDisk: {
    field: FLAVOR,
    looksAt:
      'disk of the flavor, where there is no `rootVolume`; Nova gives a flavor without a disk to administrators only',
    words: 'flavor {flavor} of {group} has no disk of its own: set rootVolume',
  },
  flavorDisk: {
    field: FLAVOR,
    looksAt: 'disk of the flavor, against minimum disk and size of the image, where there is no `rootVolume`',
    words: 'flavor {flavor} of {group} has a disk of {size} GiB, image {image} needs {least}',
  },
  flavorMemory: {
    field: FLAVOR,
    looksAt: 'memory of the flavor, against the minimum memory of the image',
    words: 'flavor {flavor} of {group} has {ram} MiB of memory, image {image} needs {least}',
  },
  image: {
    field: IMAGE,
    looksAt: 'the images that the project may use, by name and by id',
    words: 'image {image} of {group} does not exist',
  },
  imageStatus: {
    field: IMAGE,
    looksAt: 'status of the image',
    words: 'image {image} of {group} is {status}, not active',
  },
  imageVersion: {
    field: `${IMAGE}, \`kubernetes.version\``,
    looksAt: 'property `kube_version` of an image that is named, where it has one',
    words: 'image {image} of {group} holds Kubernetes {held}, the cluster is to have {version}',
  },
  imageOfVersion: {
    field: '`kubernetes.version`',
    looksAt: 'property `kube_version` of the active images, where no image is named',
    words: 'no active image has the property kube_version={version}',
  },
  zone: {
    field: '`controlPlane.availabilityZones`, `nodeGroups[].availabilityZone`',
    looksAt: 'Nova’s availability zones, and whether they are available',
    words: 'availability zone {zone} of {group} does not exist or is not available; there are {names}',
  },
  keyPair: {
    field: '`sshKey`',
    looksAt: 'the key pairs of the credential’s user; those of others are not seen',
    words: 'key pair {key} does not exist for user {user}',
  },
  securityGroup: {
    field: '`controlPlane.securityGroups`, `nodeGroups[].securityGroups`',
    looksAt: 'the security groups of the project, and those shared with it',
    words: 'security group {group} does not exist in this project',
  },
  volumeService: {
    field: ROOT_VOLUME,
    looksAt: 'block storage in the catalogue',
    words: 'rootVolume of {group} needs block storage, which this cloud does not offer',
  },
  volumeType: {
    field: ROOT_VOLUME,
    looksAt: 'the volume types that the project may use',
    words: 'volume type {type} of {group} does not exist; there are {names}',
  },
  volumeSize: {
    field: ROOT_VOLUME,
    looksAt: 'size of the volume, against minimum disk and size of the image',
    words: 'rootVolume of {group} has {size} GiB, image {image} needs {least}',
  },
  volumeLargest: {
    field: ROOT_VOLUME,
    looksAt: 'Cinder’s quota `per_volume_gigabytes`',
    words: 'rootVolume of {group} has {size} GiB, a volume of this project may have {limit}',
  },
  network: {
    field: NETWORK,
    looksAt: 'the networks that the project may use',
    words: 'network {network} does not exist',
  },
  networkDown: {
    field: NETWORK,
    looksAt: '`admin_state_up` of the network',
    words: 'network {network} is administratively down',
  },
  networkExternal: {
    field: NETWORK,
    looksAt: '`router:external` of the network, unless it is shared: Nova puts no machine of a project on it',
    words: 'network {network} is an external network: machines cannot be on it',
  },
  networkPortSecurity: {
    field: NETWORK,
    looksAt:
      '`port_security_enabled` of the network: without it there are neither security groups nor, with amphorae, a VIP',
    words: 'network {network} has port_security_enabled false: the cluster’s security groups cannot be applied',
  },
  subnet: {
    field: SUBNET,
    looksAt: 'the subnets that the project may use',
    words: 'subnet {subnet} does not exist',
  },
  subnetElsewhere: {
    field: SUBNET,
    looksAt: 'the network of the subnet',
    words: 'subnet {subnet} is not on network {network}',
  },
  subnetVersion: {
    field: SUBNET,
    looksAt: 'IP version of the subnet',
    words: 'subnet {subnet} is IPv{version}: machines need IPv4',
  },
  subnetDhcp: {
    field: SUBNET,
    looksAt: '`enable_dhcp` of the subnet: machines ask for their address',
    words: 'subnet {subnet} has DHCP off: machines would have no address',
  },
  subnetGateway: {
    field: SUBNET,
    looksAt: 'gateway of the subnet, or a route of it to 0.0.0.0/0: machines fetch their secrets and images',
    words: 'subnet {subnet} has neither a gateway nor a default route: machines would reach nothing',
  },
  subnetOverlap: {
    field: `${SUBNET}, \`kubernetes.podCidr\`, \`kubernetes.serviceCidr\``,
    looksAt: 'range of the subnet, against those of pods and services',
    words: 'subnet {subnet} ({cidr}) overlaps kubernetes.{range} ({other})',
  },
  subnetAddresses: {
    field: `${SUBNET}, ${COUNT}`,
    looksAt: 'allocation pools of the subnet, less the ports on it, where the network is the project’s own',
    words: 'subnet {subnet} has {free} free addresses, the cluster needs {need} more',
  },
  routerMissing: {
    field: ROUTER,
    looksAt: 'the routers of the project',
    words: 'router {router} does not exist in this project',
  },
  routerDown: {
    field: ROUTER,
    looksAt: '`admin_state_up` of the router',
    words: 'router {router} is administratively down',
  },
  routerGateway: {
    field: `${ROUTER}, \`api.public\``,
    looksAt: 'gateway of the router of the machines’ subnet, named or not: a floating IP leads through it',
    words: 'router {router} has no gateway to an external network, which the API’s floating IP needs',
  },
  routerElsewhere: {
    field: `${ROUTER}, ${EXTERNAL}, ${FLOATING_IP}`,
    looksAt: 'the network of the router’s gateway, against that of the floating IP',
    words: 'router {router} leads to network {gateway}, the API’s floating IP is on {external}',
  },
  routerSubnet: {
    field: `${ROUTER}, ${SUBNET}`,
    looksAt: 'the ports of the router on your own subnet, where the network is the project’s own',
    words: 'router {router} is not connected to subnet {subnet}',
  },
  routerNone: {
    field: `${SUBNET}, \`api.public\``,
    looksAt: 'the routers on your own subnet, where the network is the project’s own and no router is named',
    words: 'no router is on subnet {subnet}: the API’s floating IP cannot reach it',
  },
  routerOverlap: {
    field: `${ROUTER}, \`network.cidr\``,
    looksAt: 'the subnets that your own router is on already',
    words: 'network.cidr {cidr} overlaps subnet {subnet} ({other}) on router {router}',
  },
  externalNetwork: {
    field: EXTERNAL,
    looksAt: 'the external networks, by id and by name',
    words: 'external network {network} does not exist or is not unique; there are {names}',
  },
  externalNetworkNone: {
    field: EXTERNAL,
    looksAt: 'the external networks, where none is named',
    words: 'there is no external network',
  },
  externalNetworkMany: {
    field: EXTERNAL,
    looksAt: 'the external networks, where none is named and neither router nor floating IP tells which',
    words: 'there are several external networks ({names}): set network.externalNetwork',
  },
  externalNetworkSubnet: {
    field: EXTERNAL,
    looksAt: 'the subnets of the external network; how many of their addresses are free is not shown to a project',
    words: 'external network {network} has no IPv4 subnet: it gives no addresses',
  },
  externalNetworkOverlap: {
    field: `${EXTERNAL}, \`network.cidr\``,
    looksAt: 'ranges of the external network: a router is not on two that overlap',
    words: 'network.cidr {cidr} overlaps subnet {subnet} ({other}) of external network {network}',
  },
  floatingIp: {
    field: FLOATING_IP,
    looksAt: 'the floating IPs of the project',
    words: 'floating IP {address} does not exist in this project',
  },
  floatingIpUsed: {
    field: FLOATING_IP,
    looksAt: 'port of the floating IP: none, or that of this cluster’s API',
    words: 'floating IP {address} is in use by port {port} ({device})',
  },
  loadBalancerService: {
    field: '`api`',
    looksAt: 'Octavia in the catalogue',
    words: 'this cloud offers no load balancers (Octavia)',
  },
  provider: {
    field: PROVIDER,
    looksAt: 'Octavia’s providers',
    words: 'load balancer provider {provider} does not exist; there are {names}',
  },
  credentialRestricted: {
    field: CLOUD_ADDONS,
    looksAt: 'whether Slipway’s own credential is a restricted application credential: Keystone lets it make no other',
    words:
      'addons that speak with the cloud need an application credential of the cluster’s own, and Slipway’s ({who}) is a restricted one, which may make none: give Slipway a password, or an application credential made with --unrestricted (slipway cloud add)',
  },
  credentialRoles: {
    field: CLOUD_ADDONS,
    looksAt:
      'roles of Slipway’s own credential, against those that a cluster’s is to have (`clusterRoles` of the cloud)',
    words:
      'the cluster’s own application credential is to have the roles {wanted}, and Slipway’s ({who}) has none of them, but {roles}: set the cloud’s clusterRoles (slipway cloud add --cluster-roles)',
  },
  cinderService: {
    field: '`addons.cinder`',
    looksAt: 'block storage in the catalogue',
    words: 'addons.cinder needs block storage, which this cloud does not offer',
  },
  'quota.instances': quota(COUNT, 'Nova’s limits'),
  'quota.cores': quota(`${COUNT}, ${FLAVOR}`, 'Nova’s limits, and vCPUs of the flavors'),
  'quota.ram (MiB)': quota(`${COUNT}, ${FLAVOR}`, 'Nova’s limits, and memory of the flavors'),
  'quota.server_groups': quota('`nodeGroups`', 'Nova’s limits'),
  'quota.server_group_members': quota(COUNT, 'Nova’s limits, against the largest group'),
  'quota.metadata_items': quota('—', 'Nova’s limits: each machine carries the cluster’s mark'),
  'quota.network': quota(NETWORK, 'Neutron’s quotas'),
  'quota.subnet': quota(SUBNET, 'Neutron’s quotas'),
  'quota.router': quota(ROUTER, 'Neutron’s quotas'),
  'quota.port': quota(COUNT, 'Neutron’s quotas'),
  'quota.security_group': quota('—', 'Neutron’s quotas'),
  'quota.security_group_rule': quota('`api.allowedCidrs`', 'Neutron’s quotas'),
  'quota.floatingip': quota('`api.public`, `api.floatingIp`', 'Neutron’s quotas'),
  'quota.load_balancer': quota('`api`', 'Octavia’s quotas'),
  'quota.listener': quota('`api`', 'Octavia’s quotas'),
  'quota.pool': quota('`api`', 'Octavia’s quotas'),
  'quota.member': quota('`controlPlane.count`', 'Octavia’s quotas'),
  'quota.health_monitor': quota('`api`', 'Octavia’s quotas'),
  'quota.volumes': quota(`${ROOT_VOLUME}, ${COUNT}`, 'Cinder’s quotas'),
  'quota.gigabytes': quota(`${ROOT_VOLUME}, ${COUNT}`, 'Cinder’s quotas'),
  'quota.volumes of a type': quota(`${ROOT_VOLUME}, ${COUNT}`, 'Cinder’s quotas `volumes_<type>`'),
  'quota.gigabytes of a type': quota(`${ROOT_VOLUME}, ${COUNT}`, 'Cinder’s quotas `gigabytes_<type>`'),
} as const satisfies Record<string, PreFlightRow>;

/** The stable name of a row. */
export type PreFlightRowId = keyof typeof PRE_FLIGHT_ROWS;

type Places<Words extends string> = Words extends `${string}{${infer Place}}${infer Rest}`
  ? Place | Places<Rest>
  : never;

/** What a row's words are filled in with. */
export type PreFlightValues<Id extends PreFlightRowId> = Readonly<
  Record<Places<(typeof PRE_FLIGHT_ROWS)[Id]['words']>, string | number>
>;

/** What is wrong, as a sentence for a person. */
export function preFlightWords<Id extends PreFlightRowId>(id: Id, values: PreFlightValues<Id>): string {
  const filled: Readonly<Record<string, string | number>> = values;
  return PRE_FLIGHT_ROWS[id].words.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(filled[name] ?? place));
}
