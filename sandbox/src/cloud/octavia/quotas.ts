import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { takesBelow } from '../http/takes.ts';
import { defaultQuotas, type Limits } from '../quotas.ts';
import { omit } from '../store/omit.ts';
import { quotaUpdate } from './bodies.ts';
import { forbidden, notFound } from './errors.ts';
import { listAnswer } from './lists.ts';
import { readBody } from './wsme.ts';

const names = Object.keys(defaultQuotas['load-balancer']);

/**
 * Two names have an older spelling: one project's quota has only that, the list has both; null stands for the default.
 */
const listed = (limits: Limits): Record<string, number | null> => {
  const all = Object.fromEntries(names.map((name) => [name, limits[name] ?? null]));
  return { ...all, load_balancer: all['loadbalancer'] ?? null, health_monitor: all['healthmonitor'] ?? null };
};
const view = (limits: Limits) => omit(listed(limits), 'loadbalancer', 'healthmonitor');

/** `/v2/lbaas/quotas` */
export function quotaRoutes(service: Service, cloud: Cloud): void {
  const prefix = 'load-balancer/';
  const ofProject = (call: Call, adminOnly = false): string => {
    const id = call.params['project'] ?? '';
    if (!call.who.isAdmin && (adminOnly || id !== call.who.projectId)) throw forbidden();
    return id;
  };
  service.get('/v2/lbaas/quotas', (call) => {
    const asked = call.query.get('project_id') ?? (call.who.isAdmin ? undefined : call.who.projectId);
    if (!call.who.isAdmin && asked !== call.who.projectId) throw forbidden();
    const rows = cloud.tables.quotas
      .all()
      .filter(({ id }) => id.startsWith(prefix))
      .map(({ id, limits }) => ({ id: id.slice(prefix.length), limits }))
      .filter(({ id }) => asked === undefined || id === asked)
      .map(({ id, limits }) => ({ id, shown: { ...listed(limits), project_id: id, tenant_id: id } }));
    return listAnswer(call, 'quotas', rows, ['project_id', ...names]);
  });
  service.get('/v2/lbaas/quotas/:project', (call) =>
    ok({ quota: view(cloud.limits('load-balancer', ofProject(call))) }),
  );
  service.get('/v2/lbaas/quotas/:project/default', (call) => {
    ofProject(call);
    return ok({ quota: view(defaultQuotas['load-balancer']) });
  });
  service.put('/v2/lbaas/quotas/:project', takesBelow('quota', quotaUpdate.takes), (call) => {
    const read = readBody(call.body, 'quotas', 'quota', quotaUpdate);
    const id = ofProject(call, true);
    const { load_balancer, health_monitor, ...rest } = read.get('to_dict');
    const wanted = {
      ...rest,
      loadbalancer: rest.loadbalancer ?? load_balancer,
      healthmonitor: rest.healthmonitor ?? health_monitor,
    };
    const limits = Object.entries(wanted).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, value]] : [],
    );
    cloud.setLimits('load-balancer', id, Object.fromEntries(limits) as Limits);
    return accepted({ quota: view(cloud.limits('load-balancer', id)) });
  });
  service.delete('/v2/lbaas/quotas/:project', (call) => {
    const id = ofProject(call, true);
    const row = cloud.tables.quotas.get(`${prefix}${id}`);
    if (!row) throw notFound('Quotas', id);
    cloud.tables.quotas.patch(row, { limits: {} });
    return accepted();
  });
}
