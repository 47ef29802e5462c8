import type { Cloud } from '../cloud.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { now, toNaiveSeconds } from '../store/time.ts';
import { fault, notFound, quotaMet, validation } from './errors.ts';
import { childTables } from './life.ts';
import type { HealthMonitor, L7Policy, L7Rule, Listener, LoadBalancer, Member, OctaviaRow, Pool } from './rows.ts';
import type { ListenerSpec, MemberSpec, MonitorSpec, PolicySpec, PoolSpec, RuleSpec } from './schemas.ts';

interface CommonSpec {
  readonly name: string;
  readonly description: string;
  readonly admin_state_up: boolean;
  readonly tags: string[];
}

/** The common attributes of a new child of a load balancer, PENDING_CREATE. */
export function baseRow(spec: CommonSpec, projectId: string, id: string, lbId: string): OctaviaRow {
  return {
    id,
    name: spec.name,
    description: spec.description,
    provisioning_status: 'PENDING_CREATE',
    admin_state_up: spec.admin_state_up,
    project_id: projectId,
    created_at: toNaiveSeconds(now()),
    updated_at: null,
    tags: [...new Set(spec.tags)],
    lbId,
  };
}

const child = (spec: CommonSpec, lb: LoadBalancer): OctaviaRow => baseRow(spec, lb.project_id, uuid(), lb.id);

/**
 * Makes objects below a load balancer, all or none: when one is refused, those made before it go.
 * The load balancer must not be changing, so that whatever is PENDING_CREATE was made here.
 */
export function buildAll<T>(cloud: Cloud, lb: LoadBalancer, make: (builder: Builder) => T): T {
  try {
    return make(new Builder(cloud, lb));
  } catch (error) {
    for (const table of childTables(cloud)) {
      for (const row of table.by('lb', lb.id)) if (row.provisioning_status === 'PENDING_CREATE') table.delete(row.id);
    }
    throw error;
  }
}

/** Makes the objects of a load balancer. Each checks, then inserts; nothing is changed when a check fails. */
export class Builder {
  readonly #cloud: Cloud;
  readonly #lb: LoadBalancer;

  constructor(cloud: Cloud, lb: LoadBalancer) {
    this.#cloud = cloud;
    this.#lb = lb;
  }

  listener(spec: ListenerSpec): Listener {
    const { listeners } = this.#cloud.tables;
    this.#quota('listener', 'Listener', listeners.count('project', this.#lb.project_id));
    const transport = spec.protocol === 'UDP' || spec.protocol === 'SCTP' ? spec.protocol : 'TCP';
    const twin = listeners
      .by('lb', this.#lb.id)
      .find(
        (one) =>
          one.protocol_port === spec.protocol_port &&
          (one.protocol === 'UDP' || one.protocol === 'SCTP' ? one.protocol : 'TCP') === transport,
      );
    if (twin) {
      throw fault(
        409,
        `Another Listener on this Load Balancer is already using protocol ${spec.protocol} and protocol_port ${spec.protocol_port}`,
      );
    }
    const inner = spec.default_pool;
    const pool =
      inner === undefined
        ? (spec.default_pool_id ?? null)
        : 'protocol' in inner
          ? this.pool(inner).id
          : this.#poolByName(inner.name).id;
    if (typeof spec.default_pool_id === 'string') this.#requirePool(spec.default_pool_id);
    const row = listeners.insert({
      ...child(spec, this.#lb),
      protocol: spec.protocol,
      protocol_port: spec.protocol_port,
      connection_limit: spec.connection_limit,
      default_pool_id: pool,
      insert_headers: spec.insert_headers ?? {},
      timeout_client_data: spec.timeout_client_data,
      timeout_member_connect: spec.timeout_member_connect,
      timeout_member_data: spec.timeout_member_data,
      timeout_tcp_inspect: spec.timeout_tcp_inspect,
      allowed_cidrs: spec.allowed_cidrs ?? null,
    });
    for (const policy of spec.l7policies) this.policy(row, policy);
    return row;
  }

  pool(spec: PoolSpec): Pool {
    const { pools } = this.#cloud.tables;
    this.#quota('pool', 'Pool', pools.count('project', this.#lb.project_id));
    const persistence = spec.session_persistence;
    const row = pools.insert({
      ...child(spec, this.#lb),
      protocol: spec.protocol,
      lb_algorithm: spec.lb_algorithm,
      session_persistence: persistence
        ? {
            type: persistence.type,
            cookie_name: persistence.cookie_name ?? null,
            persistence_timeout: persistence.persistence_timeout ?? null,
            persistence_granularity: persistence.persistence_granularity ?? null,
          }
        : null,
    });
    for (const member of spec.members) this.member(row, member);
    if (spec.healthmonitor) this.monitor(row, spec.healthmonitor);
    return row;
  }

  member(pool: Pool, spec: MemberSpec): Member {
    const { members, subnets } = this.#cloud.tables;
    this.#quota('member', 'Member', members.count('project', this.#lb.project_id));
    if (typeof spec.subnet_id === 'string' && !subnets.get(spec.subnet_id)) {
      throw fault(400, `Subnet ${spec.subnet_id} not found.`);
    }
    if (
      members
        .by('pool', pool.id)
        .some((one) => one.address === spec.address && one.protocol_port === spec.protocol_port)
    ) {
      throw fault(
        409,
        `Another member on this pool is already using ip ${spec.address} on protocol_port ${spec.protocol_port}`,
      );
    }
    return members.insert({
      ...child(spec, this.#lb),
      poolId: pool.id,
      address: spec.address,
      protocol_port: spec.protocol_port,
      subnet_id: spec.subnet_id ?? null,
      weight: spec.weight,
      backup: spec.backup,
      monitor_address: spec.monitor_address ?? null,
      monitor_port: spec.monitor_port ?? null,
    });
  }

  monitor(pool: Pool, spec: MonitorSpec): HealthMonitor {
    const { healthMonitors } = this.#cloud.tables;
    this.#quota('healthmonitor', 'Health Monitor', healthMonitors.count('project', this.#lb.project_id));
    if (healthMonitors.count('pool', pool.id) > 0) throw fault(409, 'This pool already has a health monitor');
    if (spec.timeout >= spec.delay) {
      throw validation(`Invalid health monitor timeout: ${spec.timeout} must be less than delay ${spec.delay}`);
    }
    const http = spec.type === 'HTTP' || spec.type === 'HTTPS';
    return healthMonitors.insert({
      ...child(spec, this.#lb),
      poolId: pool.id,
      type: spec.type,
      delay: spec.delay,
      timeout: spec.timeout,
      max_retries: spec.max_retries,
      max_retries_down: spec.max_retries_down,
      http_method: spec.http_method ?? (http ? 'GET' : null),
      url_path: spec.url_path ?? (http ? '/' : null),
      expected_codes: spec.expected_codes ?? (http ? '200' : null),
    });
  }

  policy(listener: Listener, spec: PolicySpec): L7Policy {
    const { l7Policies } = this.#cloud.tables;
    this.#quota('l7policy', 'L7 Policy', l7Policies.count('project', this.#lb.project_id));
    const inner = spec.redirect_pool;
    const pool =
      inner === undefined
        ? (spec.redirect_pool_id ?? null)
        : 'protocol' in inner
          ? this.pool(inner).id
          : this.#poolByName(inner.name).id;
    if (typeof spec.redirect_pool_id === 'string') this.#requirePool(spec.redirect_pool_id);
    const row = l7Policies.insert({
      ...child(spec, this.#lb),
      listener_id: listener.id,
      action: spec.action,
      position: Math.min(spec.position ?? Number.MAX_SAFE_INTEGER, l7Policies.count('listener', listener.id) + 1),
      redirect_pool_id: pool,
      redirect_url: spec.redirect_url ?? null,
      redirect_prefix: spec.redirect_prefix ?? null,
      redirect_http_code: spec.redirect_http_code ?? null,
    });
    for (const rule of spec.rules) this.rule(row, rule);
    return row;
  }

  rule(policy: L7Policy, spec: RuleSpec): L7Rule {
    const { l7Rules } = this.#cloud.tables;
    this.#quota('l7rule', 'L7 Rule', l7Rules.count('project', this.#lb.project_id));
    return l7Rules.insert({
      ...child(spec, this.#lb),
      policyId: policy.id,
      type: spec.type,
      compare_type: spec.compare_type,
      key: spec.key ?? null,
      value: spec.value,
      invert: spec.invert,
    });
  }

  #quota(name: string, label: string, used: number): void {
    if (exceeds(this.#cloud.limits('load-balancer', this.#lb.project_id)[name], used, 1)) throw quotaMet(label);
  }

  #poolByName(name: string): Pool {
    const pool = this.#cloud.tables.pools.by('lb', this.#lb.id).find((one) => one.name === name);
    if (!pool) throw fault(400, `Missing details for Pool object: ${name}`);
    return pool;
  }

  #requirePool(id: string): void {
    if (this.#cloud.tables.pools.get(id)?.lbId !== this.#lb.id) throw notFound('Pool', id);
  }
}
