import {
  configurationOf,
  inData,
  pythonProgram,
  type CloudPlan,
  type ProcessPlan,
  type ServicePlan,
} from './cloud-plan.ts';
import { renderIni } from './ini.ts';

/** An API that uWSGI serves. */
export interface WsgiApi {
  readonly name: string;
  readonly port: number;
  /** `module:variable` */
  readonly application: string;
  readonly threads?: number;
  readonly processes?: number;
  /** What the application finds on its command line. */
  readonly arguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly after?: ProcessPlan['after'];
}

/**
 * The file and the process that serve an API over HTTP, the way that devstack does (lib/apache, write_uwsgi_config).
 */
export function wsgiApi(plan: CloudPlan, api: WsgiApi): Pick<ServicePlan, 'files' | 'http'> & { process: ProcessPlan } {
  const file = configurationOf(api.name, 'uwsgi.ini');
  const uwsgi = {
    'http-socket': `127.0.0.1:${api.port}`,
    module: api.application,
    master: true,
    processes: api.processes ?? 1,
    threads: api.threads ?? 4,
    'enable-threads': true,
    'lazy-apps': true,
    'need-app': true,
    'buffer-size': 65_535,
    'die-on-term': true,
    // A worker whose master was killed ends too.
    'no-orphans': true,
    'add-header': 'Connection: close',
    listen: 100,
    ...(api.arguments === undefined ? {} : { pyargv: api.arguments.join(' ') }),
  };
  return {
    files: { [file]: renderIni({ uwsgi }) },
    http: api.port,
    process: {
      name: `${api.name}-api`,
      command: pythonProgram(plan, 'uwsgi', '--ini', inData(plan, file)),
      after: api.after ?? 'backing',
      ...(api.env === undefined ? {} : { env: api.env }),
    },
  };
}
