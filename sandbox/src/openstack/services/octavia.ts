import {
  common,
  configurationOf,
  credential,
  database,
  inData,
  memcached,
  messagesUrl,
  pythonProgram,
  STOP_SECONDS,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

const FILE = configurationOf('octavia', 'octavia.conf');
/** Where the authority that signs amphorae's certificates is: it is made at the first start. */
export const amphoraAuthority = {
  certificate: configurationOf('octavia', 'ca.pem'),
  key: configurationOf('octavia', 'ca-key.pem'),
} as const;

/**
 * Octavia: API and worker with the provider `amphora`, whose amphorae exist in the database only, and one that refuses
 * as OVN's does. Its health manager would wait for their heartbeats, so there is none: operating states stay as they
 * are at the creation.
 */
export function octavia(plan: CloudPlan): ServicePlan {
  const file = ['--config-file', inData(plan, FILE)] as const;
  const certificate = inData(plan, amphoraAuthority.certificate);
  const socket = (name: string) => inData(plan, 'state', 'octavia', `${name}.sock`);
  const noAmphora = '00000000-0000-0000-0000-000000000000';
  const configuration = renderIni({
    DEFAULT: { transport_url: messagesUrl(plan), graceful_shutdown_timeout: STOP_SECONDS },
    api_settings: {
      bind_host: '127.0.0.1',
      auth_strategy: 'keystone',
      healthcheck_enabled: true,
      enabled_provider_drivers: [
        'amphora:The Octavia Amphora driver.',
        'octavia:Deprecated alias of the Octavia Amphora driver.',
        'ovn:Octavia OVN driver.',
      ],
    },
    oslo_messaging: { topic: 'octavia_prov' },
    controller_worker: {
      workers: 1,
      amphora_driver: 'sandbox',
      compute_driver: 'sandbox',
      network_driver: 'sandbox',
      image_driver: 'image_noop_driver',
      volume_driver: 'volume_noop_driver',
      amp_flavor_id: noAmphora,
      amp_boot_network_list: noAmphora,
      client_ca: certificate,
      amp_active_wait_sec: 1,
      loadbalancer_topology: 'SINGLE',
    },
    certificates: {
      cert_manager: 'local_cert_manager',
      cert_generator: 'local_cert_generator',
      ca_certificate: certificate,
      ca_private_key: inData(plan, amphoraAuthority.key),
      server_certs_key_passphrase: plan.secrets.shared.slice(0, 32),
    },
    haproxy_amphora: { server_ca: certificate, client_cert: certificate },
    health_manager: {
      bind_ip: '127.0.0.1',
      bind_port: plan.ports.octaviaHealth,
      controller_ip_port_list: `127.0.0.1:${plan.ports.octaviaHealth}`,
      heartbeat_key: plan.secrets.shared,
    },
    driver_agent: {
      status_socket_path: socket('status'),
      stats_socket_path: socket('stats'),
      get_socket_path: socket('get'),
    },
    neutron: credential(plan, 'octavia'),
    nova: credential(plan, 'octavia'),
    glance: credential(plan, 'octavia'),
    service_auth: { ...credential(plan, 'octavia'), memcached_servers: memcached(plan) },
    // No bound: each read of a quota keeps its connection until Python's garbage collector comes by.
    database: { ...database(plan, 'octavia'), max_overflow: -1 },
    keystone_authtoken: tokenCheck(plan, 'octavia', 'load-balancer'),
    ...common(plan, 'octavia'),
  });
  const api = wsgiApi(plan, {
    name: 'octavia',
    port: plan.ports.octavia,
    application: 'octavia.wsgi.api:application',
    arguments: file,
  });
  return {
    files: { ...api.files, [FILE]: configuration },
    processes: [
      api.process,
      { name: 'octavia-worker', command: pythonProgram(plan, 'octavia-worker', ...file), after: 'backing' },
    ],
    http: api.http,
  };
}
