import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { ownResources } from '../own-resources.ts';
import { machineGroups, sumOverMachines } from './groups.ts';
import { type Flavors, type QuotaNeed, quotaNeeds, type QuotaRow } from './quota-needs.ts';
import type { Report } from './report.ts';

/**
 * Says which quotas the cluster does not fit into, and returns what it takes of each, for a person. What an earlier try
 * of the same creation made counts as made.
 */
export async function checkQuotas(
  cloud: Cloud,
  spec: ClusterSpec,
  flavors: Flavors,
  clusterId: string | undefined,
  report: Report,
): Promise<string> {
  const needs = await quotaNeeds(cloud, spec, flavors, report);
  const short = needs.filter(exceeds);
  const made = short.length === 0 || clusterId === undefined ? {} : await madeShares(cloud, clusterId, spec);
  for (const one of short) {
    const share = made[one.row] ?? 0;
    const rest = { ...one, need: Math.ceil(one.need * Math.max(0, 1 - share)) };
    if (!exceeds(rest)) continue;
    const { row, name, need, used, limit } = rest;
    report(row, { name, need, free: Math.max(0, limit - used), limit });
  }
  const told = needs
    .filter(({ need }) => need > 0)
    .map(({ name, need, used, limit }) => {
      const free = limit < 0 ? 'unlimited' : Math.max(0, limit - used);
      return `${need} of ${free} ${name}`;
    });
  return `needs ${told.join(', ')}`;
}

const exceeds = ({ need, used, limit }: QuotaNeed): boolean => need > 0 && limit >= 0 && need > limit - used;

/**
 * How much of each quota's need the cluster has already, from 0 to 1, by their rows. Asked only when a quota seems too
 * small. Which machines of a resumed creation are missing does not matter here: the share of all of them is near
 * enough.
 */
async function madeShares(
  cloud: Cloud,
  id: string,
  spec: ClusterSpec,
): Promise<Partial<Readonly<Record<QuotaRow, number>>>> {
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
  const machines = sumOverMachines(spec, () => 1);
  const nodes = servers.length - ports.filter(({ device_owner: owner }) => owner.startsWith('compute:')).length;
  const built = machines === 0 ? 0 : servers.length / machines;
  return {
    'quota.instances': built,
    'quota.cores': built,
    'quota.ram (MiB)': built,
    'quota.volumes': built,
    'quota.gigabytes': built,
    'quota.volumes of a type': built,
    'quota.gigabytes of a type': built,
    'quota.server_groups': serverGroups.length / machineGroups(spec).length,
    'quota.network': networks.length,
    'quota.subnet': subnets.length,
    'quota.router': routers.length,
    // The VIP's and the control plane's ports have our mark, the nodes' are Nova's; the router's interface comes with
    // the subnet.
    'quota.port': (ports.length + Math.max(0, nodes) + subnets.length) / (machines + 2),
    'quota.floatingip': floatingIps.length,
    'quota.security_group': groups.length / 2,
    'quota.security_group_rule': groups.length / 2,
    'quota.load_balancer': balancers.length,
    'quota.listener': balancers.length,
    'quota.pool': balancers.length,
    'quota.member': balancers.length,
    'quota.health_monitor': balancers.length,
  };
}
