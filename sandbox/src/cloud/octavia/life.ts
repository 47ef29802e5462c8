import type { Cloud } from '../cloud.ts';
import { removePort } from '../neutron/ports.ts';
import { now, toNaiveSeconds } from '../store/time.ts';
import { immutable, fault } from './errors.ts';
import type { LoadBalancer, OctaviaRow } from './rows.ts';

/** The tables of what hangs below load balancers. */
export const childTables = (cloud: Cloud) => {
  const { listeners, pools, members, healthMonitors, l7Policies, l7Rules } = cloud.tables;
  return [listeners, pools, members, healthMonitors, l7Policies, l7Rules] as const;
};

const mutable = (row: OctaviaRow): boolean =>
  row.provisioning_status === 'ACTIVE' || row.provisioning_status === 'ERROR';

/** 409 unless the load balancer itself can be changed or deleted now. */
export function requireSettled(lb: LoadBalancer): void {
  if (!mutable(lb)) throw fault(409, `Invalid state ${lb.provisioning_status} of loadbalancer resource ${lb.id}`);
}

/** 409 unless the children of a load balancer can be changed now. */
export function requireMutable(lb: LoadBalancer): void {
  if (!mutable(lb)) throw immutable('Load Balancer', lb.id);
}

/** Marks a load balancer as changing; it settles after the configured time. */
export function beginUpdate(cloud: Cloud, lb: LoadBalancer): void {
  cloud.tables.loadBalancers.patch(lb, { provisioning_status: 'PENDING_UPDATE' });
  cloud.transitions.schedule('loadbalancer.settled', lb.id, cloud.latency.loadBalancer.update);
}

/** Removes a load balancer with everything below it, and its VIP port if Octavia made it. */
export function removeLoadBalancer(cloud: Cloud, lb: LoadBalancer): void {
  for (const table of childTables(cloud)) for (const row of table.by('lb', lb.id)) table.delete(row.id);
  const port = cloud.tables.ports.get(lb.vip_port_id);
  if (port && lb.ownsPort) removePort(cloud, port);
  else if (port) cloud.tables.ports.patch(port, { device_id: '', device_owner: '' });
  cloud.tables.loadBalancers.delete(lb.id);
}

/** Registers what happens to load balancers with time. */
export function octaviaTransitions(cloud: Cloud): void {
  const { loadBalancers } = cloud.tables;
  cloud.transitions.on('loadbalancer.settled', (id) => {
    const lb = loadBalancers.get(id);
    if (lb?.provisioning_status !== 'PENDING_CREATE' && lb?.provisioning_status !== 'PENDING_UPDATE') return;
    const failed = lb.doomed;
    const created = lb.provisioning_status === 'PENDING_CREATE';
    for (const table of childTables(cloud)) {
      for (const row of table.by('lb', id)) {
        if (row.provisioning_status === 'PENDING_DELETE') table.delete(row.id);
        else if (row.provisioning_status.startsWith('PENDING_')) row.provisioning_status = failed ? 'ERROR' : 'ACTIVE';
      }
    }
    loadBalancers.patch(lb, {
      provisioning_status: failed ? 'ERROR' : 'ACTIVE',
      doomed: false,
      updated_at: toNaiveSeconds(now()),
    });
    const port = cloud.tables.ports.get(lb.vip_port_id);
    if (created && port) cloud.tables.ports.patch(port, { status: failed ? 'DOWN' : 'ACTIVE' });
  });
  cloud.transitions.on('loadbalancer.deleted', (id) => {
    const lb = loadBalancers.get(id);
    if (lb) removeLoadBalancer(cloud, lb);
  });
}
