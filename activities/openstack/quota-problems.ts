import type { Flavor } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, securityRules } from '../../model/index.ts';
import type { Cloud } from './clouds.ts';
import { call, machinesOf } from './session.ts';

/** What is still to be made, of what the project has left. Each service's own names of its quotas. */
interface Need {
  readonly name: string;
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
  const { client } = cloud;
  const [limits, existing, { project }] = await Promise.all([
    client.compute.limits(call()),
    client.compute.servers.listBrief(machinesOf(id), call()),
    client.authenticate(call()),
  ]);
  const resumed = existing.length > 0;
  const needs = [...computeNeeds(spec, flavors, existing.length, limits), ...serverGroupNeeds(spec, limits)];
  if (!resumed && project) needs.push(...networkNeeds(spec, await client.network.quotas(project.id, call())));
  if (!resumed) needs.push(...(await volumeNeeds(cloud, spec)));
  return needs
    .filter(exceeds)
    .map(({ name, need, used, limit }) => `quota ${name}: needs ${need}, ${limit - used} of ${limit} are free`);
}

const exceeds = ({ need, used, limit }: Need): boolean => limit >= 0 && need > limit - used;

type Limits = Awaited<ReturnType<Cloud['client']['compute']['limits']>>;

function computeNeeds(
  spec: ClusterSpec,
  flavors: Readonly<Record<string, Flavor>>,
  existing: number,
  limits: Limits,
): Need[] {
  const groups = [{ name: CONTROL_PLANE_GROUP, count: spec.controlPlane.count }, ...spec.nodeGroups];
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  // Which machines of a resumed creation are missing does not matter here: the share of each group is near enough.
  const share = total === 0 ? 0 : Math.max(0, total - existing) / total;
  const sum = (of: (flavor: Flavor) => number) =>
    Math.ceil(
      share * groups.reduce((all, { name, count }) => all + count * (flavors[name] ? of(flavors[name]) : 0), 0),
    );
  return [
    {
      name: 'instances',
      need: Math.ceil(share * total),
      used: limits.totalInstancesUsed,
      limit: limits.maxTotalInstances,
    },
    { name: 'cores', need: sum(({ vcpus }) => vcpus), used: limits.totalCoresUsed, limit: limits.maxTotalCores },
    { name: 'ram (MiB)', need: sum(({ ram }) => ram), used: limits.totalRAMUsed, limit: limits.maxTotalRAMSize },
  ];
}

function serverGroupNeeds(spec: ClusterSpec, limits: Limits): Need[] {
  const largest = Math.max(spec.controlPlane.count, ...spec.nodeGroups.map(({ count }) => count));
  return [{ name: 'server_group_members', need: largest, used: 0, limit: limits.maxServerGroupMembers ?? -1 }];
}

function networkNeeds(spec: ClusterSpec, quotas: Awaited<ReturnType<Cloud['client']['network']['quotas']>>): Need[] {
  const own = spec.network.networkId === undefined ? 1 : 0;
  const machines = spec.controlPlane.count + spec.nodeGroups.reduce((sum, { count }) => sum + count, 0);
  const rules = securityRules(spec, spec.network.cidr);
  const wanted = {
    network: own,
    subnet: own,
    router: own === 1 && spec.network.routerId === undefined ? 1 : 0,
    // The VIP and, for Octavia's amphorae, two more that belong to another project; the router's interface.
    port: machines + 1 + own,
    security_group: 2,
    security_group_rule: rules.controlPlane.length + rules.nodes.length,
    floatingip: spec.api.public && spec.api.floatingIp === undefined ? 1 : 0,
  };
  const names = ['network', 'subnet', 'router', 'port', 'security_group', 'security_group_rule', 'floatingip'] as const;
  return names.flatMap((name) => {
    const [need, quota] = [wanted[name], quotas[name]];
    return need === 0 || quota === undefined
      ? []
      : [{ name, need, used: quota.used + quota.reserved, limit: quota.limit }];
  });
}

async function volumeNeeds({ client }: Cloud, spec: ClusterSpec): Promise<Need[]> {
  const groups = [spec.controlPlane, ...spec.nodeGroups].filter(({ rootVolume }) => rootVolume !== undefined);
  if (groups.length === 0) return [];
  const limits = await client.blockStorage.limits(call());
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const size = groups.reduce((sum, group) => sum + group.count * (group.rootVolume?.sizeGiB ?? 0), 0);
  return [
    { name: 'volumes', need: count, used: limits.totalVolumesUsed, limit: limits.maxTotalVolumes },
    { name: 'gigabytes', need: size, used: limits.totalGigabytesUsed, limit: limits.maxTotalVolumeGigabytes },
  ];
}
