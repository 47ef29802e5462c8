import type { Cloud } from '../cloud.ts';
import { now, toNaiveSeconds } from '../store/time.ts';
import { notFound } from './errors.ts';
import type { HealthMonitor, L7Policy, Listener, LoadBalancer, OctaviaRow, Pool } from './rows.ts';

/** The tables of what hangs below load balancers. */
export const childTables = (cloud: Cloud) => {
  const { listeners, pools, members, healthMonitors, l7Policies, l7Rules } = cloud.tables;
  return [listeners, pools, members, healthMonitors, l7Policies, l7Rules] as const;
};

/** The load balancer a row belongs to. */
export function lbOf(cloud: Cloud, row: OctaviaRow): LoadBalancer {
  const lb = cloud.tables.loadBalancers.get(row.lbId);
  if (!lb) throw notFound('Load Balancer', row.lbId);
  return lb;
}

/** The policies of a listener, in their order. */
export const policiesOf = (cloud: Cloud, listener: Listener): L7Policy[] =>
  cloud.tables.l7Policies.by('listener', listener.id).sort((a, b) => a.position - b.position);

/** A policy counts if it is enabled and has a rule (octavia:octavia/db/models.py, `Pool.listeners`). */
const counts = (cloud: Cloud, policy: L7Policy): boolean =>
  policy.admin_state_up && cloud.tables.l7Rules.count('policy', policy.id) > 0;

/** The listeners that use a pool: by default, or by a policy. */
export function listenersOf(cloud: Cloud, pool: Pool): Listener[] {
  const all = cloud.tables.listeners.by('lb', pool.lbId);
  const redirecting = cloud.tables.l7Policies
    .by('lb', pool.lbId)
    .filter((policy) => policy.redirect_pool_id === pool.id && counts(cloud, policy))
    .map((policy) => policy.listener_id);
  return all.filter((one) => one.default_pool_id === pool.id || redirecting.includes(one.id));
}

/** The pools that a listener uses: its default pool, and those of its policies. */
export function poolsOf(cloud: Cloud, listener: Listener): Pool[] {
  const redirects = policiesOf(cloud, listener)
    .filter((policy) => counts(cloud, policy))
    .map((policy) => policy.redirect_pool_id);
  const ids = new Set([listener.default_pool_id, ...redirects]);
  return [...ids].flatMap((id) => cloud.tables.pools.get(id ?? '') ?? []);
}

export const monitorOf = (cloud: Cloud, pool: Pool): HealthMonitor | undefined =>
  cloud.tables.healthMonitors.by('pool', pool.id)[0];

/** Puts policies at the positions from 1 on, in this order. */
export function orderPolicies(cloud: Cloud, policies: readonly L7Policy[]): void {
  for (const [index, policy] of policies.entries()) {
    if (policy.position === index + 1) continue;
    cloud.tables.l7Policies.patch(policy, { position: index + 1, updated_at: toNaiveSeconds(now()) });
  }
}
