import type { Cloud } from '../cloud.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { now, toNaiveSeconds } from '../store/time.ts';
import { quotaMet } from './errors.ts';
import { childTables } from './relations.ts';
import type { LoadBalancer, OctaviaRow } from './rows.ts';

interface CommonBody {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly admin_state_up: boolean | null;
  readonly tags: readonly string[] | null | undefined;
}

/** The common attributes of a new object, PENDING_CREATE. */
export function newRow(body: CommonBody, projectId: string, id: string, lbId: string): OctaviaRow {
  return {
    id,
    name: body.name ?? null,
    description: body.description ?? null,
    provisioning_status: 'PENDING_CREATE',
    operating_status: 'OFFLINE',
    admin_state_up: body.admin_state_up ?? false,
    project_id: projectId,
    created_at: toNaiveSeconds(now()),
    updated_at: null,
    tags: [...(body.tags ?? [])],
    lbId,
  };
}

/** The common attributes of a new child of a load balancer. */
export const newChild = (body: CommonBody, lb: LoadBalancer): OctaviaRow => newRow(body, lb.project_id, uuid(), lb.id);

/** Whether a tag is given twice: the database takes it for a second object with the same id. */
export const hasTwins = (tags: readonly string[] | null | undefined): boolean =>
  new Set(tags ?? []).size < (tags ?? []).length;

/**
 * Makes objects below a load balancer, all or none: when one is refused, those made before it go.
 * The load balancer must not be changing, so that whatever is PENDING_CREATE was made here.
 */
export function allOrNone<T>(cloud: Cloud, lb: LoadBalancer, make: () => T): T {
  try {
    return make();
  } catch (error) {
    for (const table of childTables(cloud)) {
      for (const row of table.by('lb', lb.id)) if (row.provisioning_status === 'PENDING_CREATE') table.delete(row.id);
    }
    throw error;
  }
}

const quotaLabels = {
  loadbalancer: 'Load Balancer',
  listener: 'Listener',
  pool: 'Pool',
  member: 'Member',
  healthmonitor: 'Health Monitor',
  l7policy: 'L7 Policy',
  l7rule: 'L7 Rule',
} as const;

/** What has a quota. */
export type QuotaName = keyof typeof quotaLabels;

/** 403 if the project may not have so many more; the project is known to the quotas from then on. */
export function checkQuota(cloud: Cloud, projectId: string, name: QuotaName, more = 1): void {
  const { loadBalancers, listeners, pools, members, healthMonitors, l7Policies, l7Rules, quotas } = cloud.tables;
  const tables = {
    loadbalancer: loadBalancers,
    listener: listeners,
    pool: pools,
    member: members,
    healthmonitor: healthMonitors,
    l7policy: l7Policies,
    l7rule: l7Rules,
  };
  const used = tables[name].count('project', projectId);
  if (exceeds(cloud.limits('load-balancer', projectId)[name], used, more)) throw quotaMet(quotaLabels[name]);
  if (!quotas.get(`load-balancer/${projectId}`)) cloud.setLimits('load-balancer', projectId, {});
}
