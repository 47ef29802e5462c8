import type { Cloud } from '../cloud.ts';
import type { ServerGroup } from './rows.ts';

const hostName = (position: number): string => `compute-${String(position + 1).padStart(4, '0')}`;

/** The message of a build for which there is no host (nova:exception.py, NoValidHost without a reason). */
export const noValidHost = 'No valid host was found. There are not enough hosts available.';

/**
 * The host of a new server, or undefined when the group's policy leaves none. Hosts have no other limit.
 * `next` counts builds, so that servers spread.
 */
export function pickHost(cloud: Cloud, group: ServerGroup | undefined, next: number): string | undefined {
  const start = next % cloud.hosts;
  if (!group) return hostName(start);
  const members = new Map<string, number>();
  for (const server of cloud.tables.servers.by('group', group.id)) {
    if (server.host !== null) members.set(server.host, (members.get(server.host) ?? 0) + 1);
  }
  const most = group.rules.max_server_per_host ?? 1;
  if (group.policy === 'affinity' || group.policy === 'soft-affinity')
    return members.keys().next().value ?? hostName(start);
  for (let step = 0; step < cloud.hosts; step += 1) {
    const host = hostName((start + step) % cloud.hosts);
    if ((members.get(host) ?? 0) < most) return host;
  }
  return group.policy === 'soft-anti-affinity' ? hostName(start) : undefined;
}
