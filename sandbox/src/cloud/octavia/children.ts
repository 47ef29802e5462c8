import type { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, isRecord, noContent, ok, type Call, type Service } from '../http/service.ts';
import { buildAll } from './build.ts';
import { fault, notFound, validation } from './errors.ts';
import { findRow, inner, listRows, type Listed } from './kit.ts';
import { beginUpdate, requireMutable } from './life.ts';
import type { LoadBalancer, OctaviaRow } from './rows.ts';
import { listenerSchema, monitorSchema, policySchema, poolSchema, updateSchemas } from './schemas.ts';
import type { Views } from './views.ts';

/** How one kind of child differs from the others. */
interface Kind<T extends OctaviaRow> {
  readonly singular: string;
  readonly plural: string;
  /** In 404s: `Health Monitor`. */
  readonly label: string;
  readonly table: Listed<T> & { patch(row: T, changes: Partial<T>): T };
  readonly update: z.ZodType<Partial<T>>;
  view(row: T): Record<string, unknown>;
  create(call: Call): T;
  /** Refuses a deletion that would leave something pointing nowhere. */
  checkDelete?(row: T): void;
}

/** The load balancer a row belongs to. */
export function lbOf(cloud: Cloud, row: OctaviaRow): LoadBalancer {
  const lb = cloud.tables.loadBalancers.get(row.lbId);
  if (!lb) throw notFound('Load Balancer', row.lbId);
  return lb;
}

function childRoutes<T extends OctaviaRow>(service: Service, cloud: Cloud, kind: Kind<T>): void {
  const path = `/v2/lbaas/${kind.plural}`;
  const find = (call: Call) => findRow(call, kind.table, kind.label);
  service.get(path, (call) =>
    listRows(
      call,
      kind.plural,
      call.who.isAdmin ? kind.table.all() : kind.table.by('project', call.who.projectId),
      (row) => kind.view(row),
    ),
  );
  service.post(path, (call) => {
    const row = kind.create(call);
    beginUpdate(cloud, lbOf(cloud, row));
    return created({ [kind.singular]: kind.view(row) });
  });
  service.get(`${path}/:id`, (call) => ok({ [kind.singular]: kind.view(find(call)) }));
  service.put(`${path}/:id`, (call) => {
    const row = find(call);
    const changes = service.parse(kind.update, inner(call, kind.singular));
    requireMutable(lbOf(cloud, row));
    kind.table.patch(row, changes);
    row.provisioning_status = 'PENDING_UPDATE';
    beginUpdate(cloud, lbOf(cloud, row));
    return ok({ [kind.singular]: kind.view(row) });
  });
  service.delete(`${path}/:id`, (call) => {
    const row = find(call);
    requireMutable(lbOf(cloud, row));
    kind.checkDelete?.(row);
    row.provisioning_status = 'PENDING_DELETE';
    beginUpdate(cloud, lbOf(cloud, row));
    return noContent();
  });
}

const text = (body: unknown, key: string): string | undefined => {
  const value = isRecord(body) ? body[key] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Listeners, pools, health monitors and L7 policies. */
export function childrenRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { listeners, pools, members, healthMonitors, l7Policies, l7Rules, loadBalancers } = cloud.tables;

  const lbForCreate = (call: Call, id: string | undefined): LoadBalancer => {
    const lb = findRow({ ...call, params: { id: id ?? '' } }, loadBalancers, 'Load Balancer');
    requireMutable(lb);
    return lb;
  };
  const poolForCreate = (call: Call, id: string | undefined) => {
    const pool = findRow({ ...call, params: { id: id ?? '' } }, pools, 'Pool');
    requireMutable(lbOf(cloud, pool));
    return pool;
  };

  childRoutes(service, cloud, {
    singular: 'listener',
    plural: 'listeners',
    label: 'Listener',
    table: listeners,
    update: updateSchemas.listener.transform(defined),
    view: (row) => views.listener(row),
    create(call) {
      const body = inner(call, 'listener');
      const spec = service.parse(listenerSchema, body);
      return buildAll(cloud, lbForCreate(call, text(body, 'loadbalancer_id')), (make) => make.listener(spec));
    },
    checkDelete(row) {
      for (const policy of l7Policies.by('listener', row.id)) {
        for (const rule of l7Rules.by('policy', policy.id)) rule.provisioning_status = 'PENDING_DELETE';
        policy.provisioning_status = 'PENDING_DELETE';
      }
    },
  });

  childRoutes(service, cloud, {
    singular: 'pool',
    plural: 'pools',
    label: 'Pool',
    table: pools,
    update: updateSchemas.pool.transform(defined),
    view: (row) => views.pool(row),
    create(call) {
      const body = inner(call, 'pool');
      const spec = service.parse(poolSchema, body);
      const listenerId = text(body, 'listener_id');
      const listener =
        listenerId === undefined ? undefined : findRow({ ...call, params: { id: listenerId } }, listeners, 'Listener');
      const lbId = listener?.lbId ?? text(body, 'loadbalancer_id');
      if (lbId === undefined) throw validation('Must provide at least one of: loadbalancer_id, listener_id');
      const lb = lbForCreate(call, lbId);
      if (listener && listener.default_pool_id !== null) throw fault(409, 'This listener already has a default pool');
      const pool = buildAll(cloud, lb, (make) => make.pool(spec));
      if (listener) listeners.patch(listener, { default_pool_id: pool.id });
      return pool;
    },
    checkDelete(row) {
      const user = l7Policies.by('lb', row.lbId).find((policy) => policy.redirect_pool_id === row.id);
      if (user) throw fault(409, `Pool ${row.id} is in use by L7 policy ${user.id}`);
      for (const listener of listeners.by('lb', row.lbId)) {
        if (listener.default_pool_id === row.id) listeners.patch(listener, { default_pool_id: null });
      }
      for (const member of members.by('pool', row.id)) member.provisioning_status = 'PENDING_DELETE';
      for (const monitor of healthMonitors.by('pool', row.id)) monitor.provisioning_status = 'PENDING_DELETE';
    },
  });

  childRoutes(service, cloud, {
    singular: 'healthmonitor',
    plural: 'healthmonitors',
    label: 'Health Monitor',
    table: healthMonitors,
    update: updateSchemas.healthmonitor.transform(defined),
    view: (row) => views.monitor(row),
    create(call) {
      const body = inner(call, 'healthmonitor');
      const spec = service.parse(monitorSchema, body);
      const pool = poolForCreate(call, text(body, 'pool_id'));
      return buildAll(cloud, lbOf(cloud, pool), (make) => make.monitor(pool, spec));
    },
  });

  childRoutes(service, cloud, {
    singular: 'l7policy',
    plural: 'l7policies',
    label: 'L7 Policy',
    table: l7Policies,
    update: updateSchemas.l7policy.transform(defined),
    view: (row) => views.policy(row),
    create(call) {
      const body = inner(call, 'l7policy');
      const spec = service.parse(policySchema, body);
      const listener = findRow({ ...call, params: { id: text(body, 'listener_id') ?? '' } }, listeners, 'Listener');
      requireMutable(lbOf(cloud, listener));
      return buildAll(cloud, lbOf(cloud, listener), (make) => make.policy(listener, spec));
    },
    checkDelete(row) {
      for (const rule of l7Rules.by('policy', row.id)) rule.provisioning_status = 'PENDING_DELETE';
    },
  });
}

/** A partial update without its undefined values. */
export function defined<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const [key, value] of Object.entries(changes)) if (value !== undefined) Reflect.set(kept, key, value);
  return kept;
}
