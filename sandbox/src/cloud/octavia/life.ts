import type { Cloud } from '../cloud.ts';
import { removePort } from '../neutron/ports.ts';
import { now, toNaiveSeconds } from '../store/time.ts';
import { fault, immutable } from './errors.ts';
import { childTables, listenersOf, orderPolicies } from './relations.ts';
import type { LoadBalancer, OctaviaRow } from './rows.ts';
import { plugAmphora, protectVip, releaseVip } from './vip.ts';

/** Changes a row; every change of a row is its latest update. */
export function mark(row: OctaviaRow, status: string): void {
  row.provisioning_status = status;
  row.updated_at = toNaiveSeconds(now());
}

/** 409 unless the load balancer itself is in one of these states. */
export function requireSettled(lb: LoadBalancer, states: readonly string[]): void {
  if (!states.includes(lb.provisioning_status))
    throw fault(409, `Invalid state ${lb.provisioning_status} of loadbalancer resource ${lb.id}`);
}

/**
 * 409 unless the children of a load balancer can be changed now (octavia:octavia/common/constants.py,
 * `MUTABLE_STATUSES`).
 */
export function requireMutable(row: OctaviaRow, label = 'Load Balancer'): void {
  if (row.provisioning_status !== 'ACTIVE') throw immutable(label, row.id);
}

/** Marks a load balancer as changing, and with it what the change touches; all settle after the configured time. */
export function beginUpdate(cloud: Cloud, lb: LoadBalancer, touched: readonly OctaviaRow[] = []): void {
  for (const row of [lb, ...touched]) mark(row, 'PENDING_UPDATE');
  cloud.transitions.schedule('loadbalancer.settled', lb.id, cloud.latency.loadBalancer.update);
}

/** Removes a load balancer with everything below it, and its VIP port if Octavia made it. */
function removeLoadBalancer(cloud: Cloud, lb: LoadBalancer): void {
  const port = cloud.tables.ports.get(lb.vip_port_id);
  forgetLoadBalancer(cloud, lb);
  if (port && lb.ownsPort) removePort(cloud, port);
}

/**
 * What is left of a creation that is refused: the port of the VIP, which Neutron has made already (openstack/octavia:
 * octavia/api/v2/controllers/load_balancer.py, post: only the transaction is rolled back).
 */
export function forgetLoadBalancer(cloud: Cloud, lb: LoadBalancer): void {
  for (const table of childTables(cloud)) for (const row of table.by('lb', lb.id)) table.delete(row.id);
  releaseVip(cloud, lb);
  cloud.tables.loadBalancers.delete(lb.id);
}

/** What is deleted with a row. */
function removeChild(cloud: Cloud, row: OctaviaRow): void {
  const { listeners, pools, members, healthMonitors, l7Policies, l7Rules } = cloud.tables;
  if (listeners.delete(row.id)) {
    for (const policy of l7Policies.by('listener', row.id)) removeChild(cloud, policy);
  } else if (pools.delete(row.id)) {
    for (const table of [members, healthMonitors]) for (const one of table.by('pool', row.id)) table.delete(one.id);
    for (const listener of listeners.by('lb', row.lbId))
      if (listener.default_pool_id === row.id) listeners.patch(listener, { default_pool_id: null });
  } else if (l7Policies.get(row.id)) {
    const policy = l7Policies.get(row.id);
    l7Policies.delete(row.id);
    for (const rule of l7Rules.by('policy', row.id)) l7Rules.delete(rule.id);
    const rest = l7Policies.by('listener', policy?.listener_id ?? '').sort((a, b) => a.position - b.position);
    orderPolicies(cloud, rest);
  } else {
    for (const table of [members, healthMonitors, l7Rules]) table.delete(row.id);
  }
}

/** Health monitors, policies and rules are ONLINE when they are enabled, whatever the members do. */
const isSwitched = (cloud: Cloud, row: OctaviaRow): boolean => {
  const { healthMonitors, l7Policies, l7Rules } = cloud.tables;
  return [healthMonitors, l7Policies, l7Rules].some((table) => table.get(row.id) !== undefined);
};

/**
 * Of what comes with its load balancer only monitors of pools in use go ONLINE (octavia:
 * `MarkHealthMonitorsOnlineInDB`).
 */
const isMonitorInUse = (cloud: Cloud, row: OctaviaRow): boolean => {
  const pool = cloud.tables.pools.get(cloud.tables.healthMonitors.get(row.id)?.poolId ?? '');
  return pool !== undefined && listenersOf(cloud, pool).length > 0;
};

function settle(cloud: Cloud, lb: LoadBalancer): void {
  const created = lb.provisioning_status === 'PENDING_CREATE';
  const status = lb.doomed ? 'ERROR' : 'ACTIVE';
  for (const table of childTables(cloud)) {
    for (const row of table.by('lb', lb.id)) {
      if (row.provisioning_status === 'PENDING_DELETE') removeChild(cloud, row);
      else if (row.provisioning_status.startsWith('PENDING_')) {
        mark(row, status);
        if (created ? isMonitorInUse(cloud, row) : isSwitched(cloud, row))
          row.operating_status = row.admin_state_up ? 'ONLINE' : 'OFFLINE';
      }
    }
  }
  mark(lb, status);
  lb.doomed = false;
  if (created && status === 'ACTIVE') {
    protectVip(cloud, lb);
    plugAmphora(cloud, lb);
  }
}

/** Registers what happens to load balancers with time. */
export function octaviaTransitions(cloud: Cloud): void {
  const { loadBalancers } = cloud.tables;
  cloud.transitions.on('loadbalancer.settled', (id) => {
    const lb = loadBalancers.get(id);
    if (lb?.provisioning_status === 'PENDING_CREATE' || lb?.provisioning_status === 'PENDING_UPDATE') settle(cloud, lb);
  });
  cloud.transitions.on('loadbalancer.deleted', (id) => {
    const lb = loadBalancers.get(id);
    if (lb) removeLoadBalancer(cloud, lb);
  });
}
