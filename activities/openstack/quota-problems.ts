import { type Flavor, ForbiddenError, NotFoundError } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, securityRules } from '../../model/index.ts';
import type { Cloud } from './clouds.ts';
import { ownResources } from './own-resources.ts';
import { listed } from './ownership.ts';
import { call } from './session.ts';

/** What a cluster needs of one quota, and what the project has left. */
export interface QuotaNeed {
  /** The service's own name of the quota. */
  readonly name: string;
  /** What the whole cluster takes. */
  readonly need: number;
  readonly used: number;
  /** -1: no limit. */
  readonly limit: number;
}

/**
 * The quotas that the rest of the cluster does not fit into, as sentences. What an earlier try of the same creation made counts as made.
 */
export async function quotaProblems(
  cloud: Cloud,
  id: string,
  spec: ClusterSpec,
  flavors: Readonly<Record<string, Flavor>>,
): Promise<string[]> {
  const short = (await quotaNeeds(cloud, spec, flavors)).filter(exceeds);
  if (short.length === 0) return [];
  const made = await madeShares(cloud, id, spec);
  return short
    .map((one) => ({ ...one, need: Math.ceil(one.need * Math.max(0, 1 - (made[one.name] ?? 0))) }))
    .filter(exceeds)
    .map(quotaSentence);
}

/** A quota that is too small, for a person. */
export const quotaSentence = ({ name, need, used, limit }: QuotaNeed): string =>
  `quota ${name}: needs ${need}, ${Math.max(0, limit - used)} of ${limit} are free`;

/** Whether the project's quota is too small for it. */
export const exceeds = ({ need, used, limit }: QuotaNeed): boolean => need > 0 && limit >= 0 && need > limit - used;

/** All that a cluster takes of the project's quotas. */
export async function quotaNeeds(
  cloud: Cloud,
  spec: ClusterSpec,
  flavors: Readonly<Record<string, Flavor>>,
): Promise<QuotaNeed[]> {
  const [compute, network, loadBalancer, volume] = await Promise.all([
    computeNeeds(cloud, spec, flavors),
    networkNeeds(cloud, spec),
    loadBalancerNeeds(cloud),
    volumeNeeds(cloud, spec),
  ]);
  return [...compute, ...network, ...loadBalancer, ...volume];
}

function machineGroups(spec: ClusterSpec) {
  return [{ ...spec.controlPlane, name: CONTROL_PLANE_GROUP }, ...spec.nodeGroups];
}

/** Sums a property over all machines. */
function sum(spec: ClusterSpec, of: (group: ReturnType<typeof machineGroups>[number]) => number): number {
  return machineGroups(spec).reduce((total, group) => total + group.count * of(group), 0);
}

async function computeNeeds(
  { client }: Cloud,
  spec: ClusterSpec,
  flavors: Readonly<Record<string, Flavor>>,
): Promise<QuotaNeed[]> {
  const limits = await client.compute.limits(call());
  const groups = machineGroups(spec);
  return [
    {
      name: 'instances',
      need: sum(spec, () => 1),
      used: limits.totalInstancesUsed,
      limit: limits.maxTotalInstances,
    },
    {
      name: 'cores',
      need: sum(spec, ({ name }) => flavors[name]?.vcpus ?? 0),
      used: limits.totalCoresUsed,
      limit: limits.maxTotalCores,
    },
    {
      name: 'ram (MiB)',
      need: sum(spec, ({ name }) => flavors[name]?.ram ?? 0),
      used: limits.totalRAMUsed,
      limit: limits.maxTotalRAMSize,
    },
    {
      name: 'server_groups',
      need: groups.length,
      used: limits.totalServerGroupsUsed ?? 0,
      limit: limits.maxServerGroups ?? -1,
    },
    {
      name: 'server_group_members',
      need: Math.max(...groups.map(({ count }) => count)),
      used: 0,
      limit: limits.maxServerGroupMembers ?? -1,
    },
  ];
}

async function networkNeeds({ client }: Cloud, spec: ClusterSpec): Promise<QuotaNeed[]> {
  const { project } = await client.authenticate(call());
  if (project === undefined) return [];
  const quotas = await client.network.quotas(project.id, call());
  const own = spec.network.networkId === undefined ? 1 : 0;
  const rules = securityRules(spec, spec.network.cidr);
  const wanted = {
    network: own,
    subnet: own,
    router: own === 1 && spec.network.routerId === undefined ? 1 : 0,
    // The VIP and, for Octavia's amphorae, two more that belong to another project; the router's interface.
    port: sum(spec, () => 1) + 1 + own,
    security_group: 2,
    // Neutron gives a new group two rules, for what goes out (neutron: db/securitygroups_db.py, create_security_group).
    security_group_rule: rules.controlPlane.length + rules.nodes.length + 4,
    floatingip: spec.api.public && spec.api.floatingIp === undefined ? 1 : 0,
  };
  const names = ['network', 'subnet', 'router', 'port', 'security_group', 'security_group_rule', 'floatingip'] as const;
  return names.flatMap((name) => {
    const quota = quotas[name];
    return quota === undefined
      ? []
      : [{ name, need: wanted[name], used: quota.used + quota.reserved, limit: quota.limit }];
  });
}

/** Octavia tells limits without usage, and to some credentials not even these. */
async function loadBalancerNeeds({ client }: Cloud): Promise<QuotaNeed[]> {
  const { project } = await client.authenticate(call());
  if (project === undefined) return [];
  try {
    const limit = (await client.loadBalancer.quotas(project.id, call())).load_balancer ?? -1;
    if (limit < 0) return [];
    const used = (await listed(client.loadBalancer.loadBalancers, { project_id: project.id })).length;
    return [{ name: 'load_balancer', need: 1, used, limit }];
  } catch (error) {
    if (error instanceof ForbiddenError || error instanceof NotFoundError) return [];
    throw error;
  }
}

async function volumeNeeds({ client }: Cloud, spec: ClusterSpec): Promise<QuotaNeed[]> {
  const need = sum(spec, ({ rootVolume }) => (rootVolume === undefined ? 0 : 1));
  if (need === 0) return [];
  const limits = await client.blockStorage.limits(call());
  const size = sum(spec, ({ rootVolume }) => rootVolume?.sizeGiB ?? 0);
  return [
    { name: 'volumes', need, used: limits.totalVolumesUsed, limit: limits.maxTotalVolumes },
    { name: 'gigabytes', need: size, used: limits.totalGigabytesUsed, limit: limits.maxTotalVolumeGigabytes },
  ];
}

/**
 * How much of each quota's need the cluster has already, from 0 to 1, by the names of the quotas. Asked only when a quota seems too small. Which
 * machines of a resumed creation are missing does not matter here: the share of all of them is near enough.
 */
async function madeShares(cloud: Cloud, id: string, spec: ClusterSpec): Promise<Readonly<Record<string, number>>> {
  const own = ownResources(cloud, id);
  const [servers, serverGroups, networks, subnets, routers, floatingIps, groups, ports, balancers] = await Promise.all([
    own.servers.list(),
    own.serverGroups.list(spec.nodeGroups),
    own.networks.list(),
    own.subnets.list(),
    own.routers.list(),
    own.floatingIps.list(),
    own.securityGroups.list(),
    own.ports.list(),
    own.loadBalancers.list(),
  ]);
  const machines = sum(spec, () => 1);
  const nodes = servers.length - ports.filter(({ device_id: device }) => device).length;
  const built = machines === 0 ? 0 : servers.length / machines;
  return {
    instances: built,
    cores: built,
    'ram (MiB)': built,
    volumes: built,
    gigabytes: built,
    server_groups: serverGroups.length / machineGroups(spec).length,
    network: networks.length,
    subnet: subnets.length,
    router: routers.length,
    // The control plane's ports have our mark; the nodes' are Nova's, the VIP is Octavia's, and the router's interface comes with the subnet.
    port: (ports.length + nodes + balancers.length + subnets.length) / (machines + 2),
    floatingip: floatingIps.length,
    security_group: groups.length / 2,
    security_group_rule: groups.length / 2,
    load_balancer: balancers.length,
  };
}
