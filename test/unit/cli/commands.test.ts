import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OperationHandle } from '../../../client/operation-handle.ts';
import { ClientFailureType, SlipwayError } from '../../../client/slipway-error.ts';
import { type ClusterSpecInput, FailureType } from '../../../model/index.ts';
import { runCommand } from './support/run-command.ts';
import { completed, createResult, creating, description, running } from './support/samples.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-cli-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const MINIMAL = 'name: atlas\ncloud: sandbox\n';

async function file(content: string, name = 'cluster.yaml'): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

function createHandle(result: OperationHandle<'createCluster'>['result']): OperationHandle<'createCluster'> {
  return { operation: 'createCluster', name: 'atlas', workflowId: running.requestedBy, uiUrl: 'http://ui/x', result };
}

/** Clusters whose creation ends as `result` says; records the specifications asked for. */
function creatable(result: OperationHandle<'createCluster'>['result'] = () => Promise.resolve(createResult)) {
  const asked: { spec: ClusterSpecInput; requestId: string | undefined }[] = [];
  return {
    asked,
    create: (spec: ClusterSpecInput, options: { requestId?: string | undefined } = {}) => {
      asked.push({ spec, requestId: options.requestId });
      return Promise.resolve(createHandle(result));
    },
  };
}

async function* snapshots(...items: ReturnType<typeof creating>[]) {
  for (const item of items) yield await Promise.resolve(item);
}

describe('slipway create', () => {
  it('sends the specification as it was written and prints the result', async () => {
    const clusters = creatable();
    const { code, stdout, stderr } = await runCommand(['create', '-f', await file(MINIMAL)], { clusters });
    expect(code).toBe(0);
    expect(clusters.asked).toEqual([{ spec: { name: 'atlas', cloud: 'sandbox' }, requestId: undefined }]);
    expect(stdout).toMatch(/Cluster atlas is Ready after 42 s: Kubernetes 1\.36\.3/);
    expect(stdout).toContain('https://127.64.0.3:6443');
    expect(stderr).toContain('slipway watch atlas');
  });

  it('takes the specification from standard input, and from two options', async () => {
    const clusters = creatable();
    await runCommand(['create', '-f', '-'], { clusters, stdin: '{"name":"atlas","cloud":"sandbox"}' });
    await runCommand(['create', '--name', 'atlas', '--cloud', 'sandbox', '--request-id', 'r1'], { clusters });
    expect(clusters.asked).toEqual([
      { spec: { name: 'atlas', cloud: 'sandbox' }, requestId: undefined },
      { spec: { name: 'atlas', cloud: 'sandbox' }, requestId: 'r1' },
    ]);
  });

  it('lets the options take the place of the file’s name and cloud', async () => {
    const clusters = creatable();
    await runCommand(['create', '-f', await file(`${MINIMAL}controlPlane: {count: 1}\n`), '--name', 'other'], {
      clusters,
    });
    expect(clusters.asked[0]?.spec).toEqual({ name: 'other', cloud: 'sandbox', controlPlane: { count: 1 } });
  });

  it('prints exactly one JSON object with --json, and everything for people on standard error', async () => {
    const clusters = { ...creatable(), watch: () => snapshots(creating()) };
    const result = await runCommand(['create', '--json', '--watch', '-f', await file(MINIMAL)], { clusters });
    expect(result.json()).toMatchObject({
      ok: true,
      operation: 'createCluster',
      apiEndpoint: 'https://127.64.0.3:6443',
    });
    expect(result.stderr).toContain('Step b');
  });

  it('shows the steps with --watch', async () => {
    const clusters = { ...creatable(), watch: () => snapshots(creating()) };
    const { stdout } = await runCommand(['create', '--watch', '-f', await file(MINIMAL)], { clusters });
    expect(stdout).toMatch(/http:.*workflows[\s\S]*Step a \(2\.0 s\)[\s\S]*Step b - nodes Ready 1\/3[\s\S]*is Ready/);
  });

  it('ends with the operation’s failure, whatever the watch saw', async () => {
    const failure = new SlipwayError(FailureType.OpenStackQuotaExceeded, 'Quota exceeded for cores', {
      workflowId: 'w',
    });
    const clusters = { ...creatable(() => Promise.reject(failure)), watch: () => snapshots(creating()) };
    const result = await runCommand(['create', '--watch', '--json', '-f', await file(MINIMAL)], { clusters });
    expect(result.code).toBe(1);
    expect(result.json()).toEqual({
      ok: false,
      error: { type: 'OpenStack.QuotaExceeded', message: 'Quota exceeded for cores', workflowId: 'w' },
    });
    expect(result.stderr).toContain('Quota exceeded for cores');
  });

  it('returns with --no-wait as soon as the cluster runs the request', async () => {
    const forever = () => new Promise<never>(() => undefined);
    const clusters = { ...creatable(forever), watch: () => snapshots(creating()) };
    const result = await runCommand(['create', '--no-wait', '--json', '-f', await file(MINIMAL)], { clusters });
    expect(result.code).toBe(0);
    expect(result.json()).toEqual({
      ok: true,
      operation: 'createCluster',
      name: 'atlas',
      workflowId: running.requestedBy,
    });
  });

  it('says with --no-wait that the cluster refused the request', async () => {
    const taken = new SlipwayError(FailureType.NameTaken, 'the name atlas is taken');
    const clusters = { ...creatable(() => Promise.reject(taken)), watch: () => snapshots() };
    const { code, stderr } = await runCommand(['create', '--no-wait', '-f', await file(MINIMAL)], { clusters });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'the name atlas is taken\n' });
  });

  it('leaves the operation running at Ctrl-C and says how to follow it', async () => {
    const interrupt = new AbortController();
    const clusters = creatable(({ signal } = {}) => {
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new SlipwayError(ClientFailureType.Aborted, 'stopped')));
        interrupt.abort();
      });
    });
    const world = { clusters, interrupt: interrupt.signal };
    const { code, stderr, stdout } = await runCommand(['create', '-f', await file(MINIMAL)], world);
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /The operation goes on: follow it with "slipway watch atlas" \(workflow createCluster\/atlas/,
    );
    expect(stdout).toBe('');
  });
});

describe('an input that is wrong', () => {
  it.each([
    ['nothing at all', ['create'], /-f FILE, or --name NAME and --cloud CLOUD/],
    ['a file that is not there', ['create', '-f', 'no-such.yaml'], /no-such\.yaml: there is no such file/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['an unknown option', ['list', '--frob'], /unknown option '--frob'/],
    ['a missing argument', ['describe'], /missing required argument 'name'/],
    ['a phase that there is not', ['list', '--phase', 'Ill'], /Allowed choices are Creating/],
    [
      'an unknown operation',
      ['schema', 'fly'],
      /no operation "fly"; there are: applyAccess, applyAddons, createCluster/,
    ],
  ])('is refused with code 2 and never connects: %s', async (_title, args, message) => {
    const result = await runCommand(args);
    expect(result).toMatchObject({ code: 2, stdout: '', connections: 0 });
    expect(result.stderr).toMatch(message);
    const json = await runCommand([...args, '--json']);
    expect(json.json()).toMatchObject({ ok: false, error: { type: 'Slipway.InvalidInput' } });
  });

  it('names every field with its line and column', async () => {
    const path = await file(
      'name: Atlas\ncloud: sandbox\nnodeGroups:\n  - name: a\n    labels:\n      "b.c/d e": f\n    size: 2\n',
    );
    const result = await runCommand(['create', '-f', path, '--json']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(`${path}:1:1: name: must be lower-case`);
    expect(result.stderr).toContain(`${path}:6:7: nodeGroups[0].labels.b.c/d e: must be a Kubernetes label key`);
    expect(result.stderr).toContain(`${path}:7:5: nodeGroups[0].size: unknown field`);
    expect(result.json()).toMatchObject({
      error: { issues: [{ path: 'name' }, { path: 'nodeGroups[0].labels.b.c/d e' }, { path: 'nodeGroups[0].size' }] },
    });
  });

  it.each([
    ['broken YAML', 'name: [atlas\n', /cluster\.yaml:2:1: .*flow/i],
    ['the same key twice', 'name: a\nname: b\n', /cluster\.yaml:2:1: .*unique/i],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, /cluster\.yaml:3: a second document/],
    ['an empty file', '# nothing\n', /is empty/],
    ['a file that is too large', `name: ${'a'.repeat(1024 * 1024)}\n`, /larger than 1 MiB/],
    ['a list', '- name: a\n', /input: must be an object/],
    [
      'aliases that explode',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      /alias/i,
    ],
  ])('says where: %s', async (_title, content, message) => {
    const { code, stderr } = await runCommand(['plan', '-f', await file(content)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('slipway plan', () => {
  it('prints the full specification and every resource, and never connects', async () => {
    const result = await runCommand(['plan', '-f', await file(MINIMAL)]);
    expect(result).toMatchObject({ code: 0, connections: 0 });
    expect(result.stdout).toMatch(/podCidr: 10\.244\.0\.0\/16/);
    expect(result.stdout).toMatch(/compute +server +3 +atlas-xxxxxx-cp-0/);
    const json = (await runCommand(['plan', '--json', '-f', await file(MINIMAL)])).json();
    expect(json).toMatchObject({ ok: true, spec: { controlPlane: { count: 3 } } });
  });
});

describe('slipway list', () => {
  const two = () =>
    (async function* () {
      for (const [name, phase] of [
        ['zeta', 'Ready'],
        ['atlas', 'CreateFailed'],
      ] as const) {
        yield await Promise.resolve({
          name,
          phase,
          cloud: 'sandbox',
          kubernetesVersion: '1.36.3',
          createdAt: '2026-01-01T00:00:00Z',
        });
      }
    })();

  it('prints a table in the order of the names', async () => {
    const { stdout } = await runCommand(['list'], { clusters: { list: two } });
    expect(stdout).toBe(
      [
        'NAME   PHASE         CLOUD    KUBERNETES  AGE',
        'atlas  CreateFailed  sandbox  1.36.3      27h',
        'zeta   Ready         sandbox  1.36.3      27h',
        '',
      ].join('\n'),
    );
  });

  it('hands the filters on', async () => {
    const list = vi.fn(two);
    await runCommand(['ls', '--cloud', 'sandbox', '--phase', 'Ready'], { clusters: { list } });
    expect(list).toHaveBeenCalledWith(expect.objectContaining({ cloud: 'sandbox', phase: 'Ready' }));
  });

  it('is an object with --json, also when there is nothing', async () => {
    const none = () => snapshots() as never;
    expect((await runCommand(['list', '--json'], { clusters: { list: none } })).json()).toEqual({
      ok: true,
      clusters: [],
    });
  });

  it('colours on a terminal only, and not with NO_COLOR or --no-color', async () => {
    const escape = String.fromCharCode(27);
    const shown = async (args: string[], variables = {}) =>
      (await runCommand(['list', ...args], { clusters: { list: two }, terminal: true, variables })).stdout.includes(
        escape,
      );
    expect(await shown([])).toBe(true);
    expect(await shown(['--no-color'])).toBe(false);
    expect(await shown([], { NO_COLOR: '1' })).toBe(false);
  });
});

describe('slipway describe', () => {
  it('shows the fields, the groups and why the last operation failed', async () => {
    const last = {
      ...completed,
      outcome: 'failed' as const,
      failure: { type: 'X.Y', message: 'no\u001b[2J hosts\nleft' },
    };
    const describeCluster = () => Promise.resolve({ description: description({ phase: 'CreateFailed', last }) });
    const { stdout } = await runCommand(['describe', 'atlas'], { clusters: { describe: describeCluster } });
    expect(stdout).toMatch(/Phase +CreateFailed/);
    expect(stdout).toMatch(/Created +2026-01-02T03:03:00\.000Z \(65s ago\)/);
    expect(stdout).toContain('createCluster failed after 42 s: no [2J hosts left [X.Y]');
    expect(stdout).toMatch(/workers +3 +m1\.medium +-/);
  });

  it('shows the generations of a group that has several, and all of them as JSON', async () => {
    const kubernetesVersion = '1.36.3';
    const of = (generation: string, count: number) => ({ generation, count, kubernetesVersion });
    const machines = (count: number, ...generations: ReturnType<typeof of>[]) => ({
      ...{ count, kubernetesVersion, generations },
    });
    const controlPlane = machines(3, of('0123456789', 3));
    const workers = machines(4, of('', 1), of('a000000000', 1), of('b000000000', 2));
    const observed = { controlPlane, nodeGroups: { workers }, addons: {} };
    const clusters = { describe: () => Promise.resolve({ description: description({ observed }) }) };
    const { stdout } = await runCommand(['describe', 'atlas'], { clusters });
    expect(stdout).toMatch(/GROUP +GENERATION +MACHINES +KUBERNETES/);
    expect(stdout).toMatch(/workers +unknown +1 +1\.36\.3\nworkers +a0{9} +1 +1\.36\.3\nworkers +b0{9} +2 +1\.36\.3/);
    expect(stdout).not.toContain('0123456789');
    const json = await runCommand(['describe', 'atlas', '--json'], { clusters });
    expect(JSON.parse(json.stdout)).toMatchObject({ description: { observed } });
  });

  it('shows nothing of generations where each group has one', async () => {
    const one = { count: 3, kubernetesVersion: '1.36.3' };
    const machines = { ...one, generations: [{ generation: '0123456789', ...one }] };
    const observed = { controlPlane: machines, nodeGroups: { workers: machines }, addons: {} };
    const clusters = { describe: () => Promise.resolve({ description: description({ observed }) }) };
    expect((await runCommand(['describe', 'atlas'], { clusters })).stdout).not.toContain('GENERATION');
  });

  it('fails for a cluster that there is not', async () => {
    const missing = () => Promise.reject(new SlipwayError(FailureType.ClusterNotFound, 'There is no cluster "nope"'));
    const result = await runCommand(['describe', 'nope', '--json'], { clusters: { describe: missing } });
    expect(result).toMatchObject({ code: 1, stderr: 'There is no cluster "nope"\n' });
  });
});

describe('slipway watch', () => {
  const ended = (outcome: 'completed' | 'failed') =>
    creating({
      operation: {
        ...completed,
        outcome,
        ...(outcome === 'failed' ? { failure: { type: 'A.B', message: 'broken' } } : {}),
      },
    });

  it('ends well when the operation did', async () => {
    const { code, stdout } = await runCommand(['watch', 'atlas'], {
      clusters: { watch: () => snapshots(creating(), ended('completed')) },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Step b/);
  });

  it('fails when the operation failed, with its type', async () => {
    const result = await runCommand(['watch', 'atlas', '--json'], {
      clusters: { watch: () => snapshots(ended('failed')) },
    });
    expect(result.code).toBe(1);
    expect(result.json()).toEqual({
      ok: false,
      error: { type: 'A.B', message: 'broken', workflowId: running.workflowId },
    });
  });

  it('says that nothing runs', async () => {
    const idle = { description: description() };
    const { stdout } = await runCommand(['watch', 'atlas'], { clusters: { watch: () => snapshots(idle) } });
    expect(stdout).toContain('Nothing runs on atlas; it is Ready.');
  });
});

describe('slipway kubeconfig', () => {
  const clusters = { kubeconfig: () => Promise.resolve('apiVersion: v1\n') };

  it('prints it, or writes a file that only its owner may read', async () => {
    expect((await runCommand(['kubeconfig', 'atlas'], { clusters })).stdout).toBe('apiVersion: v1\n');
    const path = await file('an older one', 'kubeconfig');
    const { code, stdout } = await runCommand(['kubeconfig', 'atlas', '-o', path, '--yes'], { clusters });
    expect(code).toBe(0);
    expect(stdout).not.toContain('apiVersion');
    expect(await readFile(path, 'utf8')).toBe('apiVersion: v1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('says why a file cannot be written', async () => {
    const { code, stderr } = await runCommand(['kubeconfig', 'atlas', '-o', join(directory, 'no', 'such')], {
      clusters,
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Cannot write .*ENOENT/);
  });
});

describe('slipway delete', () => {
  const result = { name: 'atlas', id: 'atlas-k3f7x2', removed: { server: 6, network: 1 }, left: [], kept: [] };
  function deletable() {
    const remove = vi.fn(() =>
      Promise.resolve({
        operation: 'deleteCluster' as const,
        name: 'atlas',
        workflowId: 'w',
        result: () => Promise.resolve(result),
      }),
    );
    return { delete: remove };
  }

  it('deletes without a question with --yes', async () => {
    const clusters = deletable();
    const { code, stdout } = await runCommand(['delete', 'atlas', '--yes'], { clusters });
    expect(code).toBe(0);
    expect(stdout).toContain('7 resources removed (6 server, 1 network), 0 left');
    expect(clusters.delete).toHaveBeenCalledWith('atlas', expect.objectContaining({ abandon: undefined }));
  });

  it('takes an id in place of the name', async () => {
    const clusters = deletable();
    const args = ['delete', '--id', 'atlas-k3f7x2', '--cloud', 'prod', '--yes'];
    expect((await runCommand(args, { clusters })).code).toBe(0);
    expect(clusters.delete).toHaveBeenCalledWith(
      'atlas',
      expect.objectContaining({ id: 'atlas-k3f7x2', cloud: 'prod' }),
    );
    for (const wrong of [
      ['delete', '--yes'],
      ['delete', 'atlas', '--cloud', 'prod', '--yes'],
    ])
      expect((await runCommand(wrong, { clusters })).code).toBe(2);
    expect(clusters.delete).toHaveBeenCalledTimes(1);
  });

  it('tells what is found of an id, and wants the id itself', async () => {
    const found = { id: 'atlas-k3f7x2', name: 'atlas', cloud: 'prod', resources: { server: 6 }, kept: true };
    const orphan = { ...found, servers: 6, vcpus: 24, ramMiB: 49152, volumesGiB: 0 };
    const findOrphans = () => Promise.resolve({ clouds: 1, orphans: [orphan], total: 1, problems: [] });
    // The name is another cluster's meanwhile.
    const get = () => Promise.resolve(description({ id: 'atlas-zzzzzz' }));
    const clusters = { ...deletable(), findOrphans, get };
    const args = ['delete', '--id', 'atlas-k3f7x2'];
    const no = await runCommand(args, { clusters, terminal: true, stdin: 'atlas\n' });
    expect(no.code).toBe(2);
    expect(no.stdout).toContain('6 server, its specification and secrets in Vault');
    expect(clusters.delete).not.toHaveBeenCalled();
    expect((await runCommand(args, { clusters, terminal: true, stdin: 'atlas-k3f7x2\n' })).code).toBe(0);
    expect(clusters.delete).toHaveBeenCalledTimes(1);
  });

  it('prints what is left when it fails', async () => {
    const left = [{ service: 'network', type: 'port', id: 'p1', name: 'port', reason: 'in use' }];
    const failure = new SlipwayError(FailureType.LeftBehind, 'one resource is left', { left });
    const clusters = { delete: () => Promise.reject(failure) };
    const failed = await runCommand(['delete', 'atlas', '--yes', '--abandon', '--json'], { clusters });
    expect(failed.stderr).toContain('left: network port port (p1): in use');
    expect(failed.json()).toMatchObject({ ok: false, error: { type: 'Slipway.LeftBehind', left } });
  });
});

describe('clusters that have lost their workflows', () => {
  const orphan = {
    ...{ id: 'atlas-k3f7x2', name: 'atlas', cloud: 'prod', createdAt: '2026-01-01T03:04:05.000Z' },
    ...{ resources: { server: 6, network: 1 }, servers: 6, vcpus: 24, ramMiB: 49152, volumesGiB: 120, kept: true },
  };

  it('are listed with their cost and what to do', async () => {
    const findOrphans = vi.fn(() =>
      Promise.resolve({
        ...{ clouds: 2, total: 2, problems: [{ cloud: 'berlin', message: 'no answer' }] },
        orphans: [orphan, { ...orphan, id: 'boreas-abcdef', name: 'boreas', kept: false, resources: {} }],
      }),
    );
    const { code, stdout, stderr } = await runCommand(['orphans', '--cloud', 'prod', 'berlin'], {
      clusters: { findOrphans },
    });
    expect(findOrphans).toHaveBeenCalledWith(expect.objectContaining({ clouds: ['prod', 'berlin'] }));
    expect(stdout).toMatch(/atlas-k3f7x2 +prod +24h +6 +24 +48 +120 +6 server, 1 network +adopt atlas/);
    expect(stdout).toMatch(/boreas-abcdef .* in Vault only +delete --id boreas-abcdef --cloud prod/);
    expect(stderr).toContain('Cloud berlin could not be looked at: no answer');
    expect(code).toBe(1);
  });

  it('are adopted', async () => {
    const adopted = { name: 'atlas', id: 'atlas-k3f7x2', cloud: 'prod', phase: 'Ready' as const };
    const adopt = vi.fn(() => Promise.resolve(adopted));
    const { code, json } = await runCommand(['adopt', 'atlas', '--id', 'atlas-k3f7x2', '--json'], {
      clusters: { adopt },
    });
    expect(code).toBe(0);
    expect(json()).toEqual({ ok: true, ...adopted });
    expect(adopt).toHaveBeenCalledWith('atlas', expect.objectContaining({ id: 'atlas-k3f7x2' }));
  });

  it('are described as lost, with the way back', async () => {
    const lost = { status: 'terminated' as const, at: '2026-01-02T03:00:00.000Z' };
    const describe = () => Promise.resolve({ description: { ...description(), lost } });
    const { stdout } = await runCommand(['describe', 'atlas'], { clusters: { describe } });
    expect(stdout).toContain('Lost: its workflow was terminated at 2026-01-02T03:00:00.000Z, when it was Ready');
    expect(stdout).toContain('slipway adopt atlas');
  });
});

describe('slipway doctor', () => {
  const good = { id: 'a', title: 'Temporal', ok: true, detail: 'there' };
  const bad = { id: 'b', title: 'Vault', ok: false, detail: 'sealed', fix: 'unseal it' };

  it('says what to do and fails when a check failed', async () => {
    const { code, stdout } = await runCommand(['doctor'], { checks: [good, bad] });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✔ Temporal {2}there\n✖ Vault {2}sealed\n {4}unseal it\n\n1 of 2 checks failed/);
    expect((await runCommand(['doctor', '--json'], { checks: [good, bad] })).json()).toEqual({
      ok: false,
      checks: [good, bad],
    });
  });

  it('ends well when all is well', async () => {
    expect((await runCommand(['doctor'], { checks: [good] })).code).toBe(0);
  });
});

describe('exit codes', () => {
  it.each([
    [ClientFailureType.TemporalUnreachable, 3],
    [ClientFailureType.NamespaceNotFound, 3],
    [ClientFailureType.NoWorker, 3],
    [ClientFailureType.TimedOut, 3],
    [ClientFailureType.NoVault, 3],
    [FailureType.VaultUnavailable, 3],
    [ClientFailureType.Configuration, 2],
    [FailureType.InvalidInput, 2],
    [FailureType.NameTaken, 1],
    [FailureType.LeftBehind, 1],
    ['Something.New', 1],
  ])('%s is %i', async (type, code) => {
    const clusters = { describe: () => Promise.reject(new SlipwayError(type, 'a sentence')) };
    expect(await runCommand(['describe', 'a'], { clusters })).toMatchObject({ code, stderr: 'a sentence\n' });
  });

  it('never prints a stack trace for an error nobody expected', async () => {
    const clusters = { describe: () => Promise.reject(new TypeError('x is undefined')) };
    const { code, stderr } = await runCommand(['describe', 'a'], { clusters });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'x is undefined\n' });
  });
});
