import { stringify } from 'yaml';
import {
  at,
  common,
  configurationOf,
  databaseUrl,
  inData,
  messagesUrl,
  packaged,
  pythonProgram,
  STOP_SECONDS,
  tokenCheck,
  type CloudPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

const FILE = configurationOf('designate', 'designate.conf');
const POOLS = configurationOf('designate', 'pools.yaml');

/**
 * The command that tells Designate its name servers. It fails after a minute without an answer of the part `central`.
 */
export const updatePool = (plan: CloudPlan): [string, ...string[]] =>
  pythonProgram(
    plan,
    'designate-manage',
    ...['--config-file', inData(plan, FILE), 'pool', 'update', '--file', inData(plan, POOLS)],
  );

/** Designate without a name server: its own mini DNS, from which one would copy the zones, is asked in its place. */
export function designate(plan: CloudPlan): ServicePlan {
  const mdns = { host: '127.0.0.1', port: plan.ports.designateMdns };
  const configuration = renderIni({
    DEFAULT: {
      transport_url: messagesUrl(plan),
      graceful_shutdown_timeout: STOP_SECONDS,
      state_path: inData(plan, 'state', 'designate'),
    },
    'service:api': {
      auth_strategy: 'keystone',
      enable_api_v2: true,
      enable_host_header: true,
      api_base_uri: `${at(plan.ports.designate)}/`,
      api_paste_config: packaged(plan, 'designate', 'api-paste.ini'),
    },
    'service:central': { workers: 1 },
    // The fake name server is right at once.
    'service:worker': { workers: 1, poll_delay: 1, poll_retry_interval: 1 },
    'service:mdns': { workers: 1, listen: `${mdns.host}:${mdns.port}` },
    'service:producer': { workers: 1 },
    'storage:sqlalchemy': { connection: databaseUrl(plan, 'designate') },
    coordination: { backend_url: `file://${inData(plan, 'state', 'designate', 'coordination')}` },
    keystone_authtoken: tokenCheck(plan, 'designate', 'dns'),
    ...common(plan, 'designate'),
  });
  const pools = stringify([
    {
      name: 'default',
      description: 'A name server that is not there',
      attributes: {},
      ns_records: [{ hostname: 'ns1.example.org.', priority: 1 }],
      nameservers: [mdns],
      targets: [{ type: 'fake', description: 'Takes every zone', masters: [mdns], options: mdns }],
    },
  ]);
  const api = wsgiApi(plan, {
    name: 'designate',
    port: plan.ports.designate,
    application: 'designate.wsgi.api:application',
    env: { OS_DESIGNATE_CONFIG_DIR: inData(plan, 'etc', 'designate') },
  });
  const part = (name: string) =>
    ({ name, command: pythonProgram(plan, name, '--config-file', inData(plan, FILE)), after: 'backing' }) as const;
  return {
    files: { ...api.files, [FILE]: configuration, [POOLS]: pools },
    copies: { [configurationOf('designate', 'api-paste.ini')]: packaged(plan, 'designate', 'api-paste.ini') },
    processes: [
      api.process,
      ...['designate-central', 'designate-mdns', 'designate-worker', 'designate-producer'].map(part),
    ],
    http: api.http,
  };
}
