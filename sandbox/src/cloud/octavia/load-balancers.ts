import type { Cloud } from '../cloud.ts';
import { readBoolean } from '../http/paging.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBelow, takesNothing } from '../http/takes.ts';
import { uuid } from '../store/ids.ts';
import { loadBalancerCreate, type LoadBalancerBody, loadBalancerUpdate } from './bodies.ts';
import { checkQuota, hasTwins, newRow } from './create.ts';
import { alreadyThere, fault, forbidden, notThere, validation } from './errors.ts';
import { beginUpdate, forgetLoadBalancer, mark, requireSettled } from './life.ts';
import { fieldsOf, listAnswer, visibleRows } from './lists.ts';
import { providers } from './providers.ts';
import { childTables } from './relations.ts';
import { allowParameters, findRow } from './resource.ts';
import type { Views } from './views.ts';
import { makeVip, planVip } from './vip.ts';
import { makeWhole } from './whole.ts';
import { readBody } from './wsme.ts';

const filters = [
  ...['id', 'name', 'description', 'project_id', 'provisioning_status', 'operating_status', 'admin_state_up'],
  ...['created_at', 'updated_at', 'provider', 'flavor_id', 'availability_zone', 'vip_address', 'vip_port_id'],
  ...['vip_subnet_id', 'vip_network_id', 'vip_qos_policy_id', 'vip_vnic_type'],
];

function checkChoices(cloud: Cloud, body: LoadBalancerBody): string {
  if (body.flavor_id !== undefined && !cloud.tables.lbFlavors.get(body.flavor_id ?? ''))
    throw validation('Invalid flavor_id.');
  if (body.availability_zone !== undefined) throw validation('Invalid availability zone.');
  const ofFlavor = body.flavor_id ? 'amphora' : undefined;
  if (ofFlavor !== undefined && typeof body.provider === 'string' && body.provider !== ofFlavor)
    throw fault(400, `Flavor '${body.flavor_id ?? ''}' is not compatible with provider '${body.provider}'`);
  const provider = ofFlavor ?? (body.provider || 'amphora');
  if (!(provider in providers)) throw fault(400, `Provider '${provider}' is not enabled.`);
  return provider;
}

/** `/v2/lbaas/loadbalancers` */
export function loadBalancerRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { loadBalancers, securityGroups } = cloud.tables;
  const path = '/v2/lbaas/loadbalancers';
  const find = (call: Call) => findRow(call, loadBalancers, 'Load Balancer', call.params['id'] ?? '');

  service.get(path, (call) => {
    const rows = visibleRows(call, loadBalancers);
    const listed = rows.map((row) => ({ id: row.id, tags: row.tags, shown: views.loadBalancer(row) }));
    return listAnswer(call, 'loadbalancers', listed, filters);
  });

  service.post(path, takesBelow('loadbalancer', loadBalancerCreate.takes), (call) => {
    allowParameters(call);
    const body = readBody(call.body, 'load_balancer', 'loadbalancer', loadBalancerCreate).get('project_id');
    const projectId = body.tenant_id || body.project_id || call.who.projectId;
    if (projectId !== call.who.projectId && !call.who.isAdmin) throw forbidden();
    const plan = planVip(cloud, call, body, projectId);
    const provider = checkChoices(cloud, body);
    checkQuota(cloud, projectId, 'loadbalancer');
    if (hasTwins(body.tags)) throw alreadyThere();
    const id = uuid();
    const groups = body.vip_sg_ids ?? [];
    const row = loadBalancers.insert({
      ...newRow(body, projectId, id, id),
      ...makeVip(cloud, plan, id, projectId, groups),
      vip_sg_ids: [...groups],
      ownGroupId: null,
      amphoraPortId: null,
      provider,
      flavor_id: body.flavor_id ?? null,
      availability_zone: null,
      doomed: cloud.failures.take('loadbalancer', body.name ?? '') !== undefined,
    });
    try {
      makeWhole(cloud, call, row, body);
    } catch (error) {
      forgetLoadBalancer(cloud, row);
      throw error;
    }
    cloud.transitions.schedule('loadbalancer.settled', row.id, cloud.latency.loadBalancer.create);
    return created({ loadbalancer: views.loadBalancer(row, true) });
  });

  service.get(`${path}/:id`, (call) => ok({ loadbalancer: fieldsOf(call, views.loadBalancer(find(call))) }));
  const status = (call: Call) => ok({ statuses: views.status(find(call)) });
  service.get(`${path}/:id/status`, status);
  service.get(`${path}/:id/statuses`, status);
  service.get(`${path}/:id/stats`, (call) => {
    find(call);
    return ok({ stats: { active_connections: 0, bytes_in: 0, bytes_out: 0, request_errors: 0, total_connections: 0 } });
  });
  service.put(`${path}/:id`, takesBelow('loadbalancer', loadBalancerUpdate.takes), (call) => {
    allowParameters(call);
    const read = readBody(call.body, 'load_balancer', 'loadbalancer', loadBalancerUpdate);
    const row = find(call);
    const body = read.get('vip_sg_ids');
    if (body.vip_qos_policy_id) throw notThere('qos_policy', body.vip_qos_policy_id);
    for (const id of body.vip_sg_ids ?? []) {
      const group = securityGroups.get(id);
      if (!group || (group.project_id !== call.who.projectId && !call.who.isAdmin))
        throw notThere('Security Group', id);
    }
    requireSettled(row, ['ACTIVE']);
    loadBalancers.patch(row, {
      ...(body.name !== undefined && { name: body.name }),
      ...(body.description !== undefined && { description: body.description }),
      ...(body.admin_state_up !== undefined && { admin_state_up: body.admin_state_up ?? false }),
      ...(body.vip_sg_ids !== undefined && { vip_sg_ids: body.vip_sg_ids ?? [] }),
      ...(body.tags && { tags: [...body.tags] }),
    });
    beginUpdate(cloud, row);
    return ok({ loadbalancer: views.loadBalancer(row) });
  });
  service.put(`${path}/:id/failover`, takesNothing, (call) => {
    const row = find(call);
    if (!call.who.isAdmin) throw forbidden();
    requireSettled(row, ['ACTIVE', 'ERROR']);
    beginUpdate(cloud, row);
    return { status: 202 };
  });
  service.delete(`${path}/:id`, (call) => {
    allowParameters(call, 'cascade');
    const row = find(call);
    const cascade = readBoolean(call.query.get('cascade')) ?? false;
    const children = cloud.tables.listeners.count('lb', row.id) + cloud.tables.pools.count('lb', row.id);
    if (children > 0 && !cascade) throw validation(`Cannot delete Load Balancer ${row.id} - it has children`);
    requireSettled(row, ['ACTIVE', 'ERROR']);
    mark(row, 'PENDING_DELETE');
    if (cascade)
      for (const table of childTables(cloud)) for (const one of table.by('lb', row.id)) mark(one, 'PENDING_DELETE');
    cloud.transitions.schedule('loadbalancer.deleted', row.id, cloud.latency.loadBalancer.delete);
    return noContent();
  });
}
