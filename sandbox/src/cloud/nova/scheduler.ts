import type { Cloud } from '../cloud.ts';
import type { ServerGroup } from './rows.ts';

const hostName = (position: number): string => `compute-${String(position + 1).padStart(4, '0')}`;

/** Whether there is a host of this name. */
export const hasHost = (cloud: Cloud, name: string): boolean =>
  Number(/^compute-(\d{4,})$/.exec(name)?.[1] ?? 0) > 0 && Number(name.slice('compute-'.length)) <= cloud.hosts;

/** The message of a build for which there is no host (nova:exception.py, NoValidHost without a reason). */
export const noValidHost = 'No valid host was found. There are not enough hosts available.';

/**
 * The hosts of the servers of one request, or undefined when the group's policy leaves none for one of them: Nova then
 * places none of them (nova:nova/conductor/manager.py schedule_and_build_instances). Hosts have no other limit.
 * `next` counts builds, so that servers spread.
 */
export function pickHosts(
  cloud: Cloud,
  group: ServerGroup | undefined,
  count: number,
  next: number,
): string[] | undefined {
  const members = new Map<string, number>();
  if (group) {
    for (const { host } of cloud.tables.servers.by('group', group.id))
      if (host !== null) members.set(host, (members.get(host) ?? 0) + 1);
  }
  const hosts: string[] = [];
  for (let position = 0; position < count; position += 1) {
    const host = pickHost(cloud, group, members, (next + position) % cloud.hosts);
    if (host === undefined) return undefined;
    members.set(host, (members.get(host) ?? 0) + 1);
    hosts.push(host);
  }
  return hosts;
}

function pickHost(
  cloud: Cloud,
  group: ServerGroup | undefined,
  members: ReadonlyMap<string, number>,
  start: number,
): string | undefined {
  if (!group) return hostName(start);
  const most = group.rules.max_server_per_host ?? 1;
  if (group.policy === 'affinity' || group.policy === 'soft-affinity')
    return members.keys().next().value ?? hostName(start);
  for (let step = 0; step < cloud.hosts; step += 1) {
    const host = hostName((start + step) % cloud.hosts);
    if ((members.get(host) ?? 0) < most) return host;
  }
  return group.policy === 'soft-anti-affinity' ? hostName(start) : undefined;
}
