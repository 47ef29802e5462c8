import { setMaxListeners } from 'node:events';
import { copyFile, cp, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { OpenStackClient } from 'openstack-client-ts';
import { stringify } from 'yaml';
import { makeStep, type Step } from '../../image/step.ts';
import { makeAmphoraAuthority } from './amphora-authority.ts';
import { Children, stopLeftOvers } from './children.ts';
import { at, identityUrl, inData, pythonProgram, REGION, type CloudPlan, type ServicePlan } from './cloud-plan.ts';
import { cacheDirectory, serviceEnvironment } from './config.ts';
import { databaseFolder, databaseStep } from './database-step.ts';
import { hostPrograms, type HostPrograms } from './host-programs.ts';
import { waitForHttp, waitForPort } from './http-wait.ts';
import { cloudOf, registerServices, userCredential } from './identity.ts';
import { ownConfiguration } from './own-configuration.ts';
import { cloudPorts } from './ports.ts';
import { driversStep, interpreter, servicesStep } from './python-step.ts';
import { runProgram } from './run-program.ts';
import { cloudSecrets } from './secrets.ts';
import { seedOpenStack } from './seed-openstack.ts';
import { backingFiles, backingProcesses } from './services/backing.ts';
import { updatePool } from './services/designate.ts';
import { services } from './services/index.ts';
import { keystoneConfiguration } from './services/keystone.ts';
import { ringArguments } from './services/swift.ts';
import { tryServer, waitForHosts, waitForVolumes } from './readiness.ts';

/** What starts a real OpenStack. */
export interface OpenStackOptions {
  /** The cloud's folder: everything it keeps. A path without spaces. */
  readonly data: string;
  /** Keystone's port; default: one of the cloud's row of free ones. */
  readonly keystonePort?: number | undefined;
  /** The first of the ports; default: a free row, the same at the next start. */
  readonly portBase?: number | undefined;
  /** Addresses of the external network. Only the first start looks at it. */
  readonly externalCidr: string;
  /** How many hosts servers are spread over. */
  readonly hosts: number;
  /** Told what is done, for a person. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Where what clouds share is kept; default {@link cacheDirectory}. */
  readonly cache?: string | undefined;
}

/** A cloud in which a server was booted and removed. */
export interface RunningOpenStack {
  /** Keystone's URL. */
  readonly url: string;
  /** clouds.yaml with the entries `sandbox` (user demo) and `sandbox-admin`. */
  readonly cloudsFile: string;
  /** Aborted when one of its processes dies; the reason says which, and why. */
  readonly died: AbortSignal;
  /** Stops all of its processes, the database last. */
  stop(): Promise<void>;
}

/** Time for a process to end by itself, in milliseconds, before it is killed. */
const GRACE = 6_000;
/** Names by which services look for configuration although no process has them. */
const PROGRAMS = ['uwsgi', 'nova-api-os-compute', 'keystone-manage', 'designate-manage'] as const;
const BACKING = ['mariadb', 'memcached', 'epmd', 'rabbitmq'] as const;
/** For a service's first answer, on a machine that is busy with the others' starts. */
const ANSWER_MS = 240_000;

/**
 * Installs what is missing and starts OpenStack's services. When it fails, nothing is left running.
 * @throws Error with the end of the log of what failed.
 */
export async function startOpenStack(options: OpenStackOptions, signal: AbortSignal): Promise<RunningOpenStack> {
  const data = resolve(options.data);
  if (/\s/.test(data)) throw new Error(`uWSGI and paste.deploy cannot read paths with spaces: ${data}`);
  await mkdir(join(data, 'logs'), { recursive: true, mode: 0o700 });
  const children = new Children(data);
  const start = new Start(options, data, children, AbortSignal.any([signal, children.died]));
  const stop = () => children.stop(BACKING, GRACE);
  try {
    const plan = await start.run();
    return { url: identityUrl(plan), cloudsFile: cloudsFile(plan), died: children.died, stop };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    // What a process said when it died tells more than what then failed.
    throw children.died.aborted ? children.died.reason : error;
  }
}

const cloudsFile = (plan: CloudPlan): string => inData(plan, 'clouds.yaml');

class Start {
  readonly #options: OpenStackOptions;
  readonly #data: string;
  readonly #children: Children;
  readonly #signal: AbortSignal;
  /** Ends what is under way when another part has failed. */
  readonly #over = new AbortController();

  constructor(options: OpenStackOptions, data: string, children: Children, signal: AbortSignal) {
    this.#options = options;
    this.#data = data;
    this.#children = children;
    this.#signal = AbortSignal.any([signal, this.#over.signal]);
    // Everything that is started or waited for at once listens to it.
    setMaxListeners(100, this.#signal);
  }

  async run(): Promise<CloudPlan> {
    try {
      return await this.#steps();
    } finally {
      this.#over.abort(new Error('the start is over'));
    }
  }

  async #steps(): Promise<CloudPlan> {
    const leftOvers = await stopLeftOvers(this.#data, GRACE);
    if (leftOvers.length > 0) this.#tell(`stopped ${leftOvers.length} processes that an earlier start left`);
    const programs = await hostPrograms(this.#tell, this.#signal);
    const plan = await this.#plan(programs);
    const planned = services.map((service) => service(plan));
    const first = !(await exists(this.#readyMark));
    await this.#writeFiles(plan, planned);
    await this.#startBacking(plan, programs);
    if (first)
      await this.#run(plan, [
        interpreter(plan.python),
        '-m',
        'openstack_sandbox_drivers.rings',
        ...ringArguments(plan),
      ]);
    this.#startServices(plan, planned, 'backing');
    await waitForPort('MariaDB', plan.ports.mariadb, ANSWER_MS, this.#signal);
    if (first) await this.#bootstrap(plan);
    await waitForHttp('Keystone', identityUrl(plan), ANSWER_MS, this.#signal);
    if (first) await registerServices(plan, this.#signal);
    this.#tell('Keystone answers');
    this.#startServices(plan, planned, 'users');
    await Promise.all(
      planned.map(async ({ http, processes: [process] }) => {
        await waitForHttp(process?.name ?? '', at(http), ANSWER_MS, this.#signal);
        this.#tell(`${process?.name ?? ''} answers`);
      }),
    );
    await this.#finish(plan, programs, first);
    return plan;
  }

  async #plan(programs: HostPrograms): Promise<CloudPlan> {
    const cache = this.#options.cache ?? cacheDirectory();
    const python = servicesStep(programs, this.#signal);
    const made = new Map<Step, string>();
    const pythonFolder = await makeStep(cache, python, this.#tell, made);
    const drivers = await makeStep(cache, driversStep(python, this.#signal), this.#tell, made);
    const database = await makeStep(cache, databaseStep(python, programs, this.#signal), this.#tell, made);
    const ports = await cloudPorts(this.#data, this.#options);
    const hosts = Array.from(
      { length: this.#options.hosts },
      (_, index) => `compute-${String(index + 1).padStart(4, '0')}`,
    );
    const plan = {
      data: this.#data,
      python: pythonFolder,
      drivers,
      ports,
      secrets: await cloudSecrets(this.#data),
      hosts,
    };
    await this.#copyDatabase(plan, database);
    return plan;
  }

  async #copyDatabase(plan: CloudPlan, template: string): Promise<void> {
    const folder = inData(plan, 'state', 'mariadb');
    if (await exists(folder)) return;
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await rm(`${folder}.new`, { recursive: true, force: true });
    await cp(databaseFolder(template), `${folder}.new`, { recursive: true });
    await rename(`${folder}.new`, folder);
  }

  async #writeFiles(plan: CloudPlan, planned: readonly ServicePlan[]): Promise<void> {
    const folders = [
      ...['nova', 'neutron', 'cinder', 'octavia', 'designate', 'glance'].map((name) => `${name}/locks`),
      ...['glance/images', 'glance/tasks', 'glance/staging', 'rabbitmq', 'swift/disk', 'swift/recon'],
      ...plan.hosts.map((host) => `nova/${host}/providers`),
    ];
    for (const folder of folders) await mkdir(inData(plan, 'state', folder), { recursive: true, mode: 0o700 });
    const programs = planned.flatMap(({ processes }) => processes.map(({ name }) => name));
    await ownConfiguration(inData(plan, 'state'), [...PROGRAMS, ...programs]);
    const files = Object.assign({}, backingFiles(plan), ...planned.map((service) => service.files)) as Record<
      string,
      string
    >;
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(inData(plan, name)), { recursive: true, mode: 0o700 });
      await writeFile(inData(plan, name), text, { mode: 0o600 });
    }
    for (const [name, source] of planned.flatMap(({ copies = {} }) => Object.entries(copies))) {
      await copyFile(source, inData(plan, name));
    }
    await makeAmphoraAuthority(plan);
  }

  async #startBacking(plan: CloudPlan, programs: HostPrograms): Promise<void> {
    for (const { name, command, env = {} } of backingProcesses(plan, programs)) {
      this.#children.start({
        name,
        command,
        env: { ...serviceEnvironment(inData(plan, 'state')), ...env },
        orphanSignal: 'TERM',
      });
      if (name === 'epmd') await waitForPort(name, plan.ports.epmd, ANSWER_MS, this.#signal);
    }
    await waitForPort('MariaDB', plan.ports.mariadb, ANSWER_MS, this.#signal);
    this.#tell('MariaDB answers');
  }

  #startServices(plan: CloudPlan, planned: readonly ServicePlan[], after: 'backing' | 'users'): void {
    for (const { name, command, env, after: when } of planned.flatMap(({ processes }) => processes)) {
      if (when === after) this.#children.start({ name, command, env: { ...this.#environment(plan), ...env } });
    }
  }

  async #bootstrap(plan: CloudPlan): Promise<void> {
    const url = identityUrl(plan);
    const command = pythonProgram(
      plan,
      'keystone-manage',
      ...['--config-file', keystoneConfiguration(plan), 'bootstrap', '--bootstrap-region-id', REGION],
      ...['--bootstrap-public-url', url, '--bootstrap-internal-url', url, '--bootstrap-admin-url', url],
    );
    await this.#run(plan, command, { OS_BOOTSTRAP_PASSWORD: plan.secrets.admin });
  }

  /** What needs the services: hosts, seeds, and the proof. */
  async #finish(plan: CloudPlan, programs: HostPrograms, first: boolean): Promise<void> {
    const [admin, demo] = [cloudOf(plan, 'admin'), cloudOf(plan, 'demo')];
    try {
      await Promise.all(first ? [this.#seed(plan, programs, admin), this.#updatePool(plan)] : []);
      await Promise.all([waitForHosts(admin, plan.hosts.length, this.#signal), waitForVolumes(admin, this.#signal)]);
      this.#tell('booting a server');
      await tryServer(demo, this.#signal);
    } finally {
      await Promise.all([admin.close(), demo.close()]);
    }
    await writeFile(cloudsFile(plan), cloudsYaml(plan), { mode: 0o600 });
    await writeFile(this.#readyMark, `${new Date().toISOString()}\n`);
  }

  async #seed(plan: CloudPlan, programs: HostPrograms, admin: OpenStackClient): Promise<void> {
    const imageFile = inData(plan, 'state', 'seed.qcow2');
    await this.#run(plan, [programs.qemuImg, 'create', '-q', '-f', 'qcow2', imageFile, '1M']);
    const { externalCidr } = this.#options;
    await seedOpenStack(admin, { externalCidr, imageFile, signal: this.#signal });
    this.#tell('seeded');
  }

  /** Again when nobody answers: Designate's part `central` never hears what was asked before it listened. */
  async #updatePool(plan: CloudPlan): Promise<void> {
    const deadline = Date.now() + ANSWER_MS;
    for (;;) {
      try {
        await this.#run(plan, updatePool(plan));
        return;
      } catch (error) {
        const unheard = String(error).includes('No response received from designate-central');
        if (!unheard || this.#signal.aborted || Date.now() > deadline) throw error;
      }
    }
  }

  #environment = (plan: CloudPlan) => ({ ...serviceEnvironment(inData(plan, 'state')), PYTHONPATH: plan.drivers });

  async #run(
    plan: CloudPlan,
    command: readonly [string, ...string[]],
    env: Record<string, string> = {},
  ): Promise<void> {
    const environment = { ...this.#environment(plan), ...env };
    await runProgram(command, { env: environment, timeoutMs: ANSWER_MS, signal: this.#signal });
  }

  #tell = (text: string): void => this.#options.onProgress?.(text);

  get #readyMark(): string {
    return join(this.#data, 'state', 'ready');
  }
}

/** As the emulator writes it: `sandbox` is the ordinary user, `sandbox-admin` the administrator. */
function cloudsYaml(plan: CloudPlan): string {
  const entry = (user: 'admin' | 'demo') => ({
    auth: userCredential(plan, user),
    region_name: REGION,
    identity_api_version: '3',
    volume_api_version: '3',
  });
  return stringify({ clouds: { sandbox: entry('demo'), 'sandbox-admin': entry('admin') } });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
