import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.ts';

const ownerOf = (row: object): string => {
  for (const key of ['projectId', 'project_id', 'owner']) {
    const value: unknown = Reflect.get(row, key);
    if (typeof value === 'string') return value;
  }
  const account: unknown = Reflect.get(row, 'account');
  return typeof account === 'string' ? account.replace(/^AUTH_/, '') : '';
};

/** A row without what is secret or long: user data is given by its SHA-256, the console by its length. */
function plain(row: object): Record<string, unknown> {
  const entries = Object.entries(row).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'secretHash' || key === 'passwordHash') return [];
    if (key === 'userData' && typeof value === 'string') {
      return [['userDataSha256', createHash('sha256').update(value).digest('hex')]];
    }
    if (key === 'console' && typeof value === 'string') return [['consoleLength', value.length]];
    return [[key, value]];
  });
  return Object.fromEntries(entries);
}

/** Everything of one project by kind, in the order of creation; kinds without rows are left out. */
export function projectInventory(cloud: Cloud, projectId: string): Record<string, Record<string, unknown>[]> {
  const { tables } = cloud;
  const kinds = {
    applicationCredentials: tables.applicationCredentials.all(),
    keyPairs: tables.keyPairs.all().map((row) => ({
      ...row,
      projectId: tables.users.get(row.userId)?.default_project_id ?? '',
    })),
    servers: tables.servers.by('project', projectId),
    serverGroups: tables.serverGroups.by('project', projectId),
    networks: tables.networks.by('project', projectId),
    subnets: tables.subnets.by('project', projectId),
    ports: tables.ports.by('project', projectId),
    routers: tables.routers.by('project', projectId),
    securityGroups: tables.securityGroups.by('project', projectId),
    securityGroupRules: tables.securityGroupRules.by('project', projectId),
    floatingIps: tables.floatingIps.by('project', projectId),
    images: tables.images.all(),
    loadBalancers: tables.loadBalancers.by('project', projectId),
    listeners: tables.listeners.by('project', projectId),
    pools: tables.pools.by('project', projectId),
    members: tables.members.by('project', projectId),
    healthMonitors: tables.healthMonitors.by('project', projectId),
    l7Policies: tables.l7Policies.by('project', projectId),
    l7Rules: tables.l7Rules.by('project', projectId),
    volumes: tables.volumes.by('project', projectId),
    snapshots: tables.snapshots.by('project', projectId),
    zones: tables.zones.by('project', projectId),
    recordsets: tables.recordsets.all(),
    containers: tables.containers.all(),
    objects: tables.objects.all(),
  };
  return Object.fromEntries(
    Object.entries(kinds)
      .map(([kind, rows]) => [kind, rows.filter((row) => ownerOf(row) === projectId).map(plain)] as const)
      .filter(([, rows]) => rows.length > 0),
  );
}
