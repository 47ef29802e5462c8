import { join } from 'node:path';
import {
  common,
  configurationOf,
  credential,
  database,
  inData,
  memcached,
  messagesUrl,
  packaged,
  pythonProgram,
  REGION,
  STOP_SECONDS,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni, type Ini } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

const FILE = configurationOf('nova', 'nova.conf');
const hostFile = (host: string) => configurationOf('nova', `${host}.conf`);

/** Nova: API, conductor, scheduler, and a nova-compute with a fake hypervisor for each host. */
export function nova(plan: CloudPlan): ServicePlan {
  const api = wsgiApi(plan, {
    name: 'nova',
    port: plan.ports.nova,
    application: 'nova.wsgi.osapi_compute:application',
    arguments: ['--config-file', inData(plan, FILE)],
    env: { OS_NOVA_CONFIG_DIR: inData(plan, 'etc', 'nova') },
    // Every part of Nova ends at its start when Keystone does not know its user.
    after: 'users',
  });
  const part = (name: string) =>
    ({ name, command: pythonProgram(plan, name, '--config-file', inData(plan, FILE)), after: 'users' }) as const;
  return {
    files: {
      ...api.files,
      [FILE]: renderIni(novaConfiguration(plan)),
      ...Object.fromEntries(plan.hosts.map((host) => [hostFile(host), renderIni(hostConfiguration(plan, host))])),
    },
    copies: { [configurationOf('nova', 'api-paste.ini')]: packaged(plan, 'nova', 'api-paste.ini') },
    processes: [
      api.process,
      part('nova-conductor'),
      part('nova-scheduler'),
      {
        name: 'nova-compute',
        command: [
          join(plan.python, 'bin', 'python3'),
          ...['-m', 'openstack_sandbox_drivers.compute', inData(plan, FILE)],
          ...plan.hosts.map((host) => inData(plan, hostFile(host))),
        ],
        after: 'users',
      },
    ],
    http: api.http,
  };
}

function novaConfiguration(plan: CloudPlan): Ini {
  return {
    DEFAULT: {
      state_path: inData(plan, 'state', 'nova'),
      transport_url: messagesUrl(plan),
      graceful_shutdown_timeout: STOP_SECONDS,
      my_ip: '127.0.0.1',
      compute_driver: 'sandbox.LastingFakeDriver',
      // Nothing else runs on these hosts.
      reserved_host_memory_mb: 0,
      // As devstack (lib/nova).
      allow_resize_to_same_host: true,
      // A volume is there at once; the stock 3 s are for a real back end.
      block_device_allocate_retries_interval: 1,
      // What comes now and then comes at once for the first time; by default after up to a minute: hosts are found that
      // way.
      periodic_fuzzy_delay: 0,
    },
    api_database: database(plan, 'nova_api'),
    database: database(plan, 'nova'),
    api: { auth_strategy: 'keystone' },
    wsgi: { api_paste_config: packaged(plan, 'nova', 'api-paste.ini') },
    keystone_authtoken: tokenCheck(plan, 'nova', 'compute'),
    service_user: { send_service_user_token: true, ...credential(plan, 'nova') },
    placement: credential(plan, 'nova'),
    neutron: {
      ...credential(plan, 'nova'),
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: plan.secrets.shared,
    },
    cinder: { catalog_info: 'block-storage::publicURL', os_region_name: REGION, ...credential(plan, 'nova') },
    glance: { region_name: REGION },
    key_manager: { backend: 'nova.keymgr.conf_key_mgr.ConfKeyManager', fixed_key: plan.secrets.volumeKey },
    // The stock scheduler never looks for new hosts: an operator does.
    scheduler: { discover_hosts_in_cells_interval: 2, workers: 1 },
    conductor: { workers: 1 },
    // The stock filters and the two that devstack adds (lib/nova, NOVA_FILTERS).
    filter_scheduler: {
      enabled_filters: [
        'ComputeFilter',
        'ComputeCapabilitiesFilter',
        'ImagePropertiesFilter',
        'ServerGroupAntiAffinityFilter',
        'ServerGroupAffinityFilter',
        'SameHostFilter',
        'DifferentHostFilter',
      ],
    },
    cache: { enabled: true, backend: 'dogpile.cache.memcached', memcache_servers: memcached(plan) },
    vnc: { enabled: false },
    ...common(plan, 'nova'),
  };
}

function hostConfiguration(plan: CloudPlan, host: string): Ini {
  const state = inData(plan, 'state', 'nova', host);
  return {
    DEFAULT: { host, state_path: state },
    compute: { provider_config_location: join(state, 'providers') },
  };
}
