import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from '../../image/step.ts';
import { databaseUrl } from './cloud-plan.ts';
import { serviceEnvironment } from './config.ts';
import { waitForPort } from './http-wait.ts';
import { renderIni, type Ini } from './ini.ts';
import type { HostPrograms } from './host-programs.ts';
import { ownConfiguration } from './own-configuration.ts';
import { freePort } from './ports.ts';
import { interpreter } from './python-step.ts';
import { runProgram } from './run-program.ts';
import { databaseUserSql, mariadb } from './services/backing.ts';

const databases = [
  ...['keystone', 'glance', 'placement', 'nova_api', 'nova', 'nova_cell0', 'neutron', 'cinder', 'octavia', 'designate'],
] as const;

/** The commands that make a service's tables, one after the other. */
interface Schema {
  readonly configuration: (url: (database: string) => string) => Ini;
  readonly commands: readonly (readonly string[])[];
}

/**
 * Nova fills these in from the configuration of each process (docs.openstack.org/nova, "Template URLs in Cell
 * Mappings").
 */
const ofConfiguration = '{scheme}://{username}:{password}@{hostname}:{port}';

/** The two that take longest come first. */
const schemas: Readonly<Record<string, Schema>> = {
  neutron: {
    configuration: (url) => ({ database: { connection: url('neutron') } }),
    commands: [['neutron-db-manage', 'upgrade', 'heads']],
  },
  nova: {
    configuration: (url) => ({
      // What reads the host's rules would read them here, too.
      oslo_policy: { policy_file: '/nonexistent/policy.yaml', policy_dirs: '/nonexistent/policy.d' },
      // Only read, to try the templates below.
      DEFAULT: { transport_url: 'rabbit://nobody:nothing@127.0.0.1:5672/' },
      api_database: { connection: url('nova_api') },
      database: { connection: url('nova') },
    }),
    commands: [
      ['nova-manage', 'api_db', 'sync'],
      ['nova-manage', 'cell_v2', 'map_cell0', '--database_connection', `${ofConfiguration}/nova_cell0?{query}`],
      ['nova-manage', 'db', 'sync'],
      [
        ...['nova-manage', 'cell_v2', 'create_cell', '--name', 'cell1'],
        ...['--database_connection', `${ofConfiguration}/{path}?{query}`, '--transport-url', `${ofConfiguration}/`],
      ],
    ],
  },
  keystone: {
    configuration: (url) => ({ database: { connection: url('keystone') } }),
    commands: [['keystone-manage', 'db_sync']],
  },
  glance: {
    configuration: (url) => ({ database: { connection: url('glance') } }),
    commands: [['glance-manage', 'db_sync']],
  },
  placement: {
    configuration: (url) => ({ placement_database: { connection: url('placement') } }),
    commands: [['placement-manage', 'db', 'sync']],
  },
  cinder: {
    configuration: (url) => ({ database: { connection: url('cinder') } }),
    commands: [['cinder-manage', 'db', 'sync']],
  },
  octavia: {
    configuration: (url) => ({ database: { connection: url('octavia') } }),
    commands: [['octavia-db-manage', 'upgrade', 'head']],
  },
  designate: {
    configuration: (url) => ({ 'storage:sqlalchemy': { connection: url('designate') } }),
    commands: [['designate-manage', 'database', 'sync']],
  },
};

/** How many services make their tables at once. */
const AT_ONCE = 2;

/**
 * A folder of MariaDB with every service's empty tables: making them takes a minute of the processor, copying it a
 * second.
 */
export function databaseStep(services: Step, programs: HostPrograms, signal: AbortSignal): Step {
  return {
    name: 'database',
    needs: [services],
    files: [import.meta.filename, join(import.meta.dirname, 'services', 'backing.ts')],
    inputs: programs.mariadbd,
    async make(output, results) {
      const python = results(services);
      const work = join(output, 'work');
      const folder = databaseFolder(output);
      await mkdir(work);
      const used = Object.values(schemas).flatMap(({ commands }) => commands.map(([program = '']) => program));
      await ownConfiguration(work, used);
      await createDatabase(folder, programs, work, signal);
      const secrets = { database: 'template' };
      const port = await freePort();
      const url = (database: string) => databaseUrl({ ports: { mariadb: port }, secrets }, database);
      const sql = join(work, 'databases.sql');
      const create = databases.map((name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb3;\n`).join('');
      await writeFile(sql, create + databaseUserSql(secrets.database));
      await whileRunning(mariadb(programs.mariadbd, folder, port, sql).command, work, async (died) => {
        const limit = AbortSignal.any([signal, died]);
        await waitForPort('MariaDB', port, 60_000, limit);
        const waiting = Object.entries(schemas);
        const worker = async () => {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            await makeTables(next[0], next[1], python, work, url, limit);
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, worker));
      });
    },
  };
}

/** Where the tables are in the result of the step. */
export const databaseFolder = (result: string): string => join(result, 'mariadb');

async function createDatabase(
  folder: string,
  programs: HostPrograms,
  work: string,
  signal: AbortSignal,
): Promise<void> {
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const options = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  await runProgram([programs.installDatabase, '--no-defaults', ...user, `--datadir=${folder}`, ...options], {
    env: serviceEnvironment(work),
    timeoutMs: 120_000,
    signal,
  });
}

async function makeTables(
  name: string,
  schema: Schema,
  python: string,
  work: string,
  url: (database: string) => string,
  signal: AbortSignal,
): Promise<void> {
  const file = join(work, `${name}.conf`);
  await writeFile(file, renderIni(schema.configuration(url)), { mode: 0o600 });
  for (const [program = '', ...args] of schema.commands) {
    await runProgram([interpreter(python), join(python, 'bin', program), '--config-file', file, ...args], {
      env: serviceEnvironment(work),
      timeoutMs: 300_000,
      signal,
    });
  }
}

/** Runs a daemon as long as `use` takes; it ends cleanly then. */
async function whileRunning(
  [program, ...args]: readonly [string, ...string[]],
  work: string,
  use: (died: AbortSignal) => Promise<void>,
): Promise<void> {
  const log = await open(join(work, 'daemon.log'), 'a', 0o600);
  const daemon = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], {
    env: serviceEnvironment(work),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const died = new AbortController();
  const ended = once(daemon, 'exit');
  ended.catch(() => undefined);
  daemon.once('exit', (code) => died.abort(new Error(`${program} ended with code ${String(code)}; see ${work}`)));
  try {
    await use(died.signal);
  } finally {
    daemon.kill('SIGTERM');
    const limit = setTimeout(() => daemon.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(limit);
    await log.close();
  }
}
