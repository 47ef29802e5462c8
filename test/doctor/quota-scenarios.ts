import type { PreFlightRowId } from '../../model/index.ts';
import { type RowScenario, unfit } from './scenario.ts';
import type { Tenant } from './tenant.ts';

type Service = Parameters<Tenant['setQuota']>[0];

const quota = (
  row: Extract<PreFlightRowId, `quota.${string}`>,
  service: Service,
  values: Readonly<Record<string, number>>,
  says: RegExp,
): RowScenario =>
  unfit(row, `quota ${Object.keys(values).join(', ')} of ${service}`, says, async (tenant, signal) => {
    await tenant.setQuota(service, values, signal);
    return { back: () => tenant.setQuota(service, undefined, signal) };
  });

const balancer = (name: 'listener' | 'pool' | 'member' | 'health_monitor') =>
  quota(`quota.${name}`, 'load-balancer', { [name]: 0 }, new RegExp(`quota ${name}: needs 1, 0 of 0 are free`));

/** What a project may have. */
export const QUOTA_SCENARIOS: readonly RowScenario[] = [
  quota('quota.instances', 'compute', { instances: 2 }, /quota instances: needs 3, 2 of 2 are free/),
  quota('quota.cores', 'compute', { cores: 5 }, /quota cores: needs 6, 5 of 5 are free/),
  quota('quota.ram (MiB)', 'compute', { ram: 6000 }, /quota ram \(MiB\): needs 6144, 6000 of 6000 are free/),
  quota('quota.server_groups', 'compute', { server_groups: 1 }, /quota server_groups: needs 2, 1 of 1 are free/),
  quota(
    'quota.server_group_members',
    'compute',
    { server_group_members: 1 },
    /quota server_group_members: needs 2, 1 of 1 are free/,
  ),
  quota('quota.metadata_items', 'compute', { metadata_items: 1 }, /quota metadata_items: needs 2, 1 of 1 are free/),
  quota('quota.network', 'network', { network: 0 }, /quota network: needs 1, 0 of 0 are free/),
  quota('quota.subnet', 'network', { subnet: 0 }, /quota subnet: needs 1, 0 of 0 are free/),
  quota('quota.router', 'network', { router: 0 }, /quota router: needs 1, 0 of 0 are free/),
  quota('quota.port', 'network', { port: 4 }, /quota port: needs 5, 4 of 4 are free/),
  quota('quota.floatingip', 'network', { floatingip: 0 }, /quota floatingip: needs 1, 0 of 0 are free/),
  quota('quota.security_group', 'network', { security_group: 1 }, /quota security_group: needs 2, [01] of 1 are free/),
  quota(
    'quota.security_group_rule',
    'network',
    { security_group_rule: 11 },
    /quota security_group_rule: needs 12, \d+ of 11 are free/,
  ),
  quota('quota.load_balancer', 'load-balancer', { load_balancer: 0 }, /quota load_balancer: needs 1, 0 of 0 are free/),
  ...(['listener', 'pool', 'member', 'health_monitor'] as const).map(balancer),
  quota('quota.volumes', 'block-storage', { volumes: 2 }, /quota volumes: needs 3, 2 of 2 are free/),
  quota('quota.gigabytes', 'block-storage', { gigabytes: 29 }, /quota gigabytes: needs 30, 29 of 29 are free/),
  quota('quota.volumes of a type', 'block-storage', { volumes_ssd: 2 }, /quota volumes_ssd: needs 3, 2 of 2 are free/),
  quota(
    'quota.gigabytes of a type',
    'block-storage',
    { gigabytes_ssd: 29 },
    /quota gigabytes_ssd: needs 30, 29 of 29 are free/,
  ),
];
