import { join } from 'node:path';
import { configurationOf, inData, type CloudPlan, type Files } from '../cloud-plan.ts';
import type { HostPrograms } from '../host-programs.ts';

/** A program of the host, and what it needs. */
export interface BackingProcess {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** Daemons that refuse to run as root want to be told whom to run as. */
const asRoot = (...args: string[]): string[] => (process.getuid?.() === 0 ? args : []);

/**
 * MariaDB on a folder. Nothing is synced to disk: after a crash of the machine a cloud may be broken, and is made anew.
 * The SQL in `initFile` is executed at every start. The socket is named from the folder, whose path may be longer than
 * a socket's may be.
 */
export function mariadb(program: string, folder: string, port: number, initFile: string): BackingProcess {
  return {
    name: 'mariadb',
    command: [
      program,
      '--no-defaults',
      ...asRoot('--user=root'),
      ...[`--datadir=${folder}`, '--socket=mysql.sock', '--pid-file=mysql.pid', `--init-file=${initFile}`],
      ...[`--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--max-connections=1000'],
      ...['--skip-log-bin', '--performance-schema=0', '--character-set-server=utf8mb3'],
      ...['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-flush-method=nosync'],
      // One file for all tables: a thousand of them are made, and copied.
      ...['--innodb-file-per-table=0', '--innodb-buffer-pool-size=256M', '--innodb-log-file-size=64M'],
    ],
  };
}

/** SQL that gives the services their user. */
export function databaseUserSql(password: string): string {
  return [
    `CREATE OR REPLACE USER openstack@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO openstack@'127.0.0.1';",
    '',
  ].join('\n');
}

/** Files of the programs below. */
export function backingFiles(plan: CloudPlan): Files {
  return {
    [configurationOf('mariadb', 'users.sql')]: databaseUserSql(plan.secrets.database),
    [configurationOf('rabbitmq', 'enabled_plugins')]: '[].\n',
    [configurationOf('rabbitmq', 'rabbitmq.conf')]: [
      `listeners.tcp.1 = 127.0.0.1:${plan.ports.rabbitmq}`,
      'default_user = openstack',
      `default_pass = ${plan.secrets.messages}`,
      'vm_memory_high_watermark.absolute = 1GB',
      'disk_free_limit.absolute = 100MB',
      `motd_file = ${inData(plan, configurationOf('rabbitmq', 'motd'))}`,
      'log.console = true',
      'log.console.level = warning',
      '',
    ].join('\n'),
  };
}

/** What runs below the services, in the order of the start: the database ends last. */
export function backingProcesses(plan: CloudPlan, programs: HostPrograms): BackingProcess[] {
  const { ports } = plan;
  const user = inData(plan, configurationOf('mariadb', 'users.sql'));
  return [
    mariadb(programs.mariadbd, inData(plan, 'state', 'mariadb'), ports.mariadb, user),
    {
      name: 'memcached',
      command: [
        programs.memcached,
        ...asRoot('-u', 'root'),
        '-l',
        '127.0.0.1',
        '-p',
        String(ports.memcached),
        '-t',
        '1',
      ],
    },
    { name: 'epmd', command: [programs.epmd, '-address', '127.0.0.1', '-port', String(ports.epmd)] },
    { name: 'rabbitmq', command: [programs.rabbitmq], env: rabbitmqEnvironment(plan) },
  ];
}

/** rabbitmq-server(8) and rabbitmq-env.conf(5). Node name, epmd and ports of its own: two clouds never meet. */
function rabbitmqEnvironment({ data, ports, secrets }: CloudPlan): Record<string, string> {
  const etc = join(data, 'etc', 'rabbitmq');
  const state = join(data, 'state', 'rabbitmq');
  return {
    HOME: state,
    ERL_EPMD_PORT: String(ports.epmd),
    RABBITMQ_NODENAME: `${secrets.node}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.rabbitmqDistribution),
    RABBITMQ_CONFIG_FILE: join(etc, 'rabbitmq.conf'),
    // The host's /etc/rabbitmq would be read beside it.
    RABBITMQ_CONFIG_FILES: join(etc, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(etc, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(etc, 'enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_MNESIA_BASE: join(state, 'mnesia'),
    RABBITMQ_LOG_BASE: join(state, 'log'),
    RABBITMQ_PID_FILE: join(state, 'pid'),
    // Its start script becomes the server, instead of waiting for it.
    RUNNING_UNDER_SYSTEMD: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  };
}
