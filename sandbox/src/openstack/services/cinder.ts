import {
  common,
  configurationOf,
  credential,
  database,
  inData,
  messagesUrl,
  packaged,
  pythonProgram,
  REGION,
  STOP_SECONDS,
  tokenCheck,
  at,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { volumeTypes } from '../../seeds.ts';
import { wsgiApi } from '../uwsgi.ts';

const FILE = configurationOf('cinder', 'cinder.conf');

/** Cinder: API, scheduler, and one back end that stores nothing. */
export function cinder(plan: CloudPlan): ServicePlan {
  const file = ['--config-file', inData(plan, FILE)] as const;
  const configuration = renderIni({
    DEFAULT: {
      transport_url: messagesUrl(plan),
      graceful_shutdown_timeout: STOP_SECONDS,
      state_path: inData(plan, 'state', 'cinder'),
      api_paste_config: packaged(plan, 'cinder', 'api-paste.ini'),
      resource_query_filters_file: packaged(plan, 'cinder', 'resource_filters.json'),
      rootwrap_config: packaged(plan, 'cinder', 'rootwrap.conf'),
      auth_strategy: 'keystone',
      my_ip: '127.0.0.1',
      host: 'sandbox',
      enabled_backends: 'sandbox',
      default_volume_type: volumeTypes.find(({ isDefault }) => isDefault)?.name ?? '',
      // The scheduler learns of back ends now and then: soon, and for the first time at once.
      backend_stats_polling_interval: 3,
      periodic_fuzzy_delay: 0,
      glance_api_servers: at(plan.ports.glance),
    },
    sandbox: { volume_driver: 'openstack_sandbox_drivers.volumes.NoStorage', volume_backend_name: 'sandbox' },
    database: database(plan, 'cinder'),
    keystone_authtoken: tokenCheck(plan, 'cinder', 'block-storage'),
    nova: { ...credential(plan, 'nova'), region_name: REGION },
    service_user: { send_service_user_token: true, ...credential(plan, 'cinder') },
    key_manager: { backend: 'cinder.keymgr.conf_key_mgr.ConfKeyManager', fixed_key: plan.secrets.volumeKey },
    coordination: { backend_url: `file://${inData(plan, 'state', 'cinder', 'coordination')}` },
    ...common(plan, 'cinder'),
  });
  const api = wsgiApi(plan, {
    name: 'cinder',
    port: plan.ports.cinder,
    application: 'cinder.wsgi.api:application',
    arguments: file,
  });
  const part = (name: string) => ({ name, command: pythonProgram(plan, name, ...file), after: 'backing' }) as const;
  return {
    files: { ...api.files, [FILE]: configuration },
    processes: [api.process, part('cinder-scheduler'), part('cinder-volume')],
    http: api.http,
  };
}
