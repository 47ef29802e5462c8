import type { Cloud } from '../cloud.ts';
import { ok, type Call, type Service } from '../http/service.ts';
import { takesBelow } from '../http/takes.ts';
import {
  listenerCreate,
  listenerUpdate,
  memberCreate,
  memberUpdate,
  monitorCreate,
  monitorUpdate,
  policyCreate,
  policyUpdate,
  poolCreate,
  poolUpdate,
  ruleCreate,
  ruleUpdate,
} from './bodies.ts';
import { fault, noChildren, notFound, notWithin, unsupported, validation } from './errors.ts';
import { changesOfListener, makeListener, requireDefaultPool, requireFitting } from './listeners.ts';
import { checkMember, makeMember, replaceMembers } from './members.ts';
import { changesOfMonitor, makeMonitor } from './monitors.ts';
import { changesOfPolicy, makePolicy, movePolicy, requireHttp, requireRedirectPool } from './policies.ts';
import { changesOfPool, checkMonitorFits, checkPersistence, makePool } from './pools.ts';
import { checkListenerOptions, checkPoolOptions } from './providers.ts';
import { lbOf, listenersOf } from './relations.ts';
import { allowParameters, findParent, findRow, resourceRoutes } from './resource.ts';
import type { L7Policy, Listener, OctaviaRow, Pool } from './rows.ts';
import { changesOfRule, checkRule, makeRule } from './rules.ts';
import type { Views } from './views.ts';

const common = [
  'id',
  'name',
  'project_id',
  'provisioning_status',
  'operating_status',
  'admin_state_up',
  'created_at',
  'updated_at',
];
const zero = { active_connections: 0, bytes_in: 0, bytes_out: 0, request_errors: 0, total_connections: 0 };

/** Listeners, pools, members, health monitors, L7 policies and rules. */
export function childrenRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { listeners, pools, members, healthMonitors, l7Policies, l7Rules, loadBalancers } = cloud.tables;
  const at = (plural: string): string => `/v2/lbaas/${plural}`;
  const lbFor = (call: Call, id: string) => findRow(call, loadBalancers, 'Load Balancer', id);
  const poolOf = (row: { readonly poolId: string }): Pool => {
    const pool = pools.get(row.poolId);
    if (!pool) throw notFound('Pool', row.poolId);
    return pool;
  };
  const listenerOf = (policy: L7Policy): Listener => {
    const listener = listeners.get(policy.listener_id);
    if (!listener) throw notFound('Listener', policy.listener_id);
    return listener;
  };
  const aroundPool = (pool: Pool): readonly OctaviaRow[] => [pool, ...listenersOf(cloud, pool)];

  resourceRoutes(service, cloud, at('listeners'), {
    singular: 'listener',
    plural: 'listeners',
    label: 'Listener',
    quota: 'listener',
    table: listeners,
    argument: 'listener_',
    creation: listenerCreate,
    changes: listenerUpdate,
    first: ['loadbalancer_id', 'to_dict'],
    filters: [
      ...[...common, 'description', 'protocol', 'protocol_port', 'connection_limit', 'default_pool_id'],
      ...['loadbalancer_id', 'load_balancer_id', 'timeout_client_data', 'timeout_member_connect'],
      ...['timeout_member_data', 'timeout_tcp_inspect', 'client_authentication'],
    ],
    view: (row) => views.listener(row),
    hidden: ({ lbId }) => ({ loadbalancer_id: lbId, load_balancer_id: lbId }),
    create(call, body) {
      const lb = lbFor(call, body.loadbalancer_id);
      if (body.default_pool_id) requireDefaultPool(cloud, lb, body.default_pool_id, body.protocol);
      const make = () => {
        const row = makeListener(cloud, lb, body, body.default_pool_id ?? null);
        if (body.default_pool || (body.l7policies ?? []).length > 0) throw notWithin();
        checkListenerOptions(lb, body);
        return row;
      };
      return { lb, touched: [], make };
    },
    update: (_call, row, body) => changesOfListener(cloud, row, body),
    refuseNothing() {
      throw validation('No listener object supplied.');
    },
    touched: () => [],
  });
  service.get(`${at('listeners')}/:id/stats`, (call) => {
    findRow(call, listeners, 'Listener', call.params['id'] ?? '');
    return ok({ stats: zero });
  });

  resourceRoutes(service, cloud, at('pools'), {
    singular: 'pool',
    plural: 'pools',
    label: 'Pool',
    quota: 'pool',
    table: pools,
    argument: 'pool_',
    creation: poolCreate,
    changes: poolUpdate,
    first: ['loadbalancer_id', 'tls_versions'],
    filters: [
      ...common,
      'description',
      'protocol',
      'lb_algorithm',
      'loadbalancer_id',
      'load_balancer_id',
      'tls_enabled',
    ],
    view: (row) => views.pool(row),
    hidden: ({ lbId }) => ({ loadbalancer_id: lbId, load_balancer_id: lbId }),
    create(call, body) {
      const listener = body.loadbalancer_id || !body.listener_id ? undefined : listeners.get(body.listener_id);
      if (!body.loadbalancer_id && body.listener_id && !listener)
        throw fault(500, "'NoneType' object has no attribute 'load_balancer_id'");
      const lbId = body.loadbalancer_id ?? listener?.lbId;
      if (!lbId) throw validation('Must provide at least one of: loadbalancer_id, listener_id');
      const lb = lbFor(call, lbId);
      if (listener?.protocol === 'PROMETHEUS') throw noChildren();
      if (listener) requireFitting(listener.protocol, body.protocol);
      if (body.session_persistence) checkPersistence(body.session_persistence, body.protocol);
      const user = listener ?? listeners.get(body.listener_id ?? '');
      if (user && user.default_pool_id !== null) throw fault(409, 'This listener already has a default pool');
      const make = () => {
        const row = makePool(cloud, lb, body);
        if ((body.members ?? []).length > 0 || body.healthmonitor) throw notWithin();
        checkPoolOptions(lb, body);
        if (user) listeners.patch(user, { default_pool_id: row.id });
        return row;
      };
      return { lb, touched: user ? [user] : [], make };
    },
    update: (_call, row, body) => changesOfPool(row, lbOf(cloud, row), body),
    touched: (row) => listenersOf(cloud, row),
    checkDelete(row) {
      const user = l7Policies.by('lb', row.lbId).find((policy) => policy.redirect_pool_id === row.id);
      if (user) throw fault(409, `Pool ${row.id} is in use by L7 policy ${user.id}`);
    },
  });

  const memberPool = (call: Call): Pool => findParent(call, pools, 'Pool', call.params['pool'] ?? '');
  const membersPath = `${at('pools')}/:pool/members`;
  service.put(membersPath, takesBelow('members[]', memberCreate.takes), (call) => {
    allowParameters(call, 'additive_only');
    return replaceMembers(cloud, call, memberPool(call));
  });
  resourceRoutes(service, cloud, membersPath, {
    singular: 'member',
    plural: 'members',
    label: 'Member',
    quota: 'member',
    table: members,
    argument: 'member_',
    creation: memberCreate,
    changes: memberUpdate,
    first: ['address', 'backup'],
    filters: [
      ...[...common, 'address', 'protocol_port', 'weight', 'backup', 'subnet_id', 'pool_id'],
      ...['monitor_address', 'monitor_port', 'vnic_type'],
    ],
    view: (row) => views.member(row),
    hidden: ({ poolId }) => ({ pool_id: poolId }),
    rows: (call) => members.by('pool', memberPool(call).id),
    find(call) {
      const pool = memberPool(call);
      const row = findRow(call, members, 'Member', call.params['id'] ?? '');
      if (row.poolId !== pool.id) throw notFound('Member', row.id);
      return row;
    },
    create(call, body) {
      const pool = memberPool(call);
      checkMember(cloud, call, body);
      const parent = { row: pool, label: 'Pool' };
      return { lb: lbOf(cloud, pool), touched: aroundPool(pool), parent, make: () => makeMember(cloud, pool, body) };
    },
    update: (_call, _row, body) => ({
      ...(body.weight !== undefined && { weight: body.weight ?? 1 }),
      ...(body.backup !== undefined && { backup: body.backup ?? false }),
      ...(body.monitor_address !== undefined && { monitor_address: body.monitor_address }),
      ...(body.monitor_port !== undefined && { monitor_port: body.monitor_port }),
    }),
    touched: (row) => aroundPool(poolOf(row)),
    parentOf: (row) => ({ row: poolOf(row), label: 'Pool' }),
  });

  resourceRoutes(service, cloud, at('healthmonitors'), {
    singular: 'healthmonitor',
    plural: 'healthmonitors',
    label: 'Health Monitor',
    quota: 'healthmonitor',
    table: healthMonitors,
    argument: 'health_monitor_',
    creation: monitorCreate,
    changes: monitorUpdate,
    first: ['pool_id', 'http_method'],
    filters: [
      ...[...common, 'type', 'delay', 'timeout', 'max_retries', 'max_retries_down', 'http_method', 'url_path'],
      ...['expected_codes', 'http_version', 'domain_name', 'pool_id'],
    ],
    view: (row) => views.monitor(row),
    hidden: ({ poolId }) => ({ pool_id: poolId }),
    create(call, body) {
      const pool = findRow(call, pools, 'Pool', body.pool_id);
      checkMonitorFits(body, pool.protocol);
      const parent = { row: pool, label: 'Pool' };
      return { lb: lbOf(cloud, pool), touched: aroundPool(pool), parent, make: () => makeMonitor(cloud, pool, body) };
    },
    update: (_call, row, body) => changesOfMonitor(row, body),
    touched: (row) => aroundPool(poolOf(row)),
    parentOf: (row) => ({ row: poolOf(row), label: 'Pool' }),
  });

  resourceRoutes(service, cloud, at('l7policies'), {
    singular: 'l7policy',
    plural: 'l7policies',
    label: 'L7 Policy',
    quota: 'l7policy',
    table: l7Policies,
    argument: 'l7policy_',
    creation: policyCreate,
    changes: policyUpdate,
    first: ['listener_id', 'to_dict'],
    filters: [
      ...[...common, 'description', 'action', 'listener_id', 'position'],
      ...['redirect_pool_id', 'redirect_url', 'redirect_prefix', 'redirect_http_code'],
    ],
    view: (row) => views.policy(row),
    create(call, body) {
      const listener = findRow(call, listeners, 'Listener', body.listener_id);
      const lb = lbOf(cloud, listener);
      requireHttp(listener);
      if (body.redirect_pool_id) requireRedirectPool(cloud, listener, body.redirect_pool_id);
      const make = () => {
        const row = makePolicy(cloud, listener, body, body.redirect_pool_id ?? null);
        if ((body.rules ?? []).length > 0) throw notWithin();
        if (listener.protocol !== 'HTTP' && listener.protocol !== 'TERMINATED_HTTPS')
          throw unsupported(lb.provider, `${listener.protocol} protocol listeners do not support L7 policies`);
        return row;
      };
      return { lb, touched: [listener], make };
    },
    update: (_call, row, body) => changesOfPolicy(cloud, row, body),
    updated(row, body) {
      if (typeof body.position === 'number') movePolicy(cloud, row, body.position);
    },
    touched: (row) => [listenerOf(row)],
  });

  const rulePolicy = (call: Call): L7Policy => findParent(call, l7Policies, 'L7Policy', call.params['policy'] ?? '');
  const policyOf = (row: { readonly policyId: string }): L7Policy => {
    const policy = l7Policies.get(row.policyId);
    if (!policy) throw notFound('L7 Policy', row.policyId);
    return policy;
  };
  resourceRoutes(service, cloud, `${at('l7policies')}/:policy/rules`, {
    singular: 'rule',
    plural: 'rules',
    label: 'L7 Rule',
    quota: 'l7rule',
    table: l7Rules,
    argument: 'rule_',
    creation: ruleCreate,
    changes: ruleUpdate,
    first: ['project_id', 'invert'],
    filters: [
      ...common.filter((name) => name !== 'name'),
      ...['type', 'compare_type', 'key', 'value', 'invert', 'l7policy_id'],
    ],
    view: (row) => views.rule(row),
    hidden: ({ policyId }) => ({ l7policy_id: policyId }),
    rows: (call) => l7Rules.by('policy', rulePolicy(call).id),
    find(call) {
      rulePolicy(call);
      return findRow(call, l7Rules, 'L7 Rule', call.params['id'] ?? '');
    },
    create(call, body) {
      const policy = rulePolicy(call);
      checkRule({ ...body, key: body.key ?? null });
      if (l7Rules.count('policy', policy.id) >= 50) throw fault(409, `Too many rules on L7 policy ${policy.id}`);
      const parent = { row: policy, label: 'L7Policy' };
      const touched = [policy, listenerOf(policy)];
      return { lb: lbOf(cloud, policy), touched, parent, make: () => makeRule(cloud, policy, body) };
    },
    update: (_call, row, body) => changesOfRule(row, body),
    touched: (row) => [policyOf(row), listenerOf(policyOf(row))],
    parentOf: (row) => ({ row: policyOf(row), label: 'L7Policy' }),
  });
}
