import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { childEnvironment } from '../../local/config.ts';
import { inRepository } from '../../local/repository.ts';
import { startCloud } from '../../sandbox/src/cloud/main.ts';
import { missingForOpenStack } from '../../sandbox/src/openstack/host-programs.ts';
import { startOpenStack } from '../../sandbox/src/openstack/start.ts';
import { interruptSignal, jsonAction, print, secondsSince, tell } from '../support/json-command.ts';
import { areas } from './cases/index.ts';
import { clientNames, clientsArea, missingForClients, runClients } from './clients/clients.ts';
import { exceptions } from './exceptions.ts';
import { offeredCalls } from './kit/call-coverage.ts';
import type { ContractArea } from './kit/case.ts';
import { emulatorLatency } from './kit/latency.ts';
import { readRecordings, type Recordings, writeRecordings } from './kit/recordings.ts';
import { type Outcome, runCases, type RunOptions } from './kit/run.ts';
import type { Transcript } from './kit/transcript.ts';
import { type Verdict, verdicts } from './kit/verdicts.ts';
import { contractInputs } from './passed.ts';

interface Flags {
  readonly area?: string;
  readonly case?: string;
  readonly cloudsFile?: string;
  readonly concurrency: number;
  readonly record: boolean;
  readonly ifPossible: boolean;
  readonly ifChanged: boolean;
  readonly services: boolean;
}

const HOSTS = 3;
/** The emulator's: lists of subnets are compared. */
const EXTERNAL_CIDR = '127.64.0.0/16';

async function main(flags: Flags): Promise<void> {
  const missing = flags.cloudsFile === undefined ? await missingForOpenStack(AbortSignal.timeout(60_000)) : [];
  if (missing.length > 0) {
    const words = `this host cannot run real OpenStack: it lacks ${missing.join(', ')}, which only root can install with apt-get`;
    if (!flags.ifPossible) throw new Error(words);
    tell(`SKIPPED: ${words}`);
    print({ ok: true, skipped: missing, cases: 0 });
    return;
  }
  const signal = interruptSignal();
  await withClouds(flags, signal, async (emulator, openstack, upSeconds) => {
    const started = Date.now();
    const digest = await contractInputs.digest();
    const whole = flags.area === undefined && flags.case === undefined;
    if (whole && flags.ifChanged && (await contractInputs.isCurrent())) {
      tell('Nothing that decides on the cases has changed since they passed (test/contract/passed.json).');
      const { ok, ...counts } = await onServices(openstack);
      print({ ok, upSeconds, cases: 0, unchanged: true, ...counts, seconds: secondsSince(started) });
      if (!ok) process.exitCode = 1;
      return;
    }
    const chosen = choose(flags);
    const [ours, theirs, calls] = await runBoth(chosen, emulator, openstack, {
      concurrency: flags.concurrency,
      recordings: flags.record ? new Map() : await recordingsOf(chosen),
      signal,
    });
    const clients = await runClientsOnBoth(flags, emulator, openstack, signal);
    const results = [...verdicts(ours, theirs, exceptions), ...clients];
    if (flags.record) await record(chosen, theirs);
    const uncovered = whole ? offeredCalls().filter((call) => !calls.has(call)) : [];
    if (uncovered.length > 0) tell(`No case calls ${uncovered.join(', ')}`);
    const services = whole || flags.services ? await onServices(openstack) : undefined;
    // Last of all, and in the summary too: a long output is read from its end.
    const different = results.filter(({ problems }) => problems.length > 0);
    for (const { area, name, problems } of different) tell(`✗ ${area}: ${name}\n  ${problems.join('\n  ')}`);
    const summary = summaryOf(results);
    const equal = summary.equal === summary.cases && uncovered.length === 0;
    if (equal && whole && flags.cloudsFile === undefined && clients.length > 0) await contractInputs.write(digest);
    const ok = equal && (services?.ok ?? true);
    const tests = services === undefined ? {} : { tests: services.tests, passed: services.passed };
    const names = different.map(({ area, name }) => `${area}: ${name}`);
    print({ ok, upSeconds, ...summary, different: names, ...tests, seconds: secondsSince(started) });
    if (!ok) process.exitCode = 1;
  });
}

/** Starts both clouds, unless the real one is given, and stops what it started. */
async function withClouds(
  { cloudsFile }: Flags,
  signal: AbortSignal,
  use: (emulatorFile: string, openstackFile: string, upSeconds: number) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-contract-'));
  const emulator = await startCloud({
    ...{ listen: '127.0.0.1:0', latency: emulatorLatency, hosts: HOSTS },
    data: join(directory, 'emulator'),
  });
  const started = Date.now();
  let stop = (): Promise<void> => Promise.resolve();
  try {
    let openstackFile = cloudsFile;
    if (openstackFile === undefined) {
      const onProgress = (text: string): void => tell(`${secondsSince(started)} s: ${text}`);
      const data = join(directory, 'openstack');
      const openstack = await startOpenStack({ data, externalCidr: EXTERNAL_CIDR, hosts: HOSTS, onProgress }, signal);
      stop = () => openstack.stop();
      openstackFile = openstack.cloudsFile;
    }
    const upSeconds = secondsSince(started);
    tell(`The real services are up after ${upSeconds} s`);
    await use(emulator.cloudsFile ?? '', openstackFile, upSeconds);
  } finally {
    await stop();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function runBoth(
  chosen: readonly ContractArea[],
  emulator: string,
  openstack: string,
  options: RunOptions,
): Promise<[Outcome[], Outcome[], Set<string>]> {
  const total = chosen.reduce((sum, { cases }) => sum + cases.length, 0);
  let done = 0;
  const onCase = ({ area, name, seconds, error }: Outcome): void => {
    done += 1;
    const words = error === undefined ? '' : `: ${error.message}`;
    tell(`${done}/${total} ${words === '' ? '·' : '✗'} ${area}: ${name} (${seconds.toFixed(1)} s)${words}`);
  };
  const calls = new Set<string>();
  const [ours, theirs] = await Promise.all([
    runCases({ name: 'emulator', cloudsFile: emulator }, chosen, options),
    runCases({ name: 'openstack', cloudsFile: openstack }, chosen, { ...options, calls, onCase }),
  ]);
  return [ours, theirs, calls];
}

/** What the cases saw when they were recorded, by area. */
const recordingsOf = async (chosen: readonly ContractArea[]): Promise<Map<string, Recordings>> =>
  new Map(await Promise.all(chosen.map(async ({ area }) => [area, await readRecordings(area)] as const)));

/** Other people's clients on both clouds. */
async function runClientsOnBoth(
  flags: Flags,
  emulator: string,
  openstack: string,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const chosen = clientNames.filter((name) => flags.case === undefined || name.includes(flags.case));
  if ((flags.area ?? clientsArea) !== clientsArea || chosen.length === 0) return [];
  const missing = await missingForClients();
  if (missing !== undefined) {
    tell(`SKIPPED: other people's clients, because ${missing}`);
    return [];
  }
  const [ours, theirs] = await Promise.all([
    runClients({ name: 'emulator', cloudsFile: emulator }, chosen, signal),
    runClients({ name: 'openstack', cloudsFile: openstack }, chosen, signal),
  ]);
  for (const { name, seconds } of theirs) tell(`· ${clientsArea}: ${name} (${seconds.toFixed(1)} s)`);
  if (flags.record) await writeRecordings(clientsArea, clientNames, transcriptsOf(theirs));
  return verdicts(ours, theirs, exceptions);
}

const choose = (flags: Flags): ContractArea[] =>
  areas
    .filter(({ area }) => flags.area === undefined || flags.area.split(',').includes(area))
    .map(({ area, cases }) => ({
      area,
      cases: cases.filter(({ name }) => flags.case === undefined || name.includes(flags.case)),
    }))
    .filter(({ cases }) => cases.length > 0);

function summaryOf(results: readonly Verdict[]): { cases: number; equal: number; exceptions: number } {
  const used = new Set(results.flatMap((verdict) => verdict.exceptions));
  return {
    cases: results.length,
    equal: results.filter(({ problems }) => problems.length === 0).length,
    exceptions: used.size,
  };
}

async function record(chosen: readonly ContractArea[], outcomes: readonly Outcome[]): Promise<void> {
  for (const { area } of chosen) {
    const names = areas.find((one) => one.area === area)?.cases.map(({ name }) => name) ?? [];
    await writeRecordings(area, names, transcriptsOf(outcomes.filter((outcome) => outcome.area === area)));
  }
}

const transcriptsOf = (outcomes: readonly Outcome[]): Map<string, Transcript> =>
  new Map(outcomes.flatMap(({ name, transcript }) => (transcript === undefined ? [] : [[name, transcript] as const])));

/** The tests that need the real services but compare nothing: `test/openstack`. */
async function onServices(cloudsFile: string): Promise<{ ok: boolean; tests: number; passed: number }> {
  const vitest = inRepository('node_modules', 'vitest', 'vitest.mjs');
  const directory = await mkdtemp(join(tmpdir(), 'slipway-services-'));
  const report = join(directory, 'report.json');
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const args = [vitest, 'run', '--config', inRepository('test', 'openstack', 'vitest.config.ts'), ...reporters];
  const child = spawn(process.execPath, args, {
    cwd: inRepository(),
    env: childEnvironment({ OPENSTACK_CLOUDS_FILE: cloudsFile }),
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  try {
    const { numTotalTests: tests, numPassedTests: passed } = reportSchema.parse(
      JSON.parse(await readFile(report, 'utf8')),
    );
    return { ok: code === 0, tests, passed };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const reportSchema = z.looseObject({ numTotalTests: z.number(), numPassedTests: z.number() });

await new Command('test:openstack')
  .description('The contract on the emulator and on real OpenStack services, side by side. The last line is JSON')
  .option('--area <names>', 'only the cases of this area, or of several with commas')
  .option('--case <text>', 'only the cases whose name holds this')
  .option('--concurrency <n>', 'how many cases run at once on each cloud', Number, 6)
  .option('--clouds-file <file>', 'a running cloud (entries sandbox and sandbox-admin) instead of one of its own')
  .option(
    '--services',
    'the tests that only the real services can show (pre-flight, doctor), with --area and --case too',
    false,
  )
  .option('--record', 'keep what the real services answered, for npm test', false)
  .option('--if-possible', 'succeed, and say so loudly, where this host cannot run the real services', false)
  .option('--if-changed', 'without the cases, when they passed with what HEAD has (test/contract/passed.json)', false)
  .option('--json', 'accepted for symmetry: the last line is JSON in any case')
  .action(jsonAction(main))
  .parseAsync();
// An idle connection must not keep the finished run alive.
setTimeout(() => process.exit(), 1000).unref();
