import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Cli } from '../../../cli/cli.ts';
import { isDestructive } from '../../../cli/destructive.ts';
import { createProgram } from '../../../cli/program.ts';
import type { CloudsApi } from '../../../client/clouds/clouds.ts';
import type { ClusterSnapshot } from '../../../client/cluster-snapshot.ts';
import type { ClustersApi } from '../../../client/clusters.ts';
import { identify } from '../../../local/process-identity.ts';
import { writeState } from '../../../local/state.ts';
import type { OperationHandle } from '../../../client/operation-handle.ts';
import { planCluster } from '../../../client/plan-cluster.ts';
import { accessSchema, addonsSchema, type OperationName, type OperationResult } from '../../../model/index.ts';
import { connectTemporal } from '../../../temporal/index.ts';
import { startTestTemporal } from '../../support/temporal-server.ts';
import { createResult, creating, description, running } from './support/samples.ts';
import { commandEnvironment, type CommandResult, type CommandWorld, runCommand } from './support/run-command.ts';

/** What each request does; a new one does not compile until it is said here. */
const CLUSTERS: Record<keyof ClustersApi, 'reads' | 'makes' | 'removes'> = {
  create: 'makes',
  delete: 'removes',
  run: 'removes', // What its operation says.
  resizeNodeGroup: 'removes',
  applyAccess: 'removes',
  applyAddons: 'removes',
  lookAtAddons: 'reads',
  pause: 'makes', // A signal, which `resume` takes back.
  resume: 'makes',
  abort: 'makes', // Ends what runs; everything that is there stays.
  adopt: 'makes', // A workflow; everything else is there already.
  findOrphans: 'reads',
  get: 'reads',
  describe: 'reads',
  list: 'reads',
  watch: 'reads',
  plan: 'reads',
  kubeconfig: 'reads',
  historyEvents: 'reads',
};
const CLOUDS: Record<keyof CloudsApi, 'reads' | 'removes'> = {
  put: 'removes', // It replaces what was there.
  list: 'reads',
  has: 'reads',
  remove: 'removes',
};

/** Commands that are about this machine's processes: they are run by tests of their own. */
const LOCAL: Record<string, 'harmless' | 'destructive'> = {
  up: 'harmless',
  down: 'destructive',
  env: 'harmless',
  demo: 'harmless', // What it deletes is its own.
};

/** Words of a command that takes something away. */
const TAKES_AWAY = /\b(deletes?|removes?|replaces?|forgets?|wipes?|overwrites?|restores?|stops?|resets?|prunes?)\b/i;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-destructive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function leaves(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

const commands = leaves(createProgram(new Cli(commandEnvironment({}).environment)));
const remote = commands.filter(({ path }) => !(path[0] !== undefined && path[0] in LOCAL));

/** With an addon and a role for somebody, which can be taken away. */
const withAddon = (snapshot: ClusterSnapshot): ClusterSnapshot => {
  const { description: known } = snapshot;
  const addons = addonsSchema.parse({ metricsServer: {} });
  const access = accessSchema.parse([{ role: 'view', groups: ['oidc:all'] }]);
  return { ...snapshot, description: { ...known, spec: { ...known.spec, access, addons } } };
};

const resized = { name: 'atlas', id: 'atlas-k3f7x2', group: 'workers', count: 3, added: 0, removed: 0, forced: 0 };

const handleOf = <N extends OperationName>(operation: N, result: OperationResult<N>): OperationHandle<N> => ({
  ...{ operation, name: 'atlas', workflowId: 'w' },
  result: () => Promise.resolve(result),
});

/** A world in which everything is there and everything works; says which requests took something away. */
function world(taken: string[]): CommandWorld {
  const request = async function* () {
    yield await Promise.resolve(creating());
  };
  const clusters: ClustersApi = {
    create: () =>
      Promise.resolve({
        operation: 'createCluster',
        name: 'atlas',
        workflowId: running.requestedBy,
        result: () => Promise.resolve(createResult),
      }),
    delete: () =>
      Promise.resolve({
        operation: 'deleteCluster',
        name: 'atlas',
        workflowId: 'w',
        result: () => Promise.resolve({ name: 'atlas', id: 'atlas-k3f7x2', removed: {}, left: [], kept: [] }),
      }),
    // The only operation there is of these; another one needs a result of its own here.
    run: (operation) => Promise.resolve(handleOf(operation, resized as OperationResult<typeof operation>)),
    resizeNodeGroup: () => Promise.resolve(handleOf('resizeNodeGroup', resized)),
    applyAccess: () =>
      Promise.resolve(
        handleOf('applyAccess', { name: 'atlas', id: 'atlas-k3f7x2', bindings: 0, changed: 0, removed: 1 }),
      ),
    applyAddons: () =>
      Promise.resolve(
        handleOf('applyAddons', { name: 'atlas', id: 'atlas-k3f7x2', addons: {}, changed: 0, removed: 1 }),
      ),
    lookAtAddons: () => Promise.resolve({ addons: [] }),
    pause: () => Promise.resolve(running),
    resume: () => Promise.resolve(running),
    abort: () => Promise.resolve(running),
    adopt: () => Promise.resolve({ name: 'atlas', id: 'atlas-k3f7x2', cloud: 'sandbox', phase: 'Ready' }),
    findOrphans: () => Promise.resolve({ clouds: 1, orphans: [], total: 0, problems: [] }),
    get: () => Promise.resolve(description()),
    describe: () => Promise.resolve(withAddon(creating())),
    list: async function* (filter = {}) {
      if (filter.cloud === 'atlas') return;
      const { name, id, cloud, phase, createdAt } = await Promise.resolve(description());
      yield { name, id, cloud, phase, createdAt, kubernetesVersion: '1.36.3' };
    },
    watch: request,
    plan: planCluster,
    kubeconfig: () => Promise.resolve('apiVersion: v1\n'),
    historyEvents: () => Promise.resolve({ total: 0, largest: 0, runs: [] }),
  };
  const cloud = { name: 'atlas', authUrl: 'https://keystone.example.org', project: 'team-a' };
  const clouds: CloudsApi = {
    put: () => Promise.resolve(cloud),
    list: () => Promise.resolve([cloud]),
    has: () => Promise.resolve(true),
    remove: () => Promise.resolve(),
  };
  return {
    clusters: recording(clusters, CLUSTERS, taken),
    clouds: recording(clouds, CLOUDS, taken),
    checks: [],
    variables: {
      OS_AUTH_URL: 'https://keystone.example.org',
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_ID: 'id',
      OS_APPLICATION_CREDENTIAL_SECRET: 'secret',
    },
  };
}

function recording<T extends object>(api: T, effects: Record<string, string>, taken: string[]): T {
  return new Proxy(api, {
    get: (target, property) => {
      if (effects[String(property)] !== 'reads' && effects[String(property)] !== 'makes') taken.push(String(property));
      return Reflect.get(target, property) as unknown;
    },
  });
}

/** Ways to call a command: bare, and with each of its options; every argument is `atlas`. */
async function calls(command: Command, path: readonly string[]): Promise<string[][]> {
  const file = join(directory, 'value');
  await writeFile(file, 'name: atlas\ncloud: sandbox\n');
  const noAddons = join(directory, 'addons');
  await writeFile(noAddons, 'addons: {}\n');
  const noAccess = join(directory, 'access');
  await writeFile(noAccess, 'access: []\n');
  const clouds = join(directory, 'clouds.yaml');
  await writeFile(clouds, 'clouds: {atlas: {auth: {auth_url: "https://keystone.example.org", token: t}}}\n');
  const values: Record<string, string> = {
    '--phase': 'Ready',
    '--id': 'atlas-k3f7x2',
    '--servers-per-request': '1',
    '--requests-per-second': '1',
    ...{ '--remove': 'm', '--min': '1', '--max': '3', '--on-blocked': 'fail', '--drain-minutes': '5' },
    ...{ '--machines': 'm', '--max-surge': '1', '--max-unavailable': '1' },
  };
  const required: Record<string, string[]> = {
    create: ['-f', file],
    plan: ['-f', file],
    'resize-node-group': ['--group', 'workers', '--count', '1'],
    'access apply': ['-f', noAccess],
    'replace-node-group': ['--group', 'workers'],
    'addons plan': ['-f', noAddons],
    'addons apply': ['-f', noAddons],
    'cloud add': ['--os-cloud', 'atlas', '--clouds-file', clouds],
  };
  const bare = [...path, ...command.registeredArguments.map(() => 'atlas')];
  const needed = required[path.join(' ')] ?? [];
  const options = command.options.filter(({ long }) => long !== '--yes' && !needed.includes(long ?? ''));
  return [
    [...bare, ...needed],
    ...options.map(({ long, required: value, optional }) => [
      ...bare,
      ...(['--file', '--from-env'].includes(long ?? '') ? [] : needed),
      long ?? '',
      ...(value || optional ? [values[long ?? ''] ?? file] : []),
    ]),
  ];
}

describe('every command', () => {
  it('is known here, local or remote', () => {
    expect(commands.length).toBeGreaterThan(12);
    expect(commands.filter(({ path }) => (path[0] ?? '') in LOCAL).map(({ path }) => path[0])).toEqual(
      Object.keys(LOCAL),
    );
  });

  it.each(commands)('$path that speaks of taking away is declared', ({ path, command }) => {
    const expected = LOCAL[path[0] ?? ''];
    if (expected !== undefined) {
      expect(isDestructive(command)).toBe(expected === 'destructive');
      return;
    }
    const text = [command.description(), ...command.options.map(({ description: words }) => words)].join('\n');
    if (TAKES_AWAY.test(`${command.name()} ${text}`)) expect(isDestructive(command)).toBe(true);
  });

  it.each(remote)('$path takes nothing away when nobody was asked', async ({ path, command }) => {
    for (const [index, call] of (await calls(command, path)).entries()) {
      const taken: string[] = [];
      const [quiet, json] = [await runCommand(call, world(taken)), await runCommand([...call, '--json'], world(taken))];
      expect(taken, call.join(' ')).toEqual([]);
      if (!isDestructive(command)) continue;
      for (const result of [quiet, json]) {
        // An option alone may be no use of the command; the command without options is.
        if (index === 0 && result.code !== 0) expectRefused(result);
        expect([0, 2], call.join(' ')).toContain(result.code);
      }
    }
    expect(await readFile(join(directory, 'value'), 'utf8')).toContain('atlas');
  });

  it.each(remote.filter(({ command }) => isDestructive(command)))(
    '$path does its work with --yes',
    async ({ path, command }) => {
      const taken: string[] = [];
      const results: CommandResult[] = [];
      for (const call of await calls(command, path)) results.push(await runCommand([...call, '--yes'], world(taken)));
      const replaced = (await readFile(join(directory, 'value'), 'utf8')) === 'apiVersion: v1\n';
      expect(taken.length > 0 || replaced).toBe(true);
      expect(results[0]?.stderr).not.toContain('--yes');
    },
  );
});

function expectRefused(result: CommandResult): void {
  expect(result.stderr).toMatch(
    /^This (deletes|drains|forgets|removes|replaces|takes away) [\s\S]*say --yes[\s\S]*Nothing was done\n$/,
  );
  expect(result.code).toBe(2);
}

describe('the question', () => {
  const asked = (args: string[], stdin: string | undefined, taken: string[]) =>
    runCommand([...args, '--no-color'], { ...world(taken), terminal: true, ...(stdin === undefined ? {} : { stdin }) });

  it('names what goes with a cluster: id, cloud, machines, load balancer, secrets, and what is stopped', async () => {
    const { stdout, code } = await asked(['delete', 'atlas'], 'no\n', []);
    expect(code).toBe(2);
    expect(stdout).toMatch(/This deletes cluster atlas:/);
    expect(stdout).toMatch(/Cluster +atlas-k3f7x2 on cloud sandbox, Creating/);
    expect(stdout).toMatch(/Stopped +createCluster/);
    expect(stdout).toMatch(/Machines +3 control planes \(m1\.medium\), 3 workers \(m1\.medium\)/);
    expect(stdout).toMatch(/API +load balancer atlas-k3f7x2-api, floating IP atlas-k3f7x2-api/);
    expect(stdout).toMatch(/Vault +the kubeconfig/);
  });

  it('names which credential a cloud loses, and which clusters are on it', async () => {
    const { clusters, ...rest } = world([]);
    const list = () => clusters?.list?.() ?? expect.fail('there is a list');
    const options = { ...rest, clusters: { ...clusters, list }, terminal: true, stdin: 'no\n' };
    const { stdout } = await runCommand(['cloud', 'remove', 'atlas', '--force', '--no-color'], options);
    expect(stdout).toMatch(/Credential +https:\/\/keystone\.example\.org, project team-a/);
    expect(stdout).toMatch(/Clusters on it +atlas: can then be neither changed nor deleted/);
  });

  it.each([
    ['another answer', 'yes\n', 2],
    ['an empty line', '\n', 2],
    ['a terminal that was closed', undefined, 2],
    ['the name', ' atlas \n', 0],
  ])('takes %s', async (_what, answer, code) => {
    const taken: string[] = [];
    const result = await asked(['delete', 'atlas'], answer, taken);
    expect(result.code).toBe(code);
    expect(taken).toEqual(code === 0 ? ['delete'] : []);
  });

  it('is not asked where nothing would be lost', async () => {
    const taken: string[] = [];
    const others = { ...world(taken), clouds: { ...world(taken).clouds, list: () => Promise.resolve([]) } };
    const put = { put: () => Promise.resolve({ name: 'new' }), list: () => Promise.resolve([]) };
    expect((await runCommand(['cloud', 'add', 'new', '--from-env'], { ...others, clouds: put })).code).toBe(0);
    const path = join(directory, 'kubeconfig');
    expect((await runCommand(['kubeconfig', 'atlas', '-o', path], world(taken))).code).toBe(0);
    expect((await runCommand(['kubeconfig', 'atlas', '-o', path], world(taken))).code).toBe(0);
    await writeFile(path, 'another cluster’s');
    expectRefused(await runCommand(['kubeconfig', 'atlas', '-o', path], world(taken)));
    expect(await readFile(path, 'utf8')).toBe('another cluster’s');
  });
});

describe('slipway down', () => {
  it('stops nothing unasked while it cannot be known what would be lost', async () => {
    stateBelow(directory);
    expect((await runCommand(['down'])).code).toBe(0);
    expect((await runCommand(['down', '--wipe'])).code).toBe(0);

    const child = await stackOf(directory, '127.0.0.1:1');
    for (const args of [['down'], ['down', '--wipe'], ['down', '--json']]) {
      const refused = await runCommand(args);
      expect(refused.stderr).toMatch(/^This stops the stack of this machine.*say --yes/);
      expect(refused.code).toBe(2);
    }
    expect(child.exitCode ?? child.signalCode).toBeNull();
    const shown = await runCommand(['down', '--wipe', '--no-color'], { terminal: true, stdin: 'no\n' });
    expect(shown.stdout).toMatch(
      /Clusters +not known: Temporal does not answer\n +Removed +workflows, secrets and the cloud/,
    );

    const stopped = await runCommand(['down', '--yes']);
    expect(stopped.code).toBe(0);
    expect(stopped.stdout).toMatch(/Stopped the probe\.\nIf it had clusters, they have lost their machines/);
    expect(child.signalCode).toBe('SIGTERM');
    // Nothing runs any more, so nothing can be lost; what was written still can.
    expect((await runCommand(['down'])).code).toBe(0);
    expect((await runCommand(['down', '--wipe'])).code).toBe(2);
    expect((await runCommand(['down', '--wipe', '--yes'])).code).toBe(0);
  }, 60_000);

  it('says that machines are lost where there are any, and only there', async () => {
    stateBelow(directory);
    const temporal = await startTestTemporal();
    onTestFinished(() => temporal.stop());

    await stackOf(directory, temporal.address);
    const without = await runCommand(['down']);
    expect(without).toMatchObject({ code: 0, stdout: 'Stopped the probe.\n' });

    const { client, connection } = await connectTemporal({
      TEMPORAL_CONFIG_FILE: '/dev/null',
      TEMPORAL_ADDRESS: temporal.address,
    });
    await client.workflow.start('cluster', { workflowId: 'cluster/atlas', taskQueue: 'nobody', args: [] });
    const running = () => client.workflow.count('WorkflowType = "cluster"').then(({ count }) => count);
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    await connection.close();
    await stackOf(directory, temporal.address);
    expect((await runCommand(['down'])).code).toBe(2);
    const atlas = await runCommand(['down', '--yes']);
    expect(atlas.stdout).toMatch(/^Stopped the probe\.\nIts clusters have lost their machines: atlas .*slipway up/);
  }, 60_000);
});

/** Has commands look for the stack's state below this folder. */
function stateBelow(folder: string): void {
  const before = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = folder;
  onTestFinished(() => {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
  });
}

/** The state of a stack with this Temporal, and one process of it, that does nothing. */
async function stackOf(folder: string, temporalAddress: string): Promise<ChildProcess> {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error('sleep does not run');
  const endpoints = {
    temporalAddress,
    temporalUi: 'http://127.0.0.1:1',
    vaultAddress: 'http://127.0.0.1:1',
    vaultTokenFile: join(folder, 'token'),
    workerTokenFile: join(folder, 'token'),
    cloudUrl: 'http://127.0.0.1:1',
    cloudsFile: join(folder, 'clouds.yaml'),
  };
  await writeFile(endpoints.vaultTokenFile, 'token');
  const processes = [{ title: 'the probe', ...identity, logFile: '/dev/null', grace: 1000 }];
  await writeState(
    { version: 1, startedAt: '2026-01-01T00:00:00.000Z', cloud: 'emulator', endpoints, processes },
    join(folder, 'slipway'),
  );
  return child;
}
