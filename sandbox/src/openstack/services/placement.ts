import {
  configurationOf,
  database,
  inData,
  policy,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

/** Placement. */
export function placement(plan: CloudPlan): ServicePlan {
  const configuration = renderIni({
    api: { auth_strategy: 'keystone' },
    ...policy(plan, 'placement'),
    placement_database: database(plan, 'placement'),
    keystone_authtoken: tokenCheck(plan, 'placement', 'placement'),
  });
  const api = wsgiApi(plan, {
    name: 'placement',
    port: plan.ports.placement,
    application: 'placement.wsgi.api:application',
    env: { OS_PLACEMENT_CONFIG_DIR: inData(plan, 'etc', 'placement') },
  });
  return {
    files: { ...api.files, [configurationOf('placement', 'placement.conf')]: configuration },
    processes: [api.process],
    http: api.http,
  };
}
