import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { makePort } from '../neutron/ports.ts';
import type { Network, Port, Subnet } from '../neutron/rows.ts';
import { exceeds } from '../quotas.ts';
import { uuid } from '../store/ids.ts';
import { baseRow, Builder } from './build.ts';
import { fault, forbidden, notFound, quotaMet, validation } from './errors.ts';
import { findRow, inner, listRows } from './kit.ts';
import { beginUpdate, childTables, removeLoadBalancer, requireSettled } from './life.ts';
import { loadBalancerSchema, updateSchemas, type LoadBalancerSpec } from './schemas.ts';
import type { Views } from './views.ts';

/** The providers that can be asked for; both behave the same here. */
export const providers: Readonly<Record<string, string>> = {
  amphora: 'The Octavia Amphora driver.',
  octavia: 'Deprecated alias of the Octavia Amphora driver.',
  ovn: 'Octavia OVN driver.',
};

const label = 'Load Balancer';

interface Vip {
  readonly port: Port;
  readonly owned: boolean;
  readonly subnetId: string;
  readonly address: string;
}

function vipFor(cloud: Cloud, call: Call, spec: LoadBalancerSpec, id: string, projectId: string): Vip {
  const { networks, subnets, ports } = cloud.tables;
  const canUse = (network: Network | undefined): network is Network =>
    network !== undefined &&
    (network.project_id === projectId || network.shared || network['router:external'] || call.who.isAdmin);
  if (typeof spec.vip_port_id === 'string') {
    const port = ports.get(spec.vip_port_id);
    if (!port || (port.project_id !== projectId && !call.who.isAdmin))
      throw fault(400, `Port ${spec.vip_port_id} not found.`);
    const address = port.fixed_ips[0];
    if (!address)
      throw validation(`VIP port's subnet could not be determined. Please specify either a VIP subnet or address.`);
    ports.patch(port, { device_owner: 'Octavia', device_id: `lb-${id}` });
    return { port, owned: false, subnetId: address.subnet_id, address: address.ip_address };
  }
  let subnet: Subnet | undefined;
  if (typeof spec.vip_subnet_id === 'string') {
    subnet = subnets.get(spec.vip_subnet_id);
    if (!subnet || !canUse(networks.get(subnet.network_id)))
      throw fault(400, `Subnet ${spec.vip_subnet_id} not found.`);
  } else if (typeof spec.vip_network_id === 'string') {
    if (!canUse(networks.get(spec.vip_network_id))) throw fault(400, `Network ${spec.vip_network_id} not found.`);
    const all = subnets.by('network', spec.vip_network_id);
    subnet = all.find((one) => one.ip_version === 4) ?? all[0];
    if (!subnet) throw validation('Supplied network does not contain a subnet.');
  } else {
    throw fault(400, 'Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.');
  }
  const network = networks.get(subnet.network_id);
  if (!network) throw fault(400, `Network ${subnet.network_id} not found.`);
  const port = makePort(cloud, {
    projectId,
    network,
    name: `octavia-lb-${id}`,
    fixedIps: [{ subnet_id: subnet.id, ...(typeof spec.vip_address === 'string' && { ip_address: spec.vip_address }) }],
    deviceId: `lb-${id}`,
    deviceOwner: 'Octavia',
    securityGroups: [],
  });
  return { port, owned: true, subnetId: subnet.id, address: port.fixed_ips[0]?.ip_address ?? '' };
}

/** `/v2/lbaas/loadbalancers` */
export function loadBalancerRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { loadBalancers } = cloud.tables;
  const path = '/v2/lbaas/loadbalancers';
  const find = (call: Call) => findRow(call, loadBalancers, label);

  service.get(path, (call) =>
    listRows(
      call,
      'loadbalancers',
      call.who.isAdmin ? loadBalancers.all() : loadBalancers.by('project', call.who.projectId),
      (row) => views.loadBalancer(row),
    ),
  );

  service.post(path, (call) => {
    const spec = service.parse(loadBalancerSchema, inner(call, 'loadbalancer'));
    const projectId = spec.project_id ?? spec.tenant_id ?? call.who.projectId;
    if (projectId !== call.who.projectId && !call.who.isAdmin) throw forbidden();
    const provider = spec.provider ?? 'amphora';
    if (!(provider in providers)) throw fault(400, `Provider '${provider}' is not enabled.`);
    if (typeof spec.flavor_id === 'string' && !cloud.tables.lbFlavors.get(spec.flavor_id)) {
      throw validation('Invalid flavor_id.');
    }
    if (typeof spec.availability_zone === 'string') throw validation('Invalid availability zone.');
    if (
      exceeds(cloud.limits('load-balancer', projectId)['loadbalancer'], loadBalancers.count('project', projectId), 1)
    ) {
      throw quotaMet(label);
    }
    const id = uuid();
    const vip = vipFor(cloud, call, spec, id, projectId);
    const doomed = cloud.failures.take('loadbalancer', spec.name) !== undefined;
    const row = loadBalancers.insert({
      ...baseRow(spec, projectId, id, id),
      vip_address: vip.address,
      vip_port_id: vip.port.id,
      vip_subnet_id: vip.subnetId,
      vip_network_id: vip.port.network_id,
      ownsPort: vip.owned,
      provider: provider === 'octavia' ? 'amphora' : provider,
      flavor_id: spec.flavor_id ?? null,
      availability_zone: null,
      doomed,
    });
    const full = spec.listeners.length > 0 || spec.pools.length > 0;
    try {
      const builder = new Builder(cloud, row);
      for (const pool of spec.pools) builder.pool(pool);
      for (const listener of spec.listeners) builder.listener(listener);
    } catch (error) {
      removeLoadBalancer(cloud, row);
      throw error;
    }
    const body = { loadbalancer: views.loadBalancer(row, full) };
    cloud.transitions.schedule('loadbalancer.settled', row.id, cloud.latency.loadBalancer.create);
    return created(body);
  });

  service.get(`${path}/:id`, (call) => ok({ loadbalancer: views.loadBalancer(find(call)) }));
  const status = (call: Call) => ok({ statuses: views.status(find(call)) });
  service.get(`${path}/:id/status`, status);
  service.get(`${path}/:id/statuses`, status);
  service.get(`${path}/:id/stats`, (call) => {
    find(call);
    return ok({ stats: { active_connections: 0, bytes_in: 0, bytes_out: 0, request_errors: 0, total_connections: 0 } });
  });
  service.put(`${path}/:id`, (call) => {
    const row = find(call);
    const wanted = service.parse(updateSchemas.loadbalancer, inner(call, 'loadbalancer'));
    requireSettled(row);
    loadBalancers.patch(row, {
      ...(wanted.name !== undefined && { name: wanted.name }),
      ...(wanted.description !== undefined && { description: wanted.description }),
      ...(wanted.admin_state_up !== undefined && { admin_state_up: wanted.admin_state_up }),
      ...(wanted.tags && { tags: [...new Set(wanted.tags)] }),
    });
    beginUpdate(cloud, row);
    return ok({ loadbalancer: views.loadBalancer(row) });
  });
  service.put(`${path}/:id/failover`, (call) => {
    if (!call.who.isAdmin) throw forbidden();
    const row = find(call);
    requireSettled(row);
    beginUpdate(cloud, row);
    return { status: 202 };
  });
  service.delete(`${path}/:id`, (call) => {
    const row = loadBalancers.get(call.params['id'] ?? '');
    if (!row) throw notFound(label, call.params['id'] ?? '');
    find(call);
    const cascade = (call.query.get('cascade') ?? 'false').toLowerCase() === 'true';
    const children = cloud.tables.listeners.count('lb', row.id) + cloud.tables.pools.count('lb', row.id);
    if (children > 0 && !cascade) throw validation(`Cannot delete Load Balancer ${row.id} - it has children`);
    requireSettled(row);
    loadBalancers.patch(row, { provisioning_status: 'PENDING_DELETE' });
    if (cascade)
      for (const table of childTables(cloud))
        for (const one of table.by('lb', row.id)) one.provisioning_status = 'PENDING_DELETE';
    cloud.transitions.schedule('loadbalancer.deleted', row.id, cloud.latency.loadBalancer.delete);
    return noContent();
  });
}
