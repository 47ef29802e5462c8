import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startProcessGuard } from '../../local/process-guard.ts';
import type { CloudKind } from '../../local/sandbox-processes.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { findTool } from '../../local/tools.ts';
import { missingForCli } from '../../sandbox/scripts/openstack-cli.ts';
import { kubernetesDirectory } from '../../sandbox/image/image-directory.ts';
import { missingForMachines } from '../../sandbox/src/machines/nspawn/host-requirements.ts';
import { writeChart } from '../support/charts.ts';
import { interruptSignal, jsonAction, print, secondsSince, tell } from '../support/json-command.ts';
import { type CaseResult, type ClusterCase, runClusterCase } from './cluster-case.ts';
import { runSchemaCase } from './schema/schema-case.ts';
import { steadyChart } from './steady-deployment.ts';

/** Clusters of the end-to-end test: one that lives through every operation, and one that is large from the start. */
const CASES: readonly ClusterCase[] = [
  { name: 'life', controlPlanes: 1, workers: 2, life: 'all' },
  { name: 'trio', controlPlanes: 3, workers: 1 },
];
/** The case without a cluster: the schema against the programs that read what is made of a specification. */
const SCHEMA = 'schema';
const NAMES = [...CASES.map(({ name }) => name), SCHEMA];

interface Flags {
  readonly cloud: CloudKind;
  readonly case?: string;
  readonly keepLogs: boolean;
  readonly ifPossible: boolean;
  readonly specs: number;
  readonly seed: number;
}

async function runAll(
  cases: readonly ClusterCase[],
  { cloud, keepLogs }: Flags,
): Promise<{ results: CaseResult[]; upSeconds: number }> {
  const signal = interruptSignal();
  const directory = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
  const guard = startProcessGuard();
  let stack: LocalStack | undefined;
  let ok = false;
  try {
    const onEvent = ({ part, state, detail }: { part: string; state: string; detail: string }) =>
      tell(`${part}: ${state}${detail === '' ? '' : `, ${detail}`}`);
    const settings = { directory, persistent: false, machines: 'nspawn', latency: 'instant', workers: 1 } as const;
    const started = Date.now();
    const charts = join(directory, 'charts');
    await writeChart(charts, steadyChart);
    const workerEnvironment = { SLIPWAY_CHART_SOURCE: 'folder', SLIPWAY_CHART_FOLDER: charts };
    stack = await startStack({ ...settings, cloud, guard, onEvent, workerEnvironment }, signal);
    const upSeconds = secondsSince(started);
    const kubectl = (await findTool('kubectl', { signal })).path;
    const results: CaseResult[] = [];
    for (const one of cases) results.push(await runClusterCase(one, { stack, directory, kubectl, signal, tell }));
    ok = true;
    return { results, upSeconds };
  } finally {
    const problems = (await stack?.stop()) ?? [];
    guard.close();
    for (const problem of problems) tell(problem.message);
    if (ok && !keepLogs && problems.length === 0) await rm(directory, { recursive: true, force: true });
    else tell(`The logs are in ${join(directory, 'logs')}`);
  }
}

async function main(flags: Flags): Promise<void> {
  const { case: wanted } = flags;
  if (wanted !== undefined && !NAMES.includes(wanted))
    throw new Error(`there is no case ${wanted}; there are ${NAMES.join(', ')}`);
  await (wanted === SCHEMA ? schemaCase(flags) : clusterCases(flags));
}

async function clusterCases(flags: Flags): Promise<void> {
  const { case: wanted, cloud } = flags;
  const started = Date.now();
  const all = cloud === 'openstack' && wanted === undefined ? CASES.map(withoutControlPlane) : CASES;
  const cases = all.filter(({ name }) => wanted === undefined || name === wanted);
  const withoutCli = await missingForCli();
  const missing = [...(await missingForMachines()), ...(withoutCli === undefined ? [] : [`${withoutCli}.`])];
  if (skip(missing, flags, { cases: [], left: 0 })) return;
  const { results, upSeconds } = await runAll(cases, flags);
  const sum = (of: (result: CaseResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const left = sum((result) => result.left);
  const probes = sum(({ lived }) => lived?.probes ?? 0);
  const probesFailed = sum(({ lived }) => lived?.probesFailed ?? 0);
  print({
    ok: left === 0,
    cloud,
    upSeconds,
    cases: results,
    probes,
    probesFailed,
    left,
    seconds: secondsSince(started),
  });
  if (left > 0) process.exitCode = 1;
}

/** On real OpenStack the control plane's part takes six minutes more: only for who names the case. */
const withoutControlPlane = (one: ClusterCase): ClusterCase =>
  one.life === undefined ? one : { ...one, life: 'workers' };

async function schemaCase(flags: Flags): Promise<void> {
  const { specs, seed } = flags;
  const programs = await kubernetesDirectory();
  const there = await access(programs).then(
    () => true,
    () => false,
  );
  const missing = there ? [] : [`The programs of the machines' image are not in ${programs}: run "npm run image".`];
  if (skip(missing, flags, { specs: 0, weAcceptTheyRefuse: 0 })) return;
  const result = await runSchemaCase({ programs, specs, seed, signal: interruptSignal(), tell });
  print(result);
  if (!result.ok) process.exitCode = 1;
}

/**
 * Says that the host lacks something, with `--if-possible`.
 *
 * @throws Error without that option, if something is missing.
 */
function skip(missing: readonly string[], { ifPossible }: Flags, nothing: object): boolean {
  if (missing.length === 0) return false;
  if (!ifPossible) throw new Error(`this host cannot run this test. ${missing.join(' ')}`);
  tell(`SKIPPED: this host cannot run this test. ${missing.join(' ')}`);
  print({ ok: true, skipped: missing, ...nothing });
  return true;
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

await new Command('e2e')
  .description('Clusters of real machines: created, used with kubectl, deleted. Linux and root; the last line is JSON')
  .addOption(
    new Option('--cloud <kind>', 'an emulated OpenStack, or the real services')
      .choices(['emulator', 'openstack'])
      .default('emulator'),
  )
  .option(
    '--case <name>',
    `only this one: ${NAMES.join(', ')}. The last needs the image only: kubeadm, kubelet and kube-apiserver must take whatever a specification may be`,
  )
  .option('--specs <count>', 'of the case schema: how many specifications at least', wholeNumber, 3000)
  .option('--seed <number>', 'of the case schema: which combinations of values', wholeNumber, 1)
  .option('--if-possible', 'succeed, and say so loudly, where this host cannot run real machines', false)
  .option('--keep-logs', 'keep the logs of every part', false)
  .option('--json', 'accepted for symmetry: the last line is JSON in any case')
  .action(jsonAction(main))
  .parseAsync();
// An idle connection must not keep the finished test alive.
setTimeout(() => process.exit(), 1000).unref();
