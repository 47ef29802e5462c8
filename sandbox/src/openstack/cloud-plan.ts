import { join } from 'node:path';
import type { Ini } from './ini.ts';
import type { Ports } from './ports.ts';
import type { Secrets } from './secrets.ts';

/** What every configuration file of a cloud is made from. */
export interface CloudPlan {
  /** The cloud's folder. */
  readonly data: string;
  /** Python's virtual environment with the services. */
  readonly python: string;
  /** The folder with our drivers. */
  readonly drivers: string;
  readonly ports: Ports;
  readonly secrets: Secrets;
  /** Names of the hosts that servers run on. */
  readonly hosts: readonly string[];
}

/** A file that is written before the start, by its path below the cloud's folder. */
export type Files = Readonly<Record<string, string>>;

/** When a process may start: with the others, or only when Keystone knows the services' users. */
type StartsAfter = 'backing' | 'users';

/** A process of the cloud. */
export interface ProcessPlan {
  /** Also the name of its log. */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly after: StartsAfter;
}

/** A service: its files, its processes, and the port on which it answers HTTP. */
export interface ServicePlan {
  readonly files: Files;
  /** Files that are copied, as they came with the wheels: from by to. */
  readonly copies?: Files;
  readonly processes: readonly ProcessPlan[];
  readonly http: number;
}

/** The region of everything. */
export const REGION = 'RegionOne';

/** The base URL of what listens on a port. */
export const at = (port: number): string => `http://127.0.0.1:${port}`;

/** Keystone's URL. */
export const identityUrl = (plan: CloudPlan): string => `${at(plan.ports.keystone)}/v3`;

/** Where a service keeps its files: `state` on disk, `configuration` rendered at every start. */
export const configurationOf = (service: string, file: string): string => join('etc', service, file);
export const inData = (plan: CloudPlan, ...path: string[]): string => join(plan.data, ...path);
/** A file that came with the services' wheels. */
export const packaged = (plan: CloudPlan, ...path: string[]): string => join(plan.python, 'etc', ...path);

/** SQLAlchemy's URL of a database (docs.sqlalchemy.org, "Database URLs"). */
export function databaseUrl(
  plan: { readonly ports: Pick<Ports, 'mariadb'>; readonly secrets: Pick<Secrets, 'database'> },
  database: string,
): string {
  return `mysql+pymysql://openstack:${plan.secrets.database}@127.0.0.1:${plan.ports.mariadb}/${database}?charset=utf8mb3`;
}

/** The scheme is the driver of openstack/drivers/openstack_sandbox_drivers/messaging.py. */
export function messagesUrl(plan: CloudPlan): string {
  return `prompt-rabbit://openstack:${plan.secrets.messages}@127.0.0.1:${plan.ports.rabbitmq}/`;
}

/** How a service logs in to Keystone, as keystoneauth's options (keystoneauth1/loading). */
export function credential(plan: CloudPlan, user: string): Ini[string] {
  return {
    auth_type: 'password',
    auth_url: identityUrl(plan),
    username: user,
    password: plan.secrets.service,
    project_name: 'service',
    user_domain_name: 'Default',
    project_domain_name: 'Default',
    region_name: REGION,
  };
}

/** How a service asks Keystone about its callers (keystonemiddleware.auth_token). */
export function tokenCheck(plan: CloudPlan, user: string, serviceType: string): Ini[string] {
  return {
    ...credential(plan, user),
    www_authenticate_uri: identityUrl(plan),
    memcached_servers: memcached(plan),
    service_token_roles: 'service',
    service_token_roles_required: true,
    service_type: serviceType,
  };
}

/**
 * How long a service may finish what it does when it is told to stop, in seconds (oslo.service); its own 60 s are for
 * deploys.
 */
export const STOP_SECONDS = 4;

/** The address of memcached. */
export const memcached = (plan: CloudPlan): string => `127.0.0.1:${plan.ports.memcached}`;

/**
 * The section `oslo_policy`: a service would also take the host's rules, from /etc/<service> and /etc itself
 * (oslo.config, find_file). Absolute paths are looked for nowhere else; with no file there the rules are the stock
 * ones.
 */
export function policy(plan: CloudPlan, service: string): Ini {
  const file = (name: string) => inData(plan, configurationOf(service, name));
  return { oslo_policy: { policy_file: file('policy.yaml'), policy_dirs: file('policy.d') } };
}

/** Sections that every service with messages has. */
export function common(plan: CloudPlan, service: string): Ini {
  return {
    ...policy(plan, service),
    oslo_messaging_notifications: { driver: 'noop' },
    // One process of each kind on one machine: nobody has to notice that another host is gone.
    // Services start beside RabbitMQ: none waits longer for it each time.
    oslo_messaging_rabbit: { heartbeat_timeout_threshold: 0, rabbit_quorum_queue: false, rabbit_retry_backoff: 0 },
    oslo_concurrency: { lock_path: inData(plan, 'state', service, 'locks') },
  };
}

/** The section `database`. */
export const database = (plan: CloudPlan, name: string): Ini[string] => ({
  connection: databaseUrl(plan, name),
  max_pool_size: 10,
  max_overflow: 20,
});

/**
 * The command line of a program of the virtual environment. Its scripts name the interpreter of the place where they
 * were made.
 */
export function pythonProgram(plan: CloudPlan, name: string, ...args: string[]): [string, ...string[]] {
  return [join(plan.python, 'bin', 'python3'), join(plan.python, 'bin', name), ...args];
}
