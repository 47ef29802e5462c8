import {
  common,
  configurationOf,
  credential,
  database,
  inData,
  messagesUrl,
  packaged,
  STOP_SECONDS,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

/**
 * Neutron's API. There are no agents, so nothing needs its RPC server and its periodic workers: ports are bound by the
 * driver `sandbox`. The plugins are those that most clouds load beside the stock ones (tag, timestamp, revisions,
 * flavors, …: neutron/plugins/common/constants.py, DEFAULT_SERVICE_PLUGINS).
 */
export function neutron(plan: CloudPlan): ServicePlan {
  const [main, ml2] = [configurationOf('neutron', 'neutron.conf'), configurationOf('neutron', 'ml2_conf.ini')];
  const api = wsgiApi(plan, {
    name: 'neutron',
    port: plan.ports.neutron,
    application: 'neutron.wsgi.api:application',
    // Its threads wait for one another at every row that they read: eight of them in one process answer half as much.
    processes: 3,
    threads: 3,
    arguments: ['--config-file', inData(plan, main), '--config-file', inData(plan, ml2)],
  });
  const configuration = renderIni({
    DEFAULT: {
      core_plugin: 'ml2',
      service_plugins: ['router', 'qos', 'port_forwarding', 'trunk', 'segments'],
      transport_url: messagesUrl(plan),
      graceful_shutdown_timeout: STOP_SECONDS,
      state_path: inData(plan, 'state', 'neutron'),
      api_paste_config: packaged(plan, 'neutron', 'api-paste.ini'),
      auth_strategy: 'keystone',
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      dhcp_agent_notification: false,
      rpc_workers: 0,
    },
    database: database(plan, 'neutron'),
    keystone_authtoken: tokenCheck(plan, 'neutron', 'network'),
    nova: credential(plan, 'nova'),
    placement: credential(plan, 'placement'),
    ...common(plan, 'neutron'),
  });
  const layerTwo = renderIni({
    ml2: {
      type_drivers: ['flat', 'vlan', 'vxlan'],
      project_network_types: 'vxlan',
      // The trunk plugin wants a driver that it knows; it never binds a port here.
      mechanism_drivers: ['sandbox', 'openvswitch'],
      extension_drivers: ['port_security', 'qos'],
    },
    ml2_type_flat: { flat_networks: '*' },
    // Every number is a row of a table at the first start.
    ml2_type_vxlan: { vni_ranges: '1:4000' },
    securitygroup: { firewall_driver: 'noop' },
  });
  return {
    files: { ...api.files, [main]: configuration, [ml2]: layerTwo },
    processes: [api.process],
    http: api.http,
  };
}
