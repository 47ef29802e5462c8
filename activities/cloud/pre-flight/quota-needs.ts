import {
  ConfigurationError,
  type Flavor,
  ForbiddenError,
  type LoadBalancerQuota,
  NotFoundError,
} from 'openstack-client-ts';
import { z } from 'zod';
import { type ClusterSpec, type PreFlightRowId, securityRules } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import { type Group, machineGroups, sumOverMachines as sum } from './groups.ts';
import type { Report } from './report.ts';

/** The rows of the pre-flight that are about a quota. */
export type QuotaRow = Extract<PreFlightRowId, `quota.${string}`>;

/** What a cluster needs of one quota, and what the project has left. */
export interface QuotaNeed {
  readonly row: QuotaRow;
  /** The service's own name of the quota. */
  readonly name: string;
  /** What the whole cluster takes. */
  readonly need: number;
  readonly used: number;
  /** -1: no limit. */
  readonly limit: number;
}

/** Flavors by machine group. */
export type Flavors = Readonly<Record<string, Flavor>>;

/** All that a cluster takes of the project's quotas. */
export async function quotaNeeds(
  cloud: Cloud,
  spec: ClusterSpec,
  flavors: Flavors,
  report: Report,
): Promise<QuotaNeed[]> {
  const { project } = await cloud.client.authenticate(call());
  if (project === undefined) return [];
  const needs = await Promise.all([
    computeNeeds(cloud, spec, flavors),
    networkNeeds(cloud, project.id, spec),
    loadBalancerNeeds(cloud, project.id, spec),
    volumeNeeds(cloud, project.id, spec, report),
  ]);
  return needs.flat();
}

/** What the mark of a machine is in its metadata (activities/machines/servers.ts). */
const METADATA_ITEMS = 2;

async function computeNeeds({ client }: Cloud, spec: ClusterSpec, flavors: Flavors): Promise<QuotaNeed[]> {
  const limits = await client.compute.limits(call());
  const groups = machineGroups(spec);
  const need = (row: QuotaRow, needed: number, used: number | undefined, limit: number | undefined): QuotaNeed => ({
    row,
    name: row.slice('quota.'.length),
    need: needed,
    used: used ?? 0,
    limit: limit ?? -1,
  });
  const cores = sum(spec, ({ name }) => flavors[name]?.vcpus ?? 0);
  const ram = sum(spec, ({ name }) => flavors[name]?.ram ?? 0);
  const largest = Math.max(...groups.map(({ count }) => count));
  return [
    need(
      'quota.instances',
      sum(spec, () => 1),
      limits.totalInstancesUsed,
      limits.maxTotalInstances,
    ),
    need('quota.cores', cores, limits.totalCoresUsed, limits.maxTotalCores),
    need('quota.ram (MiB)', ram, limits.totalRAMUsed, limits.maxTotalRAMSize),
    need('quota.server_groups', groups.length, limits.totalServerGroupsUsed, limits.maxServerGroups),
    need('quota.server_group_members', largest, 0, limits.maxServerGroupMembers),
    need('quota.metadata_items', METADATA_ITEMS, 0, limits.maxServerMeta),
  ];
}

const NETWORK_QUOTAS = [
  ...(['network', 'subnet', 'router', 'port', 'security_group', 'security_group_rule', 'floatingip'] as const),
];

async function networkNeeds({ client }: Cloud, projectId: string, spec: ClusterSpec): Promise<QuotaNeed[]> {
  const quotas = await client.network.quotas(projectId, call());
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
  return NETWORK_QUOTAS.flatMap((name): QuotaNeed[] => {
    const quota = quotas[name];
    if (quota === undefined) return [];
    return [{ row: `quota.${name}`, name, need: wanted[name], used: quota.used + quota.reserved, limit: quota.limit }];
  });
}

/** Octavia tells limits without usage, and to some credentials not even these. What has no limit is not counted. */
async function loadBalancerNeeds({ client }: Cloud, projectId: string, spec: ClusterSpec): Promise<QuotaNeed[]> {
  const { loadBalancer } = client;
  const quotas = await loadBalancer.quotas(projectId, call()).catch((error: unknown): LoadBalancerQuota => {
    // A cloud without Octavia is a row of its own.
    if (error instanceof ForbiddenError || error instanceof NotFoundError || error instanceof ConfigurationError)
      return {};
    throw error;
  });
  const filter = { project_id: projectId };
  const all = (list: { all: () => Promise<readonly unknown[]> }) => async () => (await list.all()).length;
  const members = async () => {
    const pools = await listed(loadBalancer.pools, filter);
    return pools.reduce((total, pool) => total + pool.members.length, 0);
  };
  const kinds = [
    ['load_balancer', 1, () => all(listed(loadBalancer.loadBalancers, filter))()],
    ['listener', 1, () => all(listed(loadBalancer.listeners, filter))()],
    ['pool', 1, () => all(listed(loadBalancer.pools, filter))()],
    ['member', spec.controlPlane.count, members],
    ['health_monitor', 1, () => all(listed(loadBalancer.healthMonitors, filter))()],
  ] as const;
  const limited = kinds.map(async ([name, need, count]): Promise<QuotaNeed[]> => {
    const limit = quotas[name] ?? -1;
    return limit < 0 ? [] : [{ row: `quota.${name}`, name, need, used: await count(), limit }];
  });
  return (await Promise.all(limited)).flat();
}

const volumeQuota = z.looseObject({ limit: z.number(), in_use: z.number(), reserved: z.number() });

/** Cinder's quotas, also those of the volume types that are named; what one volume may have is said here, too. */
async function volumeNeeds(
  { client }: Cloud,
  projectId: string,
  spec: ClusterSpec,
  report: Report,
): Promise<QuotaNeed[]> {
  const groups = machineGroups(spec).filter(({ template }) => template.rootVolume !== undefined);
  if (groups.length === 0) return [];
  const quotas = await client.blockStorage.quotas(projectId, call()).catch((error: unknown) => {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  });
  if (quotas === undefined) return [];
  const limit = quotas.per_volume_gigabytes?.limit ?? -1;
  for (const { name: group, template } of groups) {
    const size = template.rootVolume?.sizeGiB ?? 0;
    if (limit >= 0 && size > limit) report('volumeLargest', { group, size, limit });
  }
  const types = [...new Set(groups.flatMap(({ template }) => template.rootVolume?.type ?? []))];
  return [undefined, ...types].flatMap((type) => {
    const some = groups.filter(({ template }) => type === undefined || template.rootVolume?.type === type);
    const needs = { volumes: total(some, () => 1), gigabytes: total(some, ({ sizeGiB }) => sizeGiB) };
    return (['volumes', 'gigabytes'] as const).flatMap((kind): QuotaNeed[] => {
      const name = type === undefined ? kind : `${kind}_${type}`;
      const found = volumeQuota.safeParse(quotas[name]);
      if (!found.success || (type !== undefined && found.data.limit < 0)) return [];
      const row = type === undefined ? (`quota.${kind}` as const) : (`quota.${kind} of a type` as const);
      const { in_use: inUse, reserved, limit: most } = found.data;
      return [{ row, name, need: needs[kind], used: inUse + reserved, limit: most }];
    });
  });
}

const total = (groups: readonly Group[], of: (volume: RootVolume) => number): number =>
  groups.reduce((all, { count, template: { rootVolume } }) => all + count * (rootVolume ? of(rootVolume) : 0), 0);

type RootVolume = NonNullable<Group['template']['rootVolume']>;
