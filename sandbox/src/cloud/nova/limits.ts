import type { Cloud } from '../cloud.ts';
import { exceeds } from '../quotas.ts';
import { forbidden } from './errors.ts';
import type { Flavor } from './rows.ts';

/** What a project uses of Nova's quotas. */
export function computeUsage(cloud: Cloud, projectId: string) {
  let [cores, ram] = [0, 0];
  const servers = cloud.tables.servers.by('project', projectId);
  for (const { flavor } of servers) {
    cores += flavor.vcpus;
    ram += flavor.ram;
  }
  return {
    instances: servers.length,
    cores,
    ram,
    server_groups: cloud.tables.serverGroups.count('project', projectId),
  };
}

/**
 * How many servers may be made, as nova:compute/utils.py check_num_instances_quota decides: `max` if they fit, fewer
 * if at least `min` do.
 * @throws ApiError 403 in Nova's words.
 */
export function checkServerQuota(cloud: Cloud, projectId: string, flavor: Flavor, min: number, max: number): number {
  const limits = cloud.limits('compute', projectId);
  const used = computeUsage(cloud, projectId);
  const need = { cores: flavor.vcpus, instances: 1, ram: flavor.ram } as const;
  const names = ['cores', 'instances', 'ram'] as const;
  const over = names.filter((name) => exceeds(limits[name], used[name], need[name] * max));
  if (over.length === 0) return max;
  const room = over.map((name) => Math.floor(((limits[name] ?? 0) - used[name]) / need[name]));
  const allowed = Math.min(max, ...room);
  if (allowed >= min && allowed > 0) return allowed;
  const requested = (name: (typeof names)[number]): string =>
    name === 'instances' ? (min === max ? String(min) : `${min}-${max}`) : String(need[name] * max);
  const list = over.join(', ');
  const join = (value: (name: (typeof names)[number]) => string | number): string => over.map(value).join(', ');
  throw forbidden(
    `Quota exceeded for ${list}: Requested ${join(requested)}, but already used ${join((name) => used[name])} of ${join((name) => limits[name] ?? -1)} ${list}`,
  );
}
