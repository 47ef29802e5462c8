import type { Cloud } from '../cloud.ts';
import { addressKey } from '../neutron/addresses.ts';
import { omit } from '../store/omit.ts';
import type { HealthMonitor, L7Policy, L7Rule, Listener, LoadBalancer, Member, OctaviaRow, Pool } from './rows.ts';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => ({ id }));

/** Operating status from those of the parts: any in ERROR degrades, all in ERROR is ERROR. */
function combine(statuses: readonly string[]): string {
  const failed = statuses.filter((status) => status === 'ERROR').length;
  if (failed === 0) return statuses.includes('DEGRADED') ? 'DEGRADED' : 'ONLINE';
  return failed === statuses.length ? 'ERROR' : 'DEGRADED';
}

/** How Octavia shows its objects. Operating status follows from what the members' addresses belong to. */
export class Views {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  loadBalancer(row: LoadBalancer, full = false): Record<string, unknown> {
    const { listeners, pools } = this.#cloud.tables;
    const [mine, back] = [listeners.by('lb', row.id), pools.by('lb', row.id)];
    return {
      ...this.#base(omit(row, 'ownsPort', 'doomed')),
      operating_status: this.operating(row),
      listeners: full ? mine.map((one) => this.listener(one, true)) : ids(mine),
      pools: full ? back.map((one) => this.pool(one, true)) : ids(back),
      additional_vips: [],
      vip_qos_policy_id: null,
      vip_vnic_type: 'normal',
      vip_sg_ids: [],
    };
  }

  listener(row: Listener, full = false): Record<string, unknown> {
    const policies = this.#policies(row);
    return {
      ...this.#base(row),
      operating_status: this.listenerOperating(row),
      loadbalancers: [{ id: row.lbId }],
      l7policies: full ? policies.map((one) => this.policy(one, true)) : ids(policies),
      default_tls_container_ref: null,
      sni_container_refs: [],
      client_ca_tls_container_ref: null,
      client_authentication: 'NONE',
      client_crl_container_ref: null,
      tls_ciphers: null,
      tls_versions: null,
      alpn_protocols: null,
    };
  }

  pool(row: Pool, full = false): Record<string, unknown> {
    const { listeners, members, healthMonitors } = this.#cloud.tables;
    const mine = members.by('pool', row.id);
    const monitor = healthMonitors.by('pool', row.id)[0];
    return {
      ...this.#base(row),
      operating_status: this.poolOperating(row),
      loadbalancers: [{ id: row.lbId }],
      listeners: ids(listeners.by('lb', row.lbId).filter((one) => one.default_pool_id === row.id)),
      members: full ? mine.map((one) => this.member(one)) : ids(mine),
      healthmonitor_id: monitor?.id ?? null,
      ...(full && { healthmonitor: monitor ? this.monitor(monitor) : null }),
      tls_container_ref: null,
      ca_tls_container_ref: null,
      crl_container_ref: null,
      tls_enabled: false,
      tls_ciphers: null,
      tls_versions: null,
      alpn_protocols: null,
    };
  }

  member(row: Member): Record<string, unknown> {
    const shown = omit(this.#base(omit(row, 'poolId')), 'description');
    return { ...shown, operating_status: this.memberOperating(row), vnic_type: 'normal' };
  }

  monitor(row: HealthMonitor): Record<string, unknown> {
    const shown = omit(this.#base(omit(row, 'poolId')), 'description');
    return { ...shown, pools: [{ id: row.poolId }], operating_status: 'ONLINE', http_version: null, domain_name: null };
  }

  policy(row: L7Policy, full = false): Record<string, unknown> {
    const rules = this.#cloud.tables.l7Rules.by('policy', row.id);
    return {
      ...this.#base(row),
      operating_status: 'ONLINE',
      rules: full ? rules.map((one) => this.rule(one)) : ids(rules),
    };
  }

  rule(row: L7Rule): Record<string, unknown> {
    const shown = omit(this.#base(omit(row, 'policyId')), 'name', 'description');
    return { ...shown, operating_status: 'ONLINE' };
  }

  /** The tree of `GET …/loadbalancers/<id>/status`. */
  status(row: LoadBalancer): Record<string, unknown> {
    const { listeners, pools, members, healthMonitors, l7Rules } = this.#cloud.tables;
    const head = ({ id, name, provisioning_status }: OctaviaRow, operating_status: string) => ({
      id,
      name,
      provisioning_status,
      operating_status,
    });
    const poolTree = (pool: Pool) => {
      const monitor = healthMonitors.by('pool', pool.id)[0];
      return {
        ...head(pool, this.poolOperating(pool)),
        ...(monitor && { health_monitor: { ...head(monitor, 'ONLINE'), type: monitor.type } }),
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
          pools: pools
            .by('lb', row.id)
            .filter((pool) => pool.id === listener.default_pool_id)
            .map(poolTree),
          l7policies: this.#policies(listener).map((policy) => ({
            ...head(policy, 'ONLINE'),
            action: policy.action,
            rules: l7Rules.by('policy', policy.id).map((rule) => ({
              id: rule.id,
              type: rule.type,
              provisioning_status: rule.provisioning_status,
              operating_status: 'ONLINE',
            })),
          })),
        })),
        pools: pools.by('lb', row.id).map(poolTree),
      },
    };
  }

  memberOperating(row: Member): string {
    if (row.provisioning_status === 'PENDING_CREATE') return 'OFFLINE';
    if (this.#cloud.tables.healthMonitors.count('pool', row.poolId) === 0) return 'NO_MONITOR';
    const { loadBalancers, ports, servers, subnets } = this.#cloud.tables;
    const network = loadBalancers.get(row.lbId)?.vip_network_id ?? '';
    const reachable = row.subnet_id === null ? subnets.by('network', network).map(({ id }) => id) : [row.subnet_id];
    const port = reachable.flatMap((id) => ports.by('address', addressKey(id, row.address)))[0];
    return servers.get(port?.device_id ?? '')?.status === 'ACTIVE' ? 'ONLINE' : 'ERROR';
  }

  poolOperating(row: Pool): string {
    if (row.provisioning_status === 'PENDING_CREATE') return 'OFFLINE';
    return combine(this.#cloud.tables.members.by('pool', row.id).map((member) => this.memberOperating(member)));
  }

  listenerOperating(row: Listener): string {
    if (row.provisioning_status === 'PENDING_CREATE') return 'OFFLINE';
    const pool = this.#cloud.tables.pools.get(row.default_pool_id ?? '');
    return pool ? this.poolOperating(pool) : 'ONLINE';
  }

  operating(row: LoadBalancer): string {
    if (row.provisioning_status === 'PENDING_CREATE') return 'OFFLINE';
    if (row.provisioning_status === 'ERROR') return 'ERROR';
    return combine(this.#cloud.tables.listeners.by('lb', row.id).map((listener) => this.listenerOperating(listener)));
  }

  #policies(row: Listener): L7Policy[] {
    return this.#cloud.tables.l7Policies.by('listener', row.id).sort((a, b) => a.position - b.position);
  }

  #base(row: OctaviaRow): Record<string, unknown> {
    return { ...omit(row, 'lbId'), tenant_id: row.project_id };
  }
}
