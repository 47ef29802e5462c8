import type { Cloud } from '../cloud.ts';
import { addressKey } from '../neutron/addresses.ts';
import { omit } from '../store/omit.ts';
import { listenersOf, monitorOf, policiesOf, poolsOf } from './relations.ts';
import type { HealthMonitor, L7Policy, L7Rule, Listener, LoadBalancer, Member, OctaviaRow, Pool } from './rows.ts';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => ({ id }));

/** Operating status from those of the parts: any in ERROR degrades, all in ERROR is ERROR. */
function combine(statuses: readonly string[]): string {
  const failed = statuses.filter((status) => status === 'ERROR').length;
  if (failed === 0) return statuses.includes('DEGRADED') ? 'DEGRADED' : 'ONLINE';
  return failed === statuses.length ? 'ERROR' : 'DEGRADED';
}

type View = Record<string, unknown>;

/**
 * How Octavia shows its objects (octavia:octavia/api/v2/types); `full` is how they are shown within a whole load
 * balancer. The operating status follows from what the members' addresses belong to.
 */
export class Views {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  loadBalancer(row: LoadBalancer, full = false): View {
    const { listeners, pools } = this.#cloud.tables;
    const [mine, back] = [listeners.by('lb', row.id), pools.by('lb', row.id)];
    return {
      ...this.#base(omit(row, 'ownsPort', 'doomed', 'ownGroupId', 'amphoraPortId')),
      operating_status: this.operating(row),
      listeners: full ? mine.map((one) => this.listener(one, true)) : ids(mine),
      pools: full ? back.map((one) => this.pool(one, true)) : ids(back),
      vip_qos_policy_id: null,
      vip_vnic_type: 'normal',
    };
  }

  listener(row: Listener, full = false): View {
    const policies = policiesOf(this.#cloud, row);
    return {
      ...this.#base(row),
      operating_status: this.listenerOperating(row),
      ...(!full && { loadbalancers: [{ id: row.lbId }] }),
      l7policies: full ? policies.map((one) => this.policy(one, true)) : ids(policies),
      default_tls_container_ref: null,
      sni_container_refs: [],
      client_ca_tls_container_ref: null,
      client_authentication: 'NONE',
      client_crl_container_ref: null,
      hsts_max_age: null,
      hsts_include_subdomains: false,
      hsts_preload: false,
    };
  }

  pool(row: Pool, full = false): View {
    const mine = this.#cloud.tables.members.by('pool', row.id);
    const monitor = monitorOf(this.#cloud, row);
    return {
      ...this.#base(row),
      operating_status: this.poolOperating(row),
      ...(!full && { loadbalancers: [{ id: row.lbId }] }),
      listeners: ids(listenersOf(this.#cloud, row)),
      members: full ? mine.map((one) => this.member(one)) : ids(mine),
      ...(full
        ? { healthmonitor: monitor ? this.monitor(monitor, true) : null }
        : monitor && { healthmonitor_id: monitor.id }),
      tls_container_ref: null,
      ca_tls_container_ref: null,
      crl_container_ref: null,
    };
  }

  member(row: Member): View {
    const shown = omit(this.#base(omit(row, 'poolId')), 'description');
    return { ...shown, operating_status: this.memberOperating(row), vnic_type: 'normal' };
  }

  monitor(row: HealthMonitor, full = false): View {
    const shown = omit(this.#base(omit(row, 'poolId')), 'description');
    return { ...shown, ...(!full && { pools: [{ id: row.poolId }] }) };
  }

  policy(row: L7Policy, full = false): View {
    const rules = this.#cloud.tables.l7Rules.by('policy', row.id);
    return { ...this.#base(row), rules: full ? rules.map((one) => this.rule(one)) : ids(rules) };
  }

  rule(row: L7Rule): View {
    return omit(this.#base(omit(row, 'policyId')), 'name', 'description');
  }

  /** The tree of `GET …/loadbalancers/<id>/status`. */
  status(row: LoadBalancer): View {
    const { listeners, members } = this.#cloud.tables;
    const head = ({ id, name, provisioning_status }: OctaviaRow, operating_status: string) => ({
      id,
      name: name ?? '',
      provisioning_status,
      operating_status,
    });
    const poolTree = (pool: Pool) => {
      const monitor = monitorOf(this.#cloud, pool);
      return {
        ...head(pool, this.poolOperating(pool)),
        ...(monitor && { health_monitor: { ...head(monitor, monitor.operating_status), type: monitor.type } }),
        members: members.by('pool', pool.id).map((member) => ({
          ...head(member, this.memberOperating(member)),
          address: member.address,
          protocol_port: member.protocol_port,
        })),
      };
    };
    return {
      loadbalancer: {
        ...head(row, this.operating(row)),
        listeners: listeners.by('lb', row.id).map((listener) => ({
          ...head(listener, this.listenerOperating(listener)),
          pools: poolsOf(this.#cloud, listener).map(poolTree),
        })),
      },
    };
  }

  memberOperating(row: Member): string {
    if (row.provisioning_status === 'PENDING_CREATE') return row.operating_status;
    if (this.#cloud.tables.healthMonitors.count('pool', row.poolId) === 0) return 'NO_MONITOR';
    if (!row.admin_state_up) return 'OFFLINE';
    const { loadBalancers, ports, servers, subnets } = this.#cloud.tables;
    const network = loadBalancers.get(row.lbId)?.vip_network_id ?? '';
    const reachable = row.subnet_id === null ? subnets.by('network', network).map(({ id }) => id) : [row.subnet_id];
    const port = reachable.flatMap((id) => ports.by('address', addressKey(id, row.address)))[0];
    return servers.get(port?.device_id ?? '')?.status === 'ACTIVE' ? 'ONLINE' : 'ERROR';
  }

  poolOperating(row: Pool): string {
    if (row.provisioning_status === 'PENDING_CREATE' || !row.admin_state_up) return 'OFFLINE';
    return combine(this.#cloud.tables.members.by('pool', row.id).map((member) => this.memberOperating(member)));
  }

  listenerOperating(row: Listener): string {
    if (row.provisioning_status === 'PENDING_CREATE' || !row.admin_state_up) return 'OFFLINE';
    const pool = this.#cloud.tables.pools.get(row.default_pool_id ?? '');
    return pool ? this.poolOperating(pool) : 'ONLINE';
  }

  operating(row: LoadBalancer): string {
    if (row.provisioning_status === 'PENDING_CREATE' || !row.admin_state_up) return 'OFFLINE';
    if (row.provisioning_status === 'ERROR') return 'ERROR';
    return combine(this.#cloud.tables.listeners.by('lb', row.id).map((listener) => this.listenerOperating(listener)));
  }

  #base(row: OctaviaRow): View {
    const { name, description } = row;
    return { ...omit(row, 'lbId'), name: name ?? '', description: description ?? '', tenant_id: row.project_id };
  }
}
