import type { Snapshot, Volume, VolumeType } from '../cinder/rows.ts';
import type { Recordset, Zone } from '../designate/rows.ts';
import type { Image } from '../glance/rows.ts';
import type {
  AccessRule,
  ApplicationCredential,
  Assignment,
  Domain,
  Project,
  ProjectEndpoint,
  Role,
  Token,
  User,
} from '../keystone/rows.ts';
import { addressKey } from '../neutron/addresses.ts';
import type { FloatingIp, Network, Port, Router, SecurityGroup, SecurityGroupRule, Subnet } from '../neutron/rows.ts';
import type { Flavor, KeyPair, Server, ServerGroup } from '../nova/rows.ts';
import type { HealthMonitor, L7Policy, L7Rule, Listener, LoadBalancer, Member, Pool } from '../octavia/rows.ts';
import type { QuotaRow } from '../quotas.ts';
import type { Account, Container, StoredObject } from '../swift/rows.ts';
import { Table, type Row } from './table.ts';

interface Owned extends Row {
  readonly project_id: string;
}
const project = ['project', (row: Owned) => row.project_id] as const;
const lb = ['lb', (row: { readonly lbId: string }) => row.lbId] as const;
const alive = (server: Server): boolean => server.deletedAt === null;

/** Every table of the cloud, with the indexes its lists and checks need. */
export function createTables() {
  return {
    domains: new Table<Domain>(),
    projects: new Table<Project>(),
    users: new Table<User>(),
    roles: new Table<Role>(),
    assignments: new Table<Assignment, 'user'>([['user', (row) => row.userId]]),
    applicationCredentials: new Table<ApplicationCredential, 'user'>([['user', (row) => row.userId]]),
    accessRules: new Table<AccessRule, 'user'>([['user', (row) => row.userId]]),
    tokens: new Table<Token>(),
    projectEndpoints: new Table<ProjectEndpoint, 'project'>([['project', (row) => row.projectId]]),
    quotas: new Table<QuotaRow>(),

    flavors: new Table<Flavor>(),
    keyPairs: new Table<KeyPair, 'user'>([['user', (row) => row.userId]]),
    serverGroups: new Table<ServerGroup, 'project'>([['project', (row) => row.projectId]]),
    servers: new Table<Server, 'project' | 'gone' | 'tag' | 'group'>([
      ['project', (row) => (alive(row) ? row.projectId : undefined)],
      ['gone', (row) => (alive(row) ? undefined : 'yes')],
      ['tag', (row) => (alive(row) ? row.tags : undefined)],
      ['group', (row) => (alive(row) ? (row.groupId ?? undefined) : undefined)],
    ]),

    networks: new Table<Network, 'project' | 'common'>([
      project,
      ['common', (row) => (row.shared || row['router:external'] ? 'yes' : undefined)],
    ]),
    subnets: new Table<Subnet, 'project' | 'network'>([project, ['network', (row) => row.network_id]]),
    ports: new Table<Port, 'project' | 'network' | 'device' | 'subnet' | 'address' | 'group'>([
      project,
      ['network', (row) => row.network_id],
      ['device', (row) => (row.device_id === '' ? undefined : row.device_id)],
      ['subnet', (row) => [...new Set(row.fixed_ips.map(({ subnet_id }) => subnet_id))]],
      ['address', (row) => row.fixed_ips.map(({ subnet_id, ip_address }) => addressKey(subnet_id, ip_address))],
      ['group', (row) => row.security_groups],
    ]),
    routers: new Table<Router, 'project'>([project]),
    securityGroups: new Table<SecurityGroup, 'project'>([project]),
    securityGroupRules: new Table<SecurityGroupRule, 'project' | 'group' | 'remote'>([
      project,
      ['group', (row) => row.security_group_id],
      ['remote', (row) => row.remote_group_id ?? undefined],
    ]),
    floatingIps: new Table<FloatingIp, 'project' | 'port' | 'router'>([
      project,
      ['port', (row) => row.port_id ?? undefined],
      ['router', (row) => row.router_id ?? undefined],
    ]),

    images: new Table<Image>(),

    loadBalancers: new Table<LoadBalancer, 'project'>([project]),
    listeners: new Table<Listener, 'project' | 'lb'>([project, lb]),
    pools: new Table<Pool, 'project' | 'lb'>([project, lb]),
    members: new Table<Member, 'project' | 'lb' | 'pool'>([project, lb, ['pool', (row) => row.poolId]]),
    healthMonitors: new Table<HealthMonitor, 'project' | 'lb' | 'pool'>([project, lb, ['pool', (row) => row.poolId]]),
    l7Policies: new Table<L7Policy, 'project' | 'lb' | 'listener'>([
      project,
      lb,
      ['listener', (row) => row.listener_id],
    ]),
    l7Rules: new Table<L7Rule, 'project' | 'lb' | 'policy'>([project, lb, ['policy', (row) => row.policyId]]),
    lbFlavors: new Table<{
      readonly flavor_profile_id: string;
      readonly id: string;
      readonly name: string;
      readonly description: string;
      readonly enabled: boolean;
    }>(),

    volumes: new Table<Volume, 'project'>([['project', (row) => row.projectId]]),
    snapshots: new Table<Snapshot, 'project' | 'volume'>([
      ['project', (row) => row.projectId],
      ['volume', (row) => row.volumeId],
    ]),
    volumeTypes: new Table<VolumeType>(),

    zones: new Table<Zone, 'project' | 'name'>([
      ['project', (row) => row.projectId],
      ['name', (row) => row.name],
    ]),
    recordsets: new Table<Recordset, 'zone'>([['zone', (row) => row.zoneId]]),

    accounts: new Table<Account>(),
    containers: new Table<Container, 'account'>([['account', (row) => row.account]]),
    objects: new Table<StoredObject, 'container'>([['container', (row) => `${row.account}/${row.container}`]]),
  };
}

/** All tables of a cloud. */
export type Tables = ReturnType<typeof createTables>;
