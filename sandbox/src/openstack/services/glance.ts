import {
  at,
  common,
  configurationOf,
  database,
  inData,
  packaged,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

/** Glance, with images in a folder. */
export function glance(plan: CloudPlan): ServicePlan {
  const folder = (name: string) => ({ filesystem_store_datadir: inData(plan, 'state', 'glance', name) });
  const configuration = renderIni({
    DEFAULT: { enabled_backends: 'file:file', worker_self_reference_url: at(plan.ports.glance) },
    database: database(plan, 'glance'),
    glance_store: { default_backend: 'file' },
    file: folder('images'),
    os_glance_tasks_store: folder('tasks'),
    os_glance_staging_store: folder('staging'),
    paste_deploy: { flavor: 'keystone', config_file: packaged(plan, 'glance', 'glance-api-paste.ini') },
    keystone_authtoken: tokenCheck(plan, 'glance', 'image'),
    ...common(plan, 'glance'),
  });
  const api = wsgiApi(plan, {
    name: 'glance',
    port: plan.ports.glance,
    application: 'glance.wsgi.api:application',
    env: { OS_GLANCE_CONFIG_DIR: inData(plan, 'etc', 'glance') },
  });
  return {
    files: { ...api.files, [configurationOf('glance', 'glance-api.conf')]: configuration },
    processes: [api.process],
    http: api.http,
  };
}
