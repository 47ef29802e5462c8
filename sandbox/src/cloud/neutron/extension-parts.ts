import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { neutronError, neutronNotFound, policyForbidden } from './errors.ts';
import { selectFields } from './lists.ts';
import type { FloatingIp, Port } from './rows.ts';

/** What extensions announce below the resources that are there, and below what is not. */
export function extensionPartRoutes(service: Service, cloud: Cloud): void {
  agentRoutes(service);
  bindingRoutes(service, cloud);
  portForwardingRoutes(service, cloud);
  topologyRoutes(service, cloud);
  for (const kind of ['bandwidth_limit', 'dscp_marking', 'minimum_bandwidth', 'minimum_packet_rate']) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      service.route(
        method,
        `/v2.0/qos/alias_${kind}_rules/:id`,
        (call) => {
          const id = call.params['id'] ?? '';
          throw neutronError(404, 'QosRuleNotFound', `QoS rule ${id} for policy None could not be found.`);
        },
        { takes: takesNothing },
      );
    }
  }
}

/**
 * Which agents serve a network or a router: there are none
 * (openstack/neutron:neutron/extensions/dhcpagentscheduler.py).
 */
function agentRoutes(service: Service): void {
  const lists = [
    ['networks/:id/dhcp-agents', 'get_dhcp-agents'],
    ['routers/:id/l3-agents', 'get_l3-agents'],
  ] as const;
  for (const [path, rule] of lists) {
    service.get(`/v2.0/${path}`, ({ who }) => {
      if (!who.isAdmin) throw policyForbidden(`rule:${rule}`);
      return ok({ agents: [] });
    });
  }
}

/** On which host a port is bound: for administrators, and for services that move servers. */
function bindingRoutes(service: Service, cloud: Cloud): void {
  const find = (call: Call): Port => {
    const id = call.params['id'] ?? '';
    const port = cloud.tables.ports.get(id);
    if (!port || (port.project_id !== call.who.projectId && !call.who.isAdmin)) throw neutronNotFound.port(id);
    return port;
  };
  const bindings = (call: Call) => {
    const port = find(call);
    if (!call.who.isAdmin) return [];
    const { 'binding:host_id': host, 'binding:vif_type': vif, 'binding:vnic_type': vnic } = port;
    const { 'binding:profile': profile, 'binding:vif_details': details, project_id, tenant_id } = port;
    return [
      { host, vif_type: vif, vif_details: details, vnic_type: vnic, profile, status: 'ACTIVE', project_id, tenant_id },
    ];
  };
  service.get('/v2.0/ports/:id/bindings', (call) =>
    ok({ bindings: bindings(call).map((one) => selectFields(call, one)) }),
  );
  service.get('/v2.0/ports/:id/bindings/:host', (call) => {
    const { id = '', host = '' } = call.params;
    const found = bindings(call).find((one) => one.host === host);
    if (!found) {
      throw neutronError(404, 'PortBindingNotFound', `Binding for port ${id} for host ${host} could not be found.`);
    }
    return ok({ binding: selectFields(call, found) });
  });
}

/** Ports that are forwarded through a floating IP: none, because what would make one is no route here. */
function portForwardingRoutes(service: Service, cloud: Cloud): void {
  const path = '/v2.0/floatingips/:id/port_forwardings';
  const find = (call: Call): FloatingIp => {
    const id = call.params['id'] ?? '';
    const row = cloud.tables.floatingIps.get(id);
    if (!row || (row.project_id !== call.who.projectId && !call.who.isAdmin)) throw neutronNotFound.floatingip(id);
    return row;
  };
  service.get(path, (call) => {
    find(call);
    return ok({ port_forwardings: [] });
  });
  for (const method of ['GET', 'PUT', 'DELETE']) {
    service.route(
      method,
      `${path}/:one`,
      (call) => {
        find(call);
        const id = call.params['one'] ?? '';
        throw neutronError(404, 'PortForwardingNotFound', `Port Forwarding ${id} could not be found.`);
      },
      { takes: takesNothing },
    );
  }
}

/** A topology made for whoever asks: it would need a default subnet pool, and there is none. */
function topologyRoutes(service: Service, cloud: Cloud): void {
  const path = '/v2.0/auto-allocated-topology/:project';
  const checkProject = ({ params, who }: Call): void => {
    const project = params['project'];
    if (project !== 'None' && project !== who.projectId && !who.isAdmin) {
      throw neutronError(403, 'NotAuthorized', 'Not authorized.');
    }
  };
  service.get(path, (call) => {
    checkProject(call);
    const fields = call.query.getAll('fields');
    if (fields.length > 0 && !fields.includes('dry-run')) {
      throw neutronError(400, 'BadRequest', 'Bad auto_allocate request: Unrecognized field.');
    }
    const isReady = cloud.tables.networks.all().some((one) => one['router:external'] && one.is_default);
    const reason = isReady ? 'No default subnetpools defined' : 'No default router:external network';
    throw neutronError(409, 'AutoAllocationFailure', `Deployment error: ${reason}.`);
  });
  service.delete(path, (call) => {
    checkProject(call);
    return noContent();
  });
}
