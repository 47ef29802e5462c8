import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import type { ListenerBody, LoadBalancerBody, PolicyBody, PoolBody } from './bodies.ts';
import { checkQuota } from './create.ts';
import { noChildren, validation } from './errors.ts';
import { makeListener, requireDefaultPool } from './listeners.ts';
import { checkMember, makeMember } from './members.ts';
import { makeMonitor } from './monitors.ts';
import { makePolicy } from './policies.ts';
import { checkMonitorFits, makePool } from './pools.ts';
import { checkListenerOptions, checkPoolOptions } from './providers.ts';
import type { LoadBalancer } from './rows.ts';
import { makeRule } from './rules.ts';

/** A pool with a name only means one that is described elsewhere in the request. */
const isReference = (pool: PoolBody): boolean =>
  Object.entries(pool).every(
    ([name, value]) => value === undefined || ['name', 'admin_state_up', 'tls_enabled'].includes(name),
  );

/**
 * Makes what a load balancer comes with, in one request (octavia:octavia/api/v2/controllers/load_balancer.py,
 * `_graph_create`).
 */
export function makeWhole(cloud: Cloud, call: Call, lb: LoadBalancer, body: LoadBalancerBody): void {
  const listeners = body.listeners ?? [];
  const pools = collectPools(listeners, body.pools ?? []);
  if (pools.length > 0) checkQuota(cloud, lb.project_id, 'pool', pools.length);
  const idByName = new Map<string, string>();
  for (const pool of pools) idByName.set(pool.name ?? '', makeWholePool(cloud, call, lb, pool));
  if (listeners.length > 0) checkQuota(cloud, lb.project_id, 'listener', listeners.length);
  const idOf = (pool: PoolBody | null | undefined): string | null => idByName.get(pool?.name ?? '') ?? null;
  for (const listener of listeners) {
    const poolId = listener.default_pool ? idOf(listener.default_pool) : (listener.default_pool_id ?? null);
    if (poolId !== null) requireDefaultPool(cloud, lb, poolId, listener.protocol);
    const row = makeListener(cloud, lb, listener, poolId);
    const policies = listener.l7policies ?? [];
    if (listener.protocol === 'PROMETHEUS' && policies.length > 0) throw noChildren();
    for (const policy of policies) makeWholePolicy(policy);
    function makeWholePolicy(policy: PolicyBody): void {
      const made = makePolicy(cloud, row, policy, policy.redirect_pool ? idOf(policy.redirect_pool) : null);
      for (const rule of policy.rules ?? []) makeRule(cloud, made, rule);
    }
  }
  // The driver is asked at last, for all of it. That of amphorae takes any whole.
  if (lb.provider !== 'ovn') return;
  for (const listener of listeners) checkListenerOptions(lb, listener);
  for (const { protocol, lb_algorithm } of cloud.tables.pools.by('lb', lb.id))
    checkPoolOptions(lb, { protocol, lb_algorithm });
}

/** All pools that are described, those within listeners and policies too. */
function collectPools(listeners: readonly ListenerBody[], own: readonly PoolBody[]): readonly PoolBody[] {
  const pools = [...own];
  const references = new Set<string>();
  const take = (pool: PoolBody | null | undefined): void => {
    if (!pool) return;
    if (!pool.name) throw validation('Pools must be named when creating a fully populated loadbalancer.');
    if (isReference(pool)) references.add(pool.name);
    else pools.push(pool);
  };
  for (const listener of listeners) {
    take(listener.default_pool);
    for (const policy of listener.l7policies ?? []) take(policy.redirect_pool);
  }
  const names = pools.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw validation('Pool names must be unique when creating a fully populated loadbalancer.');
  for (const name of references)
    if (!names.includes(name)) throw validation(`Pool '${name}' was referenced but no full definition was found.`);
  return pools;
}

function makeWholePool(cloud: Cloud, call: Call, lb: LoadBalancer, body: PoolBody): string {
  const { protocol, lb_algorithm } = body;
  const lacking = (attribute: string) =>
    validation(`Pool definition for '${body.name ?? ''}' missing required attribute: ${attribute}`);
  if (!protocol) throw lacking('protocol');
  if (!lb_algorithm) throw lacking('lb_algorithm');
  const pool = makePool(cloud, lb, { ...body, protocol, lb_algorithm });
  if (body.healthmonitor) {
    checkQuota(cloud, lb.project_id, 'healthmonitor');
    makeMonitor(cloud, pool, body.healthmonitor);
    checkMonitorFits(body.healthmonitor, protocol);
  }
  const members = body.members ?? [];
  if (members.length > 0) checkQuota(cloud, lb.project_id, 'member', members.length);
  for (const member of members) {
    checkMember(cloud, call, { address: member.address, subnet_id: undefined });
    makeMember(cloud, pool, member, 'NO_MONITOR');
  }
  return pool.id;
}
